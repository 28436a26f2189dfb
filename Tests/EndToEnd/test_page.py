"""The lineage page in Chromium: a file of its own, and served at /ui."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

from conftest import Server
from lineage_records import SIGNS, commit_hostile, commit_large, lineage_json, picture


class Watched:
    """A page, and everything that it must not do."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1400, "height": 860}, **options)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # A violation of the policy is said here too.
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("dialog", lambda dialog: self.complaints.append("a dialog"))

    def open(self, path: Path) -> None:
        self.page.goto(path.as_uri())
        self.page.wait_for_selector(".node")

    def nodes(self) -> set[int]:
        found = self.page.eval_on_selector_all(".node", "all => all.map(one => Number(one.dataset.index))")
        assert len(found) == len(set(found))
        return set(found)

    def edges(self) -> list[tuple[int, int, str]]:
        script = "all => all.map(one => [Number(one.dataset.from), Number(one.dataset.to), one.dataset.member])"
        return sorted(tuple(edge) for edge in self.page.eval_on_selector_all(".edge", script))

    def view(self) -> str:
        return str(self.page.get_attribute("#world", "transform"))

    def scale(self) -> float:
        found = re.search(r"scale\(([0-9.e-]+)\)", self.view())
        assert found
        return float(found[1])


def edges_of(graph: dict[str, Any]) -> list[tuple[int, int, str]]:
    return sorted((edge["from"], edge["to"], edge["member"]) for edge in graph["edges"])


@pytest.fixture(scope="module")
def large(server: Server, tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[tuple[Watched, dict[str, Any]]]:
    digest, count = commit_large(server, "page")
    graph = lineage_json(server, "page", digest)
    assert len(graph["nodes"]) == count and not graph["truncated"]
    file = tmp_path_factory.mktemp("page") / "large.html"
    file.write_bytes(picture(server, "page", digest, "html"))
    watched = Watched(browser)
    start = time.monotonic()
    watched.open(file)
    print(f"\n{count} records, {len(graph['edges'])} references: shown after {time.monotonic() - start:.2f} s")
    yield watched, graph
    assert watched.complaints == []
    # Itself, and nothing else.
    assert watched.requests == [file.as_uri()]
    watched.context.close()


def test_the_picture_is_the_graph(large: tuple[Watched, dict[str, Any]]) -> None:
    watched, graph = large
    assert watched.nodes() == {node["index"] for node in graph["nodes"]}
    assert watched.edges() == edges_of(graph)


def test_records_do_not_cover_each_other(large: tuple[Watched, dict[str, Any]]) -> None:
    watched, _ = large
    script = "all => all.map(one => [...one.getAttribute('transform').matchAll(/-?[0-9][0-9.e+-]*/g)].map(Number))"
    columns: dict[float, list[float]] = {}
    for x, y in watched.page.eval_on_selector_all(".node", script):
        columns.setdefault(x, []).append(y)
    lefts = sorted(columns)
    assert min(b - a for a, b in zip(lefts, lefts[1:])) >= 228
    for tops in columns.values():
        tops.sort()
        assert all(b - a >= 58 for a, b in zip(tops, tops[1:]))


def test_the_view_moves(large: tuple[Watched, dict[str, Any]]) -> None:
    watched, _ = large
    page = watched.page
    views = [watched.view()]

    def changed() -> None:
        assert watched.view() not in views
        views.append(watched.view())

    scale = watched.scale()
    page.mouse.move(600, 400)
    page.mouse.wheel(0, -400)
    changed()
    assert watched.scale() > scale
    page.mouse.down()
    page.mouse.move(700, 460, steps=4)
    page.mouse.up()
    changed()
    # That was a drag and no choice.
    assert page.is_hidden("#panel")
    page.focus("#picture")
    for key in ["ArrowLeft", "+", "-", "0"]:
        page.keyboard.press(key)
        if key != "-":
            changed()
    # Two fingers.
    scale = watched.scale()
    page.evaluate(
        """() => {
          const picture = document.getElementById("picture");
          const send = (type, id, x) => picture.dispatchEvent(new PointerEvent(type, { pointerId: id, pointerType: "touch",
            clientX: x, clientY: 300, button: 0, bubbles: true }));
          picture.setPointerCapture = () => {};
          send("pointerdown", 11, 500); send("pointerdown", 12, 600);
          send("pointermove", 12, 800); send("pointerup", 11, 500); send("pointerup", 12, 800);
        }"""
    )
    assert watched.scale() == pytest.approx(3 * scale)


def test_the_search_finds(large: tuple[Watched, dict[str, Any]]) -> None:
    watched, graph = large
    page = watched.page
    page.fill("#search", "step/123 kind:view")
    assert page.inner_text("#found p") == "1 record"
    page.press("#search", "Enter")
    assert "step/123" in page.inner_text("#panel h2")
    page.fill("#search", "kind:input")
    inputs = [node for node in graph["nodes"] if node["kind"] == "input"]
    assert page.inner_text("#found p") == f"{len(inputs)} records"
    assert page.locator(".node.hit").count() == len(inputs)
    page.fill("#search", inputs[17]["digest"])
    assert page.get_attribute("#found button", "data-found") == str(inputs[17]["index"])
    page.press("#search", "Escape")
    assert page.is_hidden("#found")


def test_the_panel_has_all_facts(large: tuple[Watched, dict[str, Any]]) -> None:
    watched, graph = large
    page = watched.page
    chosen = next(node for node in graph["nodes"] if node["kind"] == "output")
    page.focus(f".node[data-index='{chosen['index']}']")
    page.keyboard.press("Enter")
    text = page.inner_text("#panel")
    for fact in [chosen["digest"], str(chosen["index"]), chosen["committedAt"], chosen["principal"], "cpu (whole)"]:
        assert fact in text
    assert chosen["record"]["content"]["digest"] in page.inner_text("#panel pre")
    # To what it rests on, and back by the keyboard.
    view = next(edge["to"] for edge in graph["edges"] if edge["from"] == chosen["index"])
    page.click("#panel .link")
    assert page.get_attribute(".node.chosen", "data-index") == str(view)
    page.keyboard.press("Escape")
    assert page.is_hidden("#panel")
    assert page.evaluate("document.activeElement.dataset.index") == str(view)
    page.keyboard.press("ArrowLeft")
    above = {str(edge["to"]) for edge in graph["edges"] if edge["from"] == view}
    assert page.evaluate("document.activeElement.dataset.index") in above


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_text_is_text(server: Server, browser: Any, tmp_path: Path, scheme: str) -> None:
    digest = commit_hostile(server, "hostile")
    file = tmp_path / "hostile.html"
    file.write_bytes(picture(server, "hostile", digest, "html"))
    watched = Watched(browser, color_scheme=scheme)
    watched.open(file)
    page = watched.page
    for index in watched.nodes():
        page.focus(f".node[data-index='{index}']")
        page.keyboard.press("Enter")
        assert page.evaluate("window.harmed") is None
    assert page.locator("img").count() == 0 and page.locator("script").count() == 2
    assert page.locator(".node.warned").count() == 1
    # Told, and not turned around.
    assert "\\u{202e}" in page.inner_text("#panel") and "\u202e" not in page.inner_text("body")
    assert SIGNS in page.inner_text("#panel")
    assert watched.complaints == [] and watched.requests == [file.as_uri()]
    watched.context.close()


def test_the_policy_stops_what_gets_in(server: Server, browser: Any, tmp_path: Path) -> None:
    """What the tests above rely on: a script that were in the page would not run, and would be said."""
    digest = commit_hostile(server, "hostile")
    file = tmp_path / "planted.html"
    page = picture(server, "hostile", digest, "html")
    file.write_bytes(page.replace(b"<noscript>", b"<script>window.harmed=1</script><img src=http://127.0.0.1:1/x><noscript>"))
    watched = Watched(browser)
    watched.open(file)
    assert watched.page.evaluate("window.harmed") is None
    assert len([text for text in watched.complaints if "Content Security Policy" in text]) == 2
    watched.context.close()


def test_without_scripts_there_is_a_list(server: Server, browser: Any, tmp_path: Path) -> None:
    digest = commit_hostile(server, "hostile")
    file = tmp_path / "plain.html"
    file.write_bytes(picture(server, "hostile", digest, "html"))
    watched = Watched(browser, java_script_enabled=False)
    watched.page.goto(file.as_uri())
    graph = lineage_json(server, "hostile", digest)
    text = watched.page.inner_text("body")
    for node in graph["nodes"]:
        assert node["digest"] in text
    watched.context.close()


def test_the_service_serves_the_page(server: Server, browser: Any) -> None:
    digest = commit_hostile(server, "served")
    graph = lineage_json(server, "served", digest)
    address = f"{server.url}/ui/served/{digest}"
    watched = Watched(browser)
    page = watched.page
    page.goto(address)
    # The page alone tells nothing.
    assert watched.nodes() == set() and digest not in page.content()
    page.fill("#key", "not-a-key")
    page.click("#ask button")
    page.wait_for_selector("#refused:not(:empty)")
    assert page.inner_text("#refused") == "This key is not valid here."
    watched.complaints.clear()  # Chromium logs the 401.
    page.fill("#key", server.key)
    page.click("#ask button")
    page.wait_for_selector(".node")
    assert watched.nodes() == {node["index"] for node in graph["nodes"]}
    assert watched.edges() == edges_of(graph)
    assert page.is_hidden("#ask") and page.input_value("#key") == ""
    # Nowhere that outlasts the page, and sent to nobody else.
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    assert all(url.startswith(server.url + "/") and server.key not in url for url in watched.requests)
    with page.expect_download() as download:
        page.click(".node.root")
        page.click("text=Receipt")
    assert Path(download.value.path()).read_text().startswith("c2sp.org/tlog-proof@v1")
    assert watched.complaints == []
    # Kept for this tab where that was asked for.
    page.reload()
    page.fill("#key", server.key)
    page.check("#keep")
    page.click("#ask button")
    page.wait_for_selector(".node")
    page.reload()
    page.wait_for_selector(".node")
    # Only a key that was refused is forgotten, not one whose question has no answer.
    page.goto(f"{server.url}/ui/served/sha256:{'0' * 64}")
    page.wait_for_selector("#refused:not(:empty)")
    page.goto(address)
    page.wait_for_selector(".node")
    watched.context.close()


def test_the_page_is_served_with_its_guards(server: Server) -> None:
    digest = "sha256:" + "0" * 64
    answer = httpx.get(f"{server.url}/ui/main/{digest}?direction=down&at=3")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe" not in policy
    assert policy.endswith("connect-src 'self'; frame-ancestors 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    # The same bytes for every record, there or not: nothing is told without a key.
    assert httpx.get(f"{server.url}/ui/other/sha256:{'1' * 64}").content == answer.content
    for bad in ["/ui/main/sha256:0", f"/ui/UPPER/{digest}", f"/ui/main/{digest}?key=x", f"/ui/main/{digest}?direction=x"]:
        assert httpx.get(server.url + bad).status_code == 400, bad
