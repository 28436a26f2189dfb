"""What ``GET lineage`` answers, read from lines of JSON."""

from __future__ import annotations

import json
from typing import Any, NamedTuple, Optional


class Node(NamedTuple):
    index: int
    digest: str
    kind: str
    namespace: str
    principal: str
    committed_at: str
    distance: Optional[int]
    """Levels from the root: above it negative, below it positive; ``None`` beside other records."""
    erased: bool
    record: Optional[dict[str, Any]]
    """``None`` where it was erased or not asked for."""


class Edge(NamedTuple):
    """One reference: ``source`` rests on ``target``, or speaks of it."""

    source: int
    target: int
    kind: str
    """That of ``source``."""
    member: str
    role: Optional[str]


class Lineage(NamedTuple):
    root: int
    direction: str
    at: int
    """The newest index of the snapshot."""
    nodes: list[Node]
    """Nearest first, then by index; up before down."""
    edges: list[Edge]
    beside: list[Node]
    associations: list[Edge]
    truncated_by: list[str]
    """Limits that were met; empty where this is all."""
    next: Optional[str]


class LineageCut(Exception):
    """The server could not go on, or the answer was cut off."""


def parse_lines(content: bytes) -> Lineage:
    """Read an ``application/x-ndjson`` answer. Raises :class:`LineageCut`."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    beside: list[Node] = []
    associations: list[Edge] = []
    if not content.endswith(b"\n"):
        raise LineageCut("the answer was cut off")
    for line in content[:-1].split(b"\n"):
        ((what, value),) = json.loads(line).items()
        if what == "node":
            nodes.append(_node(value))
        elif what == "edge":
            edges.append(_edge(value))
        elif what == "beside":
            beside.append(_node(value))
        elif what == "association":
            associations.append(_edge(value))
        elif what == "error":
            raise LineageCut(f"{value['code']}: {value['detail']}")
        elif what == "summary":
            return Lineage(
                value["root"], value["direction"], value["at"], nodes, edges, beside, associations,
                value["truncatedBy"], value.get("next"),
            )  # fmt: skip
    raise LineageCut("the answer was cut off")


def joined(page: Lineage, following: Lineage) -> Lineage:
    """A page with the one after it."""
    known = {node.index for node in page.beside}
    return following._replace(
        nodes=page.nodes + following.nodes,
        edges=page.edges + following.edges,
        beside=page.beside + [node for node in following.beside if node.index not in known],
        associations=page.associations + following.associations,
        truncated_by=sorted({*page.truncated_by} - {"nodes"} | {*following.truncated_by}),
    )


def _node(value: dict[str, Any]) -> Node:
    return Node(
        value["index"], value["digest"], value["kind"], value["namespace"], value["principal"],
        value["committedAt"], value.get("distance"), value.get("erased", False), value.get("record"),
    )  # fmt: skip


def _edge(value: dict[str, Any]) -> Edge:
    return Edge(value["from"], value["to"], value["kind"], value["member"], value.get("role"))
