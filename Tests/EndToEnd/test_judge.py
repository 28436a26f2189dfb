"""stemma judge: two files and what is declared of them, without a store."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest
from judge_files import judge, judge_declared, json_lines, side
from safetensors.numpy import save_file

RANDOM = numpy.random.default_rng(5)
ROWS = RANDOM.standard_normal((96, 33)).astype(numpy.float32)


def save(path: Path, array: numpy.ndarray, **options: object) -> Path:
    numpy.save(path, array, **options)
    return path


def noisy(rows: numpy.ndarray, size: float) -> numpy.ndarray:
    """Each row moved by that part of its length, in a direction of its own."""
    noise = RANDOM.standard_normal(rows.shape)
    noise /= numpy.linalg.norm(noise, axis=1, keepdims=True)
    length = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return (rows + size * length * noise).astype(rows.dtype)


def drifts(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    a, b = a.astype(float), b.astype(float)
    norms = numpy.linalg.norm(a, axis=1)
    return numpy.linalg.norm(b - a, axis=1) / numpy.maximum(norms, 1e-3 * numpy.median(norms))


@pytest.mark.parametrize(
    "size, verdict",
    [
        (0, "bit_identical"),
        (1e-6, "numerically_equivalent"),
        (5e-3, "statistically_equivalent"),
        (0.5, "divergent"),
    ],
)
def test_rungs_of_a_tensor(tmp_path: Path, size: float, verdict: str) -> None:
    other = noisy(ROWS, size) if size else ROWS
    answer = judge(save(tmp_path / "a.npy", ROWS), save(tmp_path / "b.npy", other), "tensor")
    assert answer.verdict == verdict
    assert answer.status == (1 if verdict == "divergent" else 0)
    if size:
        assert answer.test("row_drift.max")["statistic"] == pytest.approx(
            drifts(ROWS, other).max(), rel=1e-9
        )


def test_layouts_of_one_tensor_are_bit_identical(tmp_path: Path) -> None:
    """C and Fortran order, both byte orders, the three versions, three dimensions, safetensors."""
    cube = RANDOM.standard_normal((40, 5, 7)).astype(numpy.float32)
    a = save(tmp_path / "a.npy", cube)
    save_file({"x": cube}, tmp_path / "c.safetensors")
    others = [
        save(tmp_path / "f.npy", numpy.asfortranarray(cube)),
        save(tmp_path / "big.npy", cube.astype(">f4")),
        save(tmp_path / "bigf.npy", numpy.asfortranarray(cube.astype(">f4"))),
        tmp_path / "c.safetensors",
    ]
    for version in [(1, 0), (2, 0), (3, 0)]:
        path = tmp_path / f"v{version[0]}.npy"
        with open(path, "wb") as file:
            numpy.lib.format.write_array(file, cube, version=version)
        others.append(path)
    for path in others:
        assert judge(a, path, "tensor").verdict == "bit_identical", path


@pytest.mark.parametrize("dtype", ["f2", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"])
def test_every_type_equals_itself_and_sees_a_change(tmp_path: Path, dtype: str) -> None:
    array = (RANDOM.standard_normal((64, 8)) * 50).astype(dtype)
    changed = array.copy()
    changed[3, 4] = not changed[3, 4] if dtype == "b1" else changed[3, 4] + 1
    a, b = save(tmp_path / "a.npy", array), save(tmp_path / "b.npy", changed)
    assert judge(a, a, "tensor").verdict == "bit_identical"
    assert judge(a, b, "tensor").verdict != "bit_identical"


def test_integers_beyond_doubles_still_differ(tmp_path: Path) -> None:
    array = numpy.full((4, 4), 2**60, dtype="i8")
    other = array.copy()
    other[1, 1] += 1
    a, b = save(tmp_path / "a.npy", array), save(tmp_path / "b.npy", other)
    assert judge(a, b, "tensor").verdict == "numerically_equivalent"


def test_bf16_as_bits(tmp_path: Path) -> None:
    """uint16 that is declared so, and the V2 of ml_dtypes, are the same numbers."""
    bits = (ROWS.view(numpy.uint32) >> 16).astype(numpy.uint16)
    wide = (bits.astype(numpy.uint32) << 16).view(numpy.float32)
    a = save(tmp_path / "a.npy", bits)
    v = save(tmp_path / "v.npy", bits.view("V2"))
    w = save(tmp_path / "w.npy", wide)
    read = {"uint16": "bf16"}
    both = ("bf16", "bf16")
    assert judge(a, v, "tensor", dtypes=both, read=read).verdict == "bit_identical"
    answer = judge(a, w, "tensor", dtypes=both, read=read)
    assert (answer.verdict, answer.flags) == ("numerically_equivalent", ["dtype_changed", "uncalibrated"])


def test_structural_defects(tmp_path: Path) -> None:
    a = save(tmp_path / "a.npy", ROWS)
    sick = ROWS.copy()
    sick[7, 3] = numpy.nan
    cases = {
        "structural.truncated": ROWS[:50],
        "structural.shape": ROWS[:, :30],
        "structural.nonfinite": sick,
        "structural.rows_permuted": ROWS[::-1],
    }
    for flag, other in cases.items():
        answer = judge(a, save(tmp_path / "b.npy", other), "tensor")
        assert (answer.verdict, flag in answer.flags) == ("divergent", True), flag


def test_one_tensor_of_several(tmp_path: Path) -> None:
    save_file({"x": ROWS, "y": ROWS + 1}, tmp_path / "a.safetensors")
    save_file({"x": ROWS, "y": ROWS}, tmp_path / "b.safetensors")
    files = (tmp_path / "a.safetensors", tmp_path / "b.safetensors")
    assert judge(*files, "tensor", read={"tensor": "x"}).verdict == "bit_identical"
    assert judge(*files, "tensor", read={"tensor": "y"}).verdict == "divergent"
    unnamed = judge(*files, "tensor")
    assert unnamed.status == 2 and "2 tensors" in unnamed.stderr


def test_probabilities(tmp_path: Path) -> None:
    rows = RANDOM.dirichlet(numpy.ones(5), 400)
    near = rows + 1e-6 * RANDOM.standard_normal(rows.shape)
    a = save(tmp_path / "a.npy", rows)
    assert judge(a, save(tmp_path / "b.npy", near), "probabilities").verdict == "numerically_equivalent"
    bad = judge(a, save(tmp_path / "c.npy", rows * 2), "probabilities")
    assert "structural.not_a_distribution" in bad.flags
    cube = save(tmp_path / "d.npy", rows.reshape(20, 20, 5))
    assert judge(cube, cube, "probabilities").verdict == "bit_identical"
    lines = json_lines(tmp_path / "a.jsonl", rows.tolist())
    assert judge(a, lines, "probabilities").verdict == "bit_identical"


def test_labels(tmp_path: Path) -> None:
    labels = RANDOM.integers(0, 4, 5000)
    flipped = labels.copy()
    flipped[:3] = (flipped[:3] + 1) % 4
    a, b = save(tmp_path / "a.npy", labels), save(tmp_path / "b.npy", flipped)
    assert judge(a, a, "labels").verdict == "bit_identical"
    assert judge(a, b, "labels").verdict == "statistically_equivalent"
    assert "structural.label_set" in judge(a, b, "labels", read={"classes": 3}).flags
    # A flip far from any tie: three of them are more than chance allows.
    gaps = save(tmp_path / "gaps.npy", numpy.full(5000, 0.9))
    reference = side("labels", evidence=gaps.name)
    answer = judge(a, b, reference=reference, recomputed=side("labels"))
    assert (answer.verdict, answer.flags) == ("divergent", ["unexplained_flips"])


def test_keyed_rows(tmp_path: Path) -> None:
    rows = [{"id": f"r{i}", "class": "cat" if i % 3 else "dog, \"old\""} for i in range(700)]
    a = json_lines(tmp_path / "a.jsonl", rows)
    b = tmp_path / "b.csv"
    quoted = [f'{r["id"]},"{r["class"].replace(chr(34), chr(34) * 2)}"' for r in reversed(rows)]
    b.write_text("\r\n".join(["id,class", *quoted]))
    read = {"columns": {"key": "id", "label": "class"}}
    answer = judge(a, b, "labels", read=read, judging={"rows": "keyed"})
    assert (answer.verdict, answer.flags) == ("bit_identical", ["reordered"])
    b.write_text("\n".join(["id,class", *quoted[1:], 'other,"cat"']))
    answer = judge(a, b, "labels", read=read, judging={"rows": "keyed"})
    assert (answer.verdict, answer.flags) == ("divergent", ["structural.row_keys"])


def test_scalars(tmp_path: Path) -> None:
    a = json_lines(tmp_path / "a.jsonl", [0.5, 0.25])
    near = json_lines(tmp_path / "b.jsonl", [0.5 + 1e-7, 0.25])
    assert judge(a, near, "scalars").verdict == "numerically_equivalent"
    runs = json_lines(tmp_path / "r.jsonl", RANDOM.normal(0, 1, 60).tolist())
    again = json_lines(tmp_path / "s.jsonl", RANDOM.normal(0, 1, 60).tolist())
    answer = judge(runs, again, "scalars", read={"scalars": "runs"})
    assert answer.verdict == "statistically_equivalent"
    curve = json_lines(tmp_path / "c.jsonl", [{"step": s, "loss": 1 / (s + 1)} for s in range(50)])
    rows = [{"step": s, "loss": (1 + 1e-3 * (s > 9)) / (s + 1)} for s in range(50)]
    parted = judge(
        curve, json_lines(tmp_path / "d.jsonl", rows), "scalars", read={"scalars": "curve"}
    )
    assert parted.verdict == "inconclusive" and "chaotic_growth" in parted.flags


def test_tokens_need_evidence(tmp_path: Path) -> None:
    a = json_lines(tmp_path / "a.jsonl", [[1, 2, 3, 9]] * 40)
    b = json_lines(tmp_path / "b.jsonl", [[1, 2, 3, 9]] * 39 + [[1, 2, 4, 9]])
    answer = judge(a, b, "tokens")
    assert (answer.verdict, answer.flags) == ("inconclusive", ["no_evidence"])
    assert answer.json["need"] == {"of": "evidence", "count": 1}
    rows = [{"logProbabilityShift": [1e-5] * 4, "deficit": [0, 0, 0, 0]} for _ in range(40)]
    rows[39]["deficit"][2] = 1e-4
    json_lines(tmp_path / "e.jsonl", rows)
    answer = judge(
        a, b, reference=side("tokens"), recomputed=side("tokens", evidence="e.jsonl")
    )
    assert answer.verdict == "numerically_equivalent"


def test_text_and_rankings(tmp_path: Path) -> None:
    rows = [{"prompt": p, "text": f"answer {p}"} for p in range(3)]
    a = json_lines(tmp_path / "a.jsonl", rows)
    assert judge(a, a, "text").verdict == "bit_identical"
    rows[1]["text"] = "answer"
    cut = judge(a, json_lines(tmp_path / "b.jsonl", rows), "text")
    assert "structural.truncated" in cut.flags
    lists = [{"ids": ["x", "y", 3], "scores": [3, 2, 1.0]}] * 40
    r = json_lines(tmp_path / "r.jsonl", lists)
    swapped = json_lines(tmp_path / "s.jsonl", [{"ids": ["y", "x", 3], "scores": [3, 2, 1]}] * 40)
    assert judge(r, r, "ranking").verdict == "bit_identical"
    assert judge(r, swapped, "ranking").verdict == "divergent"


def test_not_comparable_is_decided_before_reading(tmp_path: Path) -> None:
    missing = tmp_path / "missing.npy"
    answer = judge(missing, missing, reference=side("tensor"), recomputed=side("labels"))
    assert (answer.status, answer.verdict) == (1, "not_comparable")
    slack = judge(missing, missing, "tensor", dtypes=("fp32", "bf16"), judging={"dtypes": ["fp32"]})
    assert slack.verdict == "not_comparable"


def test_text_for_people(tmp_path: Path) -> None:
    a = save(tmp_path / "a.npy", ROWS)
    b = save(tmp_path / "b.npy", noisy(ROWS[:40], 0.015))
    answer = judge(save(tmp_path / "c.npy", ROWS[:40]), b, "tensor", output="table")
    assert answer.stdout.startswith("inconclusive") and "needs " in answer.stdout
    assert judge(a, a, "tensor", output="table").stdout.startswith("bit_identical\n")


def test_bytes(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"one")
    b.write_bytes(b"two")
    assert judge(a, a, reference={"type": "bytes"}, recomputed={"type": "bytes"}).status == 0
    answer = judge(a, b, reference={"type": "bytes"}, recomputed={"type": "bytes"})
    assert answer.verdict == "divergent"


@pytest.mark.parametrize(
    "declared, said",
    [
        ({}, "reference and recomputed are needed"),
        ({"reference": side("tensor"), "recomputed": side("tensor"), "more": 1}, "more"),
        ({"reference": side("tensor"), "recomputed": {"type": "wood"}}, "type"),
        ({"reference": side("tensor"), "recomputed": side("tensor"), "read": {"tensors": "x"}}, "tensors"),
        ({"reference": side("tensor"), "recomputed": side("tensor"), "looks": {"number": 0}}, "looks"),
        ({"reference": side("tensor"), "recomputed": side("tensor"), "judging": {"margins": {"mood": 1}}}, "mood"),
    ],
)
def test_declarations_are_strict(tmp_path: Path, declared: dict, said: str) -> None:
    a = save(tmp_path / "a.npy", ROWS)
    path = tmp_path / "declared.json"
    path.write_text(json.dumps(declared))
    answer = judge_declared(a, a, path)
    assert answer.status == 2 and said in answer.stderr and "declared.json" in answer.stderr


def test_what_is_not_read_says_what_to_convert_to(tmp_path: Path) -> None:
    parquet = tmp_path / "a.parquet"
    parquet.write_bytes(b"PAR1" + bytes(100))
    answer = judge(parquet, parquet, "tensor")
    assert answer.status == 2 and "Parquet" in answer.stderr and "CSV" in answer.stderr
    objects = save(tmp_path / "o.npy", numpy.array([{}], dtype=object), allow_pickle=True)
    answer = judge(objects, objects, "tensor")
    assert answer.status == 2 and "|O" in answer.stderr
