"""`stemma signer`: ready, refusing, stopping and coming back, as an operator sees it."""

from __future__ import annotations

import errno
import http.client
import json
import signal
import socket
import stat
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Iterator

import pytest

from conftest import BINARY
from test_signer_faults import breaker, environment_with, session

__all__ = ["breaker"]

EMPTY = sha256(b"").digest()
LEAF = b"\x07" * 32


class SignerProcess:
    def __init__(self, folder: Path) -> None:
        self.state, self.socket = folder / "state", folder / "signer.sock"
        self.process: subprocess.Popen[str] | None = None
        self.first = ""

    def start(self, *options: str, **environment: object) -> None:
        self.process = subprocess.Popen(
            [BINARY, "signer", "--state", self.state, "--socket", self.socket, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment_with(**environment),
        )  # fmt: skip
        for line in self.process.stdout:  # type: ignore[union-attr]
            if line.startswith("listening on "):
                assert line == f"listening on unix:{self.socket}\n"
                return
            self.first = line.strip()
        raise AssertionError(self.process.stderr.read())  # type: ignore[union-attr]

    def start_and_fail(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BINARY, "signer", "--state", self.state, "--socket", self.socket, *options],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def ask(self, method: str, call: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("signer", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.socket))
        connection.request(method, f"/v1/{call}", body)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content

    def prepare_one(self) -> tuple[int, bytes]:
        return self.ask("POST", "prepare", bytes(8) + EMPTY + LEAF)

    def sign_one(self) -> tuple[int, bytes]:
        return self.ask("POST", "sign", (1).to_bytes(8, "big") + LEAF)

    def end(self, number: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@pytest.fixture
def signer(tmp_path: Path) -> Iterator[SignerProcess]:
    signer = SignerProcess(tmp_path)
    yield signer
    if signer.process and signer.process.poll() is None:
        signer.end(signal.SIGKILL)


def test_a_new_log(signer: SignerProcess) -> None:
    signer.start("--create", "--origin", "example.org/log", "--print-vkey")
    assert signer.first == (signer.state / "vkey").read_text().strip()
    assert stat.S_IMODE(signer.socket.stat().st_mode) == 0o660
    status, body = signer.ask("GET", "status")
    told = json.loads(body)
    assert status == 200 and told["verifierKey"] == signer.first and told["kept"] == 0
    assert told["note"].startswith("example.org/log\n0\n")
    assert signer.end(signal.SIGTERM) == 0


def test_one_signer_one_log(signer: SignerProcess) -> None:
    assert signer.start_and_fail().returncode == 3
    signer.start("--create", "--origin", "example.org/log")
    second = signer.start_and_fail()
    assert second.returncode == 3 and "another signer runs" in second.stderr
    # And it did not take the socket away.
    assert signer.ask("GET", "status")[0] == 200
    signer.end(signal.SIGTERM)
    again = signer.start_and_fail("--create", "--origin", "example.org/other")
    assert again.returncode == 2 and "holds a signer's state" in again.stderr


def test_what_was_signed_survives_a_kill(signer: SignerProcess) -> None:
    signer.start("--create", "--origin", "example.org/log")
    assert signer.prepare_one()[0] == 204
    status, note = signer.sign_one()
    assert status == 200
    signer.end(signal.SIGKILL)
    # The socket is still there, and nobody listens.
    signer.start()
    assert signer.sign_one() == (200, note)
    status, body = signer.prepare_one()
    assert status == 409 and json.loads(body)["code"] == "behind"


def test_a_disk_error_ends_the_process_and_a_new_start_goes_on(
    signer: SignerProcess, breaker: Path, tmp_path: Path
) -> None:
    # Which call after a start is the first fdatasync of a step: a session of the same kind tells.
    other, log = tmp_path / "other", tmp_path / "calls.log"
    session(other, ["create"])
    session(other, ["open", "prepare:a:1"], LD_PRELOAD=breaker, BREAK_FOLDER=other, BREAK_LOG=log)
    at = log.read_text().split().index("fdatasync") + 1

    signer.start("--create", "--origin", "example.org/log")
    signer.end(signal.SIGTERM)
    signer.start(
        LD_PRELOAD=breaker, BREAK_FOLDER=signer.state, BREAK_AT=at, BREAK_HOW="error",
        BREAK_ERRNO=errno.EIO,
    )  # fmt: skip
    status, body = signer.prepare_one()
    assert status == 503 and json.loads(body)["code"] == "stopped"
    assert signer.process and signer.process.wait(timeout=30) == 3
    signer.start()
    assert signer.prepare_one()[0] == 204
    assert signer.sign_one()[0] == 200


@pytest.mark.parametrize(
    "options",
    [
        ["--create"],
        ["--origin", "example.org/log"],
        ["--listen", "127.0.0.1:0"],
        ["--tls-cert", "a.pem"],
        ["--create", "--origin", "example.org/log", "--socket", "relative"],
    ],
)
def test_usage(signer: SignerProcess, options: list[str]) -> None:
    assert signer.start_and_fail(*options).returncode == 2
    assert not signer.state.exists()
