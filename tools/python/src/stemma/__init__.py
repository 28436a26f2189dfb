"""Client of Stemma: content, records and names by digest; runs recorded as they happen."""

from .client import Client, CommitAnswer, DigestMismatch, Problem
from .digest import digest_of, digest_of_bytes
from .run import Run

__all__ = [
    "Client",
    "CommitAnswer",
    "DigestMismatch",
    "Problem",
    "Run",
    "digest_of",
    "digest_of_bytes",
]
