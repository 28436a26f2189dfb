"""One run of a job, recorded as it happens, without ever getting in the job's way."""

from __future__ import annotations

import datetime
import logging
import platform
import re
import uuid
from types import TracebackType
from typing import Any, Mapping, Optional, Type

from .client import Client
from .digest import descriptor, digest_of

log = logging.getLogger("stemma")


def now() -> str:
    """The time as records write it."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def cpu_device() -> dict[str, Any]:
    """This machine's CPU as a ``device`` record."""
    readings: dict[str, Any] = {"machine": platform.machine() or "unknown"}
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                name, _, value = line.partition(":")
                field = {"model name": "model", "microcode": "microcode"}.get(name.strip())
                if field and value.strip():
                    readings.setdefault(field, value.strip())
    except OSError as error:
        readings["cpuinfoUnreadable"] = str(error)
    return {
        "kind": "device",
        "v": 1,
        "class": "cpu-" + re.sub(r"[^a-z0-9._-]", "-", str(readings["machine"]).lower()),
        "share": {"mode": "unknown"},
        "readings": readings,
    }


class Run:
    """``with Run(client, environment={…}) as run: … run.output(view, data, …)``.

    Failures to record are logged and kept in ``problems``; they are raised only with ``strict``.
    What the job itself raises always goes on unchanged.
    """

    def __init__(
        self,
        client: Client,
        *,
        environment: Optional[Mapping[str, Any]] = None,
        strict: bool = False,
    ) -> None:
        self._client = client
        self._strict = strict
        self.problems: list[Exception] = []
        identity = str(uuid.uuid4())
        self.device = cpu_device()
        self.execution: dict[str, Any] = {
            "kind": "execution",
            "v": 1,
            "id": identity,
            "gang": {"system": "none", "id": identity, "size": 1},
        }
        self.rank: dict[str, Any] = {
            "kind": "rank",
            "v": 1,
            "execution": digest_of(self.execution),
            "rank": 0,
            "attempt": 0,
            "devices": [{"device": digest_of(self.device)}],
            "environment": dict(environment or {"python": platform.python_version()}),
            "startedAt": now(),
        }

    def __enter__(self) -> "Run":
        self._commit([self.device, self.execution, self.rank])
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        code = 0 if kind is None else 1
        self._commit(
            [
                {
                    "kind": "ended",
                    "v": 1,
                    "rank": digest_of(self.rank),
                    "endedAt": now(),
                    "exit": {"code": code},
                }
            ],
            quiet=kind is not None,
        )

    def output(
        self,
        view: Mapping[str, Any],
        data: bytes,
        *,
        sample: str = "0",
        key: Optional[str] = None,
        compute: Optional[Mapping[str, Any]] = None,
    ) -> dict[str, Any]:
        """Record ``data`` as one output of ``view`` (a record that is committed already)."""
        record: dict[str, Any] = {
            "kind": "output",
            "v": 1,
            "view": digest_of(view),
            "execution": digest_of(self.execution),
            "devices": [digest_of(self.device)],
            "sample": sample,
            "producedAt": now(),
            "content": descriptor(data, view["output"]["mediaType"]),
        }
        if key:
            record["key"] = key
        if compute:
            record["compute"] = dict(compute)
        try:
            self._client.put_content(data)
        except Exception as error:  # noqa: BLE001 - recording must not break the job
            self._failed(error, quiet=False)
        self._commit([record])
        return record

    def _commit(self, records: list[dict[str, Any]], quiet: bool = False) -> None:
        try:
            self._client.commit(records)
        except Exception as error:  # noqa: BLE001 - recording must not break the job
            self._failed(error, quiet)

    def _failed(self, error: Exception, quiet: bool) -> None:
        self.problems.append(error)
        log.warning("not recorded: %s", error)
        if self._strict and not quiet:
            raise error
