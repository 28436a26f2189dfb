"""The power goes: an ext4 of its own, shut down without flushing, under load.

kill -9 proves nothing about durability, since the kernel keeps what was written. Here everything that was not
flushed is gone: the database and the signer's memory lie on a loop-mounted file system that is stopped dead
(EXT4_IOC_SHUTDOWN, NOLOGFLUSH), mounted again and started again. The same harness with
`synchronous_commit=off` must lose something, or it proves nothing.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import random
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

from conftest import FULL, Server
from stemma import Problem, digest_of
from test_log import entries, get, root_of, size_and_root

EXT4_IOC_SHUTDOWN = 0x8004587D
NOLOGFLUSH = 2
CLONE_NEWNS = 0x00020000

pytestmark = pytest.mark.skipif(not FULL, reason="minutes; tools/test --full")


class Disk:
    """A file system whose power can be cut."""

    def __init__(self) -> None:
        self.image = Path(tempfile.mkstemp(prefix="stemma-disk-", dir="/var/tmp")[1])
        self.place = Path(tempfile.mkdtemp(prefix="stemma-power-"))
        self.place.chmod(0o755)
        os.truncate(self.image, 3 << 30)
        # Only here may a test be skipped: a machine that lets us make no file system of our own says so
        # now. Whatever fails after that is a failure.
        libc = ctypes.CDLL(None, use_errno=True)
        # A mount that somebody else's namespace had copied would outlive ours, dead.
        if libc.unshare(CLONE_NEWNS):
            pytest.skip(f"unshare: {os.strerror(ctypes.get_errno())}")
        try:
            run("mount", "--make-rprivate", "/")
            run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1,nodiscard", str(self.image))
            self.mount()
        except (FileNotFoundError, CommandFailed) as error:
            pytest.skip(str(error))

    def mount(self) -> None:
        run("mount", "-o", "loop", str(self.image), str(self.place))

    def cut(self) -> None:
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, EXT4_IOC_SHUTDOWN, struct.pack("I", NOLOGFLUSH))
        finally:
            os.close(handle)

    def unmount(self) -> None:
        end = time.monotonic() + 30
        while subprocess.run(["umount", str(self.place)], capture_output=True, check=False).returncode:
            assert time.monotonic() < end, "something holds the dead file system"
            time.sleep(0.1)

    def remove(self) -> None:
        self.unmount()
        self.place.rmdir()
        self.image.unlink()


class CommandFailed(Exception):
    """A command that did not end well, and what it said."""


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(f"{command[0]}: {done.stderr.strip()}")


def test_a_mount_that_fails_after_a_cut_is_a_failure(tmp_path: Path) -> None:
    disk = object.__new__(Disk)
    disk.image, disk.place = tmp_path / "image", tmp_path
    with pytest.raises(CommandFailed):
        disk.mount()


@pytest.fixture
def disk() -> Iterator[Disk]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    disk = Disk()
    yield disk
    disk.remove()


class Load:
    """Threads that commit, and what they were told. It all stays in this process, which keeps its power."""

    def __init__(self, server: Server, first: int) -> None:
        self.acknowledged: list[tuple[dict[str, Any], int]] = []
        self.roots: dict[int, bytes] = {}
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self.work, args=(server, first + worker * 1_000_000))
            for worker in range(4)
        ]
        for thread in self.threads:
            thread.start()

    def work(self, server: Server, number: int) -> None:
        client = server.client(retries=0, timeout=10.0)
        while not self.stopping.is_set():
            record = {"kind": "context", "v": 1, "parameters": {"power": number}}
            try:
                answer = client.commit([record])
            except (httpx.HTTPError, Problem):
                return
            self.acknowledged.append((record, answer.indices[0]))
            size, root = size_and_root(answer.checkpoint)
            self.roots[size] = root
            number += 1

    def end(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def crash(server: Server, disk: Disk) -> None:
    postmaster = server.postmaster()
    disk.cut()
    server.kill()
    subprocess.run(["pkill", "-KILL", "-P", str(postmaster)], check=False)
    try:
        os.kill(postmaster, 9)
    except ProcessLookupError:
        pass
    disk.unmount()
    disk.mount()


def lost(server: Server, load: Load) -> int:
    listed = {entry["digest"]: entry["index"] for entry in server.client(retries=20).find()}
    return sum(listed.get(digest_of(record)) != index for record, index in load.acknowledged)


def test_no_acknowledged_record_is_lost_when_the_power_goes(disk: Disk) -> None:
    server = Server(disk.place / "store")
    server.start()
    dice = random.Random(20)
    loads = []
    for cut in range(20):
        load = Load(server, cut * 10_000_000)
        loads.append(load)
        time.sleep(dice.uniform(0.5, 1.5))
        crash(server, disk)
        load.end()
        server.start()
        assert lost(server, load) == 0, f"cut {cut}"
        assert get(server, "/readyz").status_code == 200
    assert sum(lost(server, load) for load in loads) == 0
    assert sum(len(load.acknowledged) for load in loads) > 100, "there was load"
    size, _ = size_and_root(get(server, "/log/checkpoint").text)
    leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries(server, size)]
    for load in loads:
        for signed, root in load.roots.items():
            assert root_of(leaves[:signed]) == root
    server.stop()


def test_the_same_harness_sees_what_asynchronous_commit_loses(disk: Disk) -> None:
    """The control: records are lost, and the signer, whose memory was flushed, refuses to go on."""
    server = Server(disk.place / "store")
    server.start()
    server.sql("alter system set synchronous_commit = off")
    server.sql("alter system set wal_writer_delay = '10s'")
    server.stop()
    missing = 0
    for cut in range(5):
        server.start("--unsafe")
        load = Load(server, cut * 10_000_000)
        time.sleep(1.0)
        crash(server, disk)
        load.end()
        server.start("--unsafe")
        missing += lost(server, load)
        if missing:
            assert get(server, "/readyz").json()["status"] == "read_only"
            break
        server.stop()
    assert missing > 0, "a harness that has never seen a loss proves nothing"
    server.stop()
