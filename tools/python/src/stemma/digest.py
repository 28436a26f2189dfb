"""Names of bytes and records, computed here and never taken from a server."""

from __future__ import annotations

import hashlib
from typing import Any, Mapping

import rfc8785


def digest_of_bytes(data: bytes) -> str:
    """``sha256:<64 lower-case hexadecimal digits>`` of ``data``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(record: Mapping[str, Any]) -> str:
    """The digest of a record: SHA-256 of its RFC 8785 form."""
    return digest_of_bytes(rfc8785.dumps(dict(record)))


def descriptor(data: bytes, media_type: str) -> dict[str, Any]:
    """What ``data`` is, as a record says it."""
    return {"digest": digest_of_bytes(data), "size": len(data), "mediaType": media_type}
