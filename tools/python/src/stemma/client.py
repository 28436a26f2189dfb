"""Requests to a server. Every digest that comes back is checked against ours."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Sequence, Union
from urllib.parse import quote

import httpx

from .digest import digest_of, digest_of_bytes
from .lineage import Lineage, joined, parse_lines


class Problem(Exception):
    """The server refused; ``code`` and ``document`` are its RFC 9457 problem document's."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        self.status = status
        self.document = dict(document)
        self.code = str(document.get("code", "unknown"))
        super().__init__(f"{self.code}: {document.get('detail', status)}")


class DigestMismatch(Exception):
    """A server said something else than our own hash."""


class CommitAnswer(NamedTuple):
    digests: list[str]
    indices: list[int]
    created: list[bool]
    checkpoint: str
    """The signed note that covers them."""


class Client:
    """One server, one namespace. The key comes from ``key``, ``key_file`` or the environment
    (STEMMA_KEY_FILE, STEMMA_KEY) and is never shown.

    Commits and uploads are idempotent, so 503 and lost connections are tried again, ``retries`` times.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        namespace: Optional[str] = None,
        *,
        key: Optional[str] = None,
        key_file: Optional[str] = None,
        retries: int = 5,
        timeout: float = 60.0,
    ) -> None:
        self.url = (url or os.environ.get("STEMMA_SERVER") or "http://127.0.0.1:7400").rstrip("/")
        self.namespace = namespace or os.environ.get("STEMMA_NAMESPACE") or "main"
        key_file = key_file or os.environ.get("STEMMA_KEY_FILE")
        if key is None:
            key = Path(key_file).read_text() if key_file else os.environ.get("STEMMA_KEY")
        if not key:
            raise ValueError("no key: give key or key_file, or set STEMMA_KEY_FILE")
        self._retries = retries
        self._http = httpx.Client(
            timeout=timeout, headers={"Authorization": f"Bearer {key.strip()}"}
        )

    def __repr__(self) -> str:
        return f"Client({self.url!r}, {self.namespace!r})"

    def close(self) -> None:
        self._http.close()

    def commit(
        self, records: Sequence[Mapping[str, Any]], content: Iterable[bytes] = ()
    ) -> CommitAnswer:
        """Commit records, all or nothing. Raises :class:`Problem` or :class:`DigestMismatch`."""
        import base64

        body: dict[str, Any] = {"records": [{"record": dict(record)} for record in records]}
        riders = [{"base64": base64.b64encode(data).decode()} for data in content]
        if riders:
            body["content"] = riders
        answer = self._send("POST", "commits", json=body).json()
        stored = answer["records"]
        for record, entry in zip(records, stored):
            self._check(digest_of(record), entry["digest"])
        return CommitAnswer(
            [entry["digest"] for entry in stored],
            [entry["index"] for entry in stored],
            [entry["created"] for entry in stored],
            answer["checkpoint"],
        )

    def record(self, digest: str) -> bytes:
        """A record's canonical bytes, checked."""
        body = self._send("GET", f"records/{digest}").content
        self._check(digest, digest_of_bytes(body))
        return body

    def receipt(self, digest: str) -> bytes:
        """The record's C2SP tlog-proof, which `stemma receipt --check` verifies without a server."""
        return self._send("GET", f"records/{digest}/receipt").content

    def find(self, **filters: str) -> list[dict[str, Any]]:
        """Records by ``kind``, ``key``, ``content``, ``execution``, ``prefix`` of the digest, ``principal``,
        ``since`` and ``until``, in index order (or ``order="desc"``), all pages."""
        found: list[dict[str, Any]] = []
        parameters: dict[str, str] = dict(filters)
        while True:
            page = self._send("GET", "records", params=parameters).json()
            found += page["records"]
            if "next" not in page:
                return found
            parameters["after"] = str(page["next"])

    def lineage(
        self,
        digest: str,
        direction: str = "up",
        *,
        depth: Optional[int] = None,
        kinds: Sequence[str] = (),
        roles: Sequence[str] = (),
        cross: Sequence[str] = (),
        at: Union[int, str, None] = None,
        associations: bool = False,
        records: bool = False,
    ) -> Lineage:
        """What a record rests on (``up``), what rests on it (``down``), or ``both``: all of it, at one
        snapshot. ``at`` is an index or a time. Raises :class:`Problem` or :class:`LineageCut`."""
        chosen: dict[str, Union[int, str, bool, None]] = {
            "direction": direction, "depth": depth, "kind": ",".join(kinds), "role": ",".join(roles),
            "cross": ",".join(cross), "at": at, "associations": associations and "true",
            "records": records and "true",
        }  # fmt: skip
        parameters = {
            # Not `in`, which takes 0 for False.
            name: str(value) for name, value in chosen.items() if value or value == 0 and value is not False
        }
        whole: Optional[Lineage] = None
        while whole is None or whole.next:
            if whole and whole.next:
                parameters["after"] = whole.next
            page = parse_lines(
                self._send(
                    "GET", f"lineage/{digest}", params=parameters,
                    headers={"Accept": "application/x-ndjson"},
                ).content
            )  # fmt: skip
            whole = joined(whole, page) if whole else page
        return whole

    def put_content(self, data: bytes) -> str:
        """Store bytes; returns their digest."""
        digest = digest_of_bytes(data)
        self._check(digest, self._send("PUT", f"content/{digest}", content=data).json()["digest"])
        return digest

    def content(self, digest: str) -> bytes:
        """Bytes by digest, checked."""
        data = self._send("GET", f"content/{digest}").content
        self._check(digest, digest_of_bytes(data))
        return data

    def erase(self, subject: str, what: str, reason: str) -> dict[str, Any]:
        """Destroy a record's ``content``, its own ``body``, or ``body_and_nonce``: then nobody can open
        its log entry any more. Cannot be undone; references, digests and proofs stay. Returns digest and
        index of the erasure record."""
        body = {"subject": subject, "what": what, "reason": reason}
        answer: dict[str, Any] = self._send("POST", "erasures", json=body).json()
        return answer

    def name(self, name: str) -> Optional[dict[str, Any]]:
        """Where a name points; ``None`` where it never did."""
        try:
            answer: dict[str, Any] = self._send("GET", f"names/{quote(name, safe='')}").json()
            return answer
        except Problem as problem:
            if problem.status == 404:
                return None
            raise

    def move(self, name: str, target: str, reason: Optional[str] = None) -> dict[str, Any]:
        """Move a name, unless it points there already. Raises :class:`Problem` 409 where somebody
        else moved it in between."""
        current = self.name(name)
        if current is not None and current["target"] == target:
            return current
        condition = (
            {"If-Match": f'"{current["digest"]}"'} if current else {"If-None-Match": "*"}
        )
        body = {"target": target, **({"reason": reason} if reason else {})}
        answer: dict[str, Any] = self._send(
            "PUT", f"names/{quote(name, safe='')}", json=body, headers=condition
        ).json()
        return answer

    def retract(
        self, subject: str, reason: str, effect: str = "ever", replacement: Optional[str] = None
    ) -> str:
        """Say that nothing is to rest on ``subject`` any more: it was always wrong (``ever``), or is from now on
        (``from_now``). Returns the retraction's digest. Raises :class:`Problem` 409 where it is retracted."""
        record = {"kind": "retraction", "v": 1, "subject": subject, "reason": reason, "effect": effect}
        if replacement:
            record["replacement"] = replacement
        return self.commit([record]).digests[0]

    def view(self, digest: str, *, at: Union[int, str, None] = None) -> dict[str, Any]:
        """How many outputs a view has, on which device classes, how they compare, and whether it stands."""
        return self._get(f"views/{digest}", at=at)

    def outputs(
        self, view: str, *, device_class: Optional[str] = None, at: Union[int, str, None] = None
    ) -> list[dict[str, Any]]:
        """The outputs of a view (the 10,000 newest at the most), each with its newest verdicts, in index order."""
        return self._pages(f"views/{view}/outputs", "outputs", limit=1000, at=at, **{"class": device_class})

    def answer(
        self,
        view: str,
        *,
        device_class: Optional[str] = None,
        verdict: Optional[str] = None,
        at: Union[int, str, None] = None,
    ) -> Optional[dict[str, Any]]:
        """An output of the view that will do, to be asked for before a GPU is spent on another one; ``None`` where
        there is none. It is never one that was disowned, and comes with the view's whole report."""
        try:
            return self._get(f"views/{view}/answer", at=at, verdict=verdict, **{"class": device_class})
        except Problem as problem:
            if problem.code == "no_answer":
                return None
            raise

    def stale(self, *, at: Union[int, str, None] = None) -> list[dict[str, Any]]:
        """Every view that is stale at one snapshot, with since when and because of what, in index order."""
        return self._pages("stale", "views", limit=100_000, at=at)

    def rebuild(self, **asked: Any) -> dict[str, Any]:
        """Plan what is to be computed anew: ``what="stale"``, ``views=[…]``, or ``view=…`` with ``samples=`` or
        ``untilDecided=True``; ``dryRun=True`` stores nothing. Returns the plan, with the rebuild's id. Asked once:
        where the answer is lost the plan may be stored, and a second one would do its work again."""
        answer: dict[str, Any] = self._send("POST", "rebuilds", once=True, json=asked).json()
        return answer

    def rebuild_state(self, rebuild: str) -> dict[str, Any]:
        """How far a rebuild is: ``counts`` of its items by state and class."""
        return self._get(f"rebuilds/{rebuild}")

    def rebuild_items(self, rebuild: str, *, state: Optional[str] = None) -> list[dict[str, Any]]:
        """Its items, by number; in one state alone where that is given."""
        return self._pages(f"rebuilds/{rebuild}/items", "items", limit=1000, state=state)

    def lease(
        self,
        worker: str,
        device_class: str,
        executors: Sequence[str],
        *,
        count: int = 1,
        rebuild: Optional[str] = None,
        seconds: int = 60,
    ) -> list[dict[str, Any]]:
        """Get work: up to ``count`` jobs that are this worker's while it calls :meth:`keep` within ``seconds``."""
        asked: dict[str, Any] = {
            "worker": worker, "class": device_class, "executors": list(executors), "count": count, "seconds": seconds,
        }  # fmt: skip
        if rebuild:
            asked["rebuild"] = rebuild
        leases: list[dict[str, Any]] = self._send("POST", "leases", json=asked).json()["leases"]
        return leases

    def keep(self, lease: str) -> bool:
        """The heartbeat of a lease; false where it is lost."""
        try:
            self._send("PUT", f"leases/{lease}")
            return True
        except Problem as problem:
            if problem.code == "lease_lost":
                return False
            raise

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        chosen = {name: value for name, value in query.items() if value is not None}
        answer: dict[str, Any] = self._send("GET", path, params=chosen).json()
        return answer

    def _pages(self, path: str, name: str, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self._get(path, **query)
            found += page[name]
            if "next" not in page:
                return found
            query["after"] = page["next"]
            if "at" in page:
                # All pages are of the snapshot of the first.
                query["at"] = page["at"]

    def _send(self, method: str, path: str, *, once: bool = False, **arguments: Any) -> httpx.Response:
        url = f"{self.url}/v1/{self.namespace}/{path}"
        for attempt in range(self._retries + 1):
            last = once or attempt == self._retries
            try:
                response = self._http.request(method, url, **arguments)
            except httpx.TransportError:
                if last:
                    raise
                time.sleep(min(0.1 * 2**attempt, 3.0))
                continue
            if response.status_code == 503 and not last:
                time.sleep(min(float(response.headers.get("Retry-After", "1")), 5.0))
                continue
            if response.is_success:
                return response
            try:
                document = response.json()
            except ValueError:
                document = {"detail": response.text[:200]}
            raise Problem(response.status_code, document)
        raise AssertionError("unreachable")

    @staticmethod
    def _check(expected: str, actual: str) -> None:
        if expected != actual:
            raise DigestMismatch(f"expected {expected}, got {actual}")
