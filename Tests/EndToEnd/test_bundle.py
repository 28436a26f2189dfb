"""A lineage that was taken away, read and checked where there is no server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

from conftest import BINARY, Server
from stemma import digest_of_bytes

DATA = b"a,b\n1,2\n"
# Of three pieces in the bundle.
ANSWER = bytes(range(256)) * 2000


def descriptor(data: bytes, media_type: str) -> dict[str, Any]:
    return {"digest": digest_of_bytes(data), "size": len(data), "mediaType": media_type}


class Away:
    """A store whose server is gone, and the bundle that was made of it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "bundle.jsonl"
        self.digests: dict[str, str] = {}
        client = server.client()
        client.put_content(DATA)
        client.put_content(ANSWER)
        prompt = {"kind": "input", "v": 1, "content": descriptor(DATA, "text/csv")}
        secret = {"kind": "input", "v": 1, "content": descriptor(b"not here", "text/plain")}
        view = {
            "kind": "view", "v": 1, "inputs": [{"role": "data", "ref": "#prompt"}, {"role": "extra", "ref": "#secret"}],
            "context": "#context", "determinism": "run_to_run",
            "output": {"name": "answer", "type": "bytes", "mediaType": "application/octet-stream"},
        }
        output = {
            "kind": "output", "v": 1, "view": "#view", "execution": "#execution", "devices": ["#device"], "sample": "0",
            "producedAt": "2026-11-24T12:00:00.000000Z", "content": descriptor(ANSWER, "application/octet-stream"),
        }
        records: dict[str, dict[str, Any]] = {
            "prompt": prompt, "secret": secret, "context": {"kind": "context", "v": 1, "parameters": {"seed": "7"}},
            "view": view, "device": {"kind": "device", "v": 1, "class": "cpu", "share": {"mode": "whole"}},
            "execution": {
                "kind": "execution", "v": 1, "id": "00000000-0000-4000-8000-000000000001",
                "gang": {"system": "none", "id": "x", "size": 1},
            },
            "output": output,
            "name": {"kind": "name", "v": 1, "name": "answers/best", "target": "#output"},
            "unrelated": {"kind": "context", "v": 1, "parameters": {"other": True}},
        }
        answer = httpx.post(
            f"{server.url}/v1/main/commits", headers={"Authorization": f"Bearer {server.key}"},
            json={"records": [{"as": name, "record": record} for name, record in records.items()]},
        )
        assert answer.status_code == 200, answer.text
        self.digests = {name: item["digest"] for name, item in zip(records, answer.json()["records"])}
        client.erase(self.digests["secret"], "body", "law")
        done = self.run_with(server, "export", "--lineage", "answers/best", "--content", "-o", str(self.file))
        assert done.returncode == 0, done.stderr
        shutil.copy(server.folder / "log.vkey", folder / "vkey")
        self.whole = self.run_with(server, "lineage", "answers/best", "--output", "json").stdout

    def run_with(self, server: Server, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return self.run(*arguments, STEMMA_SERVER=server.url, STEMMA_KEY=server.key)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [BINARY, *arguments], capture_output=True, timeout=60, check=False,
            env={**os.environ, "STEMMA_SERVER": "http://127.0.0.1:1", "STEMMA_KEY": "none", **environment},
        )

    def audit(self, file: Path | None = None) -> tuple[int, dict[str, Any]]:
        done = self.run(
            "audit", "--bundle", str(file or self.file), "--vkey", str(self.folder / "vkey"), "--output", "json"
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    server = Server()
    server.start()
    try:
        bundle = Away(server, tmp_path_factory.mktemp("bundle"))
    finally:
        server.remove()
    yield bundle


def test_a_bundle_is_checked_without_a_server(away: Away) -> None:
    status, report = away.audit()
    assert (status, report["findings"]) == (0, [])
    assert report["root"] == away.digests["output"]
    # Everything but the unrelated one, and the erasure that stands beside what it erased.
    assert (report["records"], report["erased"]) == (9, 1)
    assert (report["contents"], report["contentBytes"], report["contentsAbsent"]) == (2, len(DATA) + len(ANSWER), 0)


def test_lineage_why_and_diff_read_it(away: Away) -> None:
    bundle = ["--bundle", str(away.file), "--vkey", str(away.folder / "vkey")]
    done = away.run("lineage", *bundle, "answers/best", "--output", "json")
    assert done.returncode == 0, done.stderr
    offline, online = json.loads(done.stdout), json.loads(away.whole)
    for part in ("nodes", "edges", "beside"):
        assert offline[part] == online[part], part
    assert sorted(map(str, offline["associations"])) == sorted(map(str, online["associations"]))
    done = away.run("lineage", *bundle, away.digests["view"][7:20], "--depth", "1", "--kind", "input", "--output", "json")
    assert {node["kind"] for node in json.loads(done.stdout)["nodes"]} == {"view", "input"}
    done = away.run("why", *bundle, away.digests["output"])
    assert done.returncode == 0 and b"answer" in done.stdout, done.stderr
    assert b"as much as the bundle holds" in done.stdout and b"Neither it nor" not in done.stdout
    done = away.run("diff", *bundle, away.digests["output"], "answers/best")
    assert done.returncode == 0, done.stderr
    assert away.run("lineage", *bundle, "no/such").returncode == 1
    assert b"--vkey" in away.run("lineage", *bundle[:2], "answers/best").stderr


def test_standard_tools_read_it(away: Away) -> None:
    lines = [json.loads(line) for line in away.file.read_bytes().splitlines()]
    assert lines[0]["bundle"] == 1 and lines[-1] == {"contents": 2, "records": 9}
    assert [line["index"] for line in lines if "index" in line] == sorted(
        line["index"] for line in lines if "index" in line
    )
    assert len([line for line in lines if line.get("content") == digest_of_bytes(ANSWER)]) == 3


@pytest.mark.parametrize("share", [place / 10 for place in range(10)])
def test_a_bundle_cut_anywhere_is_not_good(away: Away, tmp_path: Path, share: float) -> None:
    data = away.file.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(data[: int(len(data) * share)])
    status, report = away.audit(cut)
    assert status == 1 and report["findingCount"] > 0


def test_what_was_altered_is_named(away: Away, tmp_path: Path) -> None:
    data = away.file.read_bytes()
    bent = tmp_path / "bent"
    bent.write_bytes(data.replace(b'"seed":"7"', b'"seed":"8"', 1))
    status, report = away.audit(bent)
    assert (status, report["firstIndex"]) == (1, 2)
    done = away.run("lineage", "--bundle", str(bent), "--vkey", str(away.folder / "vkey"), "answers/best")
    assert done.returncode == 1 and b"index 2" in done.stderr
    bent.write_bytes(b"\x00" * (9 << 20))
    assert away.run("audit", "--bundle", str(bent), "--vkey", str(away.folder / "vkey")).returncode == 1


def test_the_same_lineage_is_the_same_bytes_and_nothing_is_left_half_written(tmp_path: Path) -> None:
    server = Server()
    server.start()
    try:
        away = Away(server, tmp_path)
        again = tmp_path / "again"
        done = away.run_with(server, "export", "--lineage", away.digests["output"], "--content", "-o", str(again))
        assert done.returncode == 0, done.stderr
        assert again.read_bytes() == away.file.read_bytes()
        # Every label is taken along, however many there are, and an erasure that came after the snapshot.
        client = server.client()
        previous: str | None = None
        for number in range(25):
            label = {"kind": "label", "v": 1, "subject": away.digests["view"], "label": f"l{number}", "reason": "r"}
            previous = client.commit([{**label, **({"previous": previous} if previous else {})}]).digests[0]
        labelled = tmp_path / "labelled"
        done = away.run_with(server, "export", "--lineage", away.digests["output"], "-o", str(labelled))
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in labelled.read_bytes().splitlines()]
        assert len([line for line in lines if line.get("record", {}).get("kind") == "label"]) == 25
        plain = tmp_path / "plain"
        done = away.run_with(server, "export", "--lineage", away.digests["output"], "-o", str(plain), "--at", "6")
        assert done.returncode == 0, done.stderr
        assert away.audit(plain)[1]["contentsAbsent"] == 2
        assert away.audit(plain)[1]["at"] == 6
        # Somebody alters a record: the server gives no bundle of it, and there is no file.
        server.sql("update record set nonce = decode('00112233445566778899aabbccddeeff', 'hex') where index = 2")
        done = away.run_with(server, "export", "--lineage", away.digests["output"], "-o", str(tmp_path / "none"))
        assert done.returncode != 0
        assert not list(tmp_path.glob("none*"))
    finally:
        server.remove()
