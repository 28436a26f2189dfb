"""What somebody altered in the tables is told as our failure and never served, whichever way it is asked for."""

from __future__ import annotations

import json

import httpx
import pytest

from conftest import Server


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def get(server: Server, path: str) -> httpx.Response:
    return httpx.get(server.url + path, headers={"Authorization": f"Bearer {server.key}"})


PATHS = ["names/models/fraud", "names", "names/models/fraud/history", "records?kind=name"]


@pytest.fixture
def altered(own_server: Server) -> tuple[Server, str]:
    """A name whose record an intruder has pointed elsewhere, as well-formed as it was."""
    client = own_server.client()
    contexts = [{"kind": "context", "v": 1, "parameters": {"n": n}} for n in range(2)]
    good, intruders = client.commit(contexts).digests
    move = client.move("models/fraud", good)
    body = canonical({"kind": "name", "v": 1, "name": "models/fraud", "target": intruders})
    assert move["target"] == good
    for path in [*PATHS, f"records/{move['digest']}"]:
        assert get(own_server, f"/v1/main/{path}").status_code == 200
    own_server.sql(
        f"update record set body = decode('{body.hex()}', 'hex') where digest = decode('{move['digest'][7:]}', 'hex')"
    )
    return own_server, move["digest"]


def test_an_altered_body_is_served_nowhere(altered: tuple[Server, str]) -> None:
    server, digest = altered
    for path in [*PATHS, f"records/{digest}"]:
        assert get(server, f"/v1/main/{path}").status_code == 500, path


def test_a_row_that_says_erased_by_nothing_is_no_erasure(own_server: Server) -> None:
    client = own_server.client()
    digest = client.commit([{"kind": "context", "v": 1, "parameters": {"n": 1}}]).digests[0]
    own_server.sql(
        "update record set body = null, statement = '{}', erased_by = 77 "
        f"where digest = decode('{digest[7:]}', 'hex')"
    )
    for path in ["records", f"records/{digest}"]:
        assert get(own_server, f"/v1/main/{path}").status_code == 500, path
