"""A witness (C2SP tlog-witness, tlog-cosignature) in plain Python, for the tests.

It shares no code with what it tests: RFC 9162 section 2.1.4.2 checks the proofs, `cryptography` the
signatures. What it cosigned is on disk before it says so.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Answer = tuple[int, bytes]


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_consistent(proof: list[bytes], size: int, root: bytes, new_size: int, new_root: bytes) -> bool:
    if size == new_size:
        return not proof and root == new_root
    if size == 0:
        return not proof
    if size & (size - 1) == 0:
        proof = [root, *proof]
    if not proof:
        return False
    fn, sn = size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for sibling in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(sibling, fr), node(sibling, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == root and sr == new_root


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


class Witness:
    """One witness: its key, its folder, and the one log that it knows."""

    def __init__(self, folder: Path, name: str, log_vkey: str) -> None:
        self.name, self.state = name, folder / f"{name}.json"
        self.log_name, _, key = log_vkey.split("+", 2)
        self.log_public = base64.b64decode(key)[1:]
        self.key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        self.public = self.key.public_key().public_bytes_raw()
        self.lock = threading.Lock()
        self.requests = 0
        self.port = 0
        self.server: ThreadingHTTPServer | None = None

    @property
    def vkey(self) -> str:
        identity = key_id(self.name, 4, self.public).hex()
        return f"{self.name}+{identity}+{base64.b64encode(bytes([4]) + self.public).decode()}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/witness"

    def kept(self) -> tuple[int, bytes]:
        if not self.state.exists():
            return 0, hashlib.sha256(b"").digest()
        kept = json.loads(self.state.read_text())
        return kept["size"], bytes.fromhex(kept["root"])

    def keep(self, size: int, root: bytes) -> None:
        fresh = self.state.with_suffix(".new")
        with open(fresh, "w") as file:
            file.write(json.dumps({"size": size, "root": root.hex()}))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self.state)
        folder = os.open(self.state.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def is_signed(self, text: bytes, lines: list[bytes]) -> bool:
        identity = key_id(self.log_name, 1, self.log_public)
        for line in lines:
            _, name, encoded = line.decode().split(" ")
            signed = base64.b64decode(encoded, validate=True)
            if name == self.log_name and signed[:4] == identity:
                try:
                    Ed25519PublicKey.from_public_bytes(self.log_public).verify(signed[4:], text)
                    return True
                except InvalidSignature:
                    return False
        return False

    def cosignature(self, text: bytes) -> bytes:
        now = int(time.time())
        signature = self.key.sign(f"cosignature/v1\ntime {now}\n".encode() + text)
        line = key_id(self.name, 4, self.public) + now.to_bytes(8, "big") + signature
        return f"\u2014 {self.name} ".encode() + base64.b64encode(line) + b"\n"

    def add_checkpoint(self, body: bytes) -> Answer:
        head, _, note = body.partition(b"\n\n")
        first, *encoded = head.decode().split("\n")
        old = int(first.removeprefix("old "))
        proof = [base64.b64decode(line, validate=True) for line in encoded]
        text, _, signatures = note.partition(b"\n\n")
        text += b"\n"
        origin, size_line, root_line, *_ = text.decode().split("\n")
        size, root = int(size_line), base64.b64decode(root_line, validate=True)
        if origin != self.log_name:
            return 404, b"unknown log\n"
        if not self.is_signed(text, signatures.splitlines()):
            return 403, b"not signed by the log\n"
        if old > size:
            return 400, b"the old size is the larger one\n"
        with self.lock:
            kept_size, kept_root = self.kept()
            if old != kept_size:
                return 409, f"{kept_size}\n".encode()
            if old == size and root != kept_root:
                return 409, b"another root\n"
            if not is_consistent(proof, kept_size, kept_root, size, root):
                return 422, b"the proof does not check\n"
            self.keep(size, root)
            return 200, self.cosignature(text)

    def start(self) -> None:
        """Listens, on the port it had before."""
        witness = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                witness.requests += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                found = self.path == "/witness/add-checkpoint"
                status, answer = witness.add_checkpoint(body) if found else (404, b"")
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None
