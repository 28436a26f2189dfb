"""`stemma why` tells how an output came to be, and `stemma diff` why two of them differ."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import uuid
from typing import Any

import pytest

from conftest import BINARY, ROOT, Server
from stemma import Client, digest_of, digest_of_bytes
from stemma.digest import descriptor
from stemma.manifest import MANIFEST_MEDIA_TYPE
from stemma.run import now


def stemma(server: Server, *arguments: str, status: int = 0) -> str:
    ran = subprocess.run(
        [BINARY, *arguments], env=server.environment(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == status, ran.stdout + ran.stderr
    return ran.stdout if status < 2 else ran.stderr


@pytest.fixture(scope="module")
def quickstart() -> Any:
    server = Server()
    server.start()
    subprocess.run(
        [sys.executable, str(ROOT / "tools/quickstart.d/digits.py"), "record"],
        env={**server.environment(), "OMP_NUM_THREADS": "1"}, cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    yield server
    server.remove()


def test_why_tells_the_quickstart(quickstart: Server) -> None:
    client = quickstart.client()
    (entry,) = client.find(key="quickstart/labels")
    told = stemma(quickstart, "why", "--key", "quickstart/labels")
    sections = re.split(r"\n\n", told.strip())
    assert [section.split("\n")[0] for section in sections] == [
        "What it is", "Which model made it", "What went in", "What was prescribed", "Where it ran",
        "How it compares", "Labels, retractions and erasures", "What is not known", "Proof",
    ]  # fmt: skip
    for sentence in (
        "This is the output “labels”: labels, application/x-npy, 2.5 kB.",
        "Its caller knows it by the key quickstart/labels.",
        "It was made by the model models/digits@production, npy, 5.3 kB, promoted from an output.",
        "The one process of that run started and ended with exit code 0.",
        "It was made from data: input datasets/digits@scanned, application/gzip, 53 kB, under ",
        "As “data”: input datasets/digits@rescanned, application/gzip, 57 kB.",
        "Parameters: c = 0.01, maxIterations = 400, model = logistic_regression, trainRows = 1500.",
        "Decision: task = classify the rows from trainRows on.",
        "It is the only output of its view (the same model, inputs and context): nothing to compare it with.",
        "Neither it nor anything that it rests on is recorded as labelled, retracted or erased.",
        f"It is entry {entry['index']} of the site's signed log: `stemma receipt {entry['digest']}`",
    ):
        assert sentence in told
    # Labels were recorded before the name moved, metrics after.
    assert "came to point to this model" in told
    metrics = stemma(quickstart, "why", "--key", "quickstart/metrics")
    assert "models/digits@production pointed to this model when this output was recorded." in metrics
    # Every short digest is that of a record.
    digests = {entry["digest"][7:19] for entry in client.find()}
    named = {short for line in told.split("\n") for short in re.findall(r"\[([0-9a-f ]+)\]$", line)}
    assert named and {short for group in named for short in group.split()} <= digests


def test_why_checks_the_receipt(quickstart: Server) -> None:
    key = str(quickstart.folder / "log.vkey")
    told = stemma(quickstart, "why", "models/digits@production", "--vkey", key)
    assert re.search(r"Checked: entry \d+ of the \d+ in the signed log \S+ says that admin recorded", told)
    other = "stemma.invalid/other+cdf2d8ea+AZ0mG2kkZ4R8j8mVtZf1DVt6mBzc3H0o3Q8iQ4vZQyJm"
    stemma(quickstart, "why", "models/digits@production", "--vkey", other, status=2)


def test_why_as_json_and_in_the_past(quickstart: Server) -> None:
    story = json.loads(stemma(quickstart, "why", "models/digits@production", "--output", "json"))
    assert story["kind"] == "model" and not story["truncated"]
    assert {section["topic"] for section in story["sections"]} == {"subject", "warnings", "proof"}
    early = stemma(quickstart, "why", story["root"], "--at", str(story["index"]))
    assert "models/digits@production" not in early
    assert "datasets/digits@latest" not in early


def test_why_lists_several_outputs_of_one_key(server: Server) -> None:
    client = server.client("whykeys")
    record_run(client, result="one", key="twice")
    record_run(client, result="two", key="twice")
    told = stemma(server, "why", "-n", "whykeys", "--key", "twice", status=2)
    assert told.count("sha256:") == 2 and "several outputs have the key twice" in told
    # A key may hold spaces, though none at its ends.
    record_run(client, result="three", key="claim 42")
    assert "by the key claim 42." in stemma(server, "why", "-n", "whykeys", "--key", "claim 42")
    assert "no space at either end" in run_failing(server, "why", "-n", "whykeys", "--key", " claim")
    assert "no output has the key" in run_failing(server, "why", "-n", "whykeys", "--key", "never")


def run_failing(server: Server, *arguments: str) -> str:
    ran = subprocess.run(
        [BINARY, *arguments], env=server.environment(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    return ran.stderr


CHANGES: dict[str, tuple[dict[str, Any], list[tuple[str, str, Any, Any]]]] = {
    "nothing": ({}, []),
    "one hyper-parameter": (
        {"parameters": {"lr": 0.1, "layers": [64, 10]}},
        [("prescribed", "/parameters/lr", 0.01, 0.1)],
    ),
    "device class": (
        {"device": "nvidia-h100-sxm5-80gb"},
        [("observed", "/class", "nvidia-a100-sxm4-80gb", "nvidia-h100-sxm5-80gb")],
    ),
    "one input": (
        {"data": b"other rows"},
        [("prescribed", "/content", descriptor(b"rows", "text/csv"), descriptor(b"other rows", "text/csv"))],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_diff_names_exactly_what_was_changed(server: Server, change: str) -> None:
    namespace = f"diff{list(CHANGES).index(change)}"
    client = server.client(namespace)
    changed, expected = CHANGES[change]
    a = record_run(client)
    b = record_run(client, **changed, result="same" if not changed else "other")
    status = 1 if changed else 0
    diff = json.loads(stemma(server, "diff", "-n", namespace, a, b, "--output", "json", status=status))
    assert [
        (found["nature"], found["pointer"], found["a"]["value"], found["b"]["value"])
        for found in diff["differences"]
    ] == expected
    assert not diff["truncated"] and diff["bytes"] == ("differ" if changed else "same")
    # The service says the same.
    assert client._send("GET", f"diff?a={a}&b={b}").json() == diff
    told = stemma(server, "diff", "-n", namespace, a, b, status=status)
    assert told.count("prescribed, at") + told.count("observed, at") == len(expected)
    if not changed:
        assert "Nothing that is recorded differs." in told


def test_diff_names_the_one_file_of_a_folder(server: Server) -> None:
    client = server.client("difffiles")
    folders = []
    for text in (b"one", b"another"):
        manifest = manifest_of_files({"train/a.csv": b"same", "train/b.csv": text})
        client.put_content(manifest)
        folders.append(record_run(client, manifest=manifest, result=text.decode()))
    told = stemma(server, "diff", "-n", "difffiles", *folders, status=1)
    assert "file train/b.csv of input “data”: 3 B" in told and "train/a.csv" not in told
    diff = client._send("GET", f"diff?a={folders[0]}&b={folders[1]}").json()
    assert [found["file"] for found in diff["differences"]] == ["train/b.csv"]


def test_diff_refuses_what_is_not_there(server: Server) -> None:
    client = server.client("diffnone")
    a = record_run(client)
    unknown = digest_of_bytes(b"nothing")
    for path, status in (
        (f"diff?a={a}", 400), (f"diff?a={a}&b=x", 400), (f"diff?a={a}&b={unknown}", 404),
        (f"diff?a={a}&b={a}&c=1", 400), (f"diff?a={a}&b={a}&at=-1", 400), (f"diff?a={a}&b={a}&at=0", 404),
    ):  # fmt: skip
        answer = client._http.get(f"{server.url}/v1/diffnone/{path}")
        assert answer.status_code == status, path
    other = server.client("diffother")
    b = record_run(other)
    assert client._http.get(f"{server.url}/v1/diffnone/diff?a={a}&b={b}").status_code == 404


def manifest_of_files(files: dict[str, bytes]) -> bytes:
    import rfc8785

    listed = [
        {"path": path, "size": len(data), "digest": digest_of_bytes(data)} for path, data in sorted(files.items())
    ]
    root = hashlib.sha256(b"".join(hashlib.sha256(files[path]).digest() for path in sorted(files)))
    return rfc8785.dumps({"files": listed, "root": f"sha256:{root.hexdigest()}", "v": 1})


def record_run(
    client: Client,
    *,
    data: bytes = b"rows",
    manifest: bytes | None = None,
    parameters: dict[str, Any] | None = None,
    device: str = "nvidia-a100-sxm4-80gb",
    result: str = "same",
    key: str | None = None,
) -> str:
    """Trains, promotes, infers; returns the digest of the inference output."""
    source: dict[str, Any] = {"kind": "input", "v": 1}
    if manifest is None:
        source["content"] = descriptor(data, "text/csv")
    else:
        source["manifest"] = descriptor(manifest, MANIFEST_MEDIA_TYPE)
    context = {"kind": "context", "v": 1, "parameters": parameters or {"lr": 0.01, "layers": [64, 10]}}
    card = {"kind": "device", "v": 1, "class": device, "share": {"mode": "whole"}, "driver": "570.86.15"}
    training = view(source, context, "model")
    records, trained = one_output(training, card, f"weights {result}".encode())
    model = {
        "kind": "model", "v": 1, "content": trained["content"], "format": "npy", "promotedFrom": digest_of(trained),
    }  # fmt: skip
    asked = {"kind": "input", "v": 1, "content": descriptor(b"asked", "text/csv")}
    inference = view(asked, context, "answer", digest_of(model))
    # The answer is made on a machine of its own, the same one for all.
    server = {"kind": "device", "v": 1, "class": "cpu-x86_64", "share": {"mode": "whole"}}
    more, answer = one_output(inference, server, f"answer {result}".encode(), key)
    everything = [source, context, card, training, *records, model, asked, server, inference, *more]
    client.commit(list({digest_of(record): record for record in everything}.values()))
    return digest_of(answer)


def view(
    source: dict[str, Any], context: dict[str, Any], name: str, model: str | None = None
) -> dict[str, Any]:
    return {
        "kind": "view", "v": 1, "inputs": [{"role": "data", "ref": digest_of(source)}],
        "context": digest_of(context), "determinism": "run_to_run",
        "output": {"name": name, "type": "bytes", "mediaType": "application/octet-stream"},
        **({"model": model} if model else {}),
    }  # fmt: skip


def one_output(
    of: dict[str, Any], device: dict[str, Any], data: bytes, key: str | None = None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    identity = str(uuid.uuid4())
    execution = {
        "kind": "execution", "v": 1, "id": identity, "gang": {"system": "none", "id": identity, "size": 1},
    }  # fmt: skip
    rank = {
        "kind": "rank", "v": 1, "execution": digest_of(execution), "rank": 0, "attempt": 0,
        "devices": [{"device": digest_of(device), "uuid": f"GPU-{identity}"}],
        "environment": {"image": "train:7"}, "startedAt": now(),
    }  # fmt: skip
    output = {
        "kind": "output", "v": 1, "view": digest_of(of), "execution": digest_of(execution),
        "devices": [digest_of(device)], "sample": "0", "producedAt": now(),
        "content": descriptor(data, "application/octet-stream"), **({"key": key} if key else {}),
    }  # fmt: skip
    return [execution, rank, output], output
