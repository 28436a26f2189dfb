"""Graphs that are made to be hard: too many paths, too deep, too wide. Both engines, over REST."""

from __future__ import annotations

import json
import time
from typing import Any, Iterator

import httpx
import pytest

from conftest import FULL, Server
from stemma import Client
from stemma.digest import digest_of
from test_pages import MIB, Peak

COUNT = 100_000 if FULL else 4_000
LAYERS = 40


def model(number: int, *base: str) -> dict[str, Any]:
    content = {"digest": f"sha256:{number:064x}", "size": 1, "mediaType": "application/octet-stream"}
    record: dict[str, Any] = {"kind": "model", "v": 1, "format": "onnx", "content": content}
    return {**record, "base": sorted(base)} if base else record


class Graphs:
    """The tip of a chain, the parent of many, the tip of a ladder with two ways at each of its rungs."""

    def __init__(self, client: Client) -> None:
        last, chain = "", []
        for number in range(COUNT + 1):
            chain.append(model(number, *([last] if last else [])))
            last = digest_of(chain[-1])
        self.deep = last
        self.hub = digest_of(model(10**9))
        wide = [model(10**9)] + [model(10**9 + number, self.hub) for number in range(1, COUNT + 1)]
        left, right = model(2 * 10**9), model(2 * 10**9 + 1)
        ladder = [left, right]
        for layer in range(1, LAYERS):
            below = (digest_of(left), digest_of(right))
            left, right = model(2 * 10**9 + 2 * layer, *below), model(2 * 10**9 + 2 * layer + 1, *below)
            ladder += [left, right]
        ladder.append(model(2 * 10**9 + 2 * LAYERS, digest_of(left), digest_of(right)))
        self.ladder = digest_of(ladder[-1])
        for records in (chain, wide, ladder):
            for start in range(0, len(records), 1000):
                client.commit(records[start : start + 1000])


@pytest.fixture(scope="module")
def stored() -> Iterator[tuple[Server, Graphs]]:
    server = Server()
    server.start()
    yield server, Graphs(server.client("hard"))
    server.remove()


class Engine:
    """A server that walks with one of the engines, and what it holds at most while it is asked."""

    def __init__(self, server: Server) -> None:
        assert server.process
        self.http = httpx.Client(
            base_url=f"{server.url}/v1/hard/", timeout=120, headers={"Authorization": f"Bearer {server.key}"}
        )
        # Until the engine has taken in what is there.
        self.get(digest_of(model(0)), direction="up", depth=1)
        self.peak = Peak(server.process.pid)

    def get(self, digest: str, **query: Any) -> dict[str, Any]:
        end = time.monotonic() + 120
        while True:
            answer = self.http.get(f"lineage/{digest}", params=query)
            if answer.status_code != 503 or time.monotonic() > end:
                break
            time.sleep(0.2)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def stream(self, digest: str, **query: Any) -> tuple[int, int, dict[str, Any]]:
        """How many nodes and edges came, and the line that ends them."""
        nodes = edges = 0
        last = ""
        headers = {"Accept": "application/x-ndjson"}
        with self.http.stream("GET", f"lineage/{digest}", params=query, headers=headers) as answer:
            assert answer.status_code == 200
            for last in answer.iter_lines():
                nodes += last.startswith('{"node":')
                edges += last.startswith('{"edge":')
        return nodes, edges, json.loads(last)["summary"]


@pytest.fixture(scope="module", params=["index", "sql"])
def engine(request: pytest.FixtureRequest, stored: tuple[Server, Graphs]) -> Engine:
    server, _ = stored
    server.stop()
    server.start("--lineage", request.param)
    return Engine(server)


def test_a_path_for_every_atom(engine: Engine, stored: tuple[Server, Graphs]) -> None:
    """2^40 paths lead up, over 81 records: each is listed once."""
    started = time.monotonic()
    answer = engine.get(stored[1].ladder, direction="up")
    assert len(answer["nodes"]) == 2 * LAYERS + 1
    assert len(answer["edges"]) == 4 * LAYERS - 2
    assert not answer["truncated"]
    assert time.monotonic() - started < 10


def test_a_deep_chain(engine: Engine, stored: tuple[Server, Graphs]) -> None:
    started = time.monotonic()
    page = engine.get(stored[1].deep, direction="up")
    assert len(page["nodes"]) == 1000 and page["truncatedBy"] == ["nodes"] and page["next"]
    second = engine.get(stored[1].deep, direction="up", after=page["next"])
    assert [abs(node["distance"]) for node in second["nodes"]] == list(range(1000, 2000))
    shallow = engine.get(stored[1].deep, direction="up", depth=500)
    assert len(shallow["nodes"]) == 501 and shallow["truncatedBy"] == ["depth"]
    assert time.monotonic() - started < 30


def test_a_wide_node(engine: Engine, stored: tuple[Server, Graphs]) -> None:
    started = time.monotonic()
    page = engine.get(stored[1].hub, direction="down")
    assert len(page["nodes"]) == 1000 and page["truncatedBy"] == ["nodes"]
    second = engine.get(stored[1].hub, direction="down", after=page["next"])
    assert {node["distance"] for node in second["nodes"]} == {1}
    first, last = page["nodes"][-1]["index"], second["nodes"][0]["index"]
    assert last == first + 1
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("name, direction", [("deep", "up"), ("hub", "down")])
def test_all_of_it_in_a_stream(
    engine: Engine, stored: tuple[Server, Graphs], name: str, direction: str
) -> None:
    started = time.monotonic()
    nodes, edges, end = engine.stream(getattr(stored[1], name), direction=direction)
    assert (nodes, edges) == (COUNT + 1, COUNT)
    assert end["truncated"] is False
    assert time.monotonic() - started < 120


def test_memory_stayed_bounded(engine: Engine) -> None:
    """After all of the above: a few hundred bytes for each record of the largest answer, and what is on its way."""
    assert engine.peak.grown() < 128 * MIB
