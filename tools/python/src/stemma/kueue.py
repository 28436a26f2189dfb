"""A rebuild as Kubernetes Jobs that Kueue admits: one Job a batch, each a worker that leases on its own.

``python -m stemma.kueue REBUILD --queue QUEUE --image IMAGE --config-map NAME --class 'h100-sxm=nvidia.com/gpu.product=NVIDIA-H100-80GB-HBM3' | kubectl apply -f -``

A Job does not hold certain items: it runs a worker of the rebuild for its class until as many items are done as its batch has,
or none is left. So a Job that is preempted and starts again repeats nothing that is done, and two that overlap share the work.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import sys
from collections import Counter
from typing import Any, Mapping, NamedTuple, Optional, Sequence

from .client import Client, Problem


class DeviceQueue(NamedTuple):
    """Where outputs of one device class are made."""

    device_class: str
    node_labels: Mapping[str, str] = {}
    """Labels of the nodes that have such a device (GPU feature discovery sets ``nvidia.com/gpu.product``)."""
    resources: Mapping[str, str] = {"cpu": "1", "memory": "2Gi"}
    """Requests and limits of the container: ``{"nvidia.com/gpu": "1"}``, or a MIG slice ``nvidia.com/mig-3g.40gb``."""


class Placement(NamedTuple):
    """What all Jobs of a rebuild share."""

    queue: str
    """The LocalQueue."""
    image: str
    server: str
    namespace: str
    key_secret: str
    config_map: str
    deadline_seconds: int = 86_400


def open_items(client: Client, rebuild: str) -> list[dict[str, Any]]:
    """Items that wait, for their turn or for another item, and those that somebody is at."""
    items: list[dict[str, Any]] = []
    for state in ("ready", "waiting", "leased"):
        items += client.rebuild_items(rebuild, state=state)
    return items


def jobs(
    items: Sequence[Mapping[str, Any]],
    rebuild: str,
    queues: Sequence[DeviceQueue],
    placement: Placement,
    *,
    batch: int = 20,
) -> list[dict[str, Any]]:
    """Manifests of ``batch/v1`` Jobs, suspended until Kueue admits them.

    An item that says no class goes where its like ran before, or else to the first of ``queues``. Raises ValueError where items
    need a class that has no queue.
    """
    if not queues:
        raise ValueError("at least one device class is needed")
    known = {one.device_class: one for one in queues}
    counts: Counter[str] = Counter()
    for item in items:
        name = item.get("class") or item.get("expected", {}).get("class")
        if item.get("class") and name not in known:
            raise ValueError(f"items need the class {name!r}, for which there is no queue")
        counts[name if name in known else queues[0].device_class] += 1
    made = []
    for name, count in sorted(counts.items()):
        for number in range(math.ceil(count / batch)):
            size = min(batch, count - number * batch)
            made.append(_job(known[name], rebuild, number, size, placement))
    return made


def _job(device: DeviceQueue, rebuild: str, number: int, size: int, placement: Placement) -> dict[str, Any]:
    # A DNS label: 63 characters of [a-z0-9-]. Slices of one card differ only at the end of their class's name.
    word = re.sub("[^a-z0-9]+", "-", device.device_class.lower()).strip("-")[:20].strip("-")
    mark = hashlib.sha256(device.device_class.encode()).hexdigest()[:6]
    name = f"stemma-{rebuild[:8]}-{word}-{mark}-{number}"
    labels = {"app.kubernetes.io/name": "stemma-worker", "stemma.rebuild": rebuild}
    command = ["stemma", "rebuild", "--rebuild", rebuild, "--class", device.device_class.split(" (")[0]]
    command += ["--items", str(size), "--config", "/etc/stemma/worker.json", "--output", "json"]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": {**labels, "kueue.x-k8s.io/queue-name": placement.queue}},
        "spec": {
            "suspend": True,
            "parallelism": 1,
            "completions": 1,
            # Attempts are the leases' to count: a worker that dies is worth another one.
            "backoffLimit": 3,
            "activeDeadlineSeconds": placement.deadline_seconds,
            "ttlSecondsAfterFinished": 3600,
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "restartPolicy": "Never",
                    "automountServiceAccountToken": False,
                    "nodeSelector": dict(device.node_labels),
                    "containers": [
                        {
                            "name": "worker",
                            "image": placement.image,
                            "command": command,
                            "env": [
                                {"name": "STEMMA_SERVER", "value": placement.server},
                                {"name": "STEMMA_NAMESPACE", "value": placement.namespace},
                                {"name": "STEMMA_KEY_FILE", "value": "/run/stemma/key"},
                            ],
                            "resources": {"requests": dict(device.resources), "limits": dict(device.resources)},
                            "securityContext": {
                                "allowPrivilegeEscalation": False,
                                "capabilities": {"drop": ["ALL"]},
                                "readOnlyRootFilesystem": True,
                                "runAsNonRoot": True,
                            },
                            "volumeMounts": [
                                {"name": "config", "mountPath": "/etc/stemma", "readOnly": True},
                                {"name": "key", "mountPath": "/run/stemma", "readOnly": True},
                                {"name": "scratch", "mountPath": "/tmp"},
                            ],
                        }
                    ],
                    "volumes": [
                        {"name": "config", "configMap": {"name": placement.config_map}},
                        {
                            "name": "key",
                            "secret": {"secretName": placement.key_secret, "items": [{"key": "key", "path": "key"}]},
                        },
                        {"name": "scratch", "emptyDir": {}},
                    ],
                },
            },
        },
    }


def _device(text: str) -> DeviceQueue:
    """``CLASS[=LABEL=VALUE[,LABEL=VALUE…]][;RESOURCE=QUANTITY…]``"""
    place, _, amounts = text.partition(";")
    name, _, labels = place.partition("=")
    if not name:
        raise argparse.ArgumentTypeError("CLASS=LABEL=VALUE;RESOURCE=QUANTITY is needed")

    def pairs(listed: str) -> dict[str, str]:
        found = {}
        for pair in filter(None, listed.split(",")):
            key, equals, value = pair.rpartition("=")
            if not (key and equals and value):
                raise argparse.ArgumentTypeError(f"{pair!r} is not NAME=VALUE")
            found[key] = value
        return found

    return DeviceQueue(name, pairs(labels), pairs(amounts) or DeviceQueue._field_defaults["resources"])


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m stemma.kueue", description="Print a rebuild as Jobs for Kueue.")
    parser.add_argument("rebuild", help="id of a stored rebuild")
    parser.add_argument("--queue", required=True, help="the LocalQueue")
    parser.add_argument("--image", required=True, help="an image with the stemma binary and the executors")
    parser.add_argument("--config-map", required=True, help="the ConfigMap with worker.json")
    parser.add_argument("--key-secret", default="stemma-key", help="the Secret with the key")
    parser.add_argument(
        "--class", dest="classes", action="append", type=_device, required=True, metavar="CLASS[=LABEL=VALUE][;RESOURCE=QUANTITY]"
    )
    parser.add_argument("--batch", type=int, default=20, help="items a Job")
    options = parser.parse_args(arguments)
    if options.batch < 1:
        parser.error("--batch is at least 1")
    client = Client()
    try:
        placement = Placement(
            options.queue, options.image, client.url, client.namespace, options.key_secret, options.config_map
        )
        items = open_items(client, options.rebuild)
        made = jobs(items, options.rebuild, options.classes, placement, batch=options.batch)
    except (Problem, ValueError) as error:
        print(f"stemma.kueue: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"apiVersion": "v1", "kind": "List", "items": made}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
