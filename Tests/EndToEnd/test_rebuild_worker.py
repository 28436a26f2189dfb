"""Workers: real executors on what a real server plans."""

from __future__ import annotations

import collections
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any, Callable

import pytest
from conftest import BINARY, Server
from rebuild_store import Worker, chain, configuration, get, how, one_view, stored
from stemma import Client, digest_of
from view_records import view


@pytest.fixture
def client(server: Server) -> Client:
    return server.client("workers-" + uuid.uuid4().hex[:8])


def outputs(client: Client, of: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list(client.outputs(of))
    return found


def until(check: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)
    return found


def test_a_chain_is_rebuilt_and_drift_is_told(server: Server, client: Client, tmp_path: Path) -> None:
    config = configuration(tmp_path)
    why, views = chain(server, client, config)
    client.commit([why])
    dry, _ = Worker(server, client, config, "--stale", "--dry-run").end()
    assert "3 items to run" in dry and "3 items on cpu" in dry
    assert get(client, "rebuilds")["rebuilds"][0]["what"] == "samples"
    *items, last = Worker(server, client, config, "--stale", "--workers", "2", "--output", "json").lines()
    assert last["counts"] == {"done": 3} and last["divergent"] == []
    assert [item["outcome"] for item in items] == ["made"] * 3
    # The first of a view has no sibling: how far it is from the predecessor's is no verdict.
    assert all(item["drift"]["verdict"] == "divergent" and "verdict" not in item for item in items)
    assert client.stale() == []
    for old, item in zip(views, items):
        assert client.view(old)["state"] == "superseded"
        (made,) = outputs(client, item["view"])
        assert made["digest"] == item["output"] and made["class"] == "cpu"
        assert made["record"]["compute"] == {"dtypes": ["fp32"]}
        (rank,) = client.find(kind="rank", execution=made["record"]["execution"])
        assert get(client, f"records/{rank['digest']}")["attempt"] == 1
    # Each rests on the one before.
    assert items[1]["view"] != views[1]
    assert get(client, f"records/{items[1]['view']}")["inputs"][0]["ref"] == items[0]["output"]
    # Nothing is left of the jobs.
    assert list(tmp_path.glob("stemma-worker-*/*")) == []
    again, _ = Worker(server, client, config, "--stale").end()
    assert "0 items to run" in again


def test_more_samples_get_verdicts(server: Server, client: Client, tmp_path: Path) -> None:
    config = configuration(tmp_path)
    over = one_view(client)
    *items, last = Worker(server, client, config, "--samples", "3", over, "--output", "json").lines()
    assert last["counts"] == {"done": 3}
    assert "verdict" not in items[0]
    assert [item["judgement"]["verdict"] for item in items[1:]] == ["bit_identical"] * 2
    assert {item["against"] for item in items[1:]} == {items[0]["output"]}
    report = client.view(over)
    assert report["outputs"] == 3 and report["comparisons"][0]["verdicts"] == {"bit_identical": 2}
    # Bytes that are equal are three samples all the same.
    assert report["classes"] == [{"class": "cpu", "outputs": 3, "disowned": 0, "contents": 1}]


def test_a_divergent_output_is_kept_and_told(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client, drifts=True)
    worker = Worker(server, client, configuration(tmp_path), "--samples", "2", over)
    out, err = worker.end(status=1)
    made = outputs(client, over)
    assert len(made) == 2 and "divergent" in out
    assert f"divergent: output {made[1]['digest']} from {made[0]['digest']}" in err
    assert client.view(over)["comparisons"][0]["verdicts"] == {"divergent": 1}


def test_until_it_is_decided(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client)
    *_, last = Worker(server, client, configuration(tmp_path), "--until-decided", over, "--output", "json").lines()
    assert len(outputs(client, over)) == 2 and last["divergent"] == []
    out, _ = Worker(server, client, configuration(tmp_path), "--until-decided", over).end()
    assert "0 items to run" in out


def test_poison_is_set_aside_with_what_it_said(server: Server, client: Client, tmp_path: Path) -> None:
    over, good = one_view(client, "bad", poison=True), one_view(client, "good")
    worker = Worker(server, client, configuration(tmp_path), "--samples", "1", over)
    out, err = worker.end(status=1)
    assert out.count("exit 3") == 3 and "the disk is on fire" in out
    assert f"failed: {over}: exit 3" in err and "the disk is on fire" in err
    rebuild = get(client, "rebuilds")["rebuilds"][0]["rebuild"]
    (item,) = get(client, f"rebuilds/{rebuild}/items")["items"]
    assert (item["state"], item["attempts"], item["stderr"]) == ("failed", 3, "the disk is on fire\n")
    assert outputs(client, over) == []
    Worker(server, client, configuration(tmp_path), "--samples", "1", good).end()


@pytest.mark.parametrize(
    "settings,reason",
    [
        ({"command": ["/bin/true"]}, "no output"),
        ({"command": ["/bin/sleep", "100"], "timeLimitSeconds": 1}, "over its limit of 1 s"),
        ({"command": ["/bin/sh", "-c", "mkfifo $TMPDIR/../out/x"], "inherit": ["PATH"]}, "not a regular file"),
    ],
)
def test_what_comes_to_nothing_says_why(
    server: Server, client: Client, tmp_path: Path, settings: dict[str, Any], reason: str
) -> None:
    config = configuration(tmp_path, **settings)
    out, err = Worker(server, client, config, "--samples", "1", one_view(client)).end(status=1)
    assert reason in out and reason in err
    assert list(tmp_path.glob("stemma-worker-*/*")) == []


def test_an_input_that_is_not_here_is_no_output(server: Server, client: Client, tmp_path: Path) -> None:
    gone = {"kind": "input", "v": 1, "content": {"digest": "sha256:" + "7" * 64, "size": 1, "mediaType": "a/b"}}
    over = view([digest_of(gone)], digest_of(how()))
    client.commit([gone, how(), over])
    config = configuration(tmp_path)
    out, _ = Worker(server, client, config, "--samples", "1", digest_of(over)).end(status=1)
    assert "input: content_missing" in out


def test_a_folder_is_an_input_and_an_output(server: Server, client: Client, tmp_path: Path) -> None:
    script = tmp_path / "copy.py"
    script.write_text(
        "import json, shutil, sys\n"
        "job = json.load(sys.stdin)\n"
        "(one,) = job['inputs']\n"
        "assert one['isFolder']\n"
        "shutil.copytree(one['path'], job['output']['folder'] + '/copy')\n"
    )
    folder = tmp_path / "folder"
    (folder / "deep").mkdir(parents=True)
    (folder / "a").write_text("1")
    (folder / "deep/b").write_text("2")
    listed = subprocess.run([BINARY, "hash", "--manifest", str(folder)], capture_output=True, check=True).stdout
    for data in (b"1", b"2", listed):
        client.put_content(data)
    manifest = {
        "digest": client.put_content(listed),
        "size": len(listed),
        "mediaType": "application/vnd.stemma.manifest.v1+json",
    }
    data = {"kind": "input", "v": 1, "manifest": manifest}
    over = {**view([digest_of(data)], digest_of(how())), "output": {"name": "copy", "type": "bytes", "mediaType": "a/b"}}
    client.commit([data, how(), over])
    config = configuration(tmp_path, command=[os.path.realpath("/usr/bin/python3"), str(script)])
    Worker(server, client, config, "--samples", "2", digest_of(over)).end()
    made = outputs(client, digest_of(over))
    assert [one["record"]["manifest"] for one in made] == [manifest] * 2
    assert client.view(digest_of(over))["comparisons"][0]["verdicts"] == {"bit_identical": 1}


def lease_time(server: Server, client: Client, rebuild: str) -> None:
    """Ends all leases of a rebuild now: nobody wants to wait for half a minute."""
    server.sql(f"update rebuild_item set expires_at = now() where rebuild = '{rebuild}' and state = 'leased'")


def test_another_worker_takes_what_a_killed_one_had(server: Server, client: Client, tmp_path: Path) -> None:
    config = configuration(tmp_path)
    over = one_view(client, seconds=2)
    first = Worker(server, client, config, "--samples", "2", over)
    rebuild = until(lambda: [one["rebuild"] for one in get(client, "rebuilds")["rebuilds"]])[0]
    job = until(lambda: list(tmp_path.glob("stemma-worker-*/*/*/job.json")))[0].parent
    executor = until(lambda: processes_in(job))
    first.process.kill()
    first.process.wait()
    # What it ran does not outlive it.
    until(lambda: not [pid for pid in executor if Path(f"/proc/{pid}").exists()], 10)
    counts = get(client, f"rebuilds/{rebuild}")["counts"]
    assert {count["state"]: count["items"] for count in counts} == {"leased": 1, "ready": 1}
    lease_time(server, client, rebuild)
    *items, last = Worker(server, client, config, "--rebuild", rebuild, "--output", "json").lines()
    assert last["counts"] == {"done": 2}
    assert sorted(item["attempt"] for item in items) == [1, 2]
    assert len(outputs(client, over)) == 2
    # The next worker removed what the killed one left.
    assert not job.exists() and list(tmp_path.glob("stemma-worker-*/*")) == []


def processes_in(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_ctrl_c_finishes_what_runs(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client, seconds=1)
    worker = Worker(server, client, configuration(tmp_path), "--samples", "3", over)
    until(lambda: list(tmp_path.glob("stemma-worker-*/*/*/job.json")))
    worker.process.send_signal(signal.SIGINT)
    out, err = worker.end(status=3)
    assert "once more to stop" in err and "1 done, 2 ready" in out
    assert len(outputs(client, over)) == 1


def test_ctrl_c_twice_gives_it_back(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client, seconds=60)
    worker = Worker(server, client, configuration(tmp_path), "--samples", "2", over)
    until(lambda: [job for job in tmp_path.glob("stemma-worker-*/*/*/job.json") if processes_in(job.parent)])
    worker.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    worker.process.send_signal(signal.SIGINT)
    out, _ = worker.end(status=3, timeout=30)
    assert "given back" in out and "2 ready" in out
    assert outputs(client, over) == [] and list(tmp_path.glob("stemma-worker-*/*")) == []


@pytest.mark.parametrize(
    "arguments,message",
    [
        (["--stale"], "--config is needed"),
        (["--stale", "--rebuild", "x", "--workers", "0"], "exclude each other"),
        (["--samples", "2", "--workers", "0"], "one view"),
        (["--workers", "0"], "nothing is selected"),
        (["--stale", "--workers", "257"], "0 to 256"),
        (["--stale", "--config", "/nowhere.json"], "/nowhere.json: No such file"),
    ],
)
def test_usage(server: Server, client: Client, arguments: list[str], message: str) -> None:
    ran = subprocess.run(
        [BINARY, "rebuild", *arguments, "--namespace", client.namespace],
        env=server.environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 2 and message in ran.stderr, ran.stderr


def test_a_program_that_is_not_there_is_no_failure_of_the_work(server: Server, client: Client, tmp_path: Path) -> None:
    of = one_view(client)
    config = configuration(tmp_path, command=["/nowhere/python3", "score.py"])
    worker = Worker(server, client, config, "--samples", "1", of)
    said, complaint = worker.end(status=2)
    assert "executor score: /nowhere/python3: No such file or directory" in complaint
    # Nothing was planned, let alone tried.
    assert get(client, "rebuilds")["rebuilds"] == []


def test_each_sample_once_by_many_workers(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client)
    config = configuration(tmp_path)
    plan, _ = Worker(server, client, config, "--samples", "12", over, "--workers", "0").end()
    rebuild = plan.split()[-1]
    workers = [Worker(server, client, config, "--rebuild", rebuild, "--workers", "2", "--output", "json") for _ in "ab"]
    items = [item for worker in workers for item in worker.lines()[:-1]]
    assert len(items) == 12 and len({item["item"] for item in items}) == 12
    samples = collections.Counter(one["record"]["sample"] for one in outputs(client, over))
    assert len(samples) == 12 and set(samples.values()) == {1}


def test_once_does_not_wait(server: Server, client: Client, tmp_path: Path) -> None:
    stored(client, "nothing to do")
    client.commit([how()])
    Worker(server, client, configuration(tmp_path), "--once").end(timeout=30)


def test_what_a_killed_worker_did_not_judge_is_judged(server: Server, client: Client, tmp_path: Path) -> None:
    config = configuration(tmp_path)
    over = one_view(client)
    (first, _) = Worker(server, client, config, "--samples", "1", over, "--output", "json").lines()
    plan, _ = Worker(server, client, config, "--samples", "1", over, "--workers", "0").end()
    rebuild = plan.split()[-1]
    # A worker that comes as far as its commit.
    body = {"worker": "killed", "class": "cpu", "executors": ["score"], "rebuild": rebuild}
    (job,) = client._send("POST", "leases", json=body).json()["leases"]
    made = get(client, f"records/{first['output']}")
    on = {"kind": "device", "v": 1, "class": "cpu", "share": {"mode": "whole"}}
    output = {**made, "execution": digest_of(job["execution"]), "sample": job["sample"]}
    client.commit([on, job["execution"], output])
    lease_time(server, client, rebuild)
    (item, last) = Worker(server, client, config, "--rebuild", rebuild, "--output", "json").lines()
    assert last["counts"] == {"done": 1}
    assert (item["outcome"], item["output"], item["against"]) == ("judged", digest_of(output), first["output"])
    assert item["judgement"]["verdict"] == "bit_identical"
    assert client.view(over)["comparisons"][0]["verdicts"] == {"bit_identical": 1}
    (last,) = Worker(server, client, config, "--rebuild", rebuild, "--output", "json").lines()
    assert last["counts"] == {"done": 1}


def taken(server: Server, client: Client, rebuild: str) -> dict[str, Any]:
    """The lease of a rebuild's item that somebody has, taken from them."""
    lease_time(server, client, rebuild)
    body = {"worker": "another", "class": "cpu", "executors": ["score"], "rebuild": rebuild, "seconds": 600}
    (job,) = client._send("POST", "leases", json=body).json()["leases"]
    found: dict[str, Any] = job
    return found


def test_who_comes_second_takes_the_output_that_is_there(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client, seconds=3)
    worker = Worker(server, client, configuration(tmp_path), "--samples", "1", over, "--output", "json")
    until(lambda: list(tmp_path.glob("stemma-worker-*/*/*/job.json")))
    job = taken(server, client, get(client, "rebuilds")["rebuilds"][0]["rebuild"])
    assert job["attempt"] == 2
    content = {"digest": client.put_content(b"another's"), "size": 9, "mediaType": "application/x-npy"}
    on = {"kind": "device", "v": 1, "class": "cpu", "share": {"mode": "whole"}}
    output = {
        "kind": "output", "v": 1, "view": over, "execution": digest_of(job["execution"]), "devices": [digest_of(on)],
        "sample": job["sample"], "producedAt": "2026-11-25T10:00:00.000000Z", "content": content,
    }  # fmt: skip
    client.commit([on, job["execution"], output])
    client._send("POST", f"leases/{job['lease']}/finish", json={"output": digest_of(output)})
    (item, last) = worker.lines()
    assert (item["attempt"], item["output"]) == (1, digest_of(output))
    assert last["counts"] == {"done": 1} and len(outputs(client, over)) == 1
    # Of the one that came second nothing was stored.
    assert client.find(kind="rank", execution=digest_of(job["execution"])) == []


def test_work_on_a_lost_lease_is_ended(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client, seconds=60)
    worker = Worker(server, client, configuration(tmp_path), "--samples", "1", over, "--once", "--output", "json")
    job = until(lambda: list(tmp_path.glob("stemma-worker-*/*/*/job.json")))[0].parent
    until(lambda: processes_in(job))
    taken(server, client, get(client, "rebuilds")["rebuilds"][0]["rebuild"])
    # At its next heartbeat it hears of it.
    (item, last) = worker.lines(timeout=30)
    assert item["outcome"] == "lost" and last["counts"] == {"leased": 1}
    assert processes_in(job) == [] and not job.exists()


def test_a_worker_is_of_the_class_that_it_is_told(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client)
    config = configuration(tmp_path)
    Worker(server, client, config, "--samples", "1", over).end()
    Worker(server, client, config, "--samples", "1", over, "--class", "a100", "--workers", "0").end()
    # Nothing that a worker of another class may do.
    Worker(server, client, config, "--once").end(timeout=30)
    assert [one["class"] for one in outputs(client, over)] == ["cpu"]
    Worker(server, client, config, "--once", "--class", "a100").end(timeout=30)
    assert [one["class"] for one in outputs(client, over)] == ["cpu", "a100"]
    (comparison,) = client.view(over)["comparisons"]
    assert comparison["between"] == ["a100", "cpu"] and comparison["verdicts"] == {"bit_identical": 1}


def test_a_bar_on_a_terminal(server: Server, client: Client, tmp_path: Path) -> None:
    over = one_view(client, seconds=1)
    command = [BINARY, "rebuild", "--samples", "2", over, "--config", str(configuration(tmp_path))]
    (ours, theirs) = os.openpty()
    with subprocess.Popen(
        [*command, "--namespace", client.namespace], env=server.environment(), stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        assert process.stdout
        out = process.stdout.read().decode()
        drawn = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert process.returncode == 0 and out.count("made ") == 2
    assert "of 2, 1 under way" in drawn and "[" + "#" * 12 + "-" * 12 + "] 1 of 2" in drawn
    # It is taken away at the end, and is in no file.
    assert drawn.endswith("\r\x1b[K") and "\x1b" not in out
