"""A synchronous standby that does not answer: a commit that may be on one machine only is never
acknowledged, whatever ends the wait. PostgreSQL says COMMIT then, and adds a notice."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Iterator

import httpx
import pytest

from cluster import Cluster
from conftest import FULL, Server
from stemma import digest_of

RECORD = {"kind": "context", "v": 1, "parameters": {"replicated": "not yet"}}
# Longer than the server's own deadline.
HTTP = httpx.Client(timeout=60)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def replicated(cluster: Cluster) -> Iterator[Server]:
    server = Server(database=cluster.conninfo)
    server.start()
    yield server
    # Otherwise its last commit would wait for ever.
    cluster.set("synchronous_standby_names", None)
    server.remove()


def commit(server: Server, namespace: str) -> httpx.Response:
    return HTTP.post(
        f"{server.url}/v1/{namespace}/commits",
        json={"records": [{"record": RECORD}]},
        headers={"Authorization": f"Bearer {server.key}"},
    )


def waiting_backend(cluster: Cluster) -> int:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if pid := cluster.query("select pid from pg_stat_activity where wait_event = 'SyncRep'"):
            return int(pid)
        time.sleep(0.05)
    raise AssertionError("no commit waits for the standby")


def check_settled(server: Server, namespace: str) -> None:
    answer = commit(server, namespace)
    assert answer.status_code == 200, answer.text
    assert answer.json()["records"][0]["created"] is False, "it was there, but in doubt"
    (found,) = server.client(namespace).find()
    assert found["digest"] == digest_of(RECORD)
    assert found["index"] == answer.json()["records"][0]["index"]


@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
def test_an_ended_wait_is_no_commit(cluster: Cluster, replicated: Server, end: str) -> None:
    namespace = end.replace("_", "-")
    cluster.set("synchronous_standby_names", "absent")
    with ThreadPoolExecutor(1) as threads:
        # The second finds the record there, and still may not say so: it is on one machine only.
        for _ in range(2):
            sent: Future[httpx.Response] = threads.submit(commit, replicated, namespace)
            backend = waiting_backend(cluster)
            time.sleep(1)
            assert not sent.done(), "acknowledged before the standby had it"
            assert cluster.query(f"select {end}({backend})") == "t"
            check_in_doubt(sent.result(timeout=30))
            written = f"""select count(*) from record join namespace on id = namespace
                where name = '{namespace}'"""
            assert cluster.query(written) == "1", "the doubt is not for nothing"
    cluster.set("synchronous_standby_names", None)
    check_settled(replicated, namespace)


@pytest.mark.skipif(not FULL, reason="waits for the server's deadline of 20 s; tools/test --full")
def test_a_wait_without_end_ends_at_the_deadline(cluster: Cluster, replicated: Server) -> None:
    cluster.set("synchronous_standby_names", "absent")
    began = time.monotonic()
    check_in_doubt(commit(replicated, "deadline"))
    assert 15 < time.monotonic() - began < 30
    cluster.set("synchronous_standby_names", None)
    check_settled(replicated, "deadline")


def test_a_standby_that_comes_back_settles_the_first_try(
    cluster: Cluster, replicated: Server
) -> None:
    cluster.set("synchronous_standby_names", "absent")
    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(commit, replicated, "back")
        waiting_backend(cluster)
        cluster.set("synchronous_standby_names", None)
        assert sent.result(timeout=30).json()["records"][0]["created"] is True
    check_settled(replicated, "back")


def check_in_doubt(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    problem: dict[str, Any] = answer.json()
    assert (problem["code"], problem["retryable"]) == ("outcome_unknown", True)
    assert answer.headers["retry-after"]
