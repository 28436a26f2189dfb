"""A store with views that executors can compute, and workers on it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import BINARY, Server
from stemma import Client, digest_of
from view_records import retraction, view

EXECUTOR = Path(__file__).with_name("rebuild_executor.py")


def configuration(folder: Path, **settings: Any) -> Path:
    executor = {"command": [sys.executable, str(EXECUTOR)], "graceSeconds": 1, **settings}
    path = folder / "worker.json"
    path.write_text(
        json.dumps(
            {
                "class": "cpu",
                "share": {"mode": "whole"},
                "scratch": str(folder),
                "executors": {"score": executor},
            }
        )
    )
    return path


def stored(client: Client, word: str) -> dict[str, Any]:
    """An input whose bytes the store has."""
    content = {"digest": client.put_content(word.encode()), "size": len(word.encode()), "mediaType": "text/plain"}
    return {"kind": "input", "v": 1, "content": content}


def how(word: str = "how", **parameters: Any) -> dict[str, Any]:
    return {"kind": "context", "v": 1, "parameters": {"word": word, **parameters}, "executor": "score"}


def get(client: Client, path: str, **query: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client._send("GET", path, params=query or None).json()
    return answer


def one_view(client: Client, word: str = "one", **parameters: Any) -> str:
    """A view that was never run."""
    data, context = stored(client, word), how(word, **parameters)
    over = view([digest_of(data)], digest_of(context))
    client.commit([data, context, over])
    return digest_of(over)


def chain(server: Server, client: Client, config: Path, levels: int = 3) -> tuple[dict[str, Any], list[str]]:
    """Views over each other's outputs, all of them run, the first over an input that has a newer version by now."""
    old, new, context = stored(client, "old"), stored(client, "new"), how()
    client.commit([old, new, context])
    above, views = digest_of(old), []
    for level in range(levels):
        over = view([above], digest_of(context), f"step{level}")
        client.commit([over])
        (made, _) = Worker(server, client, config, "--samples", "1", digest_of(over), "--output", "json").lines()
        above = made["output"]
        views.append(digest_of(over))
    return retraction(digest_of(old), replacement=digest_of(new)), views


class Worker:
    """`stemma rebuild`, as a process."""

    def __init__(self, server: Server, client: Client, config: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [BINARY, "rebuild", *arguments, "--config", str(config), "--namespace", client.namespace],
            env=server.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, status: int = 0, timeout: float = 120) -> tuple[str, str]:
        out, err = self.process.communicate(timeout=timeout)
        assert self.process.returncode == status, out + err
        return out, err

    def lines(self, status: int = 0, timeout: float = 120) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.end(status, timeout)[0].splitlines()]
