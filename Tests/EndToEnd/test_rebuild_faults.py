"""Workers, the server and PostgreSQL are killed again and again: every view is rebuilt, and none twice."""

from __future__ import annotations

import collections
import os
import random
import signal
import socket
import time
from pathlib import Path
from typing import Iterator

import pytest
from conftest import FULL, Server
from rebuild_store import Worker, configuration, get, how, stored
from stemma import Client, digest_of
from view_records import Run, device, retraction, view

VIEWS = 1000 if FULL else 60
WORKERS = 4
#: Seconds between two kills of a worker.
PAUSE = 2.0 if FULL else 1.0


@pytest.fixture
def fixed_server() -> Iterator[tuple[Server, list[str]]]:
    """One that comes again where it was."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = ["--listen", f"127.0.0.1:{free.getsockname()[1]}"]
    server = Server()
    server.start(*listen)
    yield server, listen
    server.remove()


def stale_views(client: Client) -> list[str]:
    """As many, each with an output, over one input that is replaced now."""
    old, new, context, run = stored(client, "old"), stored(client, "new"), how(), Run(device())
    client.commit([old, new, context, *run.records()])
    views = [view([digest_of(old)], digest_of(context), f"view{number}") for number in range(VIEWS)]
    for start in range(0, VIEWS, 500):
        made = [run.output(digest_of(one), "out", sample=str(start + i)) for i, one in enumerate(views[start : start + 500])]
        client.commit([*views[start : start + 500], *made])
    client.commit([retraction(digest_of(old), replacement=digest_of(new))])
    return [digest_of(one) for one in views]


def test_all_is_rebuilt_once_whoever_dies(fixed_server: tuple[Server, list[str]], tmp_path: Path) -> None:
    server, listen = fixed_server
    client = server.client("faults")
    views = stale_views(client)
    config = configuration(tmp_path)
    plan, _ = Worker(server, client, config, "--stale", "--workers", "0").end()
    rebuild = plan.split()[-1]
    dice = random.Random(7)

    def start() -> Worker:
        return Worker(server, client, config, "--rebuild", rebuild)

    def done() -> int:
        counts = get(client, f"rebuilds/{rebuild}")["counts"]
        return sum(count["items"] for count in counts if count["state"] == "done")

    workers = [start() for _ in range(WORKERS)]
    (kills, killed_server, killed_postgres) = (0, False, False)
    end = time.monotonic() + (1500 if FULL else 240)
    try:
        while (made := done()) < VIEWS:
            assert time.monotonic() < end, get(client, f"rebuilds/{rebuild}")
            time.sleep(PAUSE)
            if not killed_server and made > VIEWS / 4:
                server.kill()
                server.start(*listen)
                killed_server = True
            elif not killed_postgres and made > VIEWS / 2:
                os.kill(server.postmaster(), signal.SIGKILL)
                killed_postgres = True
            # The last ones are waited for: a killed worker holds its item up for half a minute.
            elif made < VIEWS * 0.9:
                victim = dice.randrange(WORKERS)
                workers[victim].process.kill()
                workers[victim].process.communicate()
                kills += 1
                workers[victim] = start()
        for worker in workers:
            worker.end(timeout=60)
    finally:
        for worker in workers:
            if worker.process.poll() is None:
                worker.process.kill()
                worker.process.communicate()
    assert killed_server and killed_postgres and kills >= 3

    counts = get(client, f"rebuilds/{rebuild}")["counts"]
    assert sum(count["items"] for count in counts) == VIEWS and {count["state"] for count in counts} == {"done"}
    items = get(client, f"rebuilds/{rebuild}/items", limit=1000)["items"]
    assert len(items) == VIEWS and sorted(item["view"] for item in items) == sorted(views)
    assert client.stale() == []
    # What was begun more often than once has one output all the same.
    attempts = collections.Counter(item["attempts"] for item in items)
    assert sum(count for tries, count in attempts.items() if tries > 1) >= 1, attempts
    for item in items:
        (output,) = client.outputs(item["viewTo"])
        assert output["digest"] == item["output"] and output["record"]["sample"] == item["item"]
    # Who was begun after the last kill removed what the killed ones left.
    assert list(tmp_path.glob("stemma-worker-*/*")) == []
