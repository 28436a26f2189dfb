"""Pages are bounded in bytes, not only in rows: where they end, and what the server holds meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import Server

COUNT, LENGTH = 40, 900_000
MIB = 1 << 20


class Peak:
    """What a process held at most since this began; no page may add more than a few of its bodies to it."""

    def __init__(self, process: int) -> None:
        self.status = Path(f"/proc/{process}/status")
        Path(f"/proc/{process}/clear_refs").write_text("5")
        self.before = self.highest()

    def highest(self) -> int:
        line = next(line for line in self.status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) << 10

    def grown(self) -> int:
        return self.highest() - self.before


@pytest.fixture(scope="module")
def large(server: Server) -> list[str]:
    """Records of 900 KB, the last one small: names on one target, so that every list holds them."""
    client = server.client("large")
    target = client.commit([{"kind": "context", "v": 1, "parameters": {"large": 1}}]).digests[0]
    basis: dict[str, Any] = {"kind": "context", "v": 1}
    digests = [
        client.commit([{**basis, "parameters": {"number": number, "fill": "x" * LENGTH}}]).digests[0]
        for number in range(COUNT)
    ]
    return [target, *digests]


def get(server: Server, path: str) -> httpx.Response:
    answer = httpx.get(server.url + path, headers={"Authorization": f"Bearer {server.key}"}, timeout=60)
    assert answer.status_code == 200, answer.text[:500]
    return answer


def test_pages_of_records_end_early_and_miss_nothing(server: Server, large: list[str]) -> None:
    assert server.process
    seen: list[str] = []
    after, pages = -1, 0
    while True:
        peak = Peak(server.process.pid)
        page = get(server, f"/v1/large/records?limit=1000&after={after}").json()
        # 8 MiB of bodies: once as libpq has them, once in the records, once in the answer, and what is
        # garbage between them.
        assert peak.grown() < 48 * MIB
        pages += 1
        assert page["records"], "a page holds at least one record"
        seen += [record["digest"] for record in page["records"]]
        if "next" not in page:
            break
        after = page["next"]
    assert seen == large
    # Ten bodies reach 8 MiB.
    assert pages == 4


def test_a_page_that_is_full_of_rows_says_whether_more_follow(server: Server, large: list[str]) -> None:
    page = get(server, "/v1/large/records?limit=2").json()
    assert [record["digest"] for record in page["records"]] == large[:2]
    last = get(server, f"/v1/large/records?limit=40&kind=context&after={page['next'] - 1}").json()
    assert [record["digest"] for record in last["records"]] == large[1:11]
    rest = get(server, f"/v1/large/records?limit=1&after={last['next'] + 29}").json()
    assert [record["digest"] for record in rest["records"]] == large[40:]
    assert "next" not in rest


def test_pages_of_openings_end_early_and_miss_nothing(server: Server, large: list[str]) -> None:
    assert server.process
    size = int(get(server, "/log/checkpoint").text.split("\n")[1])
    seen: list[int] = []
    while len(seen) < size:
        peak = Peak(server.process.pid)
        # Not of the text, where more than LF ends a line.
        page = get(server, f"/log/openings?from={len(seen)}").content
        lines = [json.loads(line) for line in page.splitlines()]
        assert peak.grown() < 48 * MIB
        assert lines, "a page holds at least one opening"
        assert sum(len(json.dumps(line)) for line in lines) < 6 * MIB
        seen += [line["index"] for line in lines]
    assert seen == list(range(size))
