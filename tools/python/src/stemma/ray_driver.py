"""Rebuilds on a Ray cluster: leases batches of items and runs each batch as a Ray task on a node of its device class.

``python -m stemma.ray_driver REBUILD --config worker.json --class cpu --class 'nvidia-h100-sxm;accelerator_type=H100;num_gpus=1'``

Each node needs the ``stemma`` binary, the worker's configuration and the executors. A task runs ``stemma rebuild --leased -``, so
that its outputs, records and verdicts are those of a local worker. Ray retries nothing: a task that is lost is a lease that runs
out, and whoever leases next does the work again, into the same output.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional, Sequence

import ray

from .client import Client

LEASE_SECONDS = 60


class RayQueue(NamedTuple):
    """Where outputs of one device class are made."""

    device_class: str
    options: Mapping[str, Any] = {}
    """Of the task: ``accelerator_type``, ``num_gpus``, ``num_cpus``, ``resources``."""
    slots: int = 2
    """Batches that are under way at once."""


class Summary(NamedTuple):
    counts: dict[str, int]
    """Items by state, as the server says at the end."""
    lost_tasks: int
    """Tasks that Ray lost: their leases ran out."""
    divergent: list[str]
    """Outputs that diverge from a sibling."""


@ray.remote(max_retries=0)
def run_batch(leases: list[dict[str, Any]], command: list[str], environment: dict[str, str]) -> list[dict[str, Any]]:
    """Runs on a node: what the worker said of each item. Raises where the worker could not run at all."""
    ran = subprocess.run(
        command,
        input=json.dumps({"leases": leases}).encode(),
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} rebuild: exit status {ran.returncode}: {ran.stderr.decode(errors='replace')[-2000:]}")
    return [json.loads(line) for line in ran.stdout.splitlines()]


class _Heartbeat:
    """Keeps what is leased until it is done: a batch waits for its node longer than a lease lasts."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._leases: set[str] = set()
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def add(self, leases: Sequence[str]) -> None:
        with self._lock:
            self._leases.update(leases)

    def drop(self, leases: Sequence[str]) -> None:
        with self._lock:
            self._leases.difference_update(leases)

    def close(self) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(LEASE_SECONDS / 3):
            with self._lock:
                leases = list(self._leases)
            for lease in leases:
                try:
                    if not self._client.keep(lease):
                        self.drop([lease])
                except Exception as error:  # noqa: BLE001 - the next beat asks again
                    print(f"stemma.ray_driver: heartbeat: {error}", file=sys.stderr)


def run(
    client: Client,
    rebuild: str,
    queues: Sequence[RayQueue],
    *,
    config: str,
    executors: Sequence[str],
    key_file: str,
    binary: str = "stemma",
    batch: int = 4,
) -> Summary:
    """Works until nothing of the rebuild is open any more. ``config`` and ``key_file`` are paths on the nodes."""
    environment = {"STEMMA_SERVER": client.url, "STEMMA_NAMESPACE": client.namespace, "STEMMA_KEY_FILE": key_file}
    heartbeat = _Heartbeat(client)
    running: dict[Any, tuple[RayQueue, list[str]]] = {}
    divergent: list[str] = []
    lost = 0
    try:
        while True:
            for queue in queues:
                while sum(one is queue for one, _ in running.values()) < queue.slots:
                    leases = client.lease(
                        f"ray/{os.uname().nodename}:{os.getpid()}", queue.device_class, executors,
                        count=batch, rebuild=rebuild, seconds=LEASE_SECONDS,
                    )  # fmt: skip
                    if not leases:
                        break
                    ids = [lease["lease"] for lease in leases]
                    heartbeat.add(ids)
                    command = _command(binary, config, queue, "--leased", "-")
                    task = run_batch.options(**queue.options).remote(leases, command, environment)
                    running[task] = (queue, ids)
            if not running:
                counts = _counts(client, rebuild)
                if not any(counts.get(state) for state in ("ready", "waiting", "leased")):
                    # Of a task that died after its output was stored nobody judged that; a worker of the rebuild does.
                    if any(item.get("attempts", 0) > 1 for item in client.rebuild_items(rebuild, state="done")):
                        command = _command(binary, config, queues[0], "--rebuild", rebuild, "--once")
                        divergent += _divergent(
                            ray.get(run_batch.options(**queues[0].options).remote([], command, environment))
                        )
                    return Summary(counts, lost, divergent)
                # Others are at it, or leases have to run out.
                time.sleep(0.5)
                continue
            done, _ = ray.wait(list(running), timeout=1.0)
            for task in done:
                _, ids = running.pop(task)
                heartbeat.drop(ids)
                try:
                    divergent += _divergent(ray.get(task))
                except Exception as error:  # noqa: BLE001 - whatever it was, the leases run out and the work is done again
                    lost += 1
                    print(f"stemma.ray_driver: a task is lost: {error}", file=sys.stderr)
    finally:
        heartbeat.close()


def _command(binary: str, config: str, queue: RayQueue, *what: str) -> list[str]:
    # How the device is shared is in the configuration.
    device_class = queue.device_class.split(" (")[0]
    return [binary, "rebuild", *what, "--output", "json", "--config", config, "--class", device_class]


def _divergent(said: Sequence[Mapping[str, Any]]) -> list[str]:
    return [one["output"] for one in said if one.get("judgement", {}).get("verdict") == "divergent"]


def _counts(client: Client, rebuild: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in client.rebuild_state(rebuild)["counts"]:
        counts[one["state"]] = counts.get(one["state"], 0) + one["items"]
    return counts


def _queue(text: str) -> RayQueue:
    """``CLASS[;OPTION=VALUE…]``; what is no option of Ray's tasks is a custom resource."""
    name, *pairs = text.split(";")
    options: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (name and key and equals and value):
            raise argparse.ArgumentTypeError(f"{text!r} is not CLASS;OPTION=VALUE…")
        if key == "accelerator_type":
            options[key] = value
        elif key in ("num_gpus", "num_cpus", "memory"):
            options[key] = float(value)
        else:
            options.setdefault("resources", {})[key] = float(value)
    return RayQueue(name, options)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Exit status 1 where an item failed or an output is divergent."""
    parser = argparse.ArgumentParser(prog="python -m stemma.ray_driver", description="Run a rebuild on a Ray cluster.")
    parser.add_argument("rebuild", help="id of a stored rebuild: `stemma rebuild --workers 0 --stale` makes one")
    parser.add_argument("--config", required=True, help="the worker's configuration, here and on the nodes")
    parser.add_argument("--class", dest="queues", action="append", type=_queue, required=True, metavar="CLASS[;OPTION=VALUE]")
    parser.add_argument("--key-file", default=os.environ.get("STEMMA_KEY_FILE"), help="on the nodes (STEMMA_KEY_FILE)")
    parser.add_argument("--binary", default="stemma", help="on the nodes")
    parser.add_argument("--batch", type=int, default=4, help="items a task")
    parser.add_argument("--address", help="of the cluster; without it Ray's own search, or a local one")
    options = parser.parse_args(arguments)
    if not options.key_file:
        parser.error("--key-file is needed: keys are not sent through the cluster")
    if not 1 <= options.batch <= 100:
        parser.error("--batch is 1 to 100")
    executors = sorted(json.loads(Path(options.config).read_text())["executors"])
    ray.init(address=options.address, log_to_driver=False, configure_logging=False)
    summary = run(
        Client(key_file=options.key_file), options.rebuild, options.queues, config=options.config,
        executors=executors, key_file=options.key_file, binary=options.binary, batch=options.batch,
    )  # fmt: skip
    print(json.dumps(summary._asdict(), sort_keys=True))
    return 1 if summary.divergent or summary.counts.get("failed") else 0


if __name__ == "__main__":
    sys.exit(main())
