"""kill -9 under load: what was acknowledged is there, and nobody has to help."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from typing import Any

import rfc8785

from conftest import BINARY, FULL, Server
from stemma import digest_of


def test_acknowledged_records_survive_kill(own_server: Server) -> None:
    crashes = 50 if FULL else 4
    acknowledged: list[dict[str, Any]] = []
    stopping = threading.Event()

    def load(worker: int) -> None:
        number = 0
        client = None
        while not stopping.is_set():
            record = {"kind": "context", "v": 1, "parameters": {"worker": worker, "n": number}}
            try:
                client = client or own_server.client(retries=0, timeout=10.0)
                client.commit([record])
                acknowledged.append(record)
            except Exception:  # noqa: BLE001 - the server is being killed
                client = None
                time.sleep(0.02)
            number += 1

    def await_acknowledgements(more: int) -> None:
        """However slow the machine is: each crash meets a server at work, and it came back."""
        wanted = len(acknowledged) + more
        end = time.monotonic() + 60
        while len(acknowledged) < wanted:
            assert time.monotonic() < end, "the server does not come back"
            time.sleep(0.02)

    workers = [threading.Thread(target=load, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    dice = random.Random(7)
    try:
        for crash in range(crashes):
            await_acknowledgements(20)
            time.sleep(dice.uniform(0.0, 0.5))
            if crash % 2:
                own_server.kill()
                own_server.start()
            else:
                os.kill(own_server.postmaster(), signal.SIGKILL)
        await_acknowledgements(20)
    finally:
        stopping.set()
        for worker in workers:
            worker.join()
    client = own_server.client(retries=20)
    found = {entry["digest"]: entry["index"] for entry in client.find()}
    for record in acknowledged:
        assert digest_of(record) in found, "an acknowledged record is gone"
    assert sorted(found.values()) == list(range(len(found))), "a gap in the index"
    for record in random.Random(1).sample(acknowledged, 50):
        assert client.record(digest_of(record)) == rfc8785.dumps(record)


def test_a_second_server_on_the_same_folder_is_refused(server: Server) -> None:
    second = subprocess.run(
        [BINARY, "serve", "--data-dir", str(server.folder), "--listen", "127.0.0.1:0"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 3
    assert "another stemma server is running" in second.stderr
    assert server.client().find(limit="1") is not None


def test_sigterm_ends_it_and_its_postgresql(own_server: Server) -> None:
    postmaster = own_server.postmaster()
    assert own_server.stop() == 0
    assert not os.path.exists(f"/proc/{postmaster}")
