"""Both engines answer like a plain walk, on the graph of `tools/bench lineage`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from conftest import BINARY, FULL

BENCH = str(Path(BINARY).with_name("stemma-bench"))


def test_both_engines_answer_like_a_plain_walk() -> None:
    records, queries = (1_000_000, 1000) if FULL else (20_000, 150)
    run = subprocess.run(
        [
            BENCH, "lineage", "--check", "--no-closures", "--records", str(records), "--queries", str(queries),
            "--stemma", BINARY,
        ],
        capture_output=True, text=True, timeout=7200, env=os.environ, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    end = json.loads(run.stdout.splitlines()[-1])
    assert (end["what"], end["queries"], end["differences"]) == ("check", queries, 0)
    assert end["truncated"] > queries / 10
