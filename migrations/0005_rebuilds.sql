-- Rebuilds: what is to be computed anew, and who is at it.
--
-- Work state is not truth: these rows are updated in place, no log covers them, and all of them can be deleted
-- while no worker runs: what is stale is found again. What a worker made is in records, under ids that are
-- derived from the item's, so that work that is done twice is still one output.
--
-- A rebuild's items and dependencies are written in its own transaction, 100,000 at a time, and never after: no foreign key
-- says so, since a check for each would cost a third of the time that planning may take. Who deletes a rebuild deletes its
-- rows in all three tables.
--
-- Operational note: about 300 bytes an item, half of them in indexes that hold only what is ready or leased.

create table rebuild (
  id uuid not null,
  -- Order in which rebuilds were made; the cursor of their list.
  place bigint generated always as identity,
  namespace integer not null,
  what text not null,
  priority integer not null,
  -- The newest index of the snapshot that was planned from.
  at bigint not null,
  created_by text not null,
  created_at timestamptz not null,
  cancelled_at timestamptz,
  constraint rebuild_pk primary key (id),
  constraint rebuild_place_unique unique (namespace, place),
  constraint rebuild_namespace_known foreign key (namespace) references namespace (id)
);

create table rebuild_item (
  rebuild uuid not null,
  number integer not null,
  -- Derived from the rebuild's and the number; execution and sample of the item's output are derived from it.
  id uuid not null,
  -- Copied from the rebuild: a lease then reads one index.
  namespace integer not null,
  priority integer not null,
  place bigint not null,
  -- The view that is stale, or that more samples are wanted of.
  view bytea not null,
  goal text not null,
  -- Only there; null: anywhere.
  class text,
  -- Null where the view's context names none: nobody can run it.
  executor text,
  -- From past executions; null where there are none.
  expected_class text,
  expected_milliseconds bigint,
  state text not null,
  -- Why it is listed, cancelled, or comes again.
  reason text,
  -- Items that must be done before: those of rebuild_dependency that are not.
  blockers integer not null,
  attempts integer not null default 0,
  -- Attempts that somebody said failed. A lease that ran out may only say that a machine went away.
  failures integer not null default 0,
  -- The newest lease; it stays after its end, so that who comes late or twice is told the right thing.
  lease uuid,
  lease_seconds integer,
  leased_by text,
  expires_at timestamptz,
  view_to bytea,
  output bytea,
  stderr bytea,
  constraint rebuild_item_pk primary key (rebuild, number),
  constraint rebuild_item_goal_known check (goal in ('successor', 'sample')),
  constraint rebuild_item_state_known check (
    state in ('waiting', 'ready', 'leased', 'done', 'failed', 'listed', 'cancelled')),
  constraint rebuild_item_leased check ((state = 'leased') = (expires_at is not null)),
  constraint rebuild_item_done check ((state = 'done') = (output is not null)),
  constraint rebuild_item_blockers_counted check (blockers >= 0)
) with (fillfactor = 80);
create index rebuild_item_ready on rebuild_item (namespace, priority desc, place, number)
where state = 'ready';
create index rebuild_item_leased_until on rebuild_item (expires_at) where state = 'leased';
create unique index rebuild_item_lease on rebuild_item (lease) where lease is not null;

create table rebuild_dependency (
  rebuild uuid not null,
  -- This one is done only after `needs` is.
  number integer not null,
  needs integer not null,
  constraint rebuild_dependency_pk primary key (rebuild, number, needs),
  constraint rebuild_dependency_order check (needs < number)
);
create index rebuild_dependency_needs on rebuild_dependency (rebuild, needs);
