"""Views with outputs on device classes, for the tests that ask what they are worth."""

from __future__ import annotations

import uuid
from typing import Any

from lineage_records import descriptor
from stemma import digest_of


def source(word: str) -> dict[str, Any]:
    return {"kind": "input", "v": 1, "content": descriptor(word)}


def context(word: str, **members: Any) -> dict[str, Any]:
    return {"kind": "context", "v": 1, "parameters": {"why": word}, **members}


def view(inputs: list[str], of: str, name: str = "scores", model: str | None = None) -> dict[str, Any]:
    return {
        "kind": "view",
        "v": 1,
        **({"model": model} if model else {}),
        "inputs": [{"role": "data", "ref": reference} for reference in sorted(inputs)],
        "context": of,
        "output": {"name": name, "type": "tensor", "mediaType": "application/x-npy"},
        "determinism": "run_to_run",
    }


def device(name: str = "cpu", **share: Any) -> dict[str, Any]:
    return {"kind": "device", "v": 1, "class": name, "share": share or {"mode": "whole"}}


class Run:
    """One execution on one device, with its records."""

    def __init__(self, on: dict[str, Any], size: int = 1, ranks: int | None = None) -> None:
        self.device = on
        self.execution = {
            "kind": "execution",
            "v": 1,
            "id": str(uuid.uuid4()),
            "gang": {"system": "none", "id": "1", "size": size},
        }
        self.ranks = [
            {
                "kind": "rank",
                "v": 1,
                "execution": digest_of(self.execution),
                "rank": number,
                "attempt": 0,
                "devices": [{"device": digest_of(on)}],
                "startedAt": "2026-11-24T10:00:00.000000Z",
            }
            for number in range(size if ranks is None else ranks)
        ]

    def records(self, ended: bool = True) -> list[dict[str, Any]]:
        ends = [
            {
                "kind": "ended",
                "v": 1,
                "rank": digest_of(rank),
                "endedAt": "2026-11-24T10:00:10.000000Z",
                "exit": {"code": 0},
            }
            for rank in self.ranks
        ]
        return [self.device, self.execution, *self.ranks, *(ends if ended else [])]

    def output(self, of: str, word: str, sample: str = "0") -> dict[str, Any]:
        return {
            "kind": "output",
            "v": 1,
            "view": of,
            "execution": digest_of(self.execution),
            "devices": [digest_of(self.device)],
            "sample": sample,
            "producedAt": "2026-11-24T10:00:05.000000Z",
            "content": descriptor(word, "application/x-npy"),
        }


def verdict(outputs: list[str], word: str, statistic: float = 0.0, flags: list[str] | None = None) -> dict[str, Any]:
    return {
        "kind": "verdict",
        "v": 1,
        "outputs": sorted(outputs),
        "verdict": word,
        "flags": sorted(flags or []),
        "tests": [{"name": "max_scaled", "statistic": statistic, "threshold": 1.0}],
        "looks": 1,
        "method": "stemma-judging/1",
    }


def retraction(subject: str, effect: str = "ever", **members: Any) -> dict[str, Any]:
    return {"kind": "retraction", "v": 1, "subject": subject, "reason": "wrong units", "effect": effect, **members}
