"""Lineages for the tests that look at pictures of them."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
from typing import Any

from conftest import BINARY, Server
from stemma import digest_of

# Ends strings, elements, comments, lines and colours, turns the reading direction, and runs wherever it can.
HOSTILE = (
    "\"'`;]}-->\r\n</script><script>window.harmed=1</script><img src=x onerror=window.harmed=2>"
    "<a href=javascript:window.harmed=3>\x1b[31m\u202e&lt; \\N #35; %s {{data}}"
)


def run_stemma(server: Server, *arguments: str) -> bytes:
    ran = subprocess.run([BINARY, *arguments], env=server.environment(), capture_output=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout


def lineage_json(server: Server, namespace: str, digest: str) -> dict[str, Any]:
    graph: dict[str, Any] = json.loads(picture(server, namespace, digest, "json"))
    return graph


def picture(server: Server, namespace: str, digest: str, output: str) -> bytes:
    return run_stemma(server, "lineage", digest, "--namespace", namespace, "--all", "--output", output)


def descriptor(word: str, media_type: str = "text/csv") -> dict[str, Any]:
    return {
        "digest": "sha256:" + hashlib.sha256(word.encode()).hexdigest(),
        "size": 1000 + len(word),
        "mediaType": media_type,
    }


def context(word: str) -> dict[str, Any]:
    return {"kind": "context", "v": 1, "parameters": {"why": word, "seed": 7}}


def view(inputs: list[dict[str, Any]], of: dict[str, Any], name: str = "labels") -> dict[str, Any]:
    return {
        "kind": "view",
        "v": 1,
        "inputs": [
            {"role": "data", "ref": reference} for reference in sorted(digest_of(record) for record in inputs)
        ],
        "context": digest_of(of),
        "output": {"name": name, "type": "labels", "mediaType": "text/csv"},
        "determinism": "run_to_run",
    }


DEVICE = {"kind": "device", "v": 1, "class": "cpu", "share": {"mode": "whole"}}
EXECUTION = {
    "kind": "execution",
    "v": 1,
    "id": "6f1c7c1e-2d5a-4c7b-9a51-0d7a9c1f2b3e",
    "gang": {"system": "none", "id": "1", "size": 1},
}


def output(of: dict[str, Any], word: str) -> dict[str, Any]:
    return {
        "kind": "output",
        "v": 1,
        "view": digest_of(of),
        "execution": digest_of(EXECUTION),
        "devices": [digest_of(DEVICE)],
        "sample": "0",
        "producedAt": "2026-11-24T10:00:00.000000Z",
        "content": descriptor(word),
    }


def commit_hostile(server: Server, namespace: str) -> str:
    """A retracted input with a hostile title and label reason, and a view over it."""
    data = {"kind": "input", "v": 1, "content": descriptor("hostile")}
    of = {"kind": "context", "v": 1, "parameters": {HOSTILE: HOSTILE}, "decision": {"template": HOSTILE}}
    over = view([data], of, "x<b>\"y'&")
    said = [
        {"kind": "note", "v": 1, "subject": digest_of(data), "note": {"title": HOSTILE}},
        {"kind": "label", "v": 1, "subject": digest_of(data), "label": "pii", "reason": HOSTILE},
        {"kind": "retraction", "v": 1, "subject": digest_of(data), "effect": "ever", "reason": HOSTILE},
    ]
    client = server.client(namespace)
    client.commit([data, of, over])
    client.commit(said)
    return digest_of(over)


def commit_large(server: Server, namespace: str) -> tuple[str, int]:
    """A record that rests on 1,981 others: 640 views over each other's outputs, up to 40 levels deep or more."""
    numbers = random.Random(7)
    of = context("large")
    inputs = [{"kind": "input", "v": 1, "content": descriptor(f"input {i}")} for i in range(700)]
    records: list[dict[str, Any]] = [of, DEVICE, EXECUTION, *inputs]
    outputs: list[dict[str, Any]] = []
    used: set[int] = set()
    for i in range(640):
        earlier = {numbers.randrange(max(0, i - 60), i) for _ in range(numbers.randrange(3))} if i else set()
        used |= earlier
        over = view([*inputs[i::640], *(outputs[place] for place in sorted(earlier))], of, f"step/{i}")
        outputs.append(output(over, f"output {i}"))
        records += [over, outputs[-1]]
    last = view([value for i, value in enumerate(outputs) if i not in used], of, "last")
    records.append(last)
    client = server.client(namespace)
    for start in range(0, len(records), 1000):
        client.commit(records[start : start + 1000])
    return digest_of(last), 1 + len(inputs) + 2 * len(outputs) + 1
