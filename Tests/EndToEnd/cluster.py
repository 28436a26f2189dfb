"""A private PostgreSQL of the tests, for servers that are given one with `--database`."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def _binaries() -> Path:
    """The newest of Debian's, or those on PATH."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return (found or Path(shutil.which("initdb") or "initdb")).parent


class Cluster:
    """Unix socket only. As root it runs as the user `postgres`, for PostgreSQL refuses root."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stemma-pg-"))
        self._binaries = _binaries()
        self._prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._prefix:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust")
        options = f"-k {self.folder} -c listen_addresses= -c log_min_messages=fatal"
        self._run(
            *["pg_ctl", "start", "-w", "-D", self.folder / "data", "-o", options],
            *["-l", self.folder / "log"],
        )

    @property
    def conninfo(self) -> str:
        return f"host={self.folder} user=postgres dbname=postgres"

    def query(self, *statements: str) -> str:
        """Runs each in a transaction of its own; the last one's rows as text."""
        commands = [word for statement in statements for word in ("-c", statement)]
        return self._run("psql", "-X", "-At", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo, *commands)

    def set(self, name: str, value: str | None) -> None:
        change = f"set {name} = '{value}'" if value is not None else f"reset {name}"
        self.query(f"alter system {change}", "select pg_reload_conf()")

    def remove(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self.folder / "data")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: object) -> str:
        ran = subprocess.run(
            [*self._prefix, self._binaries / program, *map(str, arguments)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # pg_ctl's server would keep a pipe open.
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, (program, ran.stdout, ran.stderr)
        return ran.stdout.strip()
