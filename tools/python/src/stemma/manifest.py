"""The manifest of a folder, byte for byte what ``stemma hash --manifest`` prints."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from pathlib import Path
from typing import Any, Iterator, Optional, Union

import rfc8785

MANIFEST_MEDIA_TYPE = "application/vnd.stemma.manifest.v1+json"

_NEVER_LISTED = frozenset({".git", ".gitattributes", ".github", ".gitignore"})


def manifest_of(folder: Union[str, Path], signature: Optional[str] = None) -> bytes:
    """All regular files of ``folder`` with size and digest, and the root that OpenSSF model signing
    signs. ``signature`` is the path of a signature relative to the folder; it is left out.

    Raises ``ValueError`` for what no manifest can say (no file, symbolic links, pipes, names that are
    not UTF-8 or hold control characters) and where anything changed meanwhile.
    """
    base = Path(folder)
    skipped = _NEVER_LISTED | ({signature} if signature else set())
    before = dict(_walk(base, "", skipped))
    files: list[dict[str, Any]] = []
    root = hashlib.sha256()
    # UTF-8 bytes and code points sort alike.
    for path in sorted(path for path, status in before.items() if stat.S_ISREG(status.st_mode)):
        hasher = hashlib.sha256()
        with open(base / path, "rb") as file:
            while chunk := file.read(1 << 20):
                hasher.update(chunk)
        root.update(hasher.digest())
        files.append(
            {
                "path": path,
                "size": before[path].st_size,
                "digest": f"sha256:{hasher.hexdigest()}",
            }
        )
    if not files:
        raise ValueError(f"{base}: the folder holds no file to list")
    after = dict(_walk(base, "", skipped))
    if {path: _stamp(s) for path, s in before.items()} != {p: _stamp(s) for p, s in after.items()}:
        raise ValueError(f"{base}: changed while the folder was being read")
    return rfc8785.dumps({"files": files, "root": f"sha256:{root.hexdigest()}", "v": 1})


def _walk(
    base: Path, folder: str, skipped: frozenset[str] | set[str]
) -> Iterator[tuple[str, os.stat_result]]:
    yield folder, os.stat(base / folder)
    for entry in os.scandir(base / folder):
        path = f"{folder}/{entry.name}" if folder else entry.name
        if path in skipped:
            continue
        # An undecodable byte is a lone surrogate here (Cs).
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in entry.name):
            raise ValueError(f"{ascii(path)}: the name is not UTF-8 or holds a control character")
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(base, path, skipped)
        elif stat.S_ISREG(status.st_mode):
            yield path, status
        else:
            raise ValueError(f"{path}: neither a regular file nor a folder")


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
