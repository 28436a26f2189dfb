"""The commands that read: what a record is called, what they print, how they exit."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Iterator

import pytest

from conftest import BINARY, Server
from lineage_graph import History, content


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Server, History]]:
    server = Server()
    server.start()
    yield server, History(server.client())
    server.remove()


@pytest.fixture
def history(served: tuple[Server, History]) -> History:
    return served[1]


class Stemma:
    def __init__(self, server: Server) -> None:
        self._server = server

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [BINARY, *arguments], env=self._server.environment(), capture_output=True, timeout=60, check=False
        )

    def text(self, *arguments: str) -> str:
        ran = self.run(*arguments)
        assert ran.returncode == 0, ran.stderr.decode()
        return ran.stdout.decode()

    def fails(self, status: int, *arguments: str) -> str:
        ran = self.run(*arguments)
        assert ran.returncode == status, (ran.stdout, ran.stderr)
        assert ran.stdout == b""
        return ran.stderr.decode()


@pytest.fixture
def stemma(served: tuple[Server, History]) -> Stemma:
    return Stemma(served[0])


def test_a_record_is_called_in_four_ways(stemma: Stemma, history: History) -> None:
    digest = history["model"]
    at = history.indices["name"]
    for subject in (digest, digest[:20], digest[7:19], "models/claims@production", f"models/claims@production@{at}"):
        assert stemma.run("cat", subject).stdout == stemma.run("cat", digest).stdout != b""
    receipt = stemma.text("receipt", digest[7:19])
    assert receipt.startswith("c2sp.org/tlog-proof@v1")
    assert "not_found" in stemma.fails(1, "cat", f"models/claims@production@{at - 1}")
    assert "not_found" in stemma.fails(1, "cat", "models/claims@production", "--at", str(at - 1))
    for subject in ("nothing/here", "sha256:0000", "sha256:" + "0" * 64, "Not A Name", "abc", "sha256:xyz"):
        assert "not_found" in stemma.fails(1, "cat", subject)


def test_ambiguous_beginnings_list_what_they_mean(served: tuple[Server, History], stemma: Stemma) -> None:
    client = served[0].client()
    seen: dict[str, str] = {}
    number = 0
    # Two digests that begin with the same four digits: found after a few hundred.
    while True:
        records = [
            {"kind": "context", "v": 1, "parameters": {"search": number + step}} for step in range(200)
        ]
        number += len(records)
        for digest in client.commit(records).digests:
            if digest[7:11] in seen:
                break
            seen[digest[7:11]] = digest
        else:
            continue
        break
    first, second = seen[digest[7:11]], digest
    message = stemma.fails(2, "show", first[7:11])
    assert "ambiguous" in message and first in message and second in message
    # What came later makes no earlier answer ambiguous.
    index = json.loads(stemma.text("show", first, "--output", "json"))["nodes"][0]["index"]
    assert first in stemma.text("show", first[7:11], "--at", str(index))
    # One more digit than they share is enough.
    length = next(n for n in range(11, 72) if first[:n] != second[:n])
    assert first in stemma.text("show", first[:length])
    # A name may not hide a record.
    client.move(first[7:20], second)
    message = stemma.fails(2, "cat", first[7:20])
    assert first in message and second in message and "name" in message
    assert stemma.run("cat", first[:20]).stdout == client.record(first)
    client.move(second[7:20], second)
    assert stemma.run("cat", second[7:20]).stdout == client.record(second)


def test_a_whole_name_wins_over_an_index(served: tuple[Server, History], stemma: Stemma) -> None:
    server, history = served
    client = server.client()
    client.move("models/claims", history["model"])
    index = client.name("models/claims")["index"]  # type: ignore[index]
    client.move(f"models/claims@{index}", history["weights"])
    assert stemma.run("cat", f"models/claims@{index}").stdout == client.record(history["weights"])
    assert stemma.run("cat", f"models/claims@{index + 1}").stdout == client.record(history["model"])


def test_lineage_prints_every_format(stemma: Stemma, served: tuple[Server, History]) -> None:
    server, history = served
    tree = stemma.text("lineage", history["answer"])
    assert tree.startswith("output the first one") and history["claims"][7:19] in tree
    assert "\x1b" not in tree, "colour only on a terminal"
    table = stemma.text("lineage", history["answer"], "--output", "table")
    assert len(table.splitlines()) == 10
    assert stemma.text("lineage", history["answer"], "--output", "dot").startswith("digraph")
    assert "flowchart" in stemma.text("lineage", history["answer"], "--output", "mermaid")
    page = json.loads(stemma.text("lineage", history["answer"], "--output", "json"))
    whole = json.loads(stemma.text("lineage", history["answer"], "--output", "json", "--all"))
    served_page = server.client()._send(
        "GET", f"lineage/{history['answer']}?associations=true&records=true"
    ).json()  # fmt: skip
    assert page == served_page
    for name in ("nodes", "edges", "truncated", "at", "root"):
        assert page[name] == whole[name]


def test_lineage_takes_its_options(stemma: Stemma, history: History) -> None:
    def digests(*options: str) -> list[str]:
        graph = json.loads(stemma.text("lineage", "--output", "json", *options))
        return history.words([node["digest"] for node in graph["nodes"]])

    assert digests("--down", history["claims"]) == ["claims", "training", "weights", "model", "asking", "answer"]
    assert digests("--both", "--depth", "1", history["weights"]) == ["weights", "training", "model"]
    assert digests("--kind", "input,context", history["training"]) == ["training", "claims", "rules", "how"]
    assert digests("--role", "rules", history["training"]) == ["training", "rules", "how"]
    assert digests("--cross", "execution", "--kind", "execution", history["weights"]) == ["weights", "run"]
    assert digests("--down", "--at", str(history.indices["training"]), history["claims"]) == ["claims", "training"]
    assert digests("--limit", "2", history["answer"]) == ["answer", "asking"]
    text = stemma.text("lineage", "--limit", "2", history["answer"])
    assert "Not all is here" in text
    assert "--limit" in stemma.fails(2, "lineage", "--all", "--limit", "2", history["answer"])
    stemma.fails(2, "lineage", "--up", "--down", history["answer"])
    assert "invalid_request" in stemma.fails(1, "lineage", "--kind", "nothing", history["answer"])
    assert "invalid_request" in stemma.fails(1, "lineage", "--at", "soon", history["answer"])


def test_impact_show_log_and_names(stemma: Stemma, history: History) -> None:
    impact = stemma.text("impact", history["claims"])
    assert "5 records rest on it" in impact and "models/claims@production" in impact
    assert "cpu-x86-64 (whole)" in impact
    assert json.loads(stemma.text("impact", history["claims"], "--output", "json"))["total"] == 5
    assert "0 records rest on it" in stemma.text("impact", history["answer"])

    shown = stemma.text("show", history["answer"])
    for part in (history["answer"], "execution", "cpu-x86-64", "the first one", "by admin"):
        assert part in shown
    graph = json.loads(stemma.text("show", history["answer"], "--output", "json"))
    assert graph["nodes"][0]["record"]["kind"] == "output" and graph["truncatedBy"] == []

    lines = stemma.text("log", "--limit", "1000", "--kind", "input").splitlines()
    assert [line.split()[0] for line in lines] == [str(history.indices[w]) for w in ("claims", "rules", "prompt")]
    two = json.loads(stemma.text("log", "--limit", "2", "--kind", "input", "--output", "json"))["records"]
    assert history.words([record["digest"] for record in two]) == ["rules", "prompt"]
    assert stemma.text("log", "--principal", "nobody") == ""
    assert len(stemma.text("log", "--until", two[0]["committedAt"], "--kind", "input").splitlines()) == 2
    stemma.fails(2, "log", "--limit", "0")

    at = str(history.indices["name"])
    assert "models/claims@production" in stemma.text("names", "models/", "--at", at)
    assert stemma.text("names", "--at", str(int(at) - 1)) == ""
    names = json.loads(stemma.text("names", "--output", "json"))["names"]
    assert "models/claims@production" in [name["name"] for name in names]
    assert history["model"] in stemma.text("name", "models/claims@production", "--at", at)
    stemma.fails(2, "name", "models/claims@production", history["answer"], "--at", at)


def test_what_was_erased_can_still_be_shown(stemma: Stemma, served: tuple[Server, History]) -> None:
    client = served[0].client()
    (digest,) = client.commit([{"kind": "input", "v": 1, "content": content("to be erased")}]).digests
    assert "erased" in stemma.text("erase", "--what", "body", "--reason", "asked for", digest[:24])
    shown = stemma.text("show", digest)
    assert "its body was destroyed" in shown and "erasure" in shown
    assert "erased" in stemma.fails(1, "cat", digest)


def test_no_server_is_status_3(stemma: Stemma, history: History) -> None:
    assert "127.0.0.1:1" in stemma.fails(3, "lineage", "--server", "http://127.0.0.1:1", history["answer"])


def test_colour_is_for_terminals(served: tuple[Server, History], history: History) -> None:
    def on_a_terminal(**environment: str) -> bytes:
        parent, child = pty.openpty()
        process = subprocess.Popen(
            [BINARY, "lineage", history["answer"]],
            env={**served[0].environment(), "TERM": "xterm", **environment},
            stdout=child,
        )
        os.close(child)
        text = b""
        # The terminal ends with an error once its last writer is gone.
        try:
            while piece := os.read(parent, 1 << 16):
                text += piece
        except OSError:
            pass
        os.close(parent)
        assert process.wait(timeout=60) == 0
        return text

    assert b"\x1b[" in on_a_terminal()
    assert b"\x1b[" not in on_a_terminal(NO_COLOR="1")
    assert b"\x1b[" not in on_a_terminal(TERM="dumb")


class Hostile(BaseHTTPRequestHandler):
    """A server that wants the reader's terminal."""

    escape = "\x1b]0;owned\x07\n\u202e"
    digest = "sha256:" + "0" * 64

    def do_GET(self) -> None:  # noqa: N802
        rest = self.path.split("/v1/main/")[-1]
        status, answer = 400, {
            "code": self.escape, "detail": self.escape, "errors": [{"message": self.escape}],
            "missing": [{"digest": self.escape}],
        }  # fmt: skip
        if rest.startswith("records"):
            record = {
                "digest": self.digest, "index": 1, "kind": "note", "principal": self.escape, "committedAt": self.escape,
            }  # fmt: skip
            status, answer = 200, {"records": [record]}
        elif rest.startswith("names?"):
            status, answer = 200, {"names": [{"target": self.escape, "index": 1, "name": self.escape}]}
        elif rest.startswith("impact"):
            status, answer = 200, {
                "root": {"kind": self.escape, "digest": self.escape}, "at": 1, "total": 1,
                "kinds": [{"kind": self.escape, "count": 1}],
                "views": [{"outputs": 1, "output": self.escape, "digest": self.escape}],
                "names": [{"name": self.escape, "target": self.escape}],
            }  # fmt: skip
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_no_server_moves_the_cursor() -> None:
    hostile = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    thread = Thread(target=hostile.serve_forever)
    thread.start()
    environment = {
        **os.environ, "STEMMA_SERVER": f"http://127.0.0.1:{hostile.server_address[1]}", "STEMMA_KEY": "key",
    }  # fmt: skip
    environment.pop("STEMMA_KEY_FILE", None)
    try:
        for status, *arguments in (
            (0, "log"), (0, "names"), (0, "impact", Hostile.digest), (1, "lineage", Hostile.digest),
        ):  # fmt: skip
            ran = subprocess.run(
                [BINARY, *arguments], env=environment, capture_output=True, timeout=60, check=False
            )
            said = ran.stdout + ran.stderr
            assert ran.returncode == status, said
            assert b"u{1b}]0;owned" in said
            assert not any(sign in said.decode() for sign in "\x1b\x07\u202e"), said
    finally:
        hostile.shutdown()
        thread.join()
        hostile.server_close()
