"""A Python function as an executor: the job that it gets, and what becomes of what it returns."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stemma.executor import Job, Result, load, main, run


def document(tmp_path: Path, **more: Any) -> dict[str, Any]:
    (tmp_path / "out").mkdir(exist_ok=True)
    (tmp_path / "0").write_bytes(b"data")
    return {
        "v": 1,
        "executor": "score",
        "view": "sha256:" + "1" * 64,
        "record": {"kind": "view"},
        "context": {"kind": "context", "v": 1, "parameters": {"seed": 7}},
        "inputs": [
            {"role": "data", "ref": "sha256:" + "2" * 64, "kind": "input", "path": str(tmp_path / "0"), "isFolder": False},
            {"role": "gone", "ref": "sha256:" + "3" * 64, "kind": "input", "isFolder": False},
        ],
        "output": {"folder": str(tmp_path / "out"), "name": "scores", "type": "tensor", "mediaType": "application/x-npy"},
        "execution": {"kind": "execution"},
        "sample": "s",
        "attempt": 1,
        **more,
    }  # fmt: skip


def ran(tmp_path: Path, function: Any) -> Path:
    run(function, io.BytesIO(json.dumps(document(tmp_path)).encode()))
    return tmp_path / "out"


def test_bytes_text_and_arrays_are_written(tmp_path: Path) -> None:
    assert (ran(tmp_path, lambda job: job.path("data").read_bytes() + b"!") / "output").read_bytes() == b"data!"
    assert (ran(tmp_path, lambda job: "ä") / "output").read_bytes() == "ä".encode()
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert (np.load(ran(tmp_path, lambda job: array) / "output") == array).all()


def test_what_is_said_beside_it_is_kept(tmp_path: Path) -> None:
    out = ran(
        tmp_path,
        lambda job: Result(
            b"x",
            compute={"dtypes": ["fp32"]},
            environment={"torch": "2.9"},
            evidence=("gaps.npy", b"gaps", "application/x-npy"),
        ),
    )
    assert json.loads((out / "result.json").read_text()) == {
        "compute": {"dtypes": ["fp32"]},
        "environment": {"torch": "2.9"},
        "evidence": {"file": "gaps.npy", "mediaType": "application/x-npy"},
    }
    assert sorted(one.name for one in out.iterdir()) == ["gaps.npy", "output", "result.json"]


def test_a_function_may_write_its_own_file(tmp_path: Path) -> None:
    def score(job: Job) -> None:
        assert job.parameters == {"seed": 7} and job.output["name"] == "scores"
        (job.folder / "scores.csv").write_text("1")

    assert [one.name for one in ran(tmp_path, score).iterdir()] == ["scores.csv"]


def test_nothing_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not float"):
        ran(tmp_path, lambda job: 0.5)
    for role in ("model", "gone"):
        with pytest.raises(KeyError, match=role):
            ran(tmp_path, lambda job, role=role: job.path(role))


def test_it_is_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scoring.py").write_text(
        "from stemma.executor import Result\n"
        "def score(job):\n    return Result(b'scored', key='k')\n"
        "number = 1\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "stemma.executor", "scoring:score"],
        input=json.dumps(document(tmp_path)).encode(), cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/output").read_bytes() == b"scored"
    assert json.loads((tmp_path / "out/result.json").read_text()) == {"key": "k"}
    monkeypatch.chdir(tmp_path)
    for wrong in ("scoring", "scoring:", "scoring:none", "nothing:score", "scoring:number"):
        assert main([wrong]) == 2
        assert "stemma.executor: " in capsys.readouterr().err
    with pytest.raises(ValueError):
        load(":x")
