"""The engines of lineage in a running server: readers beside writers, restarts, and an index that steps aside."""

from __future__ import annotations

import random
import re
import subprocess
import threading
import time
from typing import Any, Iterator

import httpx
import pytest

from conftest import BINARY, FULL, Server
from lineage_graph import content
from stemma import Client

WRITERS = 16
READERS = 64


@pytest.fixture(params=["index", "sql"])
def engine(request: pytest.FixtureRequest) -> Iterator[tuple[str, Server]]:
    server = Server()
    server.start("--lineage", request.param)
    yield request.param, server
    server.remove()


def version(name: str, *base: str) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": "model", "v": 1, "content": content(name), "format": "raw"}
    return {**record, "base": list(base)} if base else record


def metrics(server: Server) -> dict[str, float]:
    answer = httpx.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {server.key}"}, timeout=60)
    lines = (line.rsplit(" ", 1) for line in answer.text.splitlines() if line.startswith("stemma_lineage"))
    return {name: float(value) for name, value in lines}


def wait_for_index(server: Server, records: int) -> dict[str, float]:
    end = time.monotonic() + 30
    while (found := metrics(server)).get("stemma_lineage_index_records", 0) < records:
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


class Line:
    """One writer's models, each made from the one before: what is acknowledged of it so far."""

    def __init__(self, server: Server, number: int) -> None:
        self._client = server.client()
        self._number = number
        self.digests: list[str] = []
        self.grow()

    def grow(self) -> None:
        name = f"writer {self._number}, version {len(self.digests)}"
        self.digests += self._client.commit([version(name, *self.digests[-1:])]).digests


def check(client: Client, line: Line, chance: random.Random) -> None:
    """Up from what is acknowledged, and down to it: nothing of it is missing."""
    count = len(line.digests)
    up = client.lineage(line.digests[count - 1])
    assert [node.digest for node in up.nodes] == line.digests[:count][::-1]
    assert len(up.edges) == count - 1
    first = chance.randrange(count)
    count = len(line.digests)
    down = client.lineage(line.digests[first], "down")
    assert [node.digest for node in down.nodes][: count - first] == line.digests[first:count]


def test_readers_beside_writers_miss_nothing_that_is_acknowledged(engine: tuple[str, Server]) -> None:
    name, server = engine
    lines = [Line(server, number) for number in range(WRITERS)]
    end = time.monotonic() + (60 if FULL else 10)
    # On a slow machine as long as it takes until everybody had a turn.
    last = end + 240
    failures: list[BaseException] = []
    checks = [0] * READERS

    def run(step: Any) -> None:
        try:
            while not failures and (time.monotonic() < end or min(checks) == 0 and time.monotonic() < last):
                step()
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failures.append(error)

    def reader(number: int) -> None:
        # A refusal is an error here: no second try hides it.
        client, chance = server.client(retries=0), random.Random(number)

        def step() -> None:
            check(client, chance.choice(lines), chance)
            checks[number] += 1

        run(step)

    threads = [threading.Thread(target=run, args=(line.grow,)) for line in lines]
    threads += [threading.Thread(target=reader, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    assert min(checks) > 0 and min(len(line.digests) for line in lines) > 1
    answers = metrics(server)
    if name == "index":
        assert answers['stemma_lineage_answers_total{engine="index"}'] >= sum(checks)
        assert wait_for_index(server, sum(len(line.digests) for line in lines))["stemma_lineage_index_up"] == 1
    else:
        # The edge table has its lag whoever answers; nothing of an index is told where there is none.
        assert set(answers) == {"stemma_lineage_edges_lag_records"}


def test_a_restarted_index_has_what_was_there(own_server: Server) -> None:
    line = Line(own_server, 0)
    for _ in range(20):
        line.grow()
    own_server.kill()
    own_server.start()
    check(own_server.client(retries=0), line, random.Random(0))
    found = wait_for_index(own_server, 21)
    assert found["stemma_lineage_index_edges"] == 20
    assert found["stemma_lineage_index_load_seconds"] >= 0
    assert "the lineage index is loaded" in (own_server.folder / "server.log").read_text()


def test_an_index_without_room_leaves_it_to_the_database(own_server: Server) -> None:
    line = Line(own_server, 0)
    own_server.stop()
    own_server.start("--lineage-memory", "64KiB")
    check(own_server.client(retries=0), line, random.Random(0))
    found = metrics(own_server)
    assert found["stemma_lineage_index_up"] == 0
    assert found['stemma_lineage_answers_total{engine="sql"}'] >= 2
    assert "the lineage index gives up" in (own_server.folder / "server.log").read_text()


def test_references_that_cannot_be_so_are_said_loudly(own_server: Server) -> None:
    line = Line(own_server, 0)
    line.grow()
    line.grow()
    check(own_server.client(), line, random.Random(0))
    # The table of references is derived in idle time, from what is still good.
    end = time.monotonic() + 60
    while own_server.sql("select e.size < p.size from edge_fill e, log_published p").strip() == "t":
        assert time.monotonic() < end
        time.sleep(0.05)
    own_server.sql("update record set targets = '{2}' where index = 1")
    own_server.stop()
    own_server.start()
    end = time.monotonic() + 30
    while metrics(own_server)["stemma_lineage_index_up"] == 1:
        assert time.monotonic() < end
        time.sleep(0.05)
    log = (own_server.folder / "server.log").read_text()
    assert re.search(r"error .*record 1 refers to record 2.*references contradict each other", log)
    # What the database derived before somebody altered the records is still there.
    check(own_server.client(retries=0), line, random.Random(0))


def test_settings_are_checked() -> None:
    for options in (["--lineage", "sql", "--lineage-memory", "1GiB"], ["--lineage-memory", "-1"], ["--lineage", "both"]):
        answer = subprocess.run(
            [BINARY, "serve", "--data-dir", "/nonexistent", *options], capture_output=True, timeout=60, check=False
        )
        assert answer.returncode == 2, answer.stderr
