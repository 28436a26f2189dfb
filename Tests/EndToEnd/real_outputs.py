"""Outputs of real executions: written, judged, and what is measured on honest ones.

    python Tests/EndToEnd/real_outputs.py FOLDER     # with PyTorch: makes what tests without it judge
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import numpy
from judge_files import Answer, judge, side

# Statistics of which envelopes are made, and the margin of a contract that each is the measure of.
MEASURED = {
    "tensor": {"row_drift.max": "row_drift", "element_drift.max": None, "common_drift": "common_drift"},
    "probabilities": {"total_variation.max": "total_variation", "total_variation.mean": "mean_total_variation"},
    "tokens": {"token_deficit.max": "token_deficit", "log_probability.mean": "log_probability"},
}
# As envelopes have it: on top of the largest honest value.
FACTOR = 1.25


@dataclass
class Output:
    """What one execution gave, by type of output."""

    name: str
    dtype: Any
    is_honest: bool
    rows: dict[str, Any]

    @property
    def dtype_name(self) -> str:
        return {"torch.float32": "fp32", "torch.bfloat16": "bf16"}[str(self.dtype)]


def one_thread(body: Callable[[], Any]) -> Any:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return body()
    finally:
        torch.set_num_threads(threads)


def int8(model: Any) -> Any:
    """The same model with its matrices rounded to 255 steps a row, as weight-only quantisation has them."""
    model = copy.deepcopy(model)
    for parameter in model.parameters():
        if parameter.dim() == 2:
            step = parameter.data.abs().amax(1, keepdim=True) / 127
            parameter.data = (parameter.data / step).round() * step
    return model


def write(outputs: Iterator[Output], folder: Path) -> list[dict[str, Any]]:
    """Writes outputs to files; the answer, also in `index.json`, says of each what it is and where."""
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for number, output in enumerate(outputs):
        entry = {"name": output.name, "dtype": output.dtype_name, "isHonest": output.is_honest}
        for kind, rows in output.rows.items():
            if kind == "gaps" and number > 0:
                continue
            path = folder / f"{number:02}-{kind}"
            if isinstance(rows, numpy.ndarray):
                path = path.with_suffix(".npy")
                numpy.save(path, rows)
            else:
                path = path.with_suffix(".jsonl")
                path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
            entry[kind] = path.name
        index.append(entry)
    (folder / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    return index


def judge_entries(
    folder: Path, reference: dict[str, Any], other: dict[str, Any], kind: str, scratch: Path, **members: Any
) -> Answer:
    """Judges two outputs of one index; what is declared goes to `scratch`."""
    ours, theirs = side(kind, reference["dtype"]), side(kind, other["dtype"])
    if kind == "labels":
        ours["evidence"] = str(folder / reference["gaps"])
    if kind == "tokens":
        theirs["evidence"] = str(folder / other["evidence"])
    return judge(
        folder / reference[kind], folder / other[kind], reference=ours, recomputed=theirs, scratch=scratch, **members
    )  # fmt: skip


def measure(pairs: Iterator[tuple[Output, Output]], kinds: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """The envelopes of honest pairs, by type of output: what `stemma judge --envelopes` reads."""
    largest: dict[str, dict[str, float]] = {kind: dict.fromkeys(MEASURED[kind], 0.0) for kind in kinds}
    count, dtypes = 0, set()
    for pair in pairs:
        index = write(iter(pair), folder)
        count += 1
        dtypes |= {entry["dtype"] for entry in index}
        for kind in kinds:
            # Equal outputs have no tests: nothing drifted.
            tests = judge_entries(folder, *index, kind, folder).json["tests"]
            for test in tests:
                if test["name"] in largest[kind]:
                    largest[kind][test["name"]] = max(largest[kind][test["name"]], test["statistic"])
    return {
        kind: {
            "key": f"{kind}|real|{'+'.join(sorted(dtypes))}|cpu:whole|cpu:whole|torch",
            "index": 0,
            "envelopes": {name: {"pairs": count, "largest": value} for name, value in values.items()},
        }
        for kind, values in largest.items()
    }


def margins(envelopes: dict[str, Any], kind: str) -> dict[str, float]:
    """A contract whose margins are what honest executions were measured to need."""
    return {
        margin: FACTOR * envelopes[kind]["envelopes"][name]["largest"]
        for name, margin in MEASURED[kind].items()
        if margin
    }


def capture(folder: Path, scratch: Path) -> None:
    """Makes everything that the verdicts are about."""
    import real_characters
    import real_digits

    # Small models are trained faster without threads.
    digits = one_thread(real_digits.Digits)
    write(real_digits.report(digits), folder / "digits")
    characters = one_thread(real_characters.Characters)
    write(real_characters.report(characters), folder / "characters")
    measured = {}
    for name, dtype in (("fp32", real_digits.FP32), ("bf16", real_digits.BF16)):
        pairs = real_digits.honest_pairs(digits, dtype)
        measured[name] = measure(pairs, ("tensor", "probabilities"), scratch / "digits")
        pairs = real_characters.honest_pairs(characters, dtype)
        measured[name] |= measure(pairs, ("tokens",), scratch / "characters")
    (folder / "envelopes.json").write_text(json.dumps(measured, indent=1) + "\n")
    runs = {
        "seeds": one_thread(lambda: real_digits.losses(range(100, 140), 3)),
        "other seeds": one_thread(lambda: real_digits.losses(range(200, 240), 3)),
        "one more epoch": one_thread(lambda: real_digits.losses(range(300, 340), 4)),
    }
    for number, (name, values) in enumerate(runs.items()):
        runs[name] = f"{number:02}-runs.jsonl"
        (folder / runs[name]).write_text("".join(f"{value!r}\n" for value in values))
    (folder / "runs.json").write_text(json.dumps(runs) + "\n")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        capture(Path(sys.argv[1]), Path(scratch))
