"""kill -9 under load: what was acknowledged is there, and nobody has to help."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from typing import Any

import httpx
import rfc8785

from conftest import BINARY, FULL, Server
from stemma import digest_of


def test_acknowledged_records_survive_kill(own_server: Server) -> None:
    crashes = 50 if FULL else 4
    acknowledged: list[dict[str, Any]] = []
    surprises: list[str] = []
    stopping = threading.Event()

    def load(worker: int) -> None:
        number = 0
        # Kept through the crashes: a new one costs a TLS context, and eight would be all the load.
        http = httpx.Client(timeout=10, headers={"Authorization": f"Bearer {own_server.key}"})
        while not stopping.is_set():
            record = {"kind": "context", "v": 1, "parameters": {"worker": worker, "n": number}}
            try:
                answer = http.post(
                    f"{own_server.url}/v1/main/commits", json={"records": [{"record": record}]}
                )
            except (httpx.TransportError, OSError):  # The server is being killed.
                time.sleep(0.02)
            else:
                if answer.status_code == 200:
                    acknowledged.append(record)
                elif answer.status_code != 503:
                    surprises.append(answer.text)
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
    assert not surprises
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


def test_what_was_acknowledged_is_readable_when_postgresql_comes_back(own_server: Server) -> None:
    """No later commit helps: the database alone has to know what was signed."""
    for number in range(5):
        client = own_server.client(retries=50)
        record = {"kind": "context", "v": 1, "parameters": {"last": number}}
        digest = client.commit([record]).digests[0]
        os.kill(own_server.postmaster(), signal.SIGKILL)
        assert client.record(digest) == rfc8785.dumps(record)
        assert client.find()[-1]["digest"] == digest
