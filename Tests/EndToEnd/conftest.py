"""A real server on a folder and a port of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Iterator

import pytest

from stemma import Client

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("STEMMA_BIN") or str(ROOT / ".build/debug/stemma")
FULL = bool(os.environ.get("STEMMA_FULL"))


class Server:
    def __init__(self, folder: Path | None = None, database: str | None = None) -> None:
        self.database = database
        self.folder = folder or Path(tempfile.mkdtemp(prefix="stemma-e2e-"))
        self.folder.mkdir(exist_ok=True)
        # PostgreSQL runs as another user where the tests run as root.
        self.folder.chmod(0o755)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        (self.folder / "listen.url").unlink(missing_ok=True)
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", "--data-dir", str(self.folder), "--listen", "127.0.0.1:0", *options],
                env=self.process_environment(),
                stderr=log,
            )
        end = time.monotonic() + 60
        while not (self.folder / "listen.url").exists():
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < end, "the server does not come up"
            time.sleep(0.05)

    def process_environment(self) -> dict[str, str]:
        database = {"STEMMA_DATABASE": self.database} if self.database else {}
        return {**os.environ, **database}

    def start_and_fail(self) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [BINARY, "serve", "--data-dir", str(self.folder), "--listen", "127.0.0.1:0"],
            env=self.process_environment(),
            capture_output=True,
            timeout=60,
            check=False,
        )

    def sql(self, text: str) -> str:
        """Runs SQL as the superuser of the private PostgreSQL, as an intruder would."""
        answer = subprocess.run(
            ["psql", "-h", str(self.folder / "run"), "-U", "stemma", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-qAt"],
            input=text, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    @property
    def url(self) -> str:
        return (self.folder / "listen.url").read_text().strip()

    @property
    def key(self) -> str:
        return (self.folder / "admin.key").read_text().strip()

    def client(self, namespace: str = "main", **options: object) -> Client:
        return Client(self.url, namespace, key=self.key, **options)  # type: ignore[arg-type]

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "STEMMA_SERVER": self.url,
            "STEMMA_KEY_FILE": str(self.folder / "admin.key"),
        }

    def postmaster(self) -> int:
        return int((self.folder / "postgres/postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def remove(self) -> None:
        if self.process and self.process.poll() is None:
            assert self.stop() == 0, (self.folder / "server.log").read_text()[-4000:]
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def own_server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, with no window."""
    if not FULL:
        pytest.skip("needs a browser: tools/test --full")
    from playwright.sync_api import sync_playwright

    # Chromium's sandbox refuses root, as which containers run tests.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield browser
        browser.close()
