"""Every system call on the signer's folder fails, fails after all, or is the last: nothing answered is lost,
no second tree of one size is signed, and the next start goes on without help.

`signer-session` drives the signer and stands for the database; `break_calls.c` breaks its calls.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import BINARY, FULL

SESSION = Path(BINARY).parent / "signer-session"

# A batch, a commit that fails (salt x), another batch; then enough for new journals.
SCRIPT = ["create", "open"] + [
    step
    for salt, count in [("a", 2), ("x", 3), ("b", 3), ("c", 1), ("d", 70), ("y", 1), ("e", 2)]
    for step in [f"prepare:{salt}:{count}", *([] if salt in "xy" else ["commit", "sign"])]
]

HOW = [("error", errno.EIO), ("persisted", errno.EIO), ("torn", 0), ("after", 0)]
if FULL:
    HOW += [("error", errno.ENOSPC), ("error", errno.EINTR), ("short", 0), ("before", 0)]


class Database:
    """What the database holds: the salt of each record."""

    def __init__(self, salts: list[str]) -> None:
        self.salts = list(salts)

    def root(self, size: int) -> str:
        leaves = [
            sha256(f"{index} {salt}".encode()).digest() for index, salt in enumerate(self.salts[:size])
        ]
        return tree_root(leaves).hex()

    def steps(self) -> list[str]:
        return [f"history:{salt}:1" for salt in self.salts]


def tree_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written there, over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


class Told:
    """What a run of the script answered before it ended."""

    def __init__(self, output: str) -> None:
        lines = output.splitlines()
        self.error = lines.pop() if lines and lines[-1].startswith("error ") else None
        self.created = "created" in lines
        self.opened = "opened" in lines
        self.committed: list[str] = []
        self.prepared: list[str] = []
        self.signed: list[tuple[int, str]] = []
        for step, line in zip(SCRIPT, lines):
            word, *numbers = line.split()
            if word == "prepared":
                salt, count = step.split(":")[1:]
                assert int(numbers[0]) == len(self.committed)
                self.prepared = [salt] * int(count)
            elif word == "committed":
                self.committed += self.prepared
                self.prepared = []
            elif word == "signed":
                self.signed.append((int(numbers[0]), numbers[1]))


@pytest.fixture(scope="module")
def breaker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("clang")
    assert compiler, "no C compiler, though Swift links with one"
    library = tmp_path_factory.mktemp("breaker") / "break_calls.so"
    source = Path(__file__).with_name("break_calls.c")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source, "-ldl"],
        check=True,
    )
    return library


def session(folder: Path, steps: list[str], **environment: object) -> str:
    answer = subprocess.run(
        [SESSION, folder, *steps], capture_output=True, text=True, timeout=60, check=False,
        env=environment_with(**environment),
    )  # fmt: skip
    return answer.stdout


def environment_with(**more: object) -> dict[str, str]:
    return {**os.environ, **{name: str(value) for name, value in more.items()}}


def test_nothing_breaks_a_whole_run(tmp_path: Path) -> None:
    told = Told(session(tmp_path / "state", SCRIPT))
    assert told.error is None
    assert [size for size, _ in told.signed] == [2, 5, 6, 76, 78]
    check_signed(told, Database(told.committed))


@pytest.mark.parametrize("how,number", HOW, ids=lambda value: str(value))
def test_every_call(breaker: Path, tmp_path: Path, how: str, number: int) -> None:
    calls = 0
    names: set[str] = set()
    while True:
        calls += 1
        folder, log = tmp_path / str(calls), tmp_path / f"{calls}.log"
        folder.mkdir()
        output = session(
            folder / "state", SCRIPT, LD_PRELOAD=breaker, BREAK_FOLDER=folder, BREAK_AT=calls,
            BREAK_HOW=how, BREAK_ERRNO=number, BREAK_LOG=log,
        )  # fmt: skip
        seen = log.read_text().splitlines()
        told = Told(output)
        if "broken" not in seen:
            # The call after the last one.
            assert told.error is None and len(told.signed) == 5
            break
        broken = seen[seen.index("broken") - 1]
        names.add(broken)
        check_answers(told, how, number, broken)
        check_next_start(folder, told)
        shutil.rmtree(folder)
    assert calls > 60
    assert names == {
        "mkdir", "open", "openat", "flock", "unlinkat", "renameat", "fsync", "fdatasync", "pread",
        "pwrite",
    }  # fmt: skip


def check_answers(told: Told, how: str, number: int, broken: str) -> None:
    """What was said while it broke is true, and a signer that failed said no more."""
    check_signed(told, Database(told.committed))
    if how in ("torn", "before", "after"):
        return
    retried = number == errno.EINTR and broken in ("flock", "fsync", "fdatasync", "pread", "pwrite")
    if how == "short" or retried:
        assert told.error is None, f"{broken} should have been gone on with"
        assert len(told.signed) == 5
    elif told.error is None:
        # Closing unlocks too.
        assert broken == "flock" and len(told.signed) == 5, f"{broken} failed and nobody said so"
    else:
        assert told.error.split()[1] == ("stopped" if told.opened else "unavailable")


def check_signed(told: Told, database: Database) -> None:
    for size, root in told.signed:
        assert size <= len(database.salts), "signed what was not committed"
        assert root == database.root(size), f"a second tree of size {size}"


def check_next_start(folder: Path, told: Told) -> None:
    """The next start goes on, whichever way the commit went that was under way."""
    if not told.created:
        assert re.match("created|error state_exists", session(folder / "state", ["create"]))
    for unheard in [[], told.prepared] if told.prepared else [[]]:
        state = folder / f"next{len(unheard)}"
        shutil.copytree(folder / "state", state)
        database = Database(told.committed + unheard)
        steps = [*database.steps(), "open", "prepare:-:0", "sign", "prepare:z:2", "commit", "sign"]
        lines = session(state, steps).splitlines()
        assert not lines[-1].startswith("error"), lines
        database.salts += ["z"] * 2
        answers = [line.split()[1:] for line in lines if line.startswith("signed")]
        assert [int(size) for size, _ in answers] == [len(database.salts) - 2, len(database.salts)]
        for size, root in answers:
            assert root == database.root(int(size))
        # And what was signed before is a part of it.
        check_signed(told, database)
