"""Lineage as pictures for other programs, read by those programs."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from conftest import Server
from lineage_records import HOSTILE, commit_hostile, lineage_json, picture

# Characters that a terminal would act on.
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def hostile(server: Server) -> str:
    return commit_hostile(server, "pictures")


@pytest.mark.parametrize("form", ["tree", "table", "dot", "mermaid"])
def test_no_text_of_a_record_acts(server: Server, hostile: str, form: str) -> None:
    text = picture(server, "pictures", hostile, form).decode()
    assert not ACTING.search(text)
    assert "\\u{202e}" in text or form == "mermaid" and "u#123;202e#125;" in text
    assert "retract" in text and "pii" in text


def test_graphviz_reads_dot(server: Server, hostile: str) -> None:
    if not shutil.which("dot"):
        pytest.skip("Graphviz is not installed: tools/test --full installs it")
    dot = picture(server, "pictures", hostile, "dot")
    drawn = subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, timeout=60, check=False)
    assert drawn.returncode == 0 and not drawn.stderr, drawn.stderr
    names = titles(drawn.stdout.decode())
    graph = lineage_json(server, "pictures", hostile)
    nodes = graph["nodes"] + graph["beside"]
    edges = graph["edges"] + graph["associations"]
    assert sorted(name for name in names if "->" not in name and name != "lineage") == sorted(
        f"n{node['index']}" for node in nodes
    )
    assert sorted(name for name in names if "->" in name) == sorted(f"n{edge['to']}->n{edge['from']}" for edge in edges)
    assert HOSTILE[:9] in text_of(drawn.stdout.decode())


def test_mermaid_reads_mermaid(server: Server, hostile: str, browser: Any) -> None:
    """Mermaid itself, in a browser: its parser takes the text, and what it draws holds the texts as they are."""
    module = importlib.util.find_spec("mermaidx")
    assert module and module.submodule_search_locations
    page = browser.new_page()
    page.add_script_tag(path=Path(module.submodule_search_locations[0]) / "assets/mermaid.js")
    source = picture(server, "pictures", hostile, "mermaid").decode()
    kind = page.evaluate("async (text) => (await mermaid.parse(text)).diagramType", source)
    assert kind.startswith("flowchart")
    svg = page.evaluate("async (text) => (await mermaid.render('drawn', text)).svg", source)
    graph = lineage_json(server, "pictures", hostile)
    for node in graph["nodes"] + graph["beside"]:
        assert f"flowchart-n{node['index']}-" in svg
    assert svg.count("data-edge=\"true\"") >= len(graph["edges"] + graph["associations"])
    page.set_content(svg)
    assert page.evaluate("window.harmed") is None
    assert HOSTILE[:9] in page.inner_text("svg")
    page.close()


def titles(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}title")]


def text_of(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
