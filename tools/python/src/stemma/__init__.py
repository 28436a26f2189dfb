"""Client of Stemma: content, records and names by digest; runs recorded as they happen."""

from .client import Client, CommitAnswer, DigestMismatch, Problem
from .digest import digest_of, digest_of_bytes
from .lineage import Edge, Lineage, LineageCut, Node
from .manifest import MANIFEST_MEDIA_TYPE, manifest_of
from .run import Run

__all__ = [
    "Client",
    "CommitAnswer",
    "DigestMismatch",
    "Edge",
    "Lineage",
    "LineageCut",
    "MANIFEST_MEDIA_TYPE",
    "Node",
    "Problem",
    "Run",
    "digest_of",
    "digest_of_bytes",
    "manifest_of",
]
