"""The README's first command, on a store of its own."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import rfc8785

from conftest import BINARY, ROOT, Server


def test_quickstart_records_once_and_cat_proves_it() -> None:
    with tempfile.TemporaryDirectory(prefix="stemma-quickstart-") as folder:
        Path(folder).chmod(0o755)
        environment = {**os.environ, "STEMMA_HOME": folder, "STEMMA_BIN": BINARY}
        counts = []
        for _ in range(2):
            ran = subprocess.run(
                [str(ROOT / "tools/quickstart")],
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert ran.returncode == 0, ran.stderr
            counts.append([line for line in ran.stdout.splitlines() if line.endswith(" records")])
        assert counts[0] == counts[1], "the second run added records"
        server = Server()
        server.folder.rmdir()
        server.folder = Path(folder)
        server.start()
        try:
            records = server.client().find()
            assert len(records) > 15
            for entry in records:
                cat = subprocess.run(
                    [BINARY, "cat", entry["digest"]],
                    env=server.environment(),
                    capture_output=True,
                    check=True,
                )
                assert cat.stdout == rfc8785.dumps(entry["record"])
        finally:
            server.stop()
