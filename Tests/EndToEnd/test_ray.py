"""The same plan through Ray gives the same records as through local workers. A real cluster, on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Iterator

import numpy as np
import pytest
from conftest import BINARY, FULL, Server
from stemma import Client, digest_of
from view_records import Run, context, device, source, view

SCORING = """
import hashlib, time
import numpy as np

def score(job):
    time.sleep(job.parameters.get("seconds", 0))
    data = b"".join(one.path.read_bytes() for one in job.inputs)
    return np.frombuffer(hashlib.sha256(data).digest(), dtype=np.uint8).astype(np.float32)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    if not FULL:
        pytest.skip("starts a Ray cluster: tools/test --full")
    import ray

    ray.init(num_cpus=2, resources={"cpu-node": 2}, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "scoring.py").write_text(SCORING)
    executor = {"command": [sys.executable, "-m", "stemma.executor", "scoring:score"], "folder": str(tmp_path)}
    (tmp_path / "worker.json").write_text(json.dumps({"class": "cpu", "executors": {"score": executor}}))
    return str(tmp_path / "worker.json")


def prepared(client: Client, views: int, seconds: float = 0.0) -> str:
    """Views over one dataset that is retracted and replaced, some over the outputs of others; the plan's id."""
    old, new = b"old data", b"new data"
    for data in (old, new):
        client.put_content(data)
    described = [
        {"kind": "input", "v": 1, "content": {"digest": client.put_content(data), "size": 8, "mediaType": "text/csv"}}
        for data in (old, new)
    ]
    how = context("ray", executor="score")
    how["parameters"]["seconds"] = seconds
    client.commit([*described, how])
    for number in range(views):
        client.commit([view([digest_of(described[0])], digest_of(how), f"scores/{number}")])
    client.retract(digest_of(described[0]), "wrong", replacement=digest_of(described[1]))
    return str(client.rebuild(what="stale")["rebuild"])


def npy(word: bytes) -> bytes:
    """Numbers that follow from a word."""
    buffer = io.BytesIO()
    np.save(buffer, np.frombuffer(hashlib.sha256(word).digest(), dtype=np.uint8).astype(np.float32))
    return buffer.getvalue()


def shape(client: Client) -> dict[str, Any]:
    """What there is, but for ids, times and who did it."""
    found = client.find()
    outputs = []
    for entry in found:
        if entry["kind"] == "output":
            record = entry["record"]
            outputs.append((record["view"], record["content"], record["devices"], record.get("compute")))
    kinds: dict[str, int] = {}
    for entry in found:
        kinds[entry["kind"]] = kinds.get(entry["kind"], 0) + 1
    views = sorted(entry["digest"] for entry in found if entry["kind"] in ("view", "succession"))
    return {"kinds": kinds, "outputs": sorted(outputs, key=str), "views": views}


def test_ray_makes_what_local_workers_make(server: Server, cluster: Any, config: str) -> None:
    from stemma.ray_driver import RayQueue, run

    local, remote = server.client("ray-local"), server.client("ray-remote")
    plan = prepared(local, 12)
    ran = subprocess.run(
        [BINARY, "rebuild", "--rebuild", plan, "--workers", "2", "--config", config],
        env={**server.environment(), "STEMMA_NAMESPACE": "ray-local"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    summary = run(
        remote, prepared(remote, 12), [RayQueue("cpu", {"resources": {"cpu-node": 1}})], config=config,
        executors=["score"], key_file=str(server.folder / "admin.key"), binary=BINARY, batch=3,
    )  # fmt: skip
    assert summary.counts == {"done": 12} and summary.lost_tasks == 0 and summary.divergent == []
    assert shape(remote) == shape(local)


def test_a_task_that_dies_is_done_again(server: Server, cluster: Any, config: str, monkeypatch: Any) -> None:
    from stemma import ray_driver

    monkeypatch.setattr(ray_driver, "LEASE_SECONDS", 6)
    client = server.client("ray-killed")
    plan = prepared(client, 6, seconds=1.0)
    killed: list[int] = []

    def kill() -> None:
        # A Ray worker process that has a stemma beneath it, in the middle of an item.
        end = time.monotonic() + 60
        while not killed and time.monotonic() < end:
            found = subprocess.run(["pgrep", "-f", "stemma rebuild --leased"], capture_output=True, text=True, check=False)
            for line in found.stdout.split():
                parent = Path(f"/proc/{line}/stat").read_text().rsplit(")", 1)[1].split()[1]
                if b"ray::" in Path(f"/proc/{parent}/cmdline").read_bytes():
                    time.sleep(0.5)
                    os.kill(int(parent), signal.SIGKILL)
                    os.kill(int(line), signal.SIGKILL)
                    killed.append(int(parent))
                    return
            time.sleep(0.1)

    thread = threading.Thread(target=kill)
    thread.start()
    summary = ray_driver.run(
        client, plan, [ray_driver.RayQueue("cpu", {"resources": {"cpu-node": 1}})], config=config,
        executors=["score"], key_file=str(server.folder / "admin.key"), binary=BINARY, batch=2,
    )  # fmt: skip
    thread.join()
    assert killed and summary.lost_tasks >= 1
    assert summary.counts == {"done": 6}
    outputs = [entry["record"] for entry in client.find(kind="output")]
    assert len(outputs) == len({record["view"] for record in outputs}) == 6


def test_an_output_of_a_task_that_died_is_judged(server: Server, cluster: Any, config: str) -> None:
    """It died between the commit of its output and the verdict on that."""
    from stemma.ray_driver import RayQueue, run

    client = server.client("ray-unjudged")
    data, how = source("ray"), context("ray", executor="score")
    over, first = view([digest_of(data)], digest_of(how)), Run(device())
    content = [npy(word) for word in (b"one", b"another")]
    described = [
        {"digest": client.put_content(one), "size": len(one), "mediaType": "application/x-npy"} for one in content
    ]
    made = {**first.output(digest_of(over), ""), "content": described[0], "compute": {"dtypes": ["fp32"]}}
    client.commit([data, how, over, *first.records(), made])
    plan = str(client.rebuild(view=digest_of(over), samples=1)["rebuild"])
    (job,) = client.lease("dead", "cpu", ["score"], rebuild=plan, seconds=5)
    late = {**made, "execution": digest_of(job["execution"]), "sample": job["sample"], "content": described[1]}
    client.commit([job["execution"], late])
    summary = run(
        client, plan, [RayQueue("cpu", {"resources": {"cpu-node": 1}})], config=config,
        executors=["score"], key_file=str(server.folder / "admin.key"), binary=BINARY,
    )  # fmt: skip
    assert summary.counts == {"done": 1} and summary.divergent == [digest_of(late)]
    (said,) = client.find(kind="verdict")
    assert sorted(said["record"]["outputs"]) == sorted([digest_of(made), digest_of(late)])
