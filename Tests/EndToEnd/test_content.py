"""Bytes: streamed, verified, nothing half-stored."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from typing import Iterator
from urllib.parse import urlparse

import httpx
import pytest

from conftest import FULL, Server
from stemma import digest_of_bytes


def headers(server: Server, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.key}", **more}


def test_ranges(server: Server) -> None:
    data = os.urandom(700_000)
    digest = server.client().put_content(data)
    url = f"{server.url}/v1/main/content/{digest}"
    for spec, expected in (
        ("0-0", data[:1]),
        ("262143-262145", data[262143:262146]),
        ("699999-", data[-1:]),
        ("-5", data[-5:]),
        ("100-9999999", data[100:]),
    ):
        answer = httpx.get(url, headers=headers(server, Range=f"bytes={spec}"))
        assert (answer.status_code, answer.content) == (206, expected)
    assert httpx.get(url, headers=headers(server, Range="bytes=700000-")).status_code == 416
    assert httpx.get(url, headers=headers(server)).content == data
    head = httpx.head(url, headers=headers(server))
    assert head.headers["content-length"] == "700000"
    tag = {"If-None-Match": head.headers["etag"]}
    assert httpx.get(url, headers=headers(server, **tag)).status_code == 304


def test_wrong_digest_stores_nothing(server: Server) -> None:
    digest = digest_of_bytes(b"something else")
    url = f"{server.url}/v1/main/content/{digest}"
    answer = httpx.put(url, content=b"x" * 600_000, headers=headers(server))
    assert (answer.status_code, answer.json()["code"]) == (422, "digest_mismatch")
    assert httpx.get(url, headers=headers(server)).status_code == 404


def test_cut_upload_stores_nothing_and_frees_its_place(server: Server) -> None:
    data = os.urandom(900_000)
    digest = digest_of_bytes(data)
    address = urlparse(server.url)
    for _ in range(12):
        with socket.create_connection((address.hostname, address.port)) as connection:
            head = (
                f"PUT /v1/main/content/{digest} HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {server.key}\r\nContent-Length: {len(data)}\r\n\r\n"
            )
            connection.sendall(head.encode() + data[:600_000])
    time.sleep(0.5)
    url = f"{server.url}/v1/main/content/{digest}"
    assert httpx.get(url, headers=headers(server)).status_code == 404
    assert server.client().put_content(data) == digest


def test_states_are_told_apart(server: Server) -> None:
    client = server.client("states")
    digest = digest_of_bytes(b"far away")
    place = f"{server.url}/v1/states/content/{digest}"
    assert httpx.get(place, headers=headers(server)).json()["code"] == "not_found"
    record = {
        "kind": "input",
        "v": 1,
        "content": {"digest": digest, "size": 8, "mediaType": "text/plain"},
    }
    client.commit([record])
    assert httpx.get(place, headers=headers(server)).json()["code"] == "content_missing"
    answer = httpx.put(
        f"{place}/locations", json={"locations": ["s3://bucket/key"]}, headers=headers(server)
    )
    assert answer.json()["state"] == "elsewhere"
    assert httpx.get(place, headers=headers(server)).json()["locations"] == ["s3://bucket/key"]
    client.put_content(b"far away")
    assert httpx.get(f"{place}/locations", headers=headers(server)).json()["state"] == "here"


@pytest.mark.skipif(not FULL, reason="1 GiB; tools/test --full")
def test_a_gibibyte_does_not_fill_memory(own_server: Server) -> None:
    block = os.urandom(1 << 20)
    hasher = hashlib.sha256()
    for _ in range(1024):
        hasher.update(block)

    def resident() -> int:
        assert own_server.process
        with open(f"/proc/{own_server.process.pid}/status") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

    def blocks() -> Iterator[bytes]:
        for _ in range(1024):
            yield block

    own_server.client().put_content(b"warm")
    before = resident()
    answer = httpx.put(
        f"{own_server.url}/v1/main/content/sha256:{hasher.hexdigest()}",
        content=blocks(),
        headers=headers(own_server),
        timeout=600,
    )
    assert answer.status_code == 201
    assert resident() - before < 64 * 1024, "KiB more than before"
