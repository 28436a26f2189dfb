"""Real models, executed in ways that make their outputs differ, get the right verdict; what is close but another
model never passes as equivalent.

Margins and envelopes are measured on honest pairs of inputs that are not judged here. The outputs were captured on
one machine (`real_outputs/`, by real_outputs.py); with `tools/test --full` they are made again on this one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import FULL
from judge_files import Answer, judge
from real_outputs import judge_entries, margins

Judge = Callable[..., dict[str, Answer]]


@pytest.fixture(scope="module", params=["captured", "made here"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "captured":
        return Path(__file__).parent / "real_outputs"
    if not FULL:
        pytest.skip("needs PyTorch and minutes: tools/test --full")
    from real_outputs import capture

    made = tmp_path_factory.mktemp("made")
    capture(made, tmp_path_factory.mktemp("scratch"))
    return made


@pytest.fixture
def judged(folder: Path, tmp_path: Path) -> Judge:
    """Judges all outputs of a model against its reference; by name and type that they were computed in."""

    def judge_all(model: str, kind: str, dtypes: list[str], view: dict[str, Any] | None) -> dict[str, Answer]:
        reference, *others = json.loads((folder / model / "index.json").read_text())
        measured = json.loads((folder / "envelopes.json").read_text())
        answers = {}
        for other in others:
            if other["dtype"] not in dtypes:
                continue
            # Envelopes are those of the two types that these two were computed in.
            envelopes = measured[other["dtype"]][kind] if view and other["dtype"] == "bf16" else None
            judging = {"judging": view | {"dtypes": dtypes}} if view else {}
            answers[f"{other['name']}, {other['dtype']}"] = judge_entries(
                folder / model, reference, other, kind, tmp_path, envelopes=envelopes, **judging
            )
        return answers

    return judge_all


def contract(folder: Path, kind: str, dtype: str) -> dict[str, Any]:
    return {"margins": margins(json.loads((folder / "envelopes.json").read_text())[dtype], kind)}


HONEST = ("one thread", "batches of 1", "batches of 7", "bf16", "bf16, batches of 1")
ACCEPTABLE = ("bit_identical", "numerically_equivalent", "statistically_equivalent")


def wrong(answers: dict[str, Answer]) -> dict[str, str]:
    """Honest outputs that are not accepted, and others that are."""
    return {
        name: answer.stdout
        for name, answer in answers.items()
        if (answer.verdict in ACCEPTABLE) != (name.rpartition(", ")[0] in HONEST)
    }


@pytest.mark.parametrize(
    "model, kind", [("digits", "tensor"), ("digits", "probabilities"), ("characters", "tokens")]
)
def test_a_view_that_is_computed_in_fp32(folder: Path, judged: Judge, model: str, kind: str) -> None:
    answers = judged(model, kind, ["fp32"], contract(folder, kind, "fp32"))
    assert len(answers) >= 6
    assert wrong(answers) == {}


def test_bf16_is_not_read_where_the_contract_has_only_fp32(folder: Path, tmp_path: Path) -> None:
    reference, *others = json.loads((folder / "digits/index.json").read_text())
    bf16 = next(other for other in others if other["dtype"] == "bf16")
    judging = contract(folder, "tensor", "fp32") | {"dtypes": ["fp32"]}
    answer = judge_entries(folder / "digits", reference, bf16, "tensor", tmp_path, judging=judging)
    assert answer.verdict == "not_comparable"


@pytest.mark.parametrize("kind", ["tensor", "probabilities"])
def test_a_view_that_may_be_computed_in_bf16(folder: Path, judged: Judge, kind: str) -> None:
    """int8 weights drift no further than bf16 does; all their rows do so in one direction, or on average more."""
    answers = judged("digits", kind, ["fp32", "bf16"], contract(folder, kind, "bf16"))
    assert len(answers) == 11
    assert wrong(answers) == {}


def test_defaults_do_not_tell_int8_from_bf16_and_say_so(judged: Judge) -> None:
    """Why envelopes are measured: a default fits no model."""
    answers = judged("digits", "tensor", ["fp32", "bf16"], None)
    assert answers["int8, bf16"].verdict == "numerically_equivalent"
    assert "uncalibrated" in answers["int8, bf16"].flags
    others = {name: answer for name, answer in answers.items() if not name.startswith("int8")}
    assert wrong(others) == {}


def test_labels(judged: Judge) -> None:
    """Labels that are equal are equal: they show only what flips. No other model is equivalent by statistics."""
    answers = judged("digits", "labels", ["fp32", "bf16"], None)
    for name, answer in answers.items():
        allowed = {"bit_identical", "inconclusive"} | (set() if name.rpartition(", ")[0] in HONEST else {"divergent"})
        assert answer.verdict in allowed, (name, answer.stdout)
    assert answers["one more epoch, fp32"].verdict == "divergent"
    assert answers["one thread, fp32"].verdict == "bit_identical"


def test_runs_of_other_seeds(folder: Path, tmp_path: Path) -> None:
    runs = {name: folder / path for name, path in json.loads((folder / "runs.json").read_text()).items()}
    read = {"scalars": "runs"}
    same = judge(runs["seeds"], runs["other seeds"], "scalars", scratch=tmp_path, read=read)
    assert same.verdict == "statistically_equivalent", same.stdout
    more = judge(runs["seeds"], runs["one more epoch"], "scalars", scratch=tmp_path, read=read)
    assert more.verdict == "divergent", more.stdout


def test_envelopes_of_something_else_are_refused(folder: Path, tmp_path: Path) -> None:
    index = json.loads((folder / "digits/index.json").read_text())
    measured = json.loads((folder / "envelopes.json").read_text())
    for other in (measured["bf16"]["probabilities"], measured["fp32"]["tensor"]):
        bf16 = next(entry for entry in index if entry["dtype"] == "bf16")
        answer = judge_entries(folder / "digits", index[0], bf16, "tensor", tmp_path, envelopes=other)
        assert answer.status == 2 and "the envelopes are those of" in answer.stderr
