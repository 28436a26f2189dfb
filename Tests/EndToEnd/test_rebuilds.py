"""Plans of what is to be computed anew, and leases on the work: by a worker that is a few lines of Python."""

from __future__ import annotations

import random
import threading
import time
import uuid
from typing import Any

import pytest
from conftest import Server
from lineage_records import descriptor
from stemma import Client, Problem, digest_of
from view_records import Run, context, device, retraction, source, verdict, view

CPU = device()


@pytest.fixture
def client(server: Server) -> Client:
    return server.client("rebuilds-" + uuid.uuid4().hex[:8])


def post(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = client._send("POST", path, json=body)
    assert b":null" not in response.content, "what there is not is left out"
    answer: dict[str, Any] = response.json()
    return answer


def get(client: Client, path: str, **query: Any) -> dict[str, Any]:
    response = client._send("GET", path, params=query or None)
    assert b":null" not in response.content, "what there is not is left out"
    answer: dict[str, Any] = response.json()
    return answer


def lease(client: Client, rebuild: str | None = None, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    body = {"worker": "test", "class": "cpu", "executors": ["score"], "count": count, **more}
    leases: list[dict[str, Any]] = post(client, "leases", {**body, **({"rebuild": rebuild} if rebuild else {})})["leases"]
    return leases


def make(client: Client, job: dict[str, Any]) -> str:
    """What a worker does between a lease and its end."""
    if "answer" in job:
        client.commit(job["commitFirst"])
        return str(job["answer"])
    execution = job["execution"]
    rank = {
        "kind": "rank",
        "v": 1,
        "execution": digest_of(execution),
        "rank": 0,
        "attempt": job["attempt"],
        "devices": [{"device": digest_of(CPU)}],
        "startedAt": "2026-11-24T10:00:00.000000Z",
    }
    output = {
        "kind": "output",
        "v": 1,
        "view": job["view"],
        "execution": digest_of(execution),
        "devices": [digest_of(CPU)],
        "sample": job["sample"],
        "producedAt": "2026-11-24T10:00:05.000000Z",
        "content": descriptor(job["view"] + str(job["attempt"]), "application/x-npy"),
    }
    client.commit([*job["commitFirst"], CPU, execution, rank, output])
    return digest_of(output)


def finish(client: Client, job: dict[str, Any], output: str) -> None:
    post(client, f"leases/{job['lease']}/finish", {"output": output})


def work(client: Client, rebuild: str) -> list[dict[str, Any]]:
    """Does all there is to do, one after the other."""
    jobs = []
    while found := lease(client, rebuild):
        jobs += found
        finish(client, found[0], make(client, found[0]))
    return jobs


def states(client: Client, rebuild: str) -> list[tuple[str, str | None]]:
    items = get(client, f"rebuilds/{rebuild}/items", limit=1000)["items"]
    return [(item["state"], item.get("reason")) for item in items]


class Chain:
    """Views over each other's outputs, the first over an input."""

    def __init__(self, client: Client, levels: int = 3, executor: str | None = "score") -> None:
        self.old, self.new = source("old"), source("new")
        self.how = context("chain", **({"executor": executor} if executor else {}))
        run = Run(CPU)
        client.commit([self.old, self.new, self.how, *run.records()])
        self.views: list[str] = []
        self.outputs: list[str] = []
        for level in range(levels):
            over = view(
                [self.outputs[-1]] if level else [digest_of(self.old)], digest_of(self.how), f"step{level}"
            )
            made = run.output(digest_of(over), f"out {level}", sample=str(level))
            client.commit([over, made])
            self.views.append(digest_of(over))
            self.outputs.append(digest_of(made))

    def retract(self, client: Client, replaced: bool = True) -> str:
        more = {"replacement": digest_of(self.new)} if replaced else {}
        return client.commit([retraction(digest_of(self.old), **more)]).digests[0]


def stale(client: Client) -> list[str]:
    return [one["digest"] for one in client.stale()]


def test_a_chain_is_rebuilt_from_its_top(client: Client) -> None:
    chain = Chain(client)
    why = chain.retract(client)
    before = get(client, "stale")["at"]
    dry = post(client, "rebuilds", {"what": "stale", "dryRun": True})
    assert "rebuild" not in dry and get(client, "rebuilds")["rebuilds"] == []
    assert [item["view"] for item in dry["items"]] == chain.views
    assert [item["state"] for item in dry["items"]] == ["ready", "waiting", "waiting"]
    assert [item.get("after") for item in dry["items"]] == [None, [0], [1]]
    # Ten seconds for three outputs of one execution.
    (expected,) = dry["expected"]
    assert (expected["class"], expected["items"], expected["runs"]) == ("cpu", 3, 3)
    assert expected["seconds"] == pytest.approx(10)
    plan = post(client, "rebuilds", {"what": "stale"})
    jobs = work(client, plan["rebuild"])
    assert [job["goal"] for job in jobs] == ["successor"] * 3
    assert jobs[0]["record"]["inputs"] == [{"role": "data", "ref": digest_of(chain.new)}]
    assert jobs[0]["inputs"][0]["content"] == chain.new["content"]
    assert jobs[0]["context"] == chain.how and jobs[0]["executor"] == "score"
    assert [job["predecessor"] for job in jobs] == chain.outputs
    assert states(client, plan["rebuild"]) == [("done", None)] * 3
    # Nothing is stale any more, and what was says what took its place and why.
    assert stale(client) == []
    for old, job in zip(chain.views, jobs):
        report = client.view(old)
        assert report["state"] == "superseded"
        (taken,) = report["because"]["superseded"]
        assert taken["to"] == job["view"]
        assert client.view(job["view"])["state"] == "fresh"
        succession = get(client, f"records/{taken['succession']}")
        assert succession["because"] == [why]
    # As it was.
    assert [one["digest"] for one in client.stale(at=before)] == chain.views
    # Nothing to do.
    assert post(client, "rebuilds", {"what": "stale"})["items"] == []


def test_what_has_no_replacement_is_listed_not_run(client: Client) -> None:
    chain = Chain(client)
    chain.retract(client, replaced=False)
    plan = post(client, "rebuilds", {"what": "stale"})
    assert [item["reason"] for item in plan["items"]] == [
        "no_replacement", "waits_for_listed", "waits_for_listed",
    ]  # fmt: skip
    assert lease(client, plan["rebuild"]) == []
    assert stale(client) == chain.views


def test_a_view_that_nobody_can_run_is_listed(client: Client) -> None:
    chain = Chain(client, levels=1, executor=None)
    chain.retract(client)
    (item,) = post(client, "rebuilds", {"what": "stale"})["items"]
    assert (item["state"], item["reason"]) == ("listed", "no_executor")


def test_a_model_is_waited_for_until_it_is_promoted(client: Client) -> None:
    chain = Chain(client, levels=1)

    def model(output: str, word: str) -> dict[str, Any]:
        content = get(client, f"records/{output}")["content"]
        return {"kind": "model", "v": 1, "format": word, "promotedFrom": output, "content": content}

    first = model(chain.outputs[0], "npy")
    scoring = view([digest_of(chain.new)], digest_of(chain.how), "scores", model=digest_of(first))
    client.commit([first, scoring])
    chain.retract(client)
    plan = post(client, "rebuilds", {"what": "stale"})
    assert [(item["state"], item.get("reason")) for item in plan["items"]] == [
        ("ready", None), ("waiting", "promotion"),
    ]  # fmt: skip
    (job,) = work(client, plan["rebuild"])
    assert states(client, plan["rebuild"]) == [("done", None), ("listed", "waits_for_promotion")]
    (item,) = post(client, "rebuilds", {"what": "stale"})["items"]
    assert (item["view"], item["reason"]) == (digest_of(scoring), "waits_for_promotion")
    output = get(client, f"rebuilds/{plan['rebuild']}/items")["items"][0]["output"]
    (promoted,) = client.commit([model(output, "npy")]).digests
    again = post(client, "rebuilds", {"what": "stale"})
    (job,) = work(client, again["rebuild"])
    assert job["record"]["model"] == promoted and job["inputs"][-1]["ref"] in (promoted, digest_of(chain.new))
    assert stale(client) == []


def test_a_recipe_is_followed(client: Client) -> None:
    inputs, how = [source("x"), source("y")], context("recipe", executor="score")
    client.commit([*inputs, how])
    old, new = (digest_of(one) for one in inputs)
    client.move("datasets/claims@latest", old)
    over = view([old], digest_of(how))
    recipe = {**over, "kind": "recipe", "name": "r", "inputs": [{"role": "data", "ref": "datasets/claims@latest"}]}
    client.commit([over, recipe, {"kind": "resolution", "v": 1, "recipe": digest_of(recipe), "view": digest_of(over)}])
    for target in (new, old, new):
        client.move("datasets/claims@latest", target)
        assert len(stale(client)) == 1
        plan = post(client, "rebuilds", {"what": "stale"})
        assert [item["state"] for item in plan["items"]] == ["ready"]
        jobs = work(client, plan["rebuild"])
        assert [job["record"]["inputs"][0]["ref"] for job in jobs] == [target] * len(jobs)
        assert stale(client) == [], "and when it leads back to what it was"
    assert client.view(digest_of(over))["state"] == "superseded"


def test_a_recipe_that_leads_to_what_is_retracted(client: Client) -> None:
    """The name moved to a dataset that is itself retracted, and replaced by a third."""
    inputs, how = [source("x"), source("y"), source("z")], context("both", executor="score")
    client.commit([*inputs, how])
    first, second, third = (digest_of(one) for one in inputs)
    client.move("datasets/claims@latest", first)
    over = view([first], digest_of(how))
    recipe = {**over, "kind": "recipe", "name": "r", "inputs": [{"role": "data", "ref": "datasets/claims@latest"}]}
    client.commit([over, recipe, {"kind": "resolution", "v": 1, "recipe": digest_of(recipe), "view": digest_of(over)}])
    client.move("datasets/claims@latest", second)
    client.commit([retraction(second, replacement=third)])
    plan = post(client, "rebuilds", {"what": "stale"})
    (job,) = work(client, plan["rebuild"])
    assert job["record"]["inputs"] == [{"role": "data", "ref": third}]
    assert stale(client) == []
    # The name moves on: what has the recipe's place now is stale.
    client.move("datasets/claims@latest", first)
    assert stale(client) == [job["view"]]


def test_more_samples_of_a_view(client: Client) -> None:
    chain = Chain(client, levels=1)
    plan = post(client, "rebuilds", {"view": chain.views[0], "samples": 3, "class": "cpu", "priority": 5})
    assert [(item["goal"], item["class"]) for item in plan["items"]] == [("sample", "cpu")] * 3
    assert lease(client, plan["rebuild"], **{"class": "a100"}) == []
    assert lease(client, plan["rebuild"], executors=["other"]) == []
    jobs = work(client, plan["rebuild"])
    assert len({job["sample"] for job in jobs}) == 3 and client.view(chain.views[0])["outputs"] == 4
    # As many as would decide.
    none = post(client, "rebuilds", {"view": chain.views[0], "untilDecided": True})
    assert none["items"] == [], "several outputs and no verdict: nobody said what is needed"
    outputs = [one["digest"] for one in client.outputs(chain.views[0])]
    client.commit([{**verdict(outputs, "inconclusive", 0.5), "need": {"of": "samples", "count": 7}}])
    open_ = post(client, "rebuilds", {"view": chain.views[0], "untilDecided": True, "dryRun": True})
    assert len(open_["items"]) == 7
    client.commit([{**verdict(outputs, "inconclusive", 0.5), "need": {"of": "evidence", "count": 1}, "looks": 2}])
    more = post(client, "rebuilds", {"view": chain.views[0], "untilDecided": True, "dryRun": True})
    assert more["items"] == [], "no output brings evidence that was not stored"
    # Of what is stale more is worth nothing.
    chain.retract(client)
    (item,) = post(client, "rebuilds", {"view": chain.views[0], "samples": 1, "dryRun": True})["items"]
    assert (item["state"], item["reason"]) == ("listed", "stale")


def test_a_lease_lasts_as_long_as_its_heartbeat(client: Client) -> None:
    chain = Chain(client, levels=1)
    chain.retract(client)
    plan = post(client, "rebuilds", {"what": "stale"})
    (job,) = lease(client, plan["rebuild"], seconds=5)
    assert lease(client, plan["rebuild"]) == []
    for _ in range(4):
        time.sleep(1.5)
        end = client._send("PUT", f"leases/{job['lease']}").json()["expiresAt"]
        assert end > job["expiresAt"]
    assert lease(client, plan["rebuild"]) == []
    time.sleep(5.2)
    (again,) = lease(client, plan["rebuild"])
    assert again["item"] == job["item"] and again["attempt"] == 2
    assert again["execution"] == job["execution"] and again["sample"] == job["sample"]
    with pytest.raises(Problem) as refused:
        client._send("PUT", f"leases/{job['lease']}")
    assert refused.value.code == "lease_lost"
    # The first one, thought dead, comes as far as its output all the same: it is the item's.
    output = make(client, job)
    with pytest.raises(Problem) as refused:
        finish(client, job, output)
    assert refused.value.code == "lease_lost"
    # The second finds that sample taken, takes it, and ends. Twice is once.
    with pytest.raises(Problem) as conflict:
        make(client, again)
    assert conflict.value.code == "conflict"
    assert conflict.value.document["conflicts"][0]["reason"] == "sample_taken"
    finish(client, again, output)
    finish(client, again, output)
    assert states(client, plan["rebuild"]) == [("done", None)]
    assert client.view(job["view"])["outputs"] == 1


def test_an_output_that_is_there_is_taken_at_the_next_lease(client: Client) -> None:
    """A worker that died between its commit and the end of its lease."""
    chain = Chain(client, levels=2)
    chain.retract(client)
    plan = post(client, "rebuilds", {"what": "stale"})
    (job,) = lease(client, plan["rebuild"], seconds=5)
    make(client, job)
    time.sleep(5.2)
    (next_,) = lease(client, plan["rebuild"])
    assert next_["item"] != job["item"] and next_["attempt"] == 1
    assert states(client, plan["rebuild"])[0] == ("done", None)


def test_an_output_of_something_else_ends_no_lease(client: Client) -> None:
    chain = Chain(client, levels=2)
    chain.retract(client)
    plan = post(client, "rebuilds", {"what": "stale"})
    (job,) = lease(client, plan["rebuild"])
    for wrong in (chain.outputs[0], digest_of(chain.new), "sha256:" + "0" * 64):
        with pytest.raises(Problem) as refused:
            finish(client, job, wrong)
        assert refused.value.code == "unfit_output"
    finish(client, job, make(client, job))


def test_an_output_of_another_class_ends_no_lease(client: Client) -> None:
    chain = Chain(client, levels=1)
    plan = post(client, "rebuilds", {"view": chain.views[0], "samples": 1, "class": "a100"})
    (job,) = lease(client, plan["rebuild"], **{"class": "a100"})
    with pytest.raises(Problem) as refused:
        finish(client, job, make(client, job))
    assert refused.value.code == "unfit_output"


def test_work_that_fails_is_set_aside_with_what_it_said(server: Server, client: Client) -> None:
    chain = Chain(client, levels=2)
    chain.retract(client)
    plan = post(client, "rebuilds", {"what": "stale"})
    for attempt in range(1, 4):
        (job,) = lease(client, plan["rebuild"])
        assert job["attempt"] == attempt
        said = {"reason": "exit status 1", "stderr": f"attempt {attempt}" + "é" * 40_000}
        post(client, f"leases/{job['lease']}/finish", {"failed": said})
    assert lease(client, plan["rebuild"]) == []
    first, second = get(client, f"rebuilds/{plan['rebuild']}/items")["items"]
    assert (first["state"], first["reason"], first["attempts"]) == ("failed", "exit status 1", 3)
    # The end of it.
    assert first["stderr"].endswith("é") and len(first["stderr"].encode()) <= 65_536 + 3
    assert (second["state"], second["reason"]) == ("listed", "waits_for_listed")
    metrics = client._http.get(f"{server.url}/metrics").text
    assert 'stemma_rebuild_failed{class="cpu"}' in metrics


def test_work_that_is_given_back_has_not_failed(client: Client) -> None:
    chain = Chain(client, levels=1)
    chain.retract(client)
    plan = post(client, "rebuilds", {"what": "stale"})
    for attempt in range(1, 6):
        (job,) = lease(client, plan["rebuild"])
        assert job["attempt"] == attempt
        post(client, f"leases/{job['lease']}/finish", {"returned": True})
        assert states(client, plan["rebuild"]) == [("ready", "returned")]
    with pytest.raises(Problem) as refused:
        post(client, f"leases/{job['lease']}/finish", {"returned": False})
    assert refused.value.document["pointer"] == "/returned"
    work(client, plan["rebuild"])
    assert states(client, plan["rebuild"]) == [("done", None)]


def test_cancelled_work_is_not_given_out(client: Client) -> None:
    chain = Chain(client)
    chain.retract(client)
    plan = post(client, "rebuilds", {"what": "stale"})
    (job,) = lease(client, plan["rebuild"])
    cancelled = client._send("DELETE", f"rebuilds/{plan['rebuild']}").json()
    assert cancelled["cancelledAt"]
    # What is leased may be finished.
    finish(client, job, make(client, job))
    assert lease(client, plan["rebuild"]) == []
    assert states(client, plan["rebuild"]) == [("done", None), ("cancelled", "cancelled"), ("cancelled", "cancelled")]


def test_what_matters_more_goes_first(client: Client) -> None:
    chain = Chain(client, levels=1)
    first = post(client, "rebuilds", {"view": chain.views[0], "samples": 1})
    second = post(client, "rebuilds", {"view": chain.views[0], "samples": 1, "priority": 1})
    third = post(client, "rebuilds", {"view": chain.views[0], "samples": 1, "priority": -1})
    order = [lease(client)[0]["item"] for _ in range(3)]
    assert order == [plan["items"][0]["item"] for plan in (second, first, third)]
    listed = get(client, "rebuilds", limit=2)
    assert [one["rebuild"] for one in listed["rebuilds"]] == [third["rebuild"], second["rebuild"]]
    assert [one["rebuild"] for one in get(client, "rebuilds", before=listed["next"])["rebuilds"]] == [first["rebuild"]]


def test_nobody_gets_what_another_has(server: Server, client: Client) -> None:
    chain = Chain(client, levels=1)
    plan = post(client, "rebuilds", {"view": chain.views[0], "samples": 300})
    got: list[str] = []
    outputs: list[str] = []
    failures: list[BaseException] = []

    def run(seed: int) -> None:
        own, chance = server.client(client.namespace), random.Random(seed)
        try:
            while jobs := lease(own, plan["rebuild"], count=chance.randrange(1, 8)):
                got.extend(job["item"] for job in jobs)
                for job in jobs:
                    outputs.append(make(own, job))
                    finish(own, job, outputs[-1])
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]
    assert len(got) == len(set(got)) == 300 and len(set(outputs)) == 300
    assert client.view(chain.views[0])["outputs"] == 301


@pytest.mark.parametrize(
    "method, path, body, where",
    [
        ("POST", "rebuilds", {}, "pointer:"),
        ("POST", "rebuilds", {"what": "all"}, "pointer:/what"),
        ("POST", "rebuilds", {"what": "stale", "views": ["sha256:" + "0" * 64]}, "pointer:"),
        ("POST", "rebuilds", {"what": "stale", "samples": 1}, "pointer:/samples"),
        ("POST", "rebuilds", {"views": []}, "pointer:/views"),
        ("POST", "rebuilds", {"views": ["x"]}, "pointer:/views/0"),
        ("POST", "rebuilds", {"views": ["sha256:" + "0" * 64] * 2}, "pointer:/views"),
        ("POST", "rebuilds", {"view": "sha256:" + "0" * 64}, "pointer:"),
        ("POST", "rebuilds", {"view": "sha256:" + "0" * 64, "samples": 0}, "pointer:/samples"),
        ("POST", "rebuilds", {"view": "sha256:" + "0" * 64, "samples": 1, "class": 'a"b'}, "pointer:/class"),
        ("POST", "rebuilds", {"what": "stale", "priority": 1001}, "pointer:/priority"),
        ("POST", "rebuilds", {"what": "stale", "dryRun": 1}, "pointer:/dryRun"),
        ("POST", "rebuilds", {"what": "stale", "x~/": 1}, "pointer:/x~0~1"),
        ("POST", "leases", {"class": "cpu", "executors": ["a"]}, "pointer:/worker"),
        ("POST", "leases", {"worker": "w", "class": "cpu", "executors": []}, "pointer:/executors"),
        ("POST", "leases", {"worker": "w", "class": "cpu", "executors": ["a"], "count": 101}, "pointer:/count"),
        ("POST", "leases", {"worker": "w", "class": "cpu", "executors": ["a"], "seconds": 4}, "pointer:/seconds"),
        ("POST", "leases", {"worker": "w", "class": "cpu", "executors": ["a"], "rebuild": "x"}, "pointer:/rebuild"),
        ("PUT", "leases/x", None, "parameter:lease"),
        ("GET", "rebuilds/x", None, "parameter:rebuild"),
        ("GET", "rebuilds?before=0", None, "parameter:before"),
        ("POST", f"leases/{uuid.uuid4()}/finish", {}, "pointer:"),
        ("POST", f"leases/{uuid.uuid4()}/finish", {"failed": {}}, "pointer:/failed/reason"),
        ("POST", f"leases/{uuid.uuid4()}/finish", {"failed": {"reason": "r", "x": 1}}, "pointer:/failed/x"),
    ],
)
def test_bad_requests_say_what_is_wrong_and_where(
    client: Client, method: str, path: str, body: Any, where: str
) -> None:
    with pytest.raises(Problem) as refused:
        client._send(method, path, **({"json": body} if body is not None else {}))
    assert refused.value.status == 400 and refused.value.code == "invalid_request"
    member, place = where.split(":")
    assert refused.value.document[member] == place


def test_what_is_not_there_is_not_found(client: Client) -> None:
    for method, path in [
        ("GET", f"rebuilds/{uuid.uuid4()}"),
        ("GET", f"rebuilds/{uuid.uuid4()}/items"),
        ("DELETE", f"rebuilds/{uuid.uuid4()}"),
    ]:
        with pytest.raises(Problem) as refused:
            client._send(method, path)
        assert refused.value.code == "not_found"
    with pytest.raises(Problem) as refused:
        post(client, "rebuilds", {"views": ["sha256:" + "0" * 64]})
    assert refused.value.code == "not_found"
    with pytest.raises(Problem) as refused:
        client._send("PUT", f"leases/{uuid.uuid4()}")
    assert refused.value.code == "lease_lost"
