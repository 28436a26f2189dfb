"""`stemma audit` and `stemma receipt` as an auditor runs them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from conftest import BINARY, FULL, ROOT, Server


def run(server: Server, *arguments: Any, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BINARY, *map(str, arguments)], env=server.environment(), capture_output=True, text=True,
        timeout=600, check=False, **more,
    )  # fmt: skip


def audit(server: Server, state: Path, *options: Any) -> tuple[int, dict[str, Any]]:
    vkey = server.folder / "log.vkey"
    ran = run(server, "audit", "--vkey", vkey, "--state", state, "--output", "json", *options)
    return ran.returncode, json.loads(ran.stdout) if ran.stdout else {"error": ran.stderr}


def context(number: int) -> dict[str, Any]:
    return {"kind": "context", "v": 1, "parameters": {"audit": number}}


def test_audits_follow_a_growing_log(own_server: Server, tmp_path: Path) -> None:
    client = own_server.client()
    seen = 0
    for batch in range(4):
        client.commit([context(1000 * batch + n) for n in range(150)])
        code, report = audit(own_server, tmp_path / "state")
        assert (code, report["from"], report["size"]) == (0, seen, seen + 150), report
        seen += 150
    code, report = audit(own_server, tmp_path / "state", "--full")
    assert (code, report["records"]) == (0, seen)


def test_audit_of_a_dump_and_by_another_program(own_server: Server, tmp_path: Path) -> None:
    client = own_server.client()
    for batch in range(3):
        client.commit([context(1000 * batch + n) for n in range(300)])
    dump = tmp_path / "dump"
    assert audit(own_server, tmp_path / "state", "--save", dump)[0] == 0
    code, report = audit(own_server, tmp_path / "other", "--dump", dump)
    assert (code, report["records"]) == (0, 900)
    if shutil.which("go"):
        # Go's sumdb/tlog and sumdb/note, which are not ours.
        subprocess.run([str(ROOT / "tools/verify-log/run"), str(dump)], check=True, timeout=300)
    tile = dump / "tile/0/001"
    tile.write_bytes(b"\0" + tile.read_bytes()[1:])
    code, report = audit(own_server, tmp_path / "other", "--dump", dump, "--full")
    assert (code, report["firstIndex"]) == (1, 256)


def test_exit_status(own_server: Server, tmp_path: Path) -> None:
    vkey = (own_server.folder / "log.vkey").read_text().strip()
    state = tmp_path / "state"
    other = "elsewhere+4ab4bd8a+" + vkey.split("+", 2)[2]
    assert run(own_server, "audit", "--vkey", other, "--state", state).returncode == 2
    assert run(own_server, "audit", "--state", state).returncode == 2
    assert run(own_server, "audit", "--vkey", vkey, "--sql", "--state", state).returncode == 2
    assert run(own_server, "audit", "--vkey", vkey, "--dump", "/nowhere", "--state", state).returncode == 2
    assert run(own_server, "audit", "--vkey", vkey, "--state", state).returncode == 0
    policy = tmp_path / "policy"
    policy.write_text(f"log {vkey}\nwitness w1 {cosigner()}\nquorum w1\n")
    assert run(own_server, "audit", "--vkey", vkey, "--state", state, "--policy", policy).returncode == 1
    own_server.kill()
    start = time.monotonic()
    gone = run(own_server, "audit", "--vkey", vkey, "--state", state)
    assert time.monotonic() - start < 60, "a server that is not there is told of soon"
    assert gone.returncode == 3, gone.stderr


def cosigner() -> str:
    """The verifier key of a witness that has never cosigned anything (C2SP signed-note)."""
    import base64
    import hashlib

    key = b"\x04" + bytes(range(32))
    identity = hashlib.sha256(b"example.com/witness\n" + key).hexdigest()[:8]
    return f"example.com/witness+{identity}+{base64.b64encode(key).decode()}"


def test_receipts_prove_their_records_without_a_server(own_server: Server, tmp_path: Path) -> None:
    count = 10_000 if FULL else 500
    client = own_server.client()
    digests = []
    for start in range(0, count, 500):
        digests += client.commit([context(n) for n in range(start, start + 500)]).digests
    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(client.receipt, digests))
    (tmp_path / "receipts").mkdir()
    for number, receipt in enumerate(receipts):
        (tmp_path / f"receipts/{number}").write_bytes(receipt)
    vkey = (own_server.folder / "log.vkey").read_text().strip()
    if shutil.which("go"):
        dump = tmp_path / "dump"
        assert audit(own_server, tmp_path / "state", "--save", dump)[0] == 0
        shutil.copytree(tmp_path / "receipts", dump / "receipts")
        ran = subprocess.run(
            [str(ROOT / "tools/verify-log/run"), str(dump)],
            capture_output=True, text=True, check=True, timeout=600,
        )  # fmt: skip
        assert f"{count} receipts" in ran.stdout + ran.stderr
    record = tmp_path / "record"
    record.write_bytes(client.record(digests[7]))
    own_server.kill()
    offline = {name: value for name, value in os.environ.items() if not name.startswith("STEMMA_")}

    def check(number: int, *more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BINARY, "receipt", "--check", str(tmp_path / f"receipts/{number}"), "--vkey", vkey, *map(str, more)],
            env=offline, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    with ThreadPoolExecutor(4) as threads:
        for number, checked in enumerate(threads.map(check, range(count))):
            assert checked.returncode == 0, checked.stderr
            assert digests[number] in checked.stdout
    assert check(7, "--record", record).returncode == 0
    assert check(8, "--record", record).returncode == 1
    forged = tmp_path / "receipts/forged"
    forged.write_bytes(receipts[0].replace(b"index 0\n", b"index 1\n"))
    wrong = subprocess.run(
        [BINARY, "receipt", "--check", str(forged), "--vkey", vkey], env=offline, capture_output=True, check=False
    )
    assert wrong.returncode == 1


@pytest.mark.parametrize("moment", ["checkpoint", "openings"])
def test_a_wrong_key_is_refused(own_server: Server, tmp_path: Path, moment: str) -> None:
    """The log itself is open; openings are not, and an audit that cannot read them says nothing is good."""
    client = own_server.client()
    client.commit([context(1)])
    key = tmp_path / "key"
    key.write_text("stemma_wrong\n")
    options = ["--key-file", key] if moment == "openings" else []
    ran = run(
        own_server, "audit", "--vkey", own_server.folder / "log.vkey", "--state", tmp_path / "state", *options
    )
    assert ran.returncode == (2 if moment == "openings" else 0)


def test_an_upload_under_way_is_no_finding(own_server: Server, tmp_path: Path) -> None:
    own_server.client().commit([context(1)])
    address = urlparse(own_server.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(
            f"PUT /v1/main/content/sha256:{'0' * 64} HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {own_server.key}\r\nContent-Length: 1000001\r\n\r\n".encode()
            + bytes(1_000_000)
        )
        # Its chunks are written, in a transaction that nobody else sees.
        open_writes = "select count(*) from pg_stat_activity where query like '%insert into content_chunk%' and state = 'idle in transaction'"
        end = time.monotonic() + 20
        while own_server.sql(open_writes).strip() == "0":
            assert time.monotonic() < end
            time.sleep(0.05)
        code, report = audit_tables(own_server, tmp_path / "state")
    assert (code, report["content"]["checked"]) == (0, 0), report


def audit_tables(server: Server, state: Path) -> tuple[int, dict[str, Any]]:
    database = f"host={server.folder / 'run'} user=stemma dbname=postgres"
    ran = subprocess.run(
        [BINARY, "audit", "--sql", "--vkey", server.folder / "log.vkey", "--state", state, "--output", "json"],
        env={**os.environ, "STEMMA_DATABASE": database}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return ran.returncode, json.loads(ran.stdout) if ran.stdout else {"error": ran.stderr}
