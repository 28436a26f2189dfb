"""A Python function as the executor of rebuilds.

A worker's configuration names it as any other command, so that a record never says what runs::

    {"executors": {"score": {"command": ["/usr/bin/python3", "-m", "stemma.executor", "scoring:score"]}}}

and ``scoring.py`` has::

    def score(job: Job) -> bytes:
        data = np.load(job.path("data"))
        ...
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO, Callable, Mapping, NamedTuple, Optional, Union

#: The file that an output is written to; a function that writes its own may call it otherwise.
OUTPUT = "output"


class Input(NamedTuple):
    """One of the view's references, its content fetched and checked."""

    role: str
    ref: str
    kind: str
    path: Optional[Path]
    """A file, or with ``is_folder`` a folder; None where the record's content was never stored."""
    is_folder: bool
    media_type: Optional[str]


class Job:
    """What is to be computed: the view, what it rests on, and where the output goes."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)
        self.view: str = document["view"]
        self.record: dict[str, Any] = document["record"]
        self.context: dict[str, Any] = document["context"]
        self.parameters: dict[str, Any] = self.context.get("parameters", {})
        self.decision: dict[str, Any] = self.context.get("decision", {})
        self.output: dict[str, Any] = document["output"]
        self.folder = Path(self.output["folder"])
        self.sample: str = document["sample"]
        self.attempt: int = document["attempt"]
        self.inputs = [
            Input(
                one["role"],
                one["ref"],
                one["kind"],
                Path(one["path"]) if "path" in one else None,
                one["isFolder"],
                one.get("mediaType"),
            )
            for one in document["inputs"]
        ]

    def path(self, role: str) -> Path:
        """Where the only input of that role lies. Raises KeyError where there is none, several, or it has no content."""
        found = [one for one in self.inputs if one.role == role]
        if len(found) != 1 or found[0].path is None:
            raise KeyError(f"{len(found)} inputs have the role {role!r}, with content: {[bool(one.path) for one in found]}")
        return found[0].path

    @property
    def model(self) -> Path:
        """Where the view's model lies."""
        return self.path("model")


@dataclasses.dataclass
class Result:
    """An output, and what is to be recorded beside it: members of the same names of an output, a device, ``rank`` and
    ``ended`` record."""

    output: Any
    compute: Optional[Mapping[str, Any]] = None
    summary: Optional[Mapping[str, Any]] = None
    key: Optional[str] = None
    device: Optional[Mapping[str, Any]] = None
    environment: Optional[Mapping[str, Any]] = None
    use: Optional[Mapping[str, Any]] = None
    evidence: Optional[tuple[str, bytes, str]] = None
    """Name of a file, its bytes, its media type."""


Function = Callable[[Job], Any]


def load(name: str) -> Function:
    """``module:function``, the module looked for in the working folder too."""
    module, colon, function = name.partition(":")
    if not colon or not module or not function:
        raise ValueError(f"{name!r} is not MODULE:FUNCTION")
    sys.path.insert(0, os.getcwd())
    found = getattr(importlib.import_module(module), function)
    if not callable(found):
        raise ValueError(f"{name} is no function")
    return found  # type: ignore[no-any-return]


def run(function: Function, stdin: Optional[BinaryIO] = None) -> None:
    """Reads the job, calls the function, writes what it returned."""
    job = Job(json.load(stdin or sys.stdin.buffer))
    returned = function(job)
    result = returned if isinstance(returned, Result) else Result(returned)
    _write(job.folder, result.output)
    said = {
        field.name: getattr(result, field.name)
        for field in dataclasses.fields(result)
        if field.name not in ("output", "evidence") and getattr(result, field.name) is not None
    }
    if result.evidence is not None:
        name, data, media_type = result.evidence
        (job.folder / name).write_bytes(data)
        said["evidence"] = {"file": name, "mediaType": media_type}
    if said:
        (job.folder / "result.json").write_text(json.dumps(said))


def _write(folder: Path, output: Any) -> None:
    if output is None or isinstance(output, os.PathLike):
        # It was written by the function itself.
        return
    if isinstance(output, str):
        output = output.encode()
    if isinstance(output, (bytes, bytearray, memoryview)):
        (folder / OUTPUT).write_bytes(output)
    elif hasattr(output, "__array__"):
        import numpy

        with open(folder / OUTPUT, "wb") as file:
            numpy.save(file, output, allow_pickle=False)
    else:
        raise TypeError(
            f"an executor returns bytes, text, an array, a Result, or None where it wrote its file: not {type(output).__name__}"
        )


def main(arguments: Optional[list[str]] = None) -> Union[int, str]:
    """Exit status 2 where what is to run cannot be found; an exception of the function is the worker's to tell."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1:
        print("usage: python -m stemma.executor MODULE:FUNCTION < job.json", file=sys.stderr)
        return 2
    try:
        function = load(arguments[0])
    except (ImportError, AttributeError, ValueError) as error:
        print(f"stemma.executor: {error}", file=sys.stderr)
        return 2
    run(function)
    return 0


if __name__ == "__main__":
    # This file is there twice then: the function's `Result` is the imported one's.
    from stemma.executor import main as imported_main

    sys.exit(imported_main())
