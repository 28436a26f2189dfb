"""The signed log as a client meets it: checkpoints, tiles, receipts, erasure, refusal."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
from typing import Any

import httpx
import pytest

from conftest import Server
from stemma import Problem, digest_of_bytes


def context(number: int) -> dict[str, Any]:
    return {"kind": "context", "v": 1, "parameters": {"log": number}}


def get(server: Server, path: str, **more: Any) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", **more)


def authorization(server: Server) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.key}"}


def size_and_root(note: str) -> tuple[int, bytes]:
    lines = note.split("\n")
    return int(lines[1]), base64.b64decode(lines[2])


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as plainly as it can be written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    inner = b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])
    return hashlib.sha256(inner).digest()


def entries(server: Server, size: int) -> list[bytes]:
    found: list[bytes] = []
    for start in range(0, size, 256):
        width = min(256, size - start)
        number = f"x{start // 256 // 1000:03d}/{start // 256 % 1000:03d}" if start >= 256_000 else f"{start // 256:03d}"
        partial = f".p/{width}" if width < 256 else ""
        data = get(server, f"/log/tile/entries/{number}{partial}").content
        for offset in range(0, len(data), 34):
            assert data[offset : offset + 2] == b"\x00\x20"
            found.append(data[offset + 2 : offset + 34])
    assert len(found) == size
    return found


def test_an_acknowledged_commit_is_under_the_checkpoint_it_was_told(server: Server) -> None:
    client = server.client("log")
    for batch in range(3):
        answer = client.commit([context(batch * 1000 + n) for n in range(200)])
        size, root = size_and_root(answer.checkpoint)
        assert size > max(answer.indices)
        leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries(server, size)]
        assert root_of(leaves) == root


def test_openings_open_every_entry(server: Server) -> None:
    client = server.client("log")
    client.commit([context(5000)])
    size, _ = size_and_root(get(server, "/log/checkpoint").text)
    rows = []
    while len(rows) < size:
        page = get(server, f"/log/openings?from={len(rows)}", headers=authorization(server))
        assert page.status_code == 200
        rows += [json.loads(line) for line in page.text.split("\n")[:-1]]
    for index, (row, entry) in enumerate(zip(rows, entries(server, size))):
        assert row["index"] == index
        statement = json.dumps(
            row["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
        assert hashlib.sha256(base64.b64decode(row["nonce"]) + statement).digest() == entry
        assert all(reference["target"] < index for reference in row["statement"]["references"])
    assert get(server, "/log/openings").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0", "tile/0/0000", "tile/0/x000/000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/64/000", "tile/-1/000", "tile/0/-01", "tile/00/000", "tile/0/999",
        "tile/entries/0", "tile/entries/000.p/0", "tile/entries/999", "tile/8/000", "tile/63/000",
        "tile/0/%30%30%30", "tile/0/000/", "tile//000", "tile/0", "tile", "nothing",
    ],
)  # fmt: skip
def test_only_the_canonical_paths_of_what_is_signed_are_served(server: Server, path: str) -> None:
    server.client("log").commit([context(1)])
    assert get(server, f"/log/{path}").status_code == 404


def test_caching(server: Server) -> None:
    server.client("log").commit([context(n) for n in range(300)])
    assert "immutable" in get(server, "/log/tile/0/000").headers["cache-control"]
    assert get(server, "/log/checkpoint").headers["cache-control"] == "no-cache"


def test_erasure_of_content(server: Server) -> None:
    client = server.client("erased")
    data = os.urandom(300_000)
    digest = client.put_content(data)
    record = {
        "kind": "input",
        "v": 1,
        "content": {"digest": digest, "size": len(data), "mediaType": "text/plain"},
    }
    subject = client.commit([record]).digests[0]
    erased = client.erase(subject, what="content", reason="asked for by law")
    for path in (f"content/{digest}",):
        answer = get(server, f"/v1/erased/{path}", headers=authorization(server))
        assert (answer.status_code, answer.json()["code"]) == (410, "erased")
        assert answer.json()["erasure"] == erased["digest"]
    # The record stays, a retry finds the same erasure, and nobody brings the bytes back.
    assert json.loads(client.record(subject)) == record
    again = client.erase(subject, what="content", reason="asked for by law")
    assert (again["digest"], again["created"]) == (erased["digest"], False)
    with pytest.raises(Problem) as raised:
        client.put_content(data)
    assert raised.value.status == 410


def test_erasure_of_a_body(server: Server) -> None:
    client = server.client("erased")
    secret = {"kind": "context", "v": 1, "decision": {"prompt": "about a person"}}
    data = {"kind": "input", "v": 1, "unrecorded": digest_of_bytes(b"x")}
    answer = client.commit([secret, data])
    subject, other = answer.digests
    view = {
        "kind": "view", "v": 1, "inputs": [{"role": "data", "ref": other}], "context": subject,
        "output": {"name": "o", "type": "text", "mediaType": "text/plain"}, "determinism": "not_guaranteed",
    }  # fmt: skip
    above = client.commit([view]).digests[0]
    erased = client.erase(subject, what="body", reason="a person asked")
    with pytest.raises(Problem) as raised:
        client.record(subject)
    assert (raised.value.status, raised.value.document["erasure"]) == (410, erased["digest"])
    listed = {entry["digest"]: entry for entry in client.find()}
    assert listed[subject]["erased"] == erased["digest"]
    assert "record" not in listed[subject]
    # What rests on it still reads and still proves; so does its own entry.
    assert json.loads(client.record(above)) == view
    for digest in (subject, above):
        receipt = get(server, f"/v1/erased/records/{digest}/receipt", headers=authorization(server))
        assert receipt.status_code == 200
        assert receipt.text.startswith("c2sp.org/tlog-proof@v1\n")
    # Committing the erased record again does not bring it back.
    assert client.commit([secret]).indices == [answer.indices[0]]
    with pytest.raises(Problem):
        client.record(subject)
    gone = client.erase(above, what="body_and_nonce", reason="unlinkable")
    receipt = get(server, f"/v1/erased/records/{above}/receipt", headers=authorization(server))
    assert receipt.status_code == 410
    assert gone["created"]


def test_a_nonce_that_was_kept_is_destroyed_later(server: Server) -> None:
    client = server.client("erased")
    subject = client.commit([context(78)]).digests[0]
    receipt = f"/v1/erased/records/{subject}/receipt"
    body = client.erase(subject, what="body", reason="a person asked")
    assert get(server, receipt, headers=authorization(server)).status_code == 200
    both = client.erase(subject, what="body_and_nonce", reason="a person asked")
    assert get(server, receipt, headers=authorization(server)).status_code == 410
    # Whoever reads it is told of the erasure that left it as it is; nothing more can be destroyed.
    for again in ("body", "body_and_nonce"):
        with pytest.raises(Problem) as raised:
            client.record(subject)
        assert (raised.value.status, raised.value.document["erasure"]) == (410, both["digest"])
        client.erase(subject, what=again, reason="once more")
    assert body["digest"] != both["digest"]


def test_what_was_asked_is_destroyed_or_refused(server: Server) -> None:
    client = server.client("erased")
    subject = client.commit([context(79)]).digests[0]
    before = get(server, "/log/checkpoint").text
    row = {"subject": subject, "what": "row", "row": "customer 4711", "reason": "asked"}
    answer = httpx.post(f"{server.url}/v1/erased/erasures", json=row, headers=authorization(server))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_erasable")
    nonce = {"subject": subject, "what": "body", "nonce": "destroy", "reason": "asked"}
    answer = httpx.post(f"{server.url}/v1/erased/erasures", json=nonce, headers=authorization(server))
    assert answer.status_code == 400
    assert get(server, "/log/checkpoint").text == before


def test_what_later_records_are_checked_against_cannot_be_erased(server: Server) -> None:
    client = server.client("erased")
    subject = client.commit([context(77)]).digests[0]
    move = client.move("models/x", subject)
    with pytest.raises(Problem) as raised:
        client.erase(move["digest"], what="body", reason="no")
    assert (raised.value.status, raised.value.code) == (422, "not_erasable")
    with pytest.raises(Problem) as raised:
        client.erase(subject, what="content", reason="it has none")
    assert raised.value.status == 400
    with pytest.raises(Problem) as raised:
        client.erase(digest_of_bytes(b"nowhere"), what="content", reason="not there")
    assert raised.value.status == 422


def test_a_restored_backup_is_refused_and_named(own_server: Server) -> None:
    client = own_server.client()
    client.commit([context(1)])
    own_server.stop()
    backup = own_server.folder / "backup"
    shutil.copytree(own_server.folder / "postgres", backup, symlinks=True)
    subprocess.run(["cp", "-a", "--attributes-only", str(own_server.folder / "postgres"), str(backup)], check=False)
    own_server.start()
    after = own_server.client().commit([context(2)])
    signed = get(own_server, "/log/checkpoint").text
    own_server.stop()
    shutil.rmtree(own_server.folder / "postgres")
    shutil.move(str(backup), str(own_server.folder / "postgres"))
    subprocess.run(["chown", "-R", "--reference", str(own_server.folder / "run"), str(own_server.folder / "postgres")], check=True)
    own_server.start()
    ready = get(own_server, "/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "read_only")
    assert "behind" in ready.json()["reasons"][0]
    with pytest.raises(Problem) as raised:
        own_server.client(retries=0).commit([context(3)])
    assert (raised.value.status, raised.value.code) == (503, "read_only")
    # Reads go on with what is there, and no second checkpoint of that size was made.
    assert get(own_server, "/v1/main/records", headers=authorization(own_server)).status_code == 200
    shown = get(own_server, "/log/checkpoint").text
    assert size_and_root(shown)[0] < size_and_root(signed)[0]
    assert after.indices == [1]


def test_a_record_put_in_by_hand_stops_the_log(own_server: Server) -> None:
    client = own_server.client()
    client.commit([context(1)])
    sql = """
      insert into record (index, namespace, digest, kind, committed_at, principal, body, targets, members, nonce, commitment)
      select index + 1, namespace, sha256('x'), kind, committed_at, principal, body, targets, members, nonce, commitment
      from record; update head set next_index = next_index + 1;
    """
    own_server.sql(sql)
    with pytest.raises(Problem) as raised:
        own_server.client(retries=0).commit([context(2)])
    assert raised.value.code == "read_only"
    reasons = get(own_server, "/readyz").json()["reasons"]
    assert "foreign" in reasons[0] and "1" in reasons[0]


def test_a_store_without_its_signer_does_not_start(own_server: Server) -> None:
    own_server.client().commit([context(1)])
    own_server.stop()
    shutil.move(str(own_server.folder / "signer"), str(own_server.folder / "elsewhere"))
    result = own_server.start_and_fail()
    assert result.returncode == 3
    assert b"second history" in result.stderr
    shutil.move(str(own_server.folder / "elsewhere"), str(own_server.folder / "signer"))
    own_server.start()
    assert own_server.client().commit([context(1)]).indices == [0]


def test_what_was_committed_and_not_signed_is_signed_by_the_next_start(own_server: Server) -> None:
    """SIGKILL in the middle of load, many times: the log goes on, and every answer stays true."""
    told: dict[int, bytes] = {}
    for round_ in range(5):
        process = own_server.process
        assert process
        client = own_server.client(retries=0)
        try:
            for number in range(10_000):
                answer = client.commit([context(100_000 * (round_ + 1) + number)])
                size, root = size_and_root(answer.checkpoint)
                told[size] = root
                if number == 20 + 7 * round_:
                    os.kill(process.pid, signal.SIGKILL)
        except (httpx.HTTPError, Problem):
            pass
        process.wait()
        own_server.start()
    size, _ = size_and_root(get(own_server, "/log/checkpoint").text)
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries(own_server, size)]
    for size, root in told.items():
        assert root_of(leaves[:size]) == root
