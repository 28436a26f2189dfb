"""Trains a classifier on scikit-learn's digits and records all that its outputs rest on; then the data turns out to be wrong."""

from __future__ import annotations

import gzip
import importlib.resources
import json
import platform
import subprocess
import sys
from typing import Any

import numpy as np
import sklearn
from digits_executors import inferred, read, trained

from stemma import Client, Run, digest_of
from stemma.digest import descriptor

PARAMETERS = {"model": "logistic_regression", "c": 0.01, "maxIterations": 400, "trainRows": 1500}


#: A smudged scanner: one row in fifty of those that are trained on has its pixels turned round.
SMUDGED = range(0, 1500, 50)


def main() -> None:
    """`record`, `promote`, `summarise`, or `fresh` with the name of an output."""
    client = Client()
    steps = {"record": record, "promote": promote, "summarise": summarise, "fresh": fresh}
    steps[sys.argv[1]](client, *sys.argv[2:])


def record(client: Client) -> None:
    if client.find(key="quickstart/metrics"):
        print("already recorded; nothing was added")
        return
    clean = importlib.resources.files("sklearn.datasets").joinpath("data", "digits.csv.gz").read_bytes()
    raw = smudged(clean)
    print(f"reading digits ({len(raw):,} bytes)")
    for data in (raw, clean):
        client.put_content(data)
    data = {"kind": "input", "v": 1, "content": descriptor(raw, "application/gzip")}
    # What the scan should have been; nobody has looked yet.
    rescanned = {"kind": "input", "v": 1, "content": descriptor(clean, "application/gzip")}
    training = context("digits-train", "train on the first trainRows rows")
    inference = context("digits-infer", "classify the rows from trainRows on")
    learned = view([("data", data)], training, "model", "tensor", "application/x-npy")
    client.commit([data, rescanned, training, inference, learned])

    environment = {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "threads": 1,
    }
    table = read(raw)
    print(f"training on {PARAMETERS['trainRows']} rows")
    with Run(client, environment=environment, strict=True) as run:
        weights = trained(table, PARAMETERS)
        output = run.output(learned, weights, key="quickstart/model")
    model = promoted(output)
    outputs = [
        ("probabilities", "probabilities", "application/x-npy"),
        ("labels", "labels", "application/x-npy"),
        ("metrics", "scalars", "application/x-ndjson"),
    ]
    views = {
        name: view([("data", rescanned)], inference, name, kind, media, model)
        for name, kind, media in outputs
    }
    client.commit([model, *views.values()])

    test = read(clean)
    print(f"inferring {len(test) - PARAMETERS['trainRows']} rows")
    with Run(client, environment=environment, strict=True) as run:
        for name in ("probabilities", "labels"):
            run.output(
                views[name], inferred(name, test, weights, PARAMETERS), key=f"quickstart/{name}", compute={"dtypes": ["fp64"]}
            )
        client.move("datasets/digits@scanned", digest_of(data))
        client.move("datasets/digits@rescanned", digest_of(rescanned))
        client.move("models/digits@production", digest_of(model), reason="quickstart")
        # Last: a run that was cut short is done again, from the start.
        metrics = inferred("metrics", test, weights, PARAMETERS)
        run.output(views["metrics"], metrics, key="quickstart/metrics", compute={"dtypes": ["fp64"]})


def promote(client: Client) -> None:
    """Somebody looks at the retrained weights and makes them the model: no rebuild does that by itself."""
    current = client.name("models/digits@production")
    assert current
    model = json.loads(client.record(current["target"]))
    old = json.loads(client.record(model["promotedFrom"]))
    heir = client.view(old["view"])["because"]["superseded"][0]["to"]
    answer = client.answer(heir)
    assert answer, "the training was not rebuilt"
    new = promoted(answer["record"])
    client.commit([new])
    client.move("models/digits@production", digest_of(new), reason="retrained on the rescanned digits")
    print(f"promoted {digest_of(new)}")


def fresh(client: Client, name: str) -> None:
    """Prints the view that defines an output of that name and stands."""
    for entry in client.find(kind="view"):
        if entry["record"]["output"]["name"] == name and client.view(entry["digest"])["state"] == "fresh":
            print(entry["digest"])


def promoted(output: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "model",
        "v": 1,
        "content": output["content"],
        "format": "npy",
        "promotedFrom": digest_of(output),
    }


def smudged(data: bytes) -> bytes:
    table = read(data)
    table[list(SMUDGED), :-1] = table[list(SMUDGED), -2::-1]
    lines = (",".join(f"{value:g}" for value in row) for row in table)
    # No time in it: the same bytes every time.
    return gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)


def context(executor: str, task: str) -> dict[str, Any]:
    record: dict[str, Any] = {
        "kind": "context",
        "v": 1,
        "parameters": PARAMETERS,
        "decision": {"task": task},
        "executor": executor,
    }
    code = commit_of_this_checkout()
    if code:
        record["code"] = code
    return record


def view(
    inputs: list[tuple[str, dict[str, Any]]],
    context: dict[str, Any],
    name: str,
    kind: str,
    media_type: str,
    model: dict[str, Any] | None = None,
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "kind": "view",
        "v": 1,
        "inputs": [{"role": role, "ref": digest_of(value)} for role, value in sorted(inputs)],
        "context": digest_of(context),
        "output": {"name": name, "type": kind, "mediaType": media_type},
        "determinism": "run_to_run",
    }
    if model:
        record["model"] = digest_of(model)
    return record


def commit_of_this_checkout() -> dict[str, str] | None:
    found = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    commit = found.stdout.strip()
    return {"repository": "stemma", "commit": commit} if found.returncode == 0 and commit else None


def summarise(client: Client) -> None:
    records = client.find()
    print(f"\n{len(records)} records")
    kinds: dict[str, int] = {}
    for entry in records:
        kinds[entry["kind"]] = kinds.get(entry["kind"], 0) + 1
    for kind, count in kinds.items():
        print(f"  {count:3}  {kind}")
    for key in ("model", "probabilities", "labels", "metrics"):
        for entry in client.find(key=f"quickstart/{key}"):
            content = entry["record"]["content"]
            print(f"  {key:14}{entry['digest']}  {content['size']:,} bytes")
    for entry in client.find(kind="view"):
        if entry["record"]["output"]["name"] == "metrics":
            answer = client.answer(entry["digest"])
            content = answer["record"]["content"]["digest"] if answer else None
            told = f"accuracy on unseen rows {json.loads(client.content(content))['value']:.4f}" if content else "nothing to give"
            print(f"  metrics of {entry['digest']}: {told}")
    for name in ("datasets/digits@scanned", "datasets/digits@rescanned", "models/digits@production"):
        current = client.name(name)
        if current:
            print(f"  {name} -> {current['target']}")


if __name__ == "__main__":
    main()
