"""Checkpoints under the eyes of witnesses: quorum, shortfall, restarts, and a history that was set back."""

from __future__ import annotations

import base64
import shutil
import subprocess
import time
from typing import Any, Callable, Iterator

import httpx
import pytest

from conftest import BINARY, Server
from stemma import Problem
from witness import Witness, key_id

COSIGNED = "\u2014 {} "


def context(number: int) -> dict[str, Any]:
    return {"kind": "context", "v": 1, "parameters": {"witnessed": number}}


class Watched:
    """A server, two witnesses, and the policy between them."""

    def __init__(self) -> None:
        self.server = Server()
        self.server.start()
        self.server.stop()
        self.vkey = (self.server.folder / "log.vkey").read_text().strip()
        self.witnesses = [Witness(self.server.folder, name, self.vkey) for name in ("w.one", "w.two")]
        for witness in self.witnesses:
            witness.start()
        self.policy = self.server.folder / "policy"

    def write_policy(self, quorum: object) -> None:
        lines = [f"log {self.vkey}"]
        lines += [f"witness {w.name} {w.vkey} {w.url}" for w in self.witnesses]
        lines += [f"group all {quorum} w.one w.two", "quorum all"]
        self.policy.write_text("\n".join(lines) + "\n")

    def start(self, quorum: object, shortfall: str) -> None:
        self.write_policy(quorum)
        self.server.start("--witness-policy", str(self.policy), "--without-quorum", shortfall)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.server.url + path, headers={"Authorization": f"Bearer {self.server.key}"})

    def cosigners(self, note: str | None = None) -> set[str]:
        text = self.get("/log/checkpoint").text if note is None else note
        lines = text.split("\n\n")[-1]
        return {w.name for w in self.witnesses if COSIGNED.format(w.name) in lines}

    def metric(self, name: str, witness: str) -> int:
        sample = f'stemma_witness_{name}{{witness="{witness}"}} '
        found = [line for line in self.get("/metrics").text.splitlines() if line.startswith(sample)]
        return int(found[0].removeprefix(sample))

    def until(self, what: Callable[[], bool]) -> None:
        end = time.monotonic() + 45
        while not what():
            assert time.monotonic() < end, (self.server.folder / "server.log").read_text()[-3000:]
            time.sleep(0.2)


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    for witness in watched.witnesses:
        witness.stop()
    watched.server.remove()


def audit(watched: Watched) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BINARY, "audit", "--vkey", watched.vkey, "--policy", str(watched.policy),
         "--state", str(watched.server.folder / "audit")],
        capture_output=True, text=True, timeout=120, check=False,
        env=watched.server.environment(),
    )  # fmt: skip


def size_of(note: str) -> int:
    return int(note.split("\n")[1])


def test_answers_checkpoints_and_receipts_are_cosigned(watched: Watched) -> None:
    watched.start(2, "hold")
    client = watched.server.client()
    # One of them stores nothing: nobody is asked again.
    for count in (1, 2, 253, 1, 500):
        answer = client.commit([context(1000 * count + n) for n in range(count)])
        assert watched.cosigners(answer.checkpoint) == {"w.one", "w.two"}
        assert watched.cosigners() == {"w.one", "w.two"}
        assert all(w.kept()[0] == size_of(answer.checkpoint) for w in watched.witnesses)
    receipt = watched.get(f"/v1/main/records/{answer.digests[0]}/receipt").text
    assert watched.cosigners(receipt) == {"w.one", "w.two"}
    for name in ("w.one", "w.two"):
        assert watched.metric("size", name) == 756
        assert watched.metric("failed_total", name) == 0
        assert watched.metric("asked_total", name) == watched.metric("cosigned_total", name) == 5
    assert watched.get("/readyz").json() == {"status": "ready", "reasons": []}


def test_publish_does_without_and_the_next_checkpoint_catches_up(watched: Watched) -> None:
    watched.start(2, "publish")
    client = watched.server.client()
    client.commit([context(1)])
    watched.witnesses[1].stop()
    for number in range(2, 20):
        assert watched.cosigners(client.commit([context(number)]).checkpoint) == {"w.one"}
    assert watched.cosigners() == {"w.one"}
    assert watched.metric("asked_total", "w.two") < 10, "left alone, not asked for each batch"
    ready = watched.get("/readyz")
    assert ready.status_code == 200 and "too few witnesses" in ready.json()["reasons"][0]
    assert "stemma_witness_quorum_missed_total 18" in watched.get("/metrics").text
    found = audit(watched)
    assert found.returncode == 1 and "too few witnesses" in found.stdout + found.stderr
    watched.witnesses[1].start()
    # Nobody commits: the checkpoint of that size gets its second cosignature all the same.
    watched.until(lambda: watched.cosigners() == {"w.one", "w.two"})
    assert size_of(watched.get("/log/checkpoint").text) == 19
    assert audit(watched).returncode == 0
    assert watched.get("/readyz").json()["reasons"] == []


def test_one_of_two_is_enough_where_the_policy_says_so(watched: Watched) -> None:
    watched.witnesses[0].stop()
    watched.start(1, "hold")
    for number in range(5):
        assert watched.cosigners(watched.server.client().commit([context(number)]).checkpoint) == {"w.two"}
    assert watched.get("/readyz").json()["reasons"] == []


def test_hold_shows_nothing_and_a_retry_settles_it(watched: Watched) -> None:
    watched.start(2, "hold")
    watched.server.client().commit([context(1)])
    shown = watched.get("/log/checkpoint").text
    watched.witnesses[0].stop()
    with pytest.raises(Problem) as raised:
        watched.server.client(retries=0).commit([context(2)])
    assert (raised.value.status, raised.value.code) == (503, "outcome_unknown")
    assert watched.get("/log/checkpoint").text == shown
    assert len(watched.server.client().find()) == 1
    # A new start holds it too, and starts all the same.
    assert watched.server.stop() == 0
    watched.start(2, "hold")
    assert watched.get("/log/checkpoint").text == shown
    assert len(watched.server.client().find()) == 1
    watched.witnesses[0].start()

    def settles() -> bool:
        try:
            return watched.server.client(retries=0).commit([context(2)]).indices == [1]
        except Problem as problem:
            assert problem.code == "outcome_unknown"
            return False

    watched.until(settles)
    assert watched.cosigners() == {"w.one", "w.two"}
    assert len(watched.server.client().find()) == 2


def test_what_was_held_is_published_without_anybody_asking(watched: Watched) -> None:
    watched.witnesses[0].stop()
    watched.start(2, "hold")
    with pytest.raises(Problem):
        watched.server.client(retries=0).commit([context(1)])
    assert size_of(watched.get("/log/checkpoint").text) == 0
    watched.witnesses[0].start()
    watched.until(lambda: size_of(watched.get("/log/checkpoint").text) == 1)
    assert watched.cosigners() == {"w.one", "w.two"}
    assert len(watched.server.client().find()) == 1


def test_restarts_of_server_and_witnesses_go_on_where_they_were(watched: Watched) -> None:
    for round_ in range(3):
        watched.start(2, "hold")
        answer = watched.server.client().commit([context(10 * round_ + n) for n in range(7)])
        assert watched.cosigners(answer.checkpoint) == {"w.one", "w.two"}
        watched.server.kill() if round_ == 1 else watched.server.stop()
        if round_ == 1:
            for witness in watched.witnesses:
                witness.stop()
                witness.start()
    assert [w.kept()[0] for w in watched.witnesses] == [21, 21]


def test_a_server_set_back_with_its_signer_is_found_out(watched: Watched) -> None:
    """What only a witness can tell: database and signer's state both come from a backup."""
    watched.start(1, "publish")
    watched.server.client().commit([context(1)])
    watched.server.stop()
    folder, backup = watched.server.folder, watched.server.folder.with_suffix(".backup")
    subprocess.run(["cp", "-a", str(folder), str(backup)], check=True)
    watched.start(1, "publish")
    watched.server.client().commit([context(2)])
    watched.server.stop()
    for name in ("postgres", "signer"):
        shutil.rmtree(folder / name)
        subprocess.run(["cp", "-a", str(backup / name), str(folder / name)], check=True)
    shutil.rmtree(backup)
    watched.start(1, "hold")
    reasons = watched.get("/readyz").json()["reasons"]
    assert sum("set back" in reason for reason in reasons) == 2, reasons
    # The other history, of the same size: nobody cosigns it.
    with pytest.raises(Problem):
        watched.server.client(retries=0).commit([context(3)])
    assert "contradicts the log" in (folder / "server.log").read_text()
    assert [w.kept()[0] for w in watched.witnesses] == [2, 2]


def refused(watched: Watched, text: str) -> str:
    watched.policy.write_text(text)
    result = subprocess.run(
        [BINARY, "serve", "--data-dir", str(watched.server.folder), "--listen", "127.0.0.1:0",
         "--witness-policy", str(watched.policy)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode in (2, 3), result.stderr
    return result.stderr


def test_policies_that_cannot_be_gone_by_are_refused(watched: Watched) -> None:
    witness = watched.witnesses[0]
    line = f"witness w {witness.vkey}"
    assert "line 2: " in refused(watched, f"{line} {witness.url}\nquorum v\n")
    assert "no quorum line" in refused(watched, f"{line} {witness.url}\n")
    assert "no URL" in refused(watched, f"{line}\nquorum w\n")
    assert "0 witnesses" in refused(watched, f"log {watched.vkey}\nquorum none\n")
    assert "line 1: " in refused(watched, f"log {witness.vkey}\n{line} {witness.url}\nquorum w\n")
    for url in (
        "http://example.org/", "http://127.example.org/", "http://127.0.0.1.example.org/", "ftp://localhost/",
        "http://localhost@example.org/", "https://", "https://example.org/?a", "https://example.org:x/",
        "http://128.0.0.1/", "http://[::2]/", "https://[::1/",
    ):  # fmt: skip
        assert "https URL" in refused(watched, f"{line} {url}\nquorum w\n"), url


def test_a_policy_for_another_log_is_refused(watched: Watched) -> None:
    name, public = "example.org/other", bytes(range(32))
    other = f"{name}+{key_id(name, 1, public).hex()}+{base64.b64encode(bytes([1]) + public).decode()}"
    witness = watched.witnesses[0]
    lines = f"witness w {witness.vkey} {witness.url}\nquorum w\n"
    assert "other logs" in refused(watched, f"log {other}\n{lines}")
