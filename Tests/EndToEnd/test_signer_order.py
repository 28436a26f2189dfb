"""In which order the signer's writes become durable, as the kernel sees it (strace)."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from test_signer_faults import SCRIPT, SESSION, breaker, session

__all__ = ["breaker"]

CALLS = "mkdir,open,openat,flock,unlinkat,renameat,fsync,fdatasync,pread64,pwrite64,write"

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is missing (tools/setup installs it)"
)


@dataclass
class Call:
    """One system call; `start` and `end` are places in the log."""

    name: str
    arguments: str
    start: int
    end: int
    result: str

    @property
    def descriptor(self) -> int:
        return int(re.match(r"(-?\d+)", self.arguments)[1])  # type: ignore[index]


def read_log(text: str) -> list[Call]:
    calls: list[Call] = []
    open_calls: dict[str, Call] = {}
    for place, line in enumerate(text.splitlines()):
        if whole := re.match(r"(\d+) +(\w+)\((.*)\) += (-?\w+)", line):
            calls.append(Call(whole[2], whole[3], place, place, whole[4]))
        elif begun := re.match(r"(\d+) +(\w+)\((.*) <unfinished", line):
            open_calls[begun[1]] = Call(begun[2], begun[3], place, -1, "")
            calls.append(open_calls[begun[1]])
        elif ended := re.match(r"(\d+) +<\.\.\. \w+ resumed>.*\) += (-?\w+)", line):
            call = open_calls.pop(ended[1])
            call.end, call.result = place, ended[2]
    return calls


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    folder = tmp_path_factory.mktemp("order")
    log = folder / "strace.log"
    subprocess.run(
        ["strace", "-f", "-qq", "-s", "200", "-o", log, "-e", f"trace={CALLS}", SESSION, folder / "state", *SCRIPT],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    calls = read_log(log.read_text())
    # What the loader opens comes before.
    first = next(i for i, call in enumerate(calls) if call.name == "mkdir")
    return calls[first:]


def answers(calls: list[Call], pattern: str) -> list[Call]:
    return [call for call in calls if call.name == "write" and re.match(rf'1, "({pattern})\b', call.arguments)]


def is_synced(calls: list[Call], name: str, descriptor: int, after: int, before: int) -> bool:
    return any(
        call.name == name and call.descriptor == descriptor and call.result == "0"
        and after < call.start and call.end < before
        for call in calls
    )  # fmt: skip


def test_each_answer_comes_after_its_record_is_durable(calls: list[Call]) -> None:
    given = answers(calls, "prepared|signed")
    assert len(given) == 12
    last = -1
    for answer in given:
        records = [
            call for call in calls
            if call.name == "pwrite64" and not call.arguments.endswith(", 0")
            and last < call.start < answer.start
        ]  # fmt: skip
        assert len(records) == 1, "one record for each answer"
        record = records[0]
        assert is_synced(calls, "fdatasync", record.descriptor, record.end, answer.start)
        last = answer.start


def test_each_rename_is_of_a_durable_file_in_a_durable_folder(calls: list[Call]) -> None:
    renames = [call for call in calls if call.name == "renameat"]
    given = answers(calls, "created|opened|prepared|signed")
    assert len(renames) > 3
    for rename in renames:
        opened = [
            call for call in calls
            if call.name == "openat" and '.new"' in call.arguments and call.end < rename.start
        ][-1]  # fmt: skip
        file = int(opened.result)
        written = max(
            call.end for call in calls
            if call.name == "pwrite64" and call.descriptor == file and opened.end < call.start < rename.start
        )  # fmt: skip
        assert is_synced(calls, "fsync", file, written, rename.start)
        answer = min(call.start for call in given if call.start > rename.end)
        assert is_synced(calls, "fsync", rename.descriptor, rename.end, answer)


def test_nothing_escapes_the_breaking_of_calls(
    calls: list[Call], breaker: Path, tmp_path: Path
) -> None:
    log = tmp_path / "calls.log"
    session(tmp_path / "state", SCRIPT, LD_PRELOAD=breaker, BREAK_FOLDER=tmp_path, BREAK_LOG=log)
    counted = Counter(log.read_text().split())
    names = {"pread64": "pread", "pwrite64": "pwrite"}
    seen = Counter(names.get(call.name, call.name) for call in calls if call.name != "write")
    # The C library opens with openat whatever it is asked for.
    counted["openat"] += counted.pop("open")
    assert counted == seen
