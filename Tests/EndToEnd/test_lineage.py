"""Lineage and impact over HTTP, against a real server and its SQL engine."""

from __future__ import annotations

import json
from typing import Any, Iterator

import httpx
import pytest

from conftest import Server
from lineage_graph import History, content, view
from stemma import Client, Problem


@pytest.fixture(scope="module")
def lineage_server() -> Iterator[Server]:
    server = Server()
    server.start("--import", "team=main")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def client(lineage_server: Server) -> Client:
    return lineage_server.client()


@pytest.fixture(scope="module")
def history(client: Client) -> History:
    return History(client)


def get(server: Server, path: str, status: int = 200, **headers: str) -> httpx.Response:
    answer = httpx.get(server.url + path, headers={"Authorization": f"Bearer {server.key}", **headers}, timeout=60)
    assert answer.status_code == status, answer.text[:500]
    return answer


def page(server: Server, digest: str, query: str = "", space: str = "main") -> dict[str, Any]:
    answer: dict[str, Any] = get(server, f"/v1/{space}/lineage/{digest}?{query}").json()
    return answer


def test_up_is_what_it_rests_on(client: Client, history: History) -> None:
    found = client.lineage(history["answer"])
    assert history.words(found.nodes) == [
        "answer", "asking", "how", "model", "prompt", "weights", "training", "claims", "rules",
    ]  # fmt: skip
    assert [node.distance for node in found.nodes] == [0, -1, -2, -2, -2, -3, -4, -5, -5]
    assert found.truncated_by == [] and found.next is None
    roles = {edge.role for edge in found.edges if edge.member == "inputs"}
    assert roles == {"prompt", "data", "rules"}
    # Both views rest on the same context.
    assert sum(edge.member == "context" for edge in found.edges) == 2
    assert found.beside == found.associations == []
    assert all(node.record is None and node.principal == "admin" for node in found.nodes)


def test_down_is_what_rests_on_it(client: Client, history: History) -> None:
    found = client.lineage(history["claims"], "down")
    assert history.words(found.nodes) == ["claims", "training", "weights", "model", "asking", "answer"]
    assert [node.distance for node in found.nodes] == list(range(6))


def test_both_is_up_then_down(client: Client, history: History) -> None:
    found = client.lineage(history["weights"], "both")
    assert history.words(found.nodes) == [
        "weights", "training", "claims", "rules", "how", "model", "asking", "answer",
    ]  # fmt: skip
    assert [node.distance for node in found.nodes] == [0, -1, -2, -2, -2, 1, 2, 3]


def test_depth_kind_role_and_cross(client: Client, history: History) -> None:
    near = client.lineage(history["answer"], depth=1)
    assert history.words(near.nodes) == ["answer", "asking"]
    assert near.truncated_by == ["depth"]
    assert client.lineage(history["answer"], depth=5).truncated_by == []
    inputs = client.lineage(history["answer"], kinds=["input", "context"])
    assert history.words(inputs.nodes) == ["answer", "how", "prompt", "claims", "rules"]
    data = client.lineage(history["answer"], roles=["data"])
    assert "rules" not in history.words(data.nodes) and "claims" in history.words(data.nodes)
    crossed = client.lineage(history["weights"], cross=["execution", "devices"], kinds=["execution", "device"])
    assert history.words(crossed.nodes) == ["weights", "run", "device"]


def test_associations_stand_beside(client: Client, history: History) -> None:
    found = client.lineage(history["answer"], depth=0, associations=True, records=True)
    assert history.words(found.nodes) == ["answer"]
    assert history.words(found.beside) == ["run", "device", "rank", "note"]
    members = {(edge.kind, edge.member) for edge in found.associations}
    assert members == {
        ("output", "execution"), ("output", "devices"), ("rank", "execution"), ("rank", "devices"), ("note", "subject"),
    }  # fmt: skip
    assert all(node.distance is None and node.record for node in found.beside)
    model = client.lineage(history["model"], depth=0, associations=True)
    assert "name" in history.words(model.beside)


def test_a_snapshot_is_an_index_or_a_time(client: Client, lineage_server: Server, history: History) -> None:
    before = history.indices["asking"]
    found = client.lineage(history["claims"], "down", at=before)
    assert history.words(found.nodes)[-1] == "asking"
    assert found.at == before
    committed = client.lineage(history["asking"], depth=0).nodes[0].committed_at
    at_time = client.lineage(history["claims"], "down", at=committed)
    assert (at_time.at, at_time.nodes) == (before, found.nodes)
    with pytest.raises(Problem) as refused:
        client.lineage(history["answer"], at=before)
    assert (refused.value.status, refused.value.code) == (404, "not_found")
    # A time in the future is now; an index that is not there yet is no snapshot.
    now = client.lineage(history["claims"], "down")
    later = client.lineage(history["claims"], "down", at="2999-01-01T00:00:00.000000Z")
    assert later.nodes == now.nodes
    with pytest.raises(Problem) as refused:
        client.lineage(history["claims"], "down", at=2**53 - 1)
    assert (refused.value.status, refused.value.code) == (404, "not_reached")
    with pytest.raises(Problem):
        client.lineage(history["claims"], at="1999-01-01T00:00:00.000000Z")


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_are_the_whole(lineage_server: Server, history: History, limit: int) -> None:
    whole = page(lineage_server, history["weights"], "direction=both")
    nodes: list[Any] = []
    edges: list[Any] = []
    query = f"direction=both&limit={limit}"
    while True:
        found = page(lineage_server, history["weights"], query)
        nodes += found["nodes"]
        edges += found["edges"]
        if "next" not in found:
            break
        assert found["truncatedBy"] == ["nodes"]
        assert len(found["nodes"]) == limit
        query = f"direction=both&limit={limit}&after={found['next']}"
    assert nodes == whole["nodes"]
    assert sorted(map(str, edges)) == sorted(map(str, whole["edges"]))


def test_pages_do_not_see_what_comes_between(
    client: Client, lineage_server: Server, history: History
) -> None:
    first = page(lineage_server, history["rules"], "direction=down&limit=2")
    history.add("more weights", history.output("training", "more weights", sample="1"))
    rest = page(lineage_server, history["rules"], f"direction=down&after={first['next']}")
    assert history["more weights"] not in [node["digest"] for node in rest["nodes"]]
    assert rest["at"] == first["at"]
    assert history["more weights"] in [node.digest for node in client.lineage(history["rules"], "down").nodes]


def test_cursors_of_others_are_refused(lineage_server: Server, history: History) -> None:
    made = page(lineage_server, history["claims"], "direction=down&limit=2")["next"]
    foreign = [
        (history["rules"], f"direction=down&after={made}"), (history["claims"], f"direction=both&after={made}"),
        (history["claims"], f"direction=down&kind=input&after={made}"),
        (history["claims"], f"direction=down&at=5&after={made}"),
    ]  # fmt: skip
    forged = ["", "x", "1-down-5-0-0-0000000000000000", made[:-1], made + "0", made.replace("down", "up"),
              made.replace("1-", "2-", 1), "1-down-99999999999999999999-1-1-0", "%2500", "-".join(["9" * 400] * 6)]  # fmt: skip
    for digest, query in foreign + [(history["claims"], f"direction=down&after={text}") for text in forged]:
        problem = get(lineage_server, f"/v1/main/lineage/{digest}?{query}", 400).json()
        assert (problem["code"], problem["parameter"]) == ("invalid_request", "after")


@pytest.mark.parametrize(
    "query",
    ["direction=sideways", "depth=-1", "depth=x", "kind=nothing", "kind=", "kind=input,input", "role=A", "role=a,,b",
     "cross=inputs", "cross=view", "at=-1", "at=yesterday", "at=2026-11-31T00:00:00.000000Z", "limit=0", "limit=10001",
     "records=yes", "associations=1", "page=2", "limit=1&limit=2"],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(lineage_server: Server, history: History, query: str) -> None:
    # Of recipes and resolutions alone these are associations.
    status = 200 if query in ("cross=inputs", "cross=view") else 400
    answer = get(lineage_server, f"/v1/main/lineage/{history['answer']}?{query}", status)
    if status == 400:
        assert answer.json()["code"] == "invalid_request"


def test_lines_say_the_same(lineage_server: Server, history: History) -> None:
    query = "associations=true&records=true"
    whole = page(lineage_server, history["answer"], query)
    answer = get(
        lineage_server, f"/v1/main/lineage/{history['answer']}?{query}", Accept="text/html, application/x-ndjson;q=0.9"
    )
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.content.split(b"\n")[:-1]]
    assert answer.content.endswith(b"\n")
    assert [line["node"] for line in lines if "node" in line] == whole["nodes"]
    assert [line["edge"] for line in lines if "edge" in line] == whole["edges"]
    assert [line["beside"] for line in lines if "beside" in line] == whole["beside"]
    assert [line["association"] for line in lines if "association" in line] == whole["associations"]
    lists = {"nodes", "edges", "beside", "associations"}
    assert lines[-1] == {"summary": {name: value for name, value in whole.items() if name not in lists}}
    assert get(lineage_server, f"/v1/main/lineage/{history['answer']}").headers["vary"] == "Accept"


def test_imports_are_seen_and_others_are_not(lineage_server: Server, history: History) -> None:
    team = lineage_server.client("team")
    how = team.commit([{"kind": "context", "v": 1, "parameters": {"team": 1}}]).digests[0]
    own = team.commit([view({"data": history["claims"]}, how, "theirs")]).digests[0]
    seen = team.lineage(own)
    assert [node.namespace for node in seen.nodes] == ["team", "main", "team"]
    assert seen.truncated_by == []
    # From main it is not there, and nothing below claims says that it exists.
    with pytest.raises(Problem) as refused:
        lineage_server.client().lineage(own)
    assert refused.value.status == 404
    below = lineage_server.client().lineage(history["claims"], "down")
    assert own not in [node.digest for node in below.nodes] and below.truncated_by == []
    assert own in [node.digest for node in team.lineage(history["claims"], "down").nodes]


def test_an_erased_record_keeps_its_place(client: Client, lineage_server: Server) -> None:
    source = client.commit([{"kind": "input", "v": 1, "content": content("private source")}]).digests[0]
    how = client.commit([{"kind": "context", "v": 1, "parameters": {"private": 1}}]).digests[0]
    middle = client.commit([view({"data": source}, how, "private")]).digests[0]
    end = client.commit([view({"data": source}, how, "after")]).digests[0]
    client.erase(middle, "body", "a person asked for it")
    found = client.lineage(source, "down", records=True, associations=True)
    erased = next(node for node in found.nodes if node.digest == middle)
    assert erased.erased and erased.record is None
    assert {node.digest for node in found.nodes} == {source, middle, end}
    assert "erasure" in [node.kind for node in found.beside]
    assert client.lineage(middle).nodes[0].erased
    assert [node.digest for node in client.lineage(middle).nodes[1:]] == [source, how]


def test_impact_counts(client: Client, lineage_server: Server, history: History) -> None:
    found = get(lineage_server, f"/v1/main/impact/{history['claims']}?at={history.indices['name']}").json()
    assert found["root"]["digest"] == history["claims"]
    assert {kind["kind"]: kind["count"] for kind in found["kinds"]} == {"model": 1, "view": 2, "output": 2}
    assert found["total"] == 5
    assert sorted(v["output"] for v in found["views"]) == ["answer", "model"]
    assert found["devices"] == [{"class": "cpu-x86-64", "share": {"mode": "whole"}, "outputs": 2}]
    assert [name["name"] for name in found["names"]] == ["models/claims@production"]
    assert found["names"][0]["target"] == history["model"]
    assert not found["truncated"] and found["moreViews"] == found["moreNames"] == 0
    outputs = client.lineage(history["claims"], "down", kinds=["output"], at=history.indices["name"])
    assert history.words(outputs.nodes[1:]) == ["weights", "answer"]
    get(lineage_server, f"/v1/main/impact/sha256:{'0' * 64}", 404)
    get(lineage_server, f"/v1/main/impact/{history['claims']}?limit=1", 400)


def test_records_by_prefix_principal_and_time(client: Client, lineage_server: Server, history: History) -> None:
    whole = client.find()
    digest = history["answer"]
    assert [r["digest"] for r in client.find(prefix=digest[7:20])] == [digest]
    assert client.find(prefix=digest[7:20], kind="input") == []
    assert client.find(principal="admin") == whole and client.find(principal="nobody") == []
    assert client.find(order="desc", limit="3") == whole[::-1]
    middle = whole[len(whole) // 2]["committedAt"]
    assert client.find(since=middle) == [r for r in whole if r["committedAt"] >= middle]
    assert client.find(until=middle) == [r for r in whole if r["committedAt"] <= middle]
    assert client.find(since=middle, until=middle, order="desc", limit="1") == [
        r for r in whole[::-1] if r["committedAt"] == middle
    ]
    for query in ("prefix=abc", "prefix=ABCD", f"prefix={digest}", "since=today", "order=up"):
        get(lineage_server, f"/v1/main/records?{query}", 400)


def test_every_time_is_its_index(client: Client, history: History) -> None:
    records = client.find()
    first = records[0]["digest"]
    for record in records:
        time = record["committedAt"]
        newest = max(other["index"] for other in records if other["committedAt"] <= time)
        assert client.lineage(first, "down", at=time, depth=0).at == newest


def test_no_key_no_answer(lineage_server: Server, history: History) -> None:
    for path in (f"lineage/{history['answer']}", f"impact/{history['answer']}"):
        assert httpx.get(f"{lineage_server.url}/v1/main/{path}").status_code == 401


def test_an_index_that_is_not_reached_is_not_there(lineage_server: Server, history: History) -> None:
    answer = history["answer"]
    for path in (f"lineage/{answer}?", f"impact/{answer}?", f"diff?a={answer}&b={answer}&", "names?", "records?"):
        problem = get(lineage_server, f"/v1/main/{path}at=9007199254740991", 404).json()
        assert problem["code"] == "not_reached" and "newest index" in problem["detail"]


def test_a_list_says_what_it_repeats(lineage_server: Server, history: History) -> None:
    problem = get(lineage_server, f"/v1/main/lineage/{history['answer']}?role=a,b,a", 400).json()
    assert problem["detail"].startswith("a is there twice")
