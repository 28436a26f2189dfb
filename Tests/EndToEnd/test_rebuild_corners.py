"""What happens to views, plans and verdicts while others retract, rebuild and cancel."""

from __future__ import annotations

import uuid
from typing import Iterator

import httpx
import pytest
from conftest import Server
from stemma import Client, digest_of
from test_rebuilds import CPU, Chain, lease, post, stale, states, work
from view_records import Run, context, device, retraction, source, verdict, view


@pytest.fixture
def client(server: Server) -> Client:
    return server.client("corners-" + uuid.uuid4().hex[:8])


@pytest.fixture
def importing() -> Iterator[Server]:
    server = Server()
    server.start("--import", "team=main")
    yield server
    server.remove()


class Followed:
    """A view that a recipe was, with a name that leads to the first of three inputs."""

    name = "datasets/claims@latest"

    def __init__(self, client: Client) -> None:
        inputs, how = [source("x"), source("y"), source("z")], context("followed", executor="score")
        self.first, self.second, self.third = (digest_of(one) for one in inputs)
        over = view([self.first], digest_of(how))
        recipe = {**over, "kind": "recipe", "name": "r", "inputs": [{"role": "data", "ref": self.name}]}
        self.view, self.recipe = digest_of(over), digest_of(recipe)
        client.commit([*inputs, how])
        client.move(self.name, self.first)
        client.commit([over, recipe, {"kind": "resolution", "v": 1, "recipe": self.recipe, "view": self.view}])


def rebuild(client: Client) -> list[str]:
    """The inputs of what was made anew."""
    jobs = work(client, post(client, "rebuilds", {"what": "stale"})["rebuild"])
    return [job["record"]["inputs"][0]["ref"] for job in jobs]


def test_a_name_that_moves_to_the_replacement_afterwards_changes_nothing(client: Client) -> None:
    followed = Followed(client)
    client.commit([retraction(followed.first, replacement=followed.second)])
    assert rebuild(client) == [followed.second]
    client.commit([retraction(followed.second, replacement=followed.third)])
    assert rebuild(client) == [followed.third]
    # To what has the place of the recipe's view, and to one that had it between.
    for target in (followed.third, followed.second):
        client.move(followed.name, target)
        assert stale(client) == []
    other = source("other")
    client.commit([other])
    client.move(followed.name, digest_of(other))
    assert len(stale(client)) == 1
    assert rebuild(client) == [digest_of(other)]
    assert stale(client) == []


def test_nobody_follows_a_recipe_that_is_retracted(client: Client) -> None:
    followed = Followed(client)
    client.move(followed.name, followed.second)
    assert stale(client) == [followed.view]
    client.commit([retraction(followed.recipe, effect="from_now")])
    assert stale(client) == [] and client.view(followed.view)["state"] == "fresh"


def test_what_took_the_place_and_is_stale_again_is_not_made_once_more(client: Client) -> None:
    chain = Chain(client, levels=1)
    chain.retract(client)
    old = post(client, "rebuilds", {"what": "stale"})
    (made,) = work(client, post(client, "rebuilds", {"what": "stale"})["rebuild"])
    third = source("third")
    client.commit([third, retraction(digest_of(chain.new), replacement=digest_of(third))])
    assert stale(client) == [made["view"]]
    (job,) = work(client, old["rebuild"])
    assert job["record"]["inputs"][0]["ref"] == digest_of(third)
    assert stale(client) == []


def test_saying_from_now_again_makes_nothing_lawful(client: Client) -> None:
    chain = Chain(client, levels=1)
    old = digest_of(chain.old)
    (said,) = client.commit([retraction(old, effect="from_now")]).digests
    run = Run(CPU)
    late = run.output(chain.views[0], "late")
    client.commit([*run.records(), late])
    disowned = {chain.outputs[0]: False, digest_of(late): True}
    assert {one["digest"]: one["disowned"] for one in client.outputs(chain.views[0])} == disowned
    client.commit([{**retraction(old, effect="from_now", previous=said), "reason": "in better words"}])
    assert {one["digest"]: one["disowned"] for one in client.outputs(chain.views[0])} == disowned


def test_a_verdict_that_is_retracted_says_nothing(client: Client) -> None:
    chain = Chain(client, levels=1)
    run = Run(device("a100"))
    other = run.output(chain.views[0], "other")
    good = verdict([chain.outputs[0], digest_of(other)], "numerically_equivalent")
    bad = verdict([chain.outputs[0], digest_of(other)], "divergent", 2.0)
    client.commit([*run.records(), other, good, bad])
    assert client.answer(chain.views[0], verdict="numerically_equivalent") is None
    client.commit([retraction(digest_of(bad))])
    answer = client.answer(chain.views[0], verdict="numerically_equivalent")
    assert answer is not None and answer["verdict"] == digest_of(good)
    client.commit([retraction(digest_of(good))])
    assert client.answer(chain.views[0], verdict="numerically_equivalent") is None
    assert client.view(chain.views[0])["unjudged"] == 2


def test_a_plan_whose_answer_is_lost_is_not_asked_for_again(client: Client) -> None:
    chain, asked = Chain(client, levels=1), client._http

    def lose(request: httpx.Request) -> httpx.Response:
        answer = asked.request(request.method, str(request.url), content=request.content, headers=request.headers)
        raise httpx.ReadError(f"lost: {answer.status_code}")

    client._http = httpx.Client(transport=httpx.MockTransport(lose), headers=asked.headers)
    with pytest.raises(httpx.ReadError, match="lost: 201"):
        client.rebuild(view=chain.views[0], samples=2)
    client._http = asked
    assert len(client._get("rebuilds")["rebuilds"]) == 1


def test_what_is_disowned_decides_nothing(client: Client) -> None:
    chain = Chain(client, levels=1)
    run = Run(CPU)
    other = run.output(chain.views[0], "other")
    said = verdict([chain.outputs[0], digest_of(other)], "bit_identical")
    client.commit([*run.records(), other, said])
    asked = {"view": chain.views[0], "untilDecided": True, "dryRun": True}
    assert post(client, "rebuilds", asked)["items"] == []
    client.commit([retraction(chain.outputs[0])])
    assert len(post(client, "rebuilds", asked)["items"]) == 1


def test_failures_of_a_cancelled_rebuild_are_counted_no_more(server: Server, client: Client) -> None:
    chain = Chain(client, levels=1)
    name = "class-" + uuid.uuid4().hex[:8]
    plan = post(client, "rebuilds", {"view": chain.views[0], "samples": 1, "class": name})
    for _ in range(3):
        (job,) = lease(client, plan["rebuild"], **{"class": name})
        post(client, f"leases/{job['lease']}/finish", {"failed": {"reason": "x"}})
    line = f'stemma_rebuild_failed{{class="{name}"}} 1'
    assert line in client._http.get(f"{server.url}/metrics").text
    client._send("DELETE", f"rebuilds/{plan['rebuild']}")
    assert line not in client._http.get(f"{server.url}/metrics").text


def test_an_output_that_an_imported_namespace_has_is_taken(importing: Server) -> None:
    main, team = importing.client("main"), importing.client("team")
    old, new, how, run = source("old"), source("new"), context("imported", executor="score"), Run(CPU)
    over, wanted = (view([digest_of(one)], digest_of(how)) for one in (old, new))
    made = run.output(digest_of(wanted), "there already")
    main.commit([old, new, how, *run.records(), wanted, made])
    team.commit([over, retraction(digest_of(old), replacement=digest_of(new))])
    plan = post(team, "rebuilds", {"what": "stale"})
    (job,) = work(team, plan["rebuild"])
    assert job["answer"] == digest_of(made)
    assert [record["kind"] for record in job["commitFirst"]] == ["succession"], "the view is there already"
    assert states(team, plan["rebuild"]) == [("done", None)] and stale(team) == []
    assert team.view(digest_of(wanted))["outputs"] == 1
