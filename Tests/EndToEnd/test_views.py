"""What a view is worth: its outputs by device class, how they compare, whether it stands, and what is given for it."""

from __future__ import annotations

import json
import subprocess
import uuid
from typing import Any

import pytest
from conftest import BINARY, Server
from stemma import Client, Problem, digest_of
from view_records import Run, context, device, retraction, source, verdict, view


@pytest.fixture
def client(server: Server) -> Client:
    return server.client("views-" + uuid.uuid4().hex[:8])


def stemma(server: Server, client: Client, *arguments: str, status: int = 0) -> str:
    ran = subprocess.run(
        [BINARY, *arguments, "--namespace", client.namespace],
        env=server.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == status, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def get(client: Client, path: str, **query: Any) -> dict[str, Any]:
    response = client._send("GET", path, params=query or None)
    assert b":null" not in response.content, "what there is not is left out"
    answer: dict[str, Any] = response.json()
    return answer


def stale(client: Client, **query: Any) -> dict[str, dict[str, Any]]:
    return {one["digest"]: one for one in get(client, "stale", limit=1000, **query)["views"]}


def chain(client: Client, word: str = "a") -> tuple[list[str], list[str], list[str]]:
    """Two inputs; three views, each over an output of the one before; their outputs."""
    inputs, of, run = [source(word + "0"), source(word + "1")], context(word), Run(device())
    client.commit([*inputs, of, *run.records()])
    names = [digest_of(one) for one in inputs]
    views: list[str] = []
    outputs: list[str] = []
    for level in range(3):
        over = view([outputs[-1]] if outputs else [names[0]], digest_of(of), f"step{level}")
        made = run.output(digest_of(over), f"{word} out {level}", sample=str(level))
        client.commit([over, made])
        views.append(digest_of(over))
        outputs.append(digest_of(made))
    return names, views, outputs


def test_what_rests_on_a_retracted_input_is_stale_from_then_on(server: Server, client: Client) -> None:
    (old, new), views, outputs = chain(client)
    aside = view([new], digest_of(context("a")), "aside")
    client.commit([aside])
    assert stale(client) == {}
    assert "nothing is stale" in stemma(server, client, "stale")
    before = get(client, "stale")["at"]
    said = stemma(
        server, client, "retract", old, "--effect", "ever", "--reason", "wrong units", "--replacement", new
    )
    (digest, index, word) = said.split()
    assert word == "retracted"
    found = stale(client)
    assert list(found) == views
    assert all(one["since"] == int(index) and one["because"] == {"restsOn": [digest]} for one in found.values())
    assert [one["output"] for one in found.values()] == ["step0", "step1", "step2"]
    text = stemma(server, client, "stale", status=1)
    assert "3 views are stale" in text and old in text and f"replaced by {new}" in text and views[2] in text
    # As it was.
    assert stale(client, at=before) == {}
    # Page by page.
    page = get(client, "stale", limit=2)
    assert page["total"] == 3 and page["next"] == page["views"][1]["index"]
    rest = get(client, "stale", limit=2, after=page["next"])
    assert [one["digest"] for one in rest["views"]] == views[2:] and "next" not in rest
    # All its outputs rest on what was always wrong.
    report = get(client, f"views/{views[1]}")
    assert (report["state"], report["outputs"], report["disowned"]) == ("stale", 1, 1)
    assert "Every output is disowned" in stemma(server, client, "views", views[1])


def test_from_now_leaves_what_was_made_before(client: Client) -> None:
    (old, new), views, outputs = chain(client)
    client.commit([retraction(old, "from_now", replacement=new)])
    assert list(stale(client)) == views
    assert get(client, f"views/{views[0]}")["disowned"] == 0
    assert get(client, f"views/{views[0]}/answer")["output"] == outputs[0]
    run = Run(device())
    late = run.output(views[0], "late")
    client.commit([*run.records(), late])
    # Made afterwards, it is not lawful; the one before still is.
    assert get(client, f"views/{views[0]}")["disowned"] == 1
    assert get(client, f"views/{views[0]}/answer")["output"] == outputs[0]


def test_a_withdrawn_retraction_counts_no_more(client: Client) -> None:
    (old, _), views, _ = chain(client)
    (first,) = client.commit([retraction(old)]).digests
    assert list(stale(client)) == views
    client.commit([retraction(first)])
    assert stale(client) == {}
    assert get(client, f"views/{views[0]}")["state"] == "fresh"


def test_retracting_twice_needs_to_be_said(server: Server, client: Client) -> None:
    (old, new), views, _ = chain(client)
    say = ["retract", old, "--effect", "ever", "--reason"]
    stemma(server, client, *say, "one")
    assert "is retracted already" in stemma(server, client, *say, "two", status=1)
    stemma(server, client, *say, "two", "--replacement", new, "--update")
    (only,) = get(client, "stale")["retractions"]
    assert only["reason"] == "two" and only["replacement"] == new
    # Without a break since the first.
    assert only["since"] < only["index"]


def test_a_recipe_that_leads_elsewhere_makes_its_view_stale(server: Server, client: Client) -> None:
    inputs, of = [source("x"), source("y")], context("recipe")
    client.commit([*inputs, of])
    old, new = (digest_of(one) for one in inputs)
    client.move("datasets/claims@latest", old)
    now = view([old], digest_of(of))
    recipe = {**now, "kind": "recipe", "name": "scores", "inputs": [{"role": "data", "ref": "datasets/claims@latest"}]}
    resolution = {"kind": "resolution", "v": 1, "recipe": digest_of(recipe), "view": digest_of(now)}
    client.commit([now, recipe, resolution])
    assert stale(client) == {}
    client.move("datasets/claims@latest", new)
    moved = get(client, "stale")["at"]
    (one,) = stale(client).values()
    then = digest_of(view([new], digest_of(of)))
    assert one["digest"] == digest_of(now) and one["since"] == moved
    assert one["because"]["recipes"] == [
        {
            "recipe": digest_of(recipe),
            "leadsTo": then,
            "since": moved,
            "moves": [{"name": "datasets/claims@latest", "index": moved}],
        }
    ]
    assert "datasets/claims@latest moved" in stemma(server, client, "stale", status=1)
    assert stale(client, at=moved - 1) == {}
    # Back again: right as before. And once more away: stale since then.
    client.move("datasets/claims@latest", old)
    assert stale(client) == {}
    client.move("datasets/claims@latest", new)
    again = get(client, "stale")["at"]
    assert [one["since"] for one in stale(client).values()] == [again]
    # Resolved anew, nothing is stale.
    client.commit([view([new], digest_of(of)), {**resolution, "view": then}])
    assert stale(client) == {}


def test_a_succession_takes_the_place(client: Client) -> None:
    (old, new), views, _ = chain(client)
    (why,) = client.commit([retraction(old, replacement=new)]).digests
    heir = view([new], digest_of(context("a")), "step0")
    client.commit(
        [heir, {"kind": "succession", "v": 1, "from": views[0], "to": digest_of(heir), "because": [why]}]
    )
    assert list(stale(client)) == views[1:]
    report = get(client, f"views/{views[0]}")
    assert report["state"] == "superseded" and report["because"]["superseded"][0]["to"] == digest_of(heir)
    assert get(client, f"views/{digest_of(heir)}")["state"] == "fresh"


def test_a_view_says_how_its_outputs_compare(server: Server, client: Client) -> None:
    data, of = source("compare"), context("compare")
    over = view([digest_of(data)], digest_of(of))
    whole, slice_ = Run(device("h100")), Run(device("a100", mode="mig", profile="3g.40gb"))
    digest = digest_of(over)
    outputs = [whole.output(digest, "w", str(n)) for n in range(2)] + [slice_.output(digest, "s")]
    client.commit([data, of, over, *whole.records(), *slice_.records(), *outputs])
    assert "Nothing is judged yet" in stemma(server, client, "views", digest)
    a, b, c = (digest_of(one) for one in outputs)
    client.commit([verdict([a, b], "bit_identical"), verdict([a, c], "divergent", 7.5)])
    # Looked at again: the newest counts.
    client.commit([{**verdict([a, c], "numerically_equivalent", 0.25, ["systematic_shift"]), "looks": 2}])
    report = get(client, f"views/{digest}")
    assert (report["state"], report["outputs"], report["unjudged"]) == ("fresh", 3, 0)
    assert report["classes"] == [
        {"class": "a100 (mig 3g.40gb)", "outputs": 1, "disowned": 0, "contents": 1},
        {"class": "h100", "outputs": 2, "disowned": 0, "contents": 1},
    ]
    across, within = report["comparisons"]
    assert across["between"] == ["a100 (mig 3g.40gb)", "h100"] and within["between"] == ["h100", "h100"]
    assert across["verdicts"] == {"numerically_equivalent": 1} and within["verdicts"] == {"bit_identical": 1}
    assert across["drift"] == [{"test": "max_scaled", "threshold": 1, "count": 1, "values": [0.25]}]
    text = stemma(server, client, "views", digest)
    assert "Equivalent on a100 (mig 3g.40gb), h100" in text and "0.25" in text
    # An output stands for its view.
    assert stemma(server, client, "views", c) == text
    assert "<svg" in stemma(server, client, "views", digest, "--output", "svg")
    assert "default-src 'none'" in stemma(server, client, "views", digest, "--output", "html")
    assert json.loads(stemma(server, client, "views", digest, "--output", "json")) == report
    # What will do, and what will not.
    answer = f"views/{digest}/answer"
    assert get(client, answer, verdict="bit_identical")["output"] == b
    found = get(client, answer, verdict="numerically_equivalent")
    assert found["output"] == c and found["view"] == report
    assert get(client, answer, **{"class": "h100"})["output"] == b
    with pytest.raises(Problem) as refused:
        get(client, answer, **{"class": "a100"})
    assert refused.value.code == "no_answer"
    # A retracted output is neither given nor counted.
    client.commit([retraction(b)])
    assert get(client, answer, **{"class": "h100"})["output"] == a
    assert [one["between"] for one in get(client, f"views/{digest}")["comparisons"]] == [across["between"]]
    listed = get(client, f"views/{digest}/outputs", limit=2)
    assert [one["disowned"] for one in listed["outputs"]] == [False, True]
    assert get(client, f"views/{digest}/outputs", after=listed["next"])["outputs"][0]["digest"] == c


def test_a_divergent_class_is_named(server: Server, client: Client) -> None:
    data, of = source("differ"), context("differ")
    over = digest_of(view([digest_of(data)], digest_of(of)))
    runs = [Run(device("a100")), Run(device("h100"))]
    outputs = [run.output(over, str(place)) for place, run in enumerate(runs)]
    client.commit([data, of, view([digest_of(data)], digest_of(of)), *runs[0].records(), *runs[1].records(), *outputs])
    client.commit([verdict([digest_of(one) for one in outputs], "divergent", 42.5)])
    log = (server.folder / "server.log").read_text()
    assert any("outputs are divergent" in line and digest_of(outputs[0]) in line for line in log.splitlines())
    metrics = client._http.get(f"{server.url}/metrics").text
    assert 'stemma_verdicts_total{verdict="divergent"}' in metrics
    assert "Outputs of a100 / h100 differ: max_scaled 42.5, limit 1." in stemma(server, client, "views", over)
    with pytest.raises(Problem) as refused:
        get(client, f"views/{over}/answer", verdict="statistically_equivalent")
    assert refused.value.code == "no_answer"


def test_a_gang_that_is_not_all_there_is_told(server: Server, client: Client) -> None:
    data, of = source("gang"), context("gang")
    over = view([digest_of(data)], digest_of(of))
    run = Run(device(), size=3, ranks=2)
    client.commit([data, of, over, *run.records(ended=False), run.output(digest_of(over), "g")])
    (one,) = get(client, f"views/{digest_of(over)}")["incomplete"]
    assert one == {"execution": digest_of(run.execution), "size": 3, "started": 2, "ended": 0}
    assert "2 of 3 ranks started, 0 ended" in stemma(server, client, "views", digest_of(over))


def test_a_family_speaks_for_a_view_with_one_output(server: Server, client: Client) -> None:
    of = context("family")
    runs = [Run(device("a100")), Run(device("h100"))]
    client.commit([of, *runs[0].records(), *runs[1].records()])
    views: list[str] = []
    for number in range(6):
        data = source(f"family {number}")
        over = view([digest_of(data)], digest_of(of))
        views.append(digest_of(over))
        client.commit([data, over])
        outputs = [run.output(views[-1], str(number)) for run in (runs if number else runs[:1])]
        client.commit(outputs)
        if number:
            word = "divergent" if number == 5 else "bit_identical"
            client.commit([verdict([digest_of(one) for one in outputs], word)])
    # Another context is another family.
    other = view([digest_of(source("family 1"))], digest_of(context("other")))
    client.commit([context("other"), other])
    family = get(client, f"views/{views[0]}")["family"]
    assert family["views"] == 5
    (one,) = family["replayed"]
    assert (one["between"], one["equivalent"], one["divergent"]) == (["a100", "h100"], 4, 1)
    # Clopper and Pearson: 4 of 5.
    assert one["atLeast"] == pytest.approx(0.3426, abs=1e-4)
    assert "a100 / h100: 4 of 5 came out the same (at least 34 %)" in stemma(server, client, "views", views[0])


def test_honest_pairs_make_envelopes(server: Server, client: Client) -> None:
    of, runs = context("envelopes"), [Run(device("a100")), Run(device("h100"))]
    client.commit([of, *runs[0].records(), *runs[1].records()])
    pairs = []
    for number in range(22):
        data = source(f"envelope {number}")
        over = view([digest_of(data)], digest_of(of))
        pair = [{**run.output(digest_of(over), str(number)), "compute": {"dtypes": ["bf16"]}} for run in runs]
        said = verdict([digest_of(one) for one in pair], "numerically_equivalent")
        said["tests"] = [
            {"name": "row_drift.max", "statistic": 0.001 * (number + 1), "threshold": 1.0},
            {"name": "row_drift.share", "statistic": 0.5, "threshold": 1.0},
        ]
        client.commit([data, over, *pair, said])
        pairs.append((digest_of(over), digest_of(pair[0])))
    before = get(client, "stale")["at"]
    # One is found to be bad: it tells where the envelope must end.
    client.commit([retraction(pairs[20][1])])
    (found,) = get(client, f"views/{pairs[0][0]}/envelopes")["envelopes"]
    assert found["key"] == "tensor|none|bf16|a100:whole|h100:whole|"
    assert found["envelopes"] == {"row_drift.max": {"pairs": 21, "largest": 0.022, "smallestBad": 0.021}}
    (then,) = get(client, f"views/{pairs[0][0]}/envelopes", at=before)["envelopes"]
    assert (then["index"], then["envelopes"]["row_drift.max"]["pairs"]) == (before, 22)
    # The dataset of another was wrong: that pair says nothing any more.
    client.commit([retraction(digest_of(source("envelope 21")))])
    (found,) = get(client, f"views/{pairs[0][0]}/envelopes")["envelopes"]
    assert found["envelopes"]["row_drift.max"] == {"pairs": 20, "largest": 0.02, "smallestBad": 0.021}


@pytest.mark.parametrize(
    "path, code",
    [
        ("stale?limit=0", "invalid_request"),
        ("stale?limit=100001", "invalid_request"),
        ("stale?after=-2", "invalid_request"),
        ("stale?at=never", "invalid_request"),
        ("stale?x=1", "invalid_request"),
        ("stale?at=9007199254740991", "not_reached"),
        ("views/sha256:" + "0" * 64, "not_found"),
        ("views/sha256:" + "0" * 64 + "/answer", "not_found"),
        ("views/sha256:" + "0" * 64 + "/outputs", "not_found"),
        ("views/sha256:" + "0" * 64 + "/answer?verdict=divergent", "invalid_request"),
        ("views/sha256:" + "0" * 64 + "/answer?class=", "invalid_request"),
        ("views/nothing", "invalid_request"),
    ],
)
def test_bad_questions_are_refused(client: Client, path: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        get(client, path)
    assert refused.value.code == code


def test_what_is_no_view_has_none(server: Server, client: Client) -> None:
    (only,) = client.commit([source("alone")]).digests
    with pytest.raises(Problem) as refused:
        get(client, f"views/{only}")
    assert refused.value.code == "not_found"
    assert "is no view and no output of one" in stemma(server, client, "views", only, status=1)
