"""What a pipeline relies on: closed, idempotent, all or nothing."""

from __future__ import annotations

import base64
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import rfc8785

from conftest import FULL, ROOT, Server
from stemma import Problem, digest_of, digest_of_bytes


# One for all: a client of its own for each request costs a TLS context.
HTTP = httpx.Client(timeout=60)


def context(number: int) -> dict[str, Any]:
    return {"kind": "context", "v": 1, "parameters": {"n": number}}


def post(server: Server, body: bytes, namespace: str = "main") -> httpx.Response:
    return HTTP.post(
        f"{server.url}/v1/{namespace}/commits",
        content=body,
        headers={"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"},
    )


def test_64_clients_send_the_same_commits(server: Server) -> None:
    commits = 1000 if FULL else 60
    records = [context(number) for number in range(commits)]

    def send(_: int) -> list[int]:
        client = server.client("idempotent", retries=50)
        return [client.commit([record]).indices[0] for record in records]

    with ThreadPoolExecutor(64) as threads:
        answers = list(threads.map(send, range(64)))
    assert all(answer == answers[0] for answer in answers)
    found = server.client("idempotent").find()
    assert len(found) == commits
    indices = [entry["index"] for entry in found]
    assert indices == list(range(indices[0], indices[0] + commits)), "a gap in the index"


def test_one_bad_reference_in_a_thousand_stores_nothing(server: Server) -> None:
    missing = digest_of_bytes(b"nowhere")
    records = [context(10_000 + number) for number in range(999)]
    records.insert(500, {"kind": "note", "v": 1, "subject": missing, "note": {"a": 1}})
    client = server.client("closed")
    with pytest.raises(Problem) as raised:
        client.commit(records)
    assert raised.value.status == 422
    assert raised.value.document["missing"] == [
        {"pointer": "/records/500/record/subject", "target": missing}
    ]
    assert client.find() == []


def test_bytes_are_what_rfc8785_makes(server: Server) -> None:
    record = {"kind": "context", "v": 1, "parameters": {"é": [1.5, 1e21, -0.0, "\u20ac\n"], "a": 1e-7}}
    client = server.client()
    digest = client.commit([record]).digests[0]
    assert client.record(digest) == rfc8785.dumps(record)


def corpus(name: str) -> list[bytes]:
    lines = (ROOT / "tools/corpora" / name).read_text().splitlines()
    documents = []
    for line in lines:
        case = json.loads(line)
        documents.append(
            base64.b64decode(case["base64"]) if "base64" in case else case["text"].encode()
        )
    return documents


def test_invalid_json_in_a_commit_is_400_with_its_position(server: Server) -> None:
    documents = corpus("json-refused.jsonl")
    assert len(documents) > 150
    for document in documents:
        body = b'{"records":[{"record":{"kind":"context","v":1,"parameters":{"x":' + document + b"}}}]}"
        answer = post(server, body)
        assert answer.status_code == 400, (document[:80], answer.text)
        if answer.json()["code"] == "invalid_json":
            assert isinstance(answer.json()["position"], int)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"records":[]}',
        b'{"records":[{}]}',
        b'{"records":[{"record":{}}],"more":1}',
        b'{"records":[{"record":{"kind":"context","v":2}}]}',
        b'{"records":[{"record":{"kind":"context","v":1,"parameters":null}}]}',
        b'{"records":[{"as":"A","record":{"kind":"context","v":1}}]}',
        b'{"records":[{"record":{"kind":"context","v":1}}],"content":[{"base64":"_"}]}',
    ],
)
def test_malformed_commits_are_400(server: Server, body: bytes) -> None:
    answer = post(server, body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_reserved_kinds_are_the_services(server: Server) -> None:
    client = server.client()
    subject = client.commit([context(77)]).digests[0]
    erasure = {"kind": "erasure", "v": 1, "subject": subject, "what": "content", "reason": "x"}
    with pytest.raises(Problem) as raised:
        client.commit([erasure])
    assert (raised.value.status, raised.value.code) == (403, "kind_reserved")


def test_nobody_comes_in_without_a_key(server: Server) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {server.key}x"}):
        for path in ("main/records", "main/commits", "main/names", "main/content/x", "../metrics"):
            answer = httpx.get(f"{server.url}/v1/{path}", headers=headers)
            assert answer.status_code in (401, 405), path


def test_unknown_parameters_are_refused(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.key}"}
    for query in ("limit=0", "limit=1001", "bogus=1", "after=x", "kind=nothing", "limit=1&limit=2"):
        assert httpx.get(f"{server.url}/v1/main/records?{query}", headers=headers).status_code == 400


def test_names_move_by_compare_and_swap(server: Server) -> None:
    client = server.client("names")
    a, b = client.commit([context(1), context(2)]).digests
    first = client.move("models/x@production", a)
    second = client.move("models/x@production", b)
    assert second["previous"] == first["digest"]
    stale = httpx.put(
        f"{server.url}/v1/names/names/models%2Fx@production",
        json={"target": a},
        headers={"Authorization": f"Bearer {server.key}", "If-Match": f'"{first["digest"]}"'},
    )
    assert stale.status_code == 409
    assert stale.json()["conflicts"][0]["current"] == second["digest"]
    assert client.move("models/x@production", a)["target"] == a
    history = httpx.get(
        f"{server.url}/v1/names/names/models/x@production/history",
        headers={"Authorization": f"Bearer {server.key}"},
    ).json()["history"]
    assert [move["target"] for move in history] == [a, b, a]


def test_jsontestsuite_inside_a_commit(server: Server, tmp_path: Path) -> None:
    """Fetched for the test (third-party data); without the means to verify it, skipped."""
    fetched = subprocess.run(
        [str(ROOT / "tools/corpora/fetch-jsontestsuite"), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if fetched.returncode == 3:
        pytest.skip(fetched.stderr.strip())
    assert fetched.returncode == 0, fetched.stderr
    refused = sorted(tmp_path.rglob("n_*.json"))
    assert len(refused) >= 188
    for case in refused:
        # As the body itself, and as a value inside a record.
        inside = b'{"records":[{"record":{"kind":"context","v":1,"parameters":{"x":'
        for body in (case.read_bytes(), inside + case.read_bytes() + b"}}}]}"):
            answer = post(server, body)
            assert answer.status_code == 400, case.name
    for case in sorted(tmp_path.rglob("[iy]_*.json")):
        body = inside + case.read_bytes() + b"}}}]}"
        assert post(server, body).status_code in (200, 400), case.name
