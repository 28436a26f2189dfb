"""A rebuild printed as Jobs for Kueue, held against the schemas of Kubernetes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import kubernetes_validate
import pytest
from conftest import Server
from stemma import digest_of
from stemma.kueue import DeviceQueue, Placement, jobs
from view_records import Run, context, device, source, view

REBUILD = "0f0e0d0c-0b0a-4908-8706-050403020100"
H100 = DeviceQueue("nvidia-h100-sxm", {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}, {"nvidia.com/gpu": "1"})
CPU = DeviceQueue("cpu")


def printed(items: list[dict[str, Any]], queues: list[DeviceQueue], **more: Any) -> list[dict[str, Any]]:
    placement = Placement("gpu", "stemma:1", "http://s", "main", key_secret="k", config_map="c")
    return jobs(items, REBUILD, queues, placement, **more)


def test_each_batch_is_a_job_that_kubernetes_takes() -> None:
    items = [{"class": "nvidia-h100-sxm"}] * 45 + [{"expected": {"class": "nvidia-h100-sxm", "seconds": 1.0}}] * 5
    found = printed(items + [{}] * 3, [CPU, H100], batch=20)
    for job in found:
        kubernetes_validate.validate(job, "1.34", strict=True)
    sizes = [job["spec"]["template"]["spec"]["containers"][0]["command"] for job in found]
    assert [command[command.index("--items") + 1] for command in sizes] == ["3", "20", "20", "10"]
    assert [command[command.index("--class") + 1] for command in sizes] == ["cpu"] + ["nvidia-h100-sxm"] * 3
    names = [job["metadata"]["name"] for job in found]
    assert len(set(names)) == 4 and all(len(name) <= 63 for name in names)
    assert all(job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "gpu" for job in found)
    assert all(job["spec"]["suspend"] for job in found), "Kueue begins it, nobody else"
    gpu = found[1]["spec"]["template"]["spec"]
    assert gpu["nodeSelector"] == {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}
    assert gpu["containers"][0]["resources"]["limits"] == {"nvidia.com/gpu": "1"}


def test_slices_of_one_card_have_jobs_of_their_own() -> None:
    slices = [DeviceQueue(f"nvidia-h100-80gb-hbm3 (mig {profile})") for profile in ("1g.10gb", "2g.20gb")]
    found = printed([{"class": one.device_class} for one in slices], slices)
    names = {job["metadata"]["name"] for job in found}
    assert len(names) == 2, "kubectl would change the first into the second"
    for job in found:
        kubernetes_validate.validate(job, "1.34", strict=True)


def test_the_validator_sees_what_is_wrong() -> None:
    (job,) = printed([{}], [CPU])
    job["spec"]["template"]["spec"]["restartPolicies"] = "Never"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, "1.34", strict=True)


def test_a_class_without_a_queue_is_refused() -> None:
    with pytest.raises(ValueError, match="'b200'"):
        printed([{"class": "b200"}], [CPU, H100])
    with pytest.raises(ValueError, match="at least one"):
        printed([], [])


def test_a_stored_rebuild_is_printed(server: Server) -> None:
    client = server.client("kueue")
    data, how = source("kueue"), context("kueue", executor="score")
    over, run = view([digest_of(data)], digest_of(how)), Run(device())
    client.commit([data, how, over, *run.records(), run.output(digest_of(over), "first")])
    plan = client.rebuild(view=digest_of(over), samples=5)
    ran = subprocess.run(
        [sys.executable, "-m", "stemma.kueue", plan["rebuild"], "--queue", "q", "--image", "i", "--config-map", "c"]
        + ["--class", "cpu=kubernetes.io/arch=amd64;cpu=2,memory=4Gi", "--batch", "2"],
        env={**server.environment(), "STEMMA_NAMESPACE": "kueue"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(ran.stdout)["items"]
    assert len(found) == 3
    spec = found[0]["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
    assert spec["containers"][0]["resources"]["requests"] == {"cpu": "2", "memory": "4Gi"}
    for job in found:
        kubernetes_validate.validate(job, "1.34", strict=True)
    assert server.key not in ran.stdout
