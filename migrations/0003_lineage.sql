-- Lineage: where each reference of a record stands, and the references one by one, to be walked both ways.
--
-- A commit writes `members` and `roles` beside `targets` and nothing else: two index entries for every
-- reference would cost it more than all it does. `edge` is derived from those columns afterwards, in
-- order and in large batches, by whichever server has time; `edge_fill` says how far it is. It can be emptied
-- and derived again at any time: delete from edge; update edge_fill set size = 0.
--
-- Operational note: 3 bytes a reference in `record`, about 190 in `edge` with its two indexes (measured:
-- tools/bench lineage). This migration writes every record once anew; the old versions go with the next VACUUM.

alter table record
  -- Stable numbers of Records.ReferenceMember, one for each of `targets`.
  add column members smallint[],
  -- The role beside each, null where it has none; null where none has one.
  add column roles text[];

-- Records from before: the members in the order of their canonical bytes, which is that of their names, and
-- inside one its positions. Erased records say the same in what was kept of them.
with member (number, kind, name) as (
  values (1, 1, 'obtainedBy'), (2, 2, 'base'), (3, 2, 'promotedFrom'), (4, 4, 'model'), (5, 4, 'inputs'),
    (6, 4, 'context'), (7, 12, 'view'), (8, 13, 'outputs'), (16, 5, 'model'), (17, 5, 'inputs'),
    (18, 5, 'context'), (19, 6, 'recipe'), (20, 6, 'view'), (21, 9, 'execution'), (22, 9, 'devices'),
    (23, 9, 'resumedFrom'), (24, 10, 'rank'), (25, 11, 'rank'), (26, 12, 'execution'),
    (27, 12, 'devices'), (28, 14, 'target'), (29, 14, 'basis'), (30, 14, 'previous'), (31, 15, 'subject'),
    (32, 15, 'replacement'), (33, 15, 'previous'), (34, 16, 'from'), (35, 16, 'to'), (36, 16, 'because'),
    (37, 17, 'subject'), (38, 17, 'previous'), (39, 18, 'subject'), (40, 19, 'subject'), (41, 20, 'subject')
), reference as (
  select r.index, m.number, e.value ->> 'role' as role, m.name, e.position
  from record r
  cross join lateral (select convert_from(r.body, 'UTF8')::jsonb as body) b
  join member m on m.kind = r.kind and b.body ? m.name
  cross join lateral jsonb_array_elements(
    case jsonb_typeof(b.body -> m.name)
      when 'array' then b.body -> m.name else jsonb_build_array(b.body -> m.name)
    end) with ordinality as e (value, position)
  -- A recipe may hold names where others hold digests.
  where coalesce(e.value ->> 'ref', e.value ->> 'device', e.value #>> '{}') ~ '^sha256:[0-9a-f]{64}$'
  union all
  select r.index, m.number, e.value ->> 'role', '', e.position
  from record r
  cross join lateral jsonb_array_elements(
    convert_from(r.statement, 'UTF8')::jsonb -> 'references') with ordinality as e (value, position)
  join member m on m.kind = r.kind and m.name = split_part(e.value ->> 'member', '/', 2)
), found as (
  select index, array_agg(number::smallint order by name collate "C", position) as members,
    array_agg(role order by name collate "C", position) as roles, count(role) as with_role
  from reference group by index
)
update record r
set members = coalesce(f.members, '{}'), roles = case when f.with_role > 0 then f.roles end
from record o left join found f on f.index = o.index
where r.index = o.index;

alter table record
  alter column members set not null,
  add constraint record_members_length check (cardinality(members) = cardinality(targets)),
  add constraint record_roles_length check (cardinality(roles) = cardinality(targets));

-- One row a reference: `child` rests on (or speaks of) `parent`. One level of a walk reads one of the two
-- indexes and nothing else, whichever way it goes: hence what lies in them. The child's kind is not there: its
-- member has it. `role` is '' where there is none: a null would cost every index entry 8 bytes.
create table edge (
  child bigint not null,
  parent bigint not null,
  child_namespace integer not null,
  parent_namespace integer not null,
  -- Of the reference among those of `child`, from 1. One record can be named twice by one member: a rank
  -- that sees eight cards of one class.
  position smallint not null,
  member smallint not null,
  parent_kind smallint not null,
  role text collate "C" not null,
  constraint edge_pk primary key (child, parent, member, role, position)
    include (parent_kind, parent_namespace),
  constraint edge_order check (child > parent and parent >= 0)
);
create unique index edge_down_unique on edge (parent, member, child, role, position)
include (child_namespace);

-- Records whose references are in `edge`: those with a smaller index than `size`. Whoever fills locks the row.
create table edge_fill (
  singleton boolean not null default true,
  size bigint not null,
  constraint edge_fill_pk primary key (singleton),
  constraint edge_fill_one_row check (singleton)
) with (fillfactor = 10);
insert into edge_fill (size) values (0);
