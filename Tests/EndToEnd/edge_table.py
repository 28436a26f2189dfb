"""The table of references that lineage in SQL reads, as tests fill it and look at it."""

from __future__ import annotations

import subprocess
import time
from typing import Any

from conftest import BINARY, Server
from lineage_graph import content
from stemma import Client, digest_of

SIZE = "select size from edge_fill"
PUBLISHED = "select size from log_published"
# All that there must be, and all that there is.
WANTED = "select sum(cardinality(targets)) from record"
FOUND = "select count(*) from edge"


def models(count: int) -> list[dict[str, Any]]:
    """Models that rest on ten earlier ones each, as far as there are so many."""
    made: list[dict[str, Any]] = []
    digests: list[str] = []
    for number in range(count):
        record = {"kind": "model", "v": 1, "format": "raw", "content": content(f"model {number}")}
        if digests:
            record["base"] = sorted(set(digests[-10:]))
        made.append(record)
        digests.append(digest_of(record))
    return made


def commit(client: Client, records: list[dict[str, Any]]) -> None:
    for start in range(0, len(records), 1000):
        client.commit(records[start : start + 1000])


def wait_until_filled(server: Server) -> None:
    end = time.monotonic() + 300
    while int(server.sql(SIZE)) < int(server.sql(PUBLISHED)):
        assert time.monotonic() < end, "the table of references is not filled"
        time.sleep(0.1)


def check(server: Server) -> None:
    """Every reference is there once, in its place, and the audit of the tables has nothing to say."""
    assert server.sql(FOUND) == server.sql(WANTED)
    environment = {
        **server.environment(),
        "STEMMA_DATABASE": f"host={server.folder}/run port=5432 user=stemma dbname=postgres",
    }
    audit = subprocess.run(
        [BINARY, "audit", "--sql", "--vkey", (server.folder / "log.vkey").read_text().strip(), "--state",
         str(server.folder / "audit")],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert audit.returncode == 0, audit.stdout + audit.stderr
