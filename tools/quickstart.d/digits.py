"""Trains a classifier on scikit-learn's digits and records all that its outputs rest on."""

from __future__ import annotations

import gzip
import importlib.resources
import io
import json
import platform
import subprocess
from typing import Any

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

from stemma import Client, Run, digest_of
from stemma.digest import descriptor

PARAMETERS = {"model": "logistic_regression", "c": 0.01, "maxIterations": 400, "trainRows": 1500}


def main() -> None:
    client = Client()
    if client.find(key="quickstart/metrics"):
        print("already recorded; nothing was added")
    else:
        record(client)
    summarise(client)


def record(client: Client) -> None:
    raw = importlib.resources.files("sklearn.datasets").joinpath("data", "digits.csv.gz").read_bytes()
    print(f"reading digits.csv.gz ({len(raw):,} bytes)")
    client.put_content(raw)
    data = {"kind": "input", "v": 1, "content": descriptor(raw, "application/gzip")}
    context: dict[str, Any] = {
        "kind": "context",
        "v": 1,
        "parameters": PARAMETERS,
        "decision": {"task": "classify 8x8 digits", "testRows": "from trainRows on, in file order"},
    }
    code = commit_of_this_checkout()
    if code:
        context["code"] = code
    training = view([("data", data)], context, "model", "bytes", "application/octet-stream")
    client.commit([data, context, training])

    environment = {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "threads": 1,
    }
    table = np.loadtxt(gzip.open(io.BytesIO(raw)), delimiter=",")
    split = PARAMETERS["trainRows"]
    print(f"training on {split} rows")
    with Run(client, environment=environment, strict=True) as run:
        classifier = LogisticRegression(C=PARAMETERS["c"], max_iter=PARAMETERS["maxIterations"])
        classifier.fit(table[:split, :-1], table[:split, -1])
        # Weights as plain arrays, one after another: the same weights are the same bytes.
        weights = npy(np.vstack([classifier.coef_.T, classifier.intercept_]))
        trained = run.output(training, weights, key="quickstart/model")

    model = {
        "kind": "model",
        "v": 1,
        "content": trained["content"],
        "format": "npy",
        "promotedFrom": digest_of(trained),
    }
    outputs = [
        ("probabilities", "probabilities", "application/x-npy"),
        ("labels", "labels", "application/x-npy"),
        ("metrics", "scalars", "application/json"),
    ]
    views = {
        name: view([("data", data)], context, name, kind, media, model)
        for name, kind, media in outputs
    }
    client.commit([model, *views.values()])

    print(f"inferring {len(table) - split} rows")
    with Run(client, environment=environment, strict=True) as run:
        probabilities = classifier.predict_proba(table[split:, :-1])
        labels = probabilities.argmax(axis=1).astype(np.int64)
        accuracy = float((labels == table[split:, -1]).mean())
        run.output(views["probabilities"], npy(probabilities), key="quickstart/probabilities")
        run.output(views["labels"], npy(labels), key="quickstart/labels")
        metrics = json.dumps({"accuracy": accuracy}, sort_keys=True).encode()
        client.move("datasets/digits@latest", digest_of(data))
        client.move("models/digits@production", digest_of(model), reason="quickstart")
        # Last: a run that was cut short is done again, from the start.
        run.output(views["metrics"], metrics, key="quickstart/metrics")


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


def npy(array: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


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
    metrics = client.find(key="quickstart/metrics")[0]["record"]["content"]["digest"]
    print(f"  accuracy on unseen rows: {json.loads(client.content(metrics))['accuracy']:.4f}")
    for name in ("datasets/digits@latest", "models/digits@production"):
        current = client.name(name)
        if current:
            print(f"  {name} -> {current['target']}")


if __name__ == "__main__":
    main()
