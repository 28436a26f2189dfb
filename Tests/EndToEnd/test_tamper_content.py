"""What a database superuser can do to content, and to what says that it was destroyed.

None of it is in the log, so `stemma audit --sql` must find it: each case alters a copy of one database, and the
audit must name the record and say what is wrong with it. `--content` shows of it what a server would serve.
"""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple

import pytest

from tampered_store import LARGE, TamperedStore


class Tamper(NamedTuple):
    """`place`: a name or an index of the store; None for what no record names."""

    name: str
    place: str | int | None
    says: str
    sql: str


def content_of(name: str) -> str:
    return f"(select content from record where index = {{{name}}})"


def upload(name: str = "large") -> str:
    return f"(select upload from content where digest = {content_of(name)})"


def change(name: str, what: str) -> str:
    return f"update content set {what} where digest = {content_of(name)};"


def change_chunk(position: int, what: str) -> str:
    return f"update content_chunk set {what} where upload = {upload()} and position = {position};"


def flipped(at: str) -> str:
    return f"bytes = set_byte(bytes, {at}, get_byte(bytes, {at}) # 1)"


LAX = "alter table content drop constraint content_one_place;"
BACK = (
    "insert into content (namespace, digest, size, created_at, codec, bytes) "
    f"values (1, {content_of('emptied')}, 16, now(), 0, 'a person''s words');"
)
HASH, UNPACK, NOT_ITS = "hash to", "unpack", "does not erase that content"

CASES = [
    Tamper("byte", "input", HASH, change("input", flipped("0"))),
    Tamper("byte of a packed one", "packed", HASH, change("packed", flipped("length(bytes) - 1"))),
    Tamper("packed one cut short", "packed", UNPACK, change("packed", "bytes = substr(bytes, 1, length(bytes) - 1)")),
    Tamper("codec", "input", UNPACK, change("input", "codec = 7")),
    Tamper("size", "input", UNPACK, change("input", "size = 5")),
    Tamper("negative size", "input", UNPACK, change("input", "size = -1")),
    Tamper("digest", None, HASH, change("input", "digest = sha256('x')")),
    Tamper("digest of other length", None, "digest of 1 bytes",
           "alter table content drop constraint content_digest_length;" + change("input", r"digest = '\x00'")),
    Tamper("two swapped", "input", HASH,
           f"update content c set bytes = o.bytes, size = o.size from (select * from content) o"
           f" where c.digest in ({content_of('input')}, {content_of('model')})"
           f" and o.digest in ({content_of('input')}, {content_of('model')}) and o.digest != c.digest"),
    Tamper("bytes gone", "input", "has no bytes", LAX + change("input", "bytes = null")),
    Tamper("more bytes than a row holds", "input", "more than a row",
           change("input", "bytes = convert_to(repeat('x', 2000000), 'utf8'), size = 2000000")),
    Tamper("namespace that there is not", None, "belongs to no namespace", change("input", "namespace = 77")),
    Tamper("other namespace's", None, HASH, change("input", "namespace = 2, bytes = 'atad'")),
    # Chunks.
    Tamper("byte of a chunk", "large", HASH, change_chunk(2, flipped("length(bytes) - 1"))),
    Tamper("chunk cut short", "large", UNPACK, change_chunk(1, "bytes = substr(bytes, 1, 100)")),
    Tamper("chunk emptied", "large", UNPACK, change_chunk(1, "bytes = ''")),
    Tamper("chunks swapped", "large", HASH,
           change_chunk(0, "position = 9") + change_chunk(1, "position = 0") + change_chunk(9, "position = 1")),
    Tamper("first chunk deleted", "large", "no chunk 0",
           f"delete from content_chunk where upload = {upload()} and position = 0"),
    Tamper("last chunk deleted", "large", "no chunk 2",
           f"delete from content_chunk where upload = {upload()} and position = 2"),
    Tamper("chunk behind the last", "large", "more chunks",
           f"insert into content_chunk values ({upload()}, 3, 0, 'x')"),
    Tamper("chunk before the first", "large", "no chunk 0",
           f"insert into content_chunk values ({upload()}, -1, 0, 'x')"),
    Tamper("size of chunks", "large", UNPACK, change("large", "chunk_size = 1 << 29")),
    Tamper("size of what is in chunks", "large", UNPACK, change("large", "size = size - 1")),
    Tamper("negative size of what is in chunks", "large", "more chunks", change("large", "size = -1")),
    Tamper("content deleted, its chunks left", None, "no content has them",
           f"delete from content where digest = {content_of('large')}"),
    Tamper("chunks of another namespace's", None, "is that of 2 contents",
           "insert into content (namespace, digest, size, created_at, upload, chunk_size)"
           " select 2, digest, size, created_at, upload, chunk_size from content where upload is not null"),
    # Marks of what was destroyed.
    Tamper("mark deleted", "erasure-of-emptied", "not marked as erased", "delete from content_erasure"),
    Tamper("mark and what it marked deleted and put back", "erasure-of-emptied", "not marked as erased",
           "delete from content_erasure;" + BACK),
    Tamper("destroyed bytes put back", "erasure-of-emptied", "is there", BACK),
    Tamper("mark of no record", 9000, NOT_ITS,
           f"delete from content where digest = {content_of('input')};"
           f"insert into content_erasure values (1, {content_of('input')}, 9000)"),
    Tamper("mark of the erasure of other content", "erasure-of-emptied", NOT_ITS,
           f"delete from content where digest = {content_of('input')};"
           f"insert into content_erasure values (1, {content_of('input')}, {{erasure-of-emptied}})"),
    Tamper("mark of the erasure of a body", "erasure-of-forgotten", NOT_ITS,
           f"delete from content where digest = {content_of('forgotten')};"
           f"insert into content_erasure values (1, {content_of('forgotten')}, {{erasure-of-forgotten}})"),
    Tamper("mark moved to a later erasure", "erasure-of-emptied", "by a later record",
           "update content_erasure set index = {erasure-again}"),
    Tamper("mark moved to another namespace", "erasure-of-emptied", "not marked as erased",
           "update content_erasure set namespace = 2"),
    Tamper("subject of an erasure of content", "erasure-of-emptied", "names none",
           "update record set content = null where index = {emptied}"),
    # What look-ups have of a record whose body is gone.
    Tamper("content of an erased record", "forgotten", "column content", "update record set content = null where index = {forgotten}"),
    Tamper("content beside an erased record that has none", "erased", "column content",
           "update record set content = digest where index = {erased}"),
    Tamper("execution of an erased record", "forgotten", "column execution",
           "update record set execution = digest where index = {forgotten}"),
    Tamper("execution of an erased record taken away", "forgotten", "column execution",
           "update record set execution = null where index = {forgotten}"),
    Tamper("execution beside an erased record that has none", "erased", "column execution",
           "update record set execution = digest where index = {erased}"),
    Tamper("key of an erased record", "forgotten", "column key", "update record set key = 'x' where index = {forgotten}"),
    Tamper("output that a model was promoted from", "promoted", "promoted from",
           "update record set content = digest where index = {output}"),
]  # fmt: skip


HIDDEN = f"delete from content where digest = {content_of('input')};"

# What a server serves.
SERVED = [
    Tamper("byte", "input", HASH, change("input", flipped("0"))),
    Tamper("byte of a chunk", "large", HASH, change_chunk(2, flipped("length(bytes) - 1"))),
    Tamper("packed one cut short", "packed", "cannot be had: 500", change("packed", "bytes = substr(bytes, 1, length(bytes) - 1)")),
    Tamper("chunk cut short", "large", "breaks off", change_chunk(1, "bytes = substr(bytes, 1, 100)")),
    Tamper("destroyed bytes put back", "emptied", "was erased, and is served", "delete from content_erasure;" + BACK),
    Tamper("mark of no record", "input", "by no record that the log has",
           HIDDEN + f"insert into content_erasure values (1, {content_of('input')}, 9000)"),
    Tamper("mark of what is no erasure", "input", "by no record that the log has",
           HIDDEN + f"insert into content_erasure values (1, {content_of('input')}, 100)"),
    Tamper("mark of the erasure of other content", "input", "by a record that does not erase it",
           HIDDEN + f"insert into content_erasure values (1, {content_of('input')}, {{erasure-of-emptied}})"),
]  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[TamperedStore]:
    store = TamperedStore()
    yield store
    store.remove()


def audit(store: TamperedStore, sql: str, *, served: bool = False) -> tuple[int, dict[str, Any]]:
    database = store.copy()
    try:
        for name, index in store.index.items():
            sql = sql.replace("{" + name + "}", str(index))
        store.sql(database, sql)
        if served:
            return store.audit_server(database, store.own_state(), "--content")
        return store.audit(database, store.own_state())
    finally:
        store.drop(database)


def check(store: TamperedStore, case: Tamper, code: int, report: dict[str, Any]) -> None:
    assert code == 1, report
    index = store.index[case.place] if isinstance(case.place, str) else case.place
    assert any(
        finding.get("index") == index and case.says in finding["message"] for finding in report["findings"]
    ), report


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_tampering_is_found(store: TamperedStore, case: Tamper) -> None:
    check(store, case, *audit(store, case.sql))


def test_a_body_whose_erasure_is_not_signed_yet_has_one(store: TamperedStore) -> None:
    """As in the instant between COMMIT and checkpoint, when the log cannot say what took the body."""
    database, index = store.copy(), store.index["erased"]
    store.sql(
        database,
        f"update log_published set size = {store.old_size}, checkpoint = convert_to('{store.old_note}', 'utf8');"
        f"update record set erased_by = {store.old_size + 5} where index = {index}",
    )
    _, report = store.audit(database, store.folder / "fresh" / database)
    store.drop(database)
    found = {finding.get("index"): finding["message"] for finding in report["findings"] if "column" in finding["message"]}
    assert list(found) == [index] and "column erased_by" in found[index], report


@pytest.mark.parametrize("case", SERVED, ids=lambda case: case.name)
def test_what_is_served_is_checked(store: TamperedStore, case: Tamper) -> None:
    check(store, case, *audit(store, case.sql, served=True))


@pytest.mark.parametrize("served", [False, True])
def test_what_is_there_is_counted(store: TamperedStore, served: bool) -> None:
    code, report = audit(store, "select", served=served)
    size = sum(map(len, ["data", "model", "out", LARGE, "packed " * 1000]))
    assert (code, report["content"]) == (0, {"checked": 5, "bytes": size, "erased": 1, "absent": 0}), report


@pytest.mark.parametrize("served", [False, True])
def test_content_that_is_gone_without_a_trace_was_never_there(store: TamperedStore, served: bool) -> None:
    """Nothing of it is in the log, so nobody can tell. The records still say what their content was."""
    code, report = audit(
        store,
        f"delete from content_chunk where upload = {upload()};"
        f"delete from content where digest in ({content_of('large')}, {content_of('input')})",
        served=served,
    )
    assert code == 0, report
    assert (report["content"]["checked"], report["content"]["absent"]) == (3, 2)
