"""Two servers on one database, with one signer in a process of its own, or each with its own."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

from cluster import Cluster
from conftest import BINARY, FULL, Server
from edge_table import check, commit, models, wait_until_filled
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


def test_two_servers_fill_in_each_reference_once(pair: tuple[Server, Server, Signer]) -> None:
    first, second, _ = pair

    def load(server: Server) -> None:
        # The same records from both: half of them are there already, whoever comes second.
        commit(Client(server.url, "main", key=first.key, retries=50), models(4000))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(load, [first, second]))
    wait_until_filled(first)
    check(first)


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


def test_a_server_waits_for_its_signer() -> None:
    signer, server = Signer(), Server()
    with ThreadPoolExecutor(1) as thread:
        started = thread.submit(server.start, "--signer", f"unix:{signer.socket}")
        end = time.monotonic() + 30
        while not (log := server.folder / "server.log").exists() or "waiting for the signer" not in log.read_text():
            assert time.monotonic() < end and not started.done()
            time.sleep(0.1)
        signer.start("--create", "--origin", "example.org/late")
        started.result()
    assert server.client().commit([context(1)]).indices == [0]
    server.remove()
    signer.stop()


@pytest.mark.skipif(not FULL, reason="waits half a minute; tools/test --full")
def test_a_server_gives_up_a_signer_that_does_not_come() -> None:
    server = Server()
    start = time.monotonic()
    with pytest.raises(AssertionError, match="the signer at unix:/nowhere does not answer"):
        server.start("--signer", "unix:/nowhere")
    assert 20 < time.monotonic() - start < 60
    server.remove()


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


@pytest.mark.skipif(not FULL, reason="waits for a time-out of 20 s; tools/test --full")
def test_a_server_stopped_in_the_middle_of_a_commit_does_not_stop_the_other() -> None:
    cluster = Cluster()
    signer = Signer()
    signer.start("--create", "--origin", "example.org/frozen")
    servers = [Server(database=cluster.conninfo) for _ in range(2)]
    for server in servers:
        server.start("--signer", f"unix:{signer.socket}")
    frozen, other = servers
    assert frozen.process
    stopping = threading.Event()

    def load() -> None:
        client = frozen.client(retries=0, timeout=5.0)
        number = 0
        while not stopping.is_set():
            number += 1
            try:
                client.commit([{"kind": "context", "v": 1, "parameters": {"frozen": number}}])
            except (httpx.HTTPError, Problem):
                pass

    thread = threading.Thread(target=load)
    thread.start()
    holds = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
    try:
        for _ in range(500):
            frozen.process.send_signal(signal.SIGSTOP)
            time.sleep(0.02)
            if cluster.query(holds) != "0":
                break
            frozen.process.send_signal(signal.SIGCONT)
            time.sleep(0.003)
        else:
            pytest.fail("the server was never stopped while it held the head")
        client = Client(other.url, "main", key=frozen.key, retries=10, timeout=60.0)
        began = time.monotonic()
        client.commit([{"kind": "context", "v": 1, "parameters": {"other": 1}}])
        assert time.monotonic() - began < 45
    finally:
        stopping.set()
        frozen.process.send_signal(signal.SIGCONT)
        thread.join()
        for server in servers:
            server.remove()
        signer.stop()
        cluster.remove()


def test_two_servers_that_begin_at_once_make_one_log() -> None:
    cluster = Cluster()
    servers = [Server(database=cluster.conninfo) for _ in range(2)]
    try:
        processes = [
            subprocess.Popen(
                [BINARY, "serve", "--data-dir", str(server.folder), "--listen", "127.0.0.1:0"],
                env=server.process_environment(), stderr=subprocess.PIPE,
            )
            for server in servers
        ]  # fmt: skip
        end = time.monotonic() + 60
        while all(process.poll() is None for process in processes):
            assert time.monotonic() < end, "both servers believe the database is theirs"
            time.sleep(0.05)
        refused = next(process for process in processes if process.poll() is not None)
        assert refused.returncode == 3
        assert refused.stderr
        told = refused.stderr.read()
        # The later one lost the race, or came when it was over.
        assert b"belongs to the log" in told or b"second history" in told
        (left,) = [pair for pair in zip(servers, processes) if pair[1] is not refused]
        left[0].process = left[1]
        while not (left[0].folder / "listen.url").exists():
            assert left[1].poll() is None and time.monotonic() < end
            time.sleep(0.05)
        key = next(path for path in (s.folder / "admin.key" for s in servers) if path.exists())
        client = Client(left[0].url, "main", key=key.read_text().strip())
        assert client.commit([{"kind": "context", "v": 1}]).indices == [0]
    finally:
        for server in servers:
            server.remove()
        cluster.remove()
