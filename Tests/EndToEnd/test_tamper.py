"""What a database superuser can do to a store, and that an audit finds it and says where.

Each case alters a copy of one database. The auditor has seen the log before (its own state is from then) and
knows nothing else. `stemma audit --full` of a server on the altered database must name the index; what is
only in look-ups, which no server shows, `stemma audit --sql` must.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Iterator, NamedTuple, Union

import pytest

from conftest import FULL
from stemma import digest_of
from tampered_store import TamperedStore

OTHER = {"kind": "context", "parameters": {"other": True}, "v": 1}


class Tamper(NamedTuple):
    """`place`: a name or an index of the store; None where the log as a whole is wrong. `needs_sql`: no server
    shows it, or it puts it right when it starts. `kept`: only what the auditor kept tells where it is, for everything agrees with everything."""

    name: str
    place: Union[str, int, None]
    sql: Union[str, Callable[[TamperedStore, str], None]]
    needs_sql: bool = False
    kept: bool = False


def text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def body(value: Any) -> str:
    """Columns that a record's body goes into."""
    return f"body = convert_to('{text(value)}', 'utf8')"


def record(value: Any) -> str:
    return f"{body(value)}, digest = '\\x{digest_of(value).removeprefix('sha256:')}'"


def resealed(place: Union[str, int], change: str, retile: bool = False) -> Callable[[TamperedStore, str], None]:
    """A row that is changed with its entry, so that it opens; perhaps with the tiles."""

    def run(store: TamperedStore, database: str) -> None:
        index = store.index[place] if isinstance(place, str) else place
        store.sql(database, f"update record set {change} where index = {index}")
        store.reseal(database, index)
        if retile:
            store.retile(database)

    return run


def swapped(a: int, b: int, columns: str = "index") -> str:
    """Two rows in each other's place, or some of their columns."""
    names = columns.split(", ")
    both = ", ".join(f"{name} = o.{name}" for name in names)
    if columns == "index":
        return (
            f"update record set index = -1 where index = {a}; update record set index = {a} where index = {b};"
            f"update record set index = {b} where index = -1"
        )
    return (
        f"alter table record drop constraint record_digest_unique;"
        f"update record r set {both} from (select * from record where index in ({a}, {b})) o"
        f" where r.index in ({a}, {b}) and o.index = {a} + {b} - r.index"
    )


def forged(store: TamperedStore, size: int) -> str:
    """A checkpoint of the log's name with a signature that its key did not make."""
    head, signature = store.note.split("\n\n")
    origin, _, root = head.split("\n")
    return f"{origin}\n{size}\n{root}\n\n{signature}"


def appended(more: str = "") -> str:
    """A record by hand, behind the last one."""
    return (
        "insert into record (index, namespace, digest, kind, committed_at, principal, body, targets, members, nonce, commitment)"
        f" select next_index, 1, '\\x{digest_of(OTHER).removeprefix('sha256:')}', 3, last_committed_at, 'admin',"
        f" convert_to('{text(OTHER)}', 'utf8'), '{{}}', '{{}}', '\\x{'00' * 16}', '\\x{'11' * 32}' from head; {more}"
    )


MOVE_HEAD = "update head set next_index = (select max(index) + 1 from record);"
LAST = 579

CASES = [
    # Bodies.
    Tamper("first body", 0, f"update record set {body(OTHER)} where index = 0"),
    Tamper("body under a full tile", 100, f"update record set {body(OTHER)} where index = 100"),
    Tamper("last body", LAST, f"update record set {body(OTHER)} where index = {LAST}"),
    Tamper("body with its digest", 100, f"update record set {record(OTHER)} where index = 100"),
    Tamper("body, digest and entry", 100, resealed(100, record(OTHER))),
    Tamper("body, digest and entry at the right edge", 560, resealed(560, record(OTHER)), kept=True),
    Tamper("body, digest, entry and tiles", 100, resealed(100, record(OTHER), retile=True), kept=True),
    Tamper("body that is no JSON", 100, "update record set body = 'x' where index = 100"),
    Tamper("body with a space", 100, r"update record set body = body || '\x20' where index = 100"),
    Tamper("body of one bit more", 100, "update record set body = set_bit(body, 90, 1 - get_bit(body, 90)) where index = 100"),
    Tamper("empty body", 100, "update record set body = '' where index = 100"),
    # Records that go.
    Tamper("first record deleted", 0, "delete from record where index = 0"),
    Tamper("record deleted", 100, "delete from record where index = 100"),
    Tamper("last record deleted", LAST, f"delete from record where index = {LAST}"),
    Tamper("ten records deleted", 100, "delete from record where index between 100 and 109"),
    Tamper("first bundle deleted", 0, "delete from record where index < 256"),
    Tamper("last records dropped, head moved back", 550, f"delete from record where index >= 550; {MOVE_HEAD}"),
    Tamper(
        "last records dropped, head and size moved back", 550,
        f"delete from record where index >= 550; {MOVE_HEAD} update log_published set size = 550",
    ),
    Tamper(
        "rolled back to an older checkpoint", 320,
        lambda store, database: store.sql(
            database,
            f"delete from record where index >= 320; {MOVE_HEAD} update log_published set size = 320,"
            f" checkpoint = convert_to('{store.old_note}', 'utf8'); delete from log_tile where number > 0",
        ) and None,
        kept=True,
    ),
    Tamper(
        "renumbered after a deletion", 100,
        "delete from record where index = 100; update record set index = -index where index > 100;"
        f"update record set index = -index - 1 where index < 0; {MOVE_HEAD}",
    ),
    # Records that move.
    Tamper("two rows swapped", 100, swapped(100, 101)),
    Tamper("two rows swapped across tiles", 100, swapped(100, 300)),
    Tamper("two rows swapped at the right edge", 560, swapped(560, 561), kept=True),
    Tamper("two bodies swapped", 100, swapped(100, 101, "body")),
    Tamper("two bodies and digests swapped", 100, swapped(100, 101, "body, digest")),
    Tamper("two nonces swapped", 100, swapped(100, 101, "nonce")),
    Tamper("two entries swapped", 100, swapped(100, 101, "commitment")),
    # Tiles.
    Tamper("hash in a tile", 100, "update log_tile set hashes = set_byte(hashes, 32 * 100, get_byte(hashes, 3200) # 1) where number = 0"),
    Tamper("first hash in a tile", 256, "update log_tile set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where number = 1"),
    Tamper("root of a tile", 0, "update log_tile set root = set_byte(root, 0, get_byte(root, 0) # 1) where number = 0"),
    Tamper("root of the second tile", 256, "update log_tile set root = set_byte(root, 0, get_byte(root, 0) # 1) where number = 1"),
    Tamper("tile deleted", 0, "delete from log_tile where number = 1"),
    Tamper("tiles swapped", 0, "update log_tile set number = 7 - number; update log_tile set number = number - 6"),
    Tamper("tile too many", None, "insert into log_tile select level, 2, hashes, root from log_tile where number = 1", needs_sql=True),
    # Entries and what opens them.
    Tamper("entry", 100, "update record set commitment = set_byte(commitment, 5, get_byte(commitment, 5) # 1) where index = 100"),
    Tamper("entry at the right edge", LAST, f"update record set commitment = set_byte(commitment, 5, get_byte(commitment, 5) # 1) where index = {LAST}"),
    Tamper("nonce", 100, "update record set nonce = set_byte(nonce, 5, get_byte(nonce, 5) # 1) where index = 100"),
    Tamper("nonce with its entry", 560, resealed(560, r"nonce = '\x00112233445566778899aabbccddeeff'"), kept=True),
    Tamper("nonce taken away", 100, "alter table record drop constraint record_here_or_erased; update record set nonce = null where index = 100"),
    Tamper("nonce cut short", 100, r"alter table record drop constraint record_nonce_length; update record set nonce = '\x00' where index = 100"),
    # What a statement says.
    Tamper("namespace of a record", 100, "update record set namespace = 2 where index = 100"),
    Tamper("namespace renamed", "team", "update namespace set name = 'crew' where name = 'team'"),
    Tamper("namespaces exchanged", 0, "update namespace set name = name || 'x'; update namespace set name = case name when 'mainx' then 'team' else 'main' end"),
    Tamper("principal", 100, "update record set principal = 'somebody' where index = 100"),
    Tamper("principal with its entry", 560, resealed(560, "principal = 'somebody'"), kept=True),
    Tamper("time by a microsecond", 100, "update record set committed_at = committed_at + interval '1 microsecond' where index = 100"),
    Tamper("all times by a day", 0, "update record set committed_at = committed_at - interval '1 day'"),
    Tamper("target", "note", "update record set targets = '{2}' where index = {note}"),
    Tamper("target out of range", "note", "update record set targets = '{9000}' where index = {note}"),
    Tamper("target too few", "view", "alter table record drop constraint record_members_length; alter table record drop constraint record_roles_length; update record set targets = targets[1:2] where index = {view}"),
    Tamper("targets reordered", "view", "update record set targets = array[targets[2], targets[1], targets[3]] where index = {view}"),
    Tamper("kind", 100, "update record set kind = 20 where index = 100"),
    Tamper("kind that there is not", 100, "update record set kind = 99 where index = 100"),
    # Records that come.
    Tamper("record by hand", 580, appended(), needs_sql=True),
    Tamper("record by hand, head moved", 580, appended(MOVE_HEAD), needs_sql=True),
    Tamper("record by hand, head and size moved", None, appended(f"{MOVE_HEAD} update log_published set size = 581"), needs_sql=True),
    Tamper(
        "record by hand with a forged checkpoint", None,
        lambda store, database: store.sql(
            database,
            appended(f"{MOVE_HEAD} update log_published set size = 581, checkpoint = convert_to('{forged(store, 581)}', 'utf8')"),
        ) and None,
    ),
    # The checkpoint.
    Tamper("root in the checkpoint", None, r"update log_published set checkpoint = set_byte(checkpoint, length(checkpoint) - 150, get_byte(checkpoint, length(checkpoint) - 150) # 1)"),
    Tamper("size", 550, "update log_published set size = 550", needs_sql=True),
    Tamper("checkpoint emptied", None, "update log_published set checkpoint = ''", needs_sql=True),
    Tamper("whose log it is", None, "update log_identity set verifier_key = 'x'", needs_sql=True),
    # Names and labels.
    Tamper(
        "label lowered", "label-2",
        lambda store, database: store.sql(
            database,
            "update record set body = convert_to(replace(convert_from(body, 'utf8'), 'top-secret', 'public'), 'utf8') "
            f"where index = {store.index['label-2']}; update record set digest = sha256(body) where index = {store.index['label-2']}",
        ) and None,
    ),
    Tamper("label deleted with its event", "label-2", "delete from record where index = {label-2}; delete from event where index = {label-2}"),
    Tamper("target of a name", "name-3", "update record set targets = array[targets[1], 3] where index = {name-3}"),
    Tamper("name moved back", "name-3", "delete from event where index = {name-3}", needs_sql=True),
    Tamper("name moved on", "name-3", "update event set index = 400 where index = {name-3}", needs_sql=True),
    Tamper("event of another subject", "label-1", r"update event set subject = '\x00' where index = {label-1}", needs_sql=True),
    Tamper("event of another previous", "label-2", "update event set previous = 0 where index = {label-2}", needs_sql=True),
    # Claims and look-ups.
    Tamper("claim deleted", "output", "delete from claim where index = {output}", needs_sql=True),
    Tamper("claim altered", "execution", "update claim set claim = set_byte(claim, 0, get_byte(claim, 0) # 1) where index = {execution}", needs_sql=True),
    Tamper("claim by hand", 100, r"insert into claim values (1, '\x00', 100)", needs_sql=True),
    Tamper("key that is looked up", "output", "update record set key = 'decision-2' where index = {output}", needs_sql=True),
    Tamper("content that is looked up", "input", "update record set content = null where index = {input}", needs_sql=True),
    Tamper("execution that is looked up", "rank", "update record set execution = digest where index = {rank}", needs_sql=True),
    # Lineage.
    Tamper("member of a reference", "view", "update record set members = array[members[2], members[1], members[3]] where index = {view}", needs_sql=True),
    Tamper("role of a reference", "view", "update record set roles = array[null, 'more-data', null] where index = {view}", needs_sql=True),
    Tamper("roles taken away", "view", "update record set roles = null where index = {view}", needs_sql=True),
    Tamper("member of an erased record's reference", "erased", "update record set members = '{{31}}' where index = {erased}", needs_sql=True),
    Tamper("edge deleted", "view", "delete from edge where child = {view} and position = 2", needs_sql=True),
    Tamper("edges emptied", "view", "delete from edge", needs_sql=True),
    Tamper("edge by hand", "output", "insert into edge select child, 0, child_namespace, parent_namespace, 9, 7, 1, '' from edge where child = {output} limit 1", needs_sql=True),
    Tamper("edge to another record", "note", "update edge set parent = {context} where child = {note}", needs_sql=True),
    Tamper("edge of another member", "view", "update edge set member = 5 where child = {view} and position = 1", needs_sql=True),
    Tamper("edge of another role", "view", "update edge set role = 'more-data' where child = {view} and position = 2", needs_sql=True),
    Tamper("edge twice", "note", "insert into edge select child, parent, child_namespace, parent_namespace, 2, member, parent_kind, role from edge where child = {note}", needs_sql=True),
    Tamper("edge to another kind", "note", "update edge set parent_kind = 9 where child = {note}", needs_sql=True),
    Tamper("edge to another namespace", "note", "update edge set parent_namespace = 2 where child = {note}", needs_sql=True),
    Tamper("edge of another namespace", "note", "update edge set child_namespace = 2 where child = {note}", needs_sql=True),
    Tamper("edge of a record that is not there", 9000, "insert into edge values (9000, 1, 1, 1, 1, 41, 1, '')", needs_sql=True),
    Tamper("edges filled beyond the log", None, "update edge_fill set size = 9000", needs_sql=True),
    Tamper("edges not filled so far", LAST - 1, "insert into edge values (578, 1, 1, 1, 1, 41, 1, ''); update edge_fill set size = 578", needs_sql=True),
    Tamper("how far edges are filled", None, "delete from edge_fill", needs_sql=True),
    Tamper("head's time", None, "update head set last_committed_at = '2000-01-01'", needs_sql=True),
    Tamper("head's index", 580, "update head set next_index = 600", needs_sql=True),
    # Erasures.
    Tamper("statement of an erased record", "erased", "update record set statement = convert_to(replace(convert_from(statement, 'utf8'), 'admin', 'nobody'), 'utf8') where index = {erased}"),
    Tamper("erased by another record", "erased", "update record set erased_by = {erasure-of-unopenable} where index = {erased}"),
    Tamper("erased by nothing", 100, lambda store, database: erase_by_hand(store, database, 100, 5000)),
    Tamper("erased by what is no erasure", 100, lambda store, database: erase_by_hand(store, database, 100, 400)),
    Tamper("erasure undone", "erased", lambda store, database: restore_body(store, database)),
    Tamper("erasure's record deleted", "erasure-of-erased", "delete from record where index = {erasure-of-erased}"),
    Tamper("kind beside an erased record", "erased", "update record set kind = 3 where index = {erased}", needs_sql=True),
    Tamper("content marked as erased", 100, "insert into content_erasure select 1, digest, 100 from record where index = 1", needs_sql=True),
]  # fmt: skip


def erase_by_hand(store: TamperedStore, database: str, index: int, by: int) -> None:
    statement = json.loads(store.statements[index])
    store.sql(
        database,
        f"update record set body = null, erased_by = {by}, statement = convert_to('{text(statement)}', 'utf8') "
        f"where index = {index}",
    )


def restore_body(store: TamperedStore, database: str) -> None:
    """The body out of a backup; its statement was made of the columns and still opens the entry."""
    view = store.digests[store.index["view"]]
    note = {"kind": "note", "note": {"person": "somebody"}, "subject": view, "v": 1}
    index = store.index["erased"]
    store.sql(
        database,
        f"update record set {body(note)}, statement = null, erased_by = null where index = {index}",
    )


@pytest.fixture(scope="module")
def store() -> Iterator[TamperedStore]:
    store = TamperedStore()
    yield store
    store.remove()


def check(store: TamperedStore, case: Tamper, code: int, report: dict[str, Any]) -> None:
    assert code == 1, report
    assert report["findings"]
    if case.place is None:
        return
    index = store.index[case.place] if isinstance(case.place, str) else case.place
    places = [finding.get("index", finding.get("first")) for finding in report["findings"]]
    assert index in places, report
    assert report.get("firstIndex", index) == index, report


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_tampering_is_found(store: TamperedStore, case: Tamper) -> None:
    database = store.copy()
    try:
        if callable(case.sql):
            case.sql(store, database)
        else:
            sql = case.sql
            for name, index in store.index.items():
                sql = sql.replace("{" + name + "}", str(index))
            store.sql(database, sql)
        if not case.needs_sql:
            check(store, case, *store.audit_server(database, store.own_state(), "--full"))
        if case.needs_sql or FULL:
            check(store, case, *store.audit(database, store.own_state(), "--full"))
        if FULL and not case.needs_sql and not case.kept:
            # Who audits for the first time finds it too.
            check(store, case, *store.audit_server(database, store.folder / "fresh" / database))
    finally:
        store.drop(database)


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 50
    assert len({case.name for case in CASES}) == len(CASES)


def test_old_dump_is_a_rollback_with_both_notes(store: TamperedStore) -> None:
    state = store.own_state()
    for audit in (store.audit, store.audit_server):
        code, report = audit("old", state)
        assert code == 1
        assert report["findings"][0]["first"] == store.old_size
        assert report["conflict"] == {"kept": store.note, "shown": store.old_note}


def test_untouched_copy_is_good(store: TamperedStore) -> None:
    database = store.copy()
    for audit in (store.audit, store.audit_server):
        for options in ([], ["--full"]):
            code, report = audit(database, store.own_state(), *options)
            assert code == 0, report
    assert (report["records"], report["erased"], report["unopenable"]) == (store.size, 2, 1)
    store.drop(database)
