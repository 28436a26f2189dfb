"""Malformed HTTP over raw sockets. What cannot be framed for certain ends its connection, and what
comes behind it is never taken for a request: the canary, a commit, must not be carried out."""

from __future__ import annotations

import itertools
import json
import re
import socket
import struct
import time
from typing import Iterator
from urllib.parse import urlparse

import httpx
import pytest

from conftest import Server
from stemma import digest_of

# One for all: a client of its own for each request costs a TLS context.
HTTP = httpx.Client(timeout=10)

POST = (
    b"POST /v1/canary/commits HTTP/1.1\r\nHost: x\r\n"
    b"Authorization: Bearer @KEY@\r\nContent-Type: application/json\r\n"
)
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
NUMBERS = itertools.count()
HEAD = re.compile(rb"HTTP/1\.1 (\d{3}) [ -~]*\r\n((?:[ -~]+\r\n)*)\r\n")
LENGTH = re.compile(rb"^Content-Length: (\d+)\r$", re.MULTILINE | re.IGNORECASE)


def exchange(server: Server, data: bytes, patience: float = 10.0) -> tuple[bytes, bool]:
    """Sends `data` with the key in it; gives what came back, and whether the server closed.

    An open connection is waited on until half a second passes without a byte."""
    address = urlparse(server.url)
    data = data.replace(b"@KEY@", server.key.encode())
    received = b""
    end = time.monotonic() + patience
    with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # Closed on us in the middle: what it said before that can still be read.
        connection.settimeout(0.5)
        while time.monotonic() < end:
            try:
                piece = connection.recv(1 << 16)
            except TimeoutError:
                return received, False
            except ConnectionResetError:
                return received, True
            if not piece:
                return received, True
            received += piece
    raise AssertionError("the answer does not end")


def statuses(received: bytes) -> list[int]:
    """One for each answer; there must be nothing but answers."""
    found, place = [], 0
    while place < len(received):
        head = HEAD.match(received, place)
        assert head, received[place:]
        length = LENGTH.search(head[2])
        assert length or head[1] == b"100", received
        found.append(int(head[1]))
        place = head.end() + (int(length[1]) if length else 0)
    return found


class Canary:
    """A commit that leaves a trace when somebody carries it out."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.record = {"kind": "context", "v": 1, "parameters": {"canary": next(NUMBERS)}}
        body = json.dumps({"records": [{"record": self.record}]}).encode()
        self.request = (
            # It is the last: the server need not be waited on.
            POST
            + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )

    def sings(self) -> bool:
        answer = HTTP.get(
            f"{self.server.url}/v1/canary/records/{digest_of(self.record)}",
            headers={"Authorization": f"Bearer {self.server.key}"},
        )
        assert answer.status_code in (200, 404)
        return answer.status_code == 200


@pytest.fixture
def canary(server: Server) -> Iterator[Canary]:
    yield Canary(server)
    assert server.process and server.process.poll() is None
    assert HTTP.get(f"{server.url}/livez").status_code == 200


def test_the_canary_sings_when_it_may(server: Server, canary: Canary) -> None:
    """Otherwise its silence would prove nothing."""
    good = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    received, _ = exchange(server, good + canary.request)
    assert statuses(received) == [200, 200]
    assert canary.sings()


CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

BROKEN: dict[str, bytes] = {
    "CL and TE": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "TE and CL": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two CL": POST + b"Content-Length: 2\r\nContent-Length: 0\r\n\r\n{}",
    "two equal CL": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "CL list": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "CL plus": POST + b"Content-Length: +2\r\n\r\n{}",
    "CL minus": POST + b"Content-Length: -2\r\n\r\n{}",
    "CL hex": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "CL space inside": POST + b"Content-Length: 2 0\r\n\r\n{}",
    "CL overflow": POST + b"Content-Length: 18446744073709551618\r\n\r\n{}",
    "CL empty": POST + b"Content-Length: \r\n\r\n{}",
    "TE unknown": POST + b"Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
    "TE chunked not last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "TE twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
    "TE misspelt": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "TE vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "space before colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "space before name": GET + b" X: y\r\n\r\n",
    "no colon": GET + b"X\r\n\r\n",
    "empty name": GET + b": y\r\n\r\n",
    "bare LF": b"GET /livez HTTP/1.1\nHost: x\n\n",
    "bare LF in a field": GET + b"X: a\nContent-Length: 9\r\n\r\n",
    "bare CR in a field": GET + b"X: a\rContent-Length: 9\r\n\r\n",
    "obs-fold": GET + b"X: a\r\n b\r\n\r\n",
    "obs-fold of CL": POST + b"Content-Length:\r\n 2\r\n\r\n{}",
    "NUL in a value": GET + b"X: a\0b\r\n\r\n",
    "NUL in a name": GET + b"X\0: a\r\n\r\n",
    "NUL in the target": b"GET /livez\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "control in the target": b"GET /live\x01z HTTP/1.1\r\nHost: x\r\n\r\n",
    "space in the target": b"GET /live z HTTP/1.1\r\nHost: x\r\n\r\n",
    "tab for space": b"GET\t/livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "field of 1 MB": GET + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "target of 1 MB": b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "10,000 fields": GET + b"X: a\r\n" * 10_000 + b"\r\n",
    "name of 1 MB": GET + b"X" * (1 << 20) + b": a\r\n\r\n",
    "chunk minus": CHUNKED + b"-1\r\n\r\n0\r\n\r\n",
    "chunk 0x": CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
    "chunk no digits": CHUNKED + b"g\r\n\r\n",
    "chunk empty size": CHUNKED + b"\r\n{}\r\n0\r\n\r\n",
    "chunk overflow": CHUNKED + b"FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    "chunk wraps to 2": CHUNKED + b"10000000000000002\r\n{}\r\n0\r\n\r\n",
    "chunk too short": CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
    "chunk bare LF": CHUNKED + b"2\n{}\n0\n\n",
    "Content-Length as a trailer": CHUNKED + b"2\r\n{}\r\n0\r\nContent-Length: x\r\n\r\n",
    "chunk extension with NUL": CHUNKED + b"2;\0\r\n{}\r\n0\r\n\r\n",
    "method with NUL": b"G\0T /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "unknown method": b"FROB /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "method in lower case": b"get /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/0.9": b"GET /livez\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /livez HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/1.10": b"GET /livez HTTP/1.10\r\nHost: x\r\n\r\n",
    "http in lower case": b"GET /livez http/1.1\r\nHost: x\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 500,
    "garbage": bytes(range(256)) * 8,
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_framing_ends_the_connection(server: Server, canary: Canary, case: str) -> None:
    received, closed = exchange(server, BROKEN[case] + canary.request)
    assert not canary.sings(), received
    assert closed, received
    # A body that breaks after its request was answered gets a second answer, to the breaking.
    assert len(statuses(received)) <= 2
    assert all(400 <= status < 500 for status in statuses(received)), received


def get(target: bytes, method: bytes = b"GET", fields: bytes = b"Host: x\r\n") -> bytes:
    return b"%b %b HTTP/1.1\r\nAuthorization: Bearer @KEY@\r\n%b\r\n" % (method, target, fields)


# Whole requests, so that what follows is a request of its own and has to be answered as such.
WHOLE: dict[str, tuple[bytes, int]] = {
    "absolute form": (get(b"http://elsewhere.example/livez"), 200),
    "absolute form of another path": (get(b"http://elsewhere.example/v1/main"), 404),
    "absolute form without host": (get(b"http://?x"), 404),
    "absolute form with an open port": (get(b"http://x:"), 404),
    "asterisk": (get(b"*", b"OPTIONS"), 404),
    "dots": (get(b"/v1/main/../main/records"), 404),
    "escaped dots": (get(b"/v1/canary/%2e%2e/main/records"), 404),
    "escaped dots and slash": (get(b"/v1/%2e%2e%2fmain/records"), 400),
    "dots to the root": (get(b"/../../../../etc/passwd"), 404),
    "dots in a name": (get(b"/v1/main/names/..%2f..%2fx"), 400),
    "NUL in a namespace": (get(b"/v1/main%00/records"), 400),
    "NUL in a name": (get(b"/v1/main/names/a%00b"), 400),
    "NUL in the query": (get(b"/v1/main/records?key=a%00"), 400),
    "NUL after an open path": (get(b"/livez%00"), 404),
    "fragment": (get(b"/v1/main/records#x"), 400),
    "fragment of the query": (get(b"/v1/main/records?limit=1#x"), 400),
    "fragment of an open path": (get(b"/livez#/v1/main/records"), 400),
    "overlong dot": (get(b"/v1/main%c0%ae/records"), 400),
    "overlong slash": (get(b"/v1/main%c0%afrecords"), 404),
    "surrogate": (get(b"/v1/main%ed%a0%80/records"), 400),
    "latin-1": (get(b"/v1/main%ff/records"), 400),
    "open escape": (get(b"/v1/main/names/%"), 400),
    "escape of nothing": (get(b"/v1/main/names/%zz"), 400),
    "two slashes in front": (get(b"//v1/main/records"), 404),
    "two slashes inside": (get(b"/v1//main/records"), 404),
    "slash at the end": (get(b"/v1/main/records/"), 404),
    "backslashes": (get(b"/v1\\main\\records"), 404),
    "path parameter": (get(b"/v1/main;x/records"), 400),
    "path in capitals": (get(b"/V1/main/records"), 404),
    "escaped letters of a path": (get(b"/%76%31/main/records"), 404),
    "escaped slashes": (get(b"/v1%2fmain%2frecords"), 404),
    "no host": (get(b"/v1/main/records", fields=b""), 400),
    "no host at an open path": (get(b"/log/checkpoint", fields=b""), 400),
    "no host, for a probe": (get(b"/livez", fields=b""), 200),
    "empty host": (get(b"/v1/main/records", fields=b"Host:\r\n"), 200),
    "two hosts": (get(b"/v1/main/records", fields=b"Host: x\r\nHost: y\r\n"), 400),
    "two equal hosts": (get(b"/livez", fields=b"Host: x\r\nhost: x\r\n"), 400),
    "two keys": (get(b"/v1/main/records", fields=b"Host: x\r\nAuthorization: Bearer x\r\n"), 401),
    "method override": (get(b"/livez", fields=b"X-HTTP-Method-Override: PUT\r\n"), 200),
    "GET with a body": (get(b"/livez", fields=b"Content-Length: 5\r\n") + b"GET /", 200),
    "trace": (get(b"/livez", b"TRACE"), 405),
    "deflated": (POST + b"Content-Encoding: deflate\r\nContent-Length: 2\r\n\r\n{}", 415),
    "expectation": (POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", 400),
    "unknown expectation": (POST + b"Expect: x\r\nContent-Length: 2\r\n\r\n{}", 400),
    "chunk extension": (CHUNKED + b'2;a="\\"b"\r\n{}\r\n0;x\r\n\r\n', 400),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\nAuthorization: x\r\n\r\n", 400),
    "chunks of one byte": (CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", 400),
    "empty lines in front": (b"\r\n\r\n" + GET + b"\r\n", 200),
    "Latin-1 in a value": (GET + b"X: \xe9\xff\r\n\r\n", 200),
}


@pytest.mark.parametrize("case", WHOLE)
def test_whole_requests_are_answered_one_by_one(server: Server, canary: Canary, case: str) -> None:
    data, status = WHOLE[case]
    received, _ = exchange(server, data + canary.request)
    assert statuses(received) == [status, 200]
    assert canary.sings()


@pytest.mark.parametrize(
    "case",
    [
        GET + b"Connection: close\r\n\r\n",
        b"GET /livez HTTP/1.0\r\n\r\n",
        GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_nothing_is_a_request_after_the_last(server: Server, canary: Canary, case: bytes) -> None:
    received, _ = exchange(server, case + canary.request)
    assert statuses(received)[0] in (200, 404)
    assert not canary.sings()


@pytest.mark.parametrize("path", [b"/livez", b"/nowhere", b"/v1/main/content/x", b"/openapi.yaml"])
def test_head_has_no_body(server: Server, canary: Canary, path: bytes) -> None:
    received, _ = exchange(server, get(path, b"HEAD") + canary.request)
    head, rest = received.split(b"\r\n\r\n", 1)
    assert LENGTH.search(head + b"\r\n")
    assert statuses(rest) == [200], received
    assert canary.sings()


@pytest.fixture(scope="module")
def tagged(server: Server) -> list[str]:
    """Addresses whose answers have an ETag: a record's, a content's, a name's."""
    client = server.client("tagged")
    record = client.commit([{"kind": "context", "v": 1, "parameters": {"tagged": 1}}]).digests[0]
    client.move("a/name", record)
    return [f"records/{record}", f"content/{client.put_content(b'x' * 100_000)}", "names/a/name"]


@pytest.mark.parametrize("place", range(2))
def test_head_says_what_get_says(server: Server, tagged: list[str], place: int) -> None:
    url, key = f"{server.url}/v1/tagged/{tagged[place]}", {"Authorization": f"Bearer {server.key}"}
    whole = HTTP.get(url, headers=key)
    assert whole.headers["content-length"] == str(len(whole.content))
    head = HTTP.head(url, headers=key)
    assert (head.status_code, head.content) == (200, b"")
    without_date = [{name: value for name, value in answer.headers.items() if name != "date"} for answer in (head, whole)]
    assert without_date[0] == without_date[1]


@pytest.mark.parametrize("method, place", [("GET", 0), ("GET", 1), ("GET", 2), ("HEAD", 0), ("HEAD", 1)])
def test_not_modified_says_no_length(server: Server, tagged: list[str], method: str, place: int) -> None:
    """It would be that of the answer to GET (RFC 9110 section 8.6), so 0 is a lie that caches act on."""
    url, key = f"{server.url}/v1/tagged/{tagged[place]}", {"Authorization": f"Bearer {server.key}"}
    tag = HTTP.get(url, headers=key).headers["etag"]
    for _ in range(2):
        answer = HTTP.request(method, url, headers={**key, "If-None-Match": tag})
        assert answer.status_code == 304
        assert "content-length" not in answer.headers and "transfer-encoding" not in answer.headers


def test_pipelined_requests_are_answered_in_order(server: Server, canary: Canary) -> None:
    paths = [b"/livez", b"/v1/main/records", b"/nowhere", b"/livez"] * 25
    received, _ = exchange(server, b"".join(map(get, paths)) + canary.request)
    assert statuses(received) == [200, 200, 404, 200] * 25 + [200]


@pytest.mark.parametrize("reset", [False, True])
def test_clients_that_go_away_leave_nothing(server: Server, canary: Canary, reset: bool) -> None:
    address = urlparse(server.url)
    whole = canary.request.replace(b"@KEY@", server.key.encode())
    # In the head, between head and body, in the body.
    ends = [10, whole.index(b"\r\n\r\n") + 4, len(whole) - 1]
    for end in ends * 20:
        with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
            connection.sendall(whole[:end])
            if reset:
                no_linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
                continue
            connection.shutdown(socket.SHUT_WR)
            received = b""
            while piece := connection.recv(1 << 16):
                received += piece
            assert all(400 <= status < 500 for status in statuses(received)), received
    assert not canary.sings()
