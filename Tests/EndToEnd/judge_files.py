"""Writes outputs to files and has `stemma judge` compare them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import BINARY


@dataclass
class Answer:
    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.stdout)

    @property
    def verdict(self) -> str:
        assert self.status in (0, 1), self.stderr
        return self.json["verdict"]

    @property
    def flags(self) -> list[str]:
        return self.json["flags"]

    def test(self, name: str) -> dict[str, Any]:
        return next(test for test in self.json["tests"] if test["name"] == name)


def side(kind: str, dtype: str = "fp32", **members: Any) -> dict[str, Any]:
    return {"type": kind, "dtypes": [dtype], **members}


def judge(
    reference: Path,
    recomputed: Path,
    kind: str | None = None,
    /,
    *,
    dtypes: tuple[str, str] = ("fp32", "fp32"),
    output: str = "json",
    scratch: Path | None = None,
    envelopes: dict[str, Any] | None = None,
    **members: Any,
) -> Answer:
    """Judges two files; `kind` stands for two plain declarations, `members` go into the declared file, which lies in
    `scratch` or beside the reference."""
    if kind:
        members = {
            "reference": side(kind, dtypes[0]),
            "recomputed": side(kind, dtypes[1]),
        } | members
    declared = (scratch or reference.parent) / "declared.json"
    declared.write_text(json.dumps(members))
    options = []
    if envelopes is not None:
        options = ["--envelopes", declared.with_name("envelopes.json")]
        options[1].write_text(json.dumps(envelopes))
    return judge_declared(reference, recomputed, declared, output, *options)


def judge_declared(
    reference: Path, recomputed: Path, declared: Path, output: str = "json", *options: Any
) -> Answer:
    done = subprocess.run(
        [BINARY, "judge", reference, recomputed, "--declared", declared, "--output", output, *options],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def json_lines(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
