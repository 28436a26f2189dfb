"""Two servers on one database, and one signer in a process of its own."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterator

import pytest

from conftest import BINARY, Server
from stemma import Client, Problem
from test_log import entries, get, root_of, size_and_root
from witness import Witness


class Signer:
    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stemma-signer-"))
        self.socket = self.folder / "socket"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        self.process = subprocess.Popen(self.command(*options), stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not self.socket.exists():
            assert self.process.poll() is None, "the signer does not start"
            assert time.monotonic() < end
            time.sleep(0.05)

    def command(self, *options: str) -> list[str]:
        state = self.folder / "state"
        return [BINARY, "signer", "--state", str(state), "--socket", str(self.socket), *options]

    def stop(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server, Signer]]:
    signer = Signer()
    signer.start("--create", "--origin", "example.org/two")
    place = f"unix:{signer.socket}"
    first = Server()
    first.start("--signer", place)
    second = Server(database=f"host={first.folder}/run port=5432 user=stemma dbname=postgres")
    second.start("--signer", place)
    yield first, second, signer
    second.remove()
    first.remove()
    signer.stop()


def context(number: int) -> dict[str, Any]:
    return {"kind": "context", "v": 1, "parameters": {"two": number}}


def test_two_servers_write_one_history(pair: tuple[Server, Server, Signer]) -> None:
    first, second, _ = pair
    told: list[tuple[int, bytes]] = []
    indices: list[int] = []

    def load(worker: int) -> None:
        mine, other = (first, second) if worker % 2 else (second, first)
        client = Client(mine.url, "main", key=first.key, retries=50)
        reader = Client(other.url, "main", key=first.key, retries=50)
        for number in range(40):
            answer = client.commit([context(worker * 1000 + number)])
            told.append(size_and_root(answer.checkpoint))
            indices.append(answer.indices[0])
            reader.record(answer.digests[0])  # what one acknowledged, the other shows

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(load, range(8)))
    assert sorted(indices) == list(range(320))
    time.sleep(0.2)
    for server in (first, second):
        size, root = size_and_root(get(server, "/log/checkpoint").text)
        assert size == 320
        leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries(server, size)]
        assert root_of(leaves) == root
    for size, root in told:
        assert root_of(leaves[:size]) == root


def test_without_the_signer_nothing_is_acknowledged(pair: tuple[Server, Server, Signer]) -> None:
    first, second, signer = pair
    clients = [Client(server.url, "main", key=first.key, retries=0) for server in (first, second)]
    stored = clients[0].commit([context(1)]).digests[0]
    signer.stop()
    for client in clients:
        with pytest.raises(Problem) as raised:
            client.commit([context(2)])
        assert raised.value.status == 503
        assert client.record(stored), "reads go on"
    signer.start()
    assert clients[1].commit([context(2)]).indices == [1]
    assert clients[0].commit([context(2)]).indices == [1]


def test_one_state_has_one_signer(pair: tuple[Server, Server, Signer]) -> None:
    _, _, signer = pair
    socket = signer.folder / "other"
    second = subprocess.run(
        [BINARY, "signer", "--state", str(signer.folder / "state"), "--socket", str(socket)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode == 3
    assert "locked" in second.stderr


def test_a_database_of_another_log_is_refused(pair: tuple[Server, Server, Signer]) -> None:
    first, _, _ = pair
    stranger = Server(database=f"host={first.folder}/run port=5432 user=stemma dbname=postgres")
    answer = stranger.start_and_fail()
    assert answer.returncode == 3
    assert b"second history" in answer.stderr
    stranger.remove()


def test_two_servers_before_the_same_witness_do_not_accuse_each_other(
    pair: tuple[Server, Server, Signer],
) -> None:
    first, second, signer = pair
    witness = Witness(first.folder, "w.one", (first.folder / "log.vkey").read_text().strip())
    witness.start()
    policy = first.folder / "policy"
    policy.write_text(f"witness w {witness.vkey} {witness.url}\nquorum w\n")
    second.stop()
    first.stop()
    for server in (first, second):
        server.start("--signer", f"unix:{signer.socket}", "--witness-policy", str(policy), "--without-quorum", "hold")

    def load(worker: int) -> None:
        client = Client((first, second)[worker % 2].url, "main", key=first.key, retries=50)
        for number in range(25):
            checkpoint = client.commit([context(worker * 1000 + number)]).checkpoint
            assert "\u2014 w.one " in checkpoint

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(load, range(4)))
    assert witness.kept()[0] == 100
    for server in (first, second):
        assert get(server, "/readyz").json()["reasons"] == []
        assert "contradicts" not in (server.folder / "server.log").read_text()
    witness.stop()
