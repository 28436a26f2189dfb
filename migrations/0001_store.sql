-- The store: namespaces, records, what they claim, event chains, content, keys.
--
-- Everything here but `head`, `api_key` and `content_location` is append-only: rows are inserted once and
-- never updated. Writers take the one row of `head` FOR UPDATE, so that indices have no gaps and
-- every look-up that a commit makes after it holds the row is free of races (READ COMMITTED is
-- enough: each statement sees what was committed before it began). The unique constraints stand
-- behind that as a second lock.
--
-- Operational note: bodies and content dominate the size; `record_kind_at` and the partial indexes
-- cost about 100 bytes a record.

create table head (
  singleton boolean not null default true,
  next_index bigint not null,
  next_namespace integer not null,
  -- Time of the newest commit. Never falls, so that a time means an index.
  last_committed_at timestamptz not null,
  constraint head_pk primary key (singleton),
  constraint head_one_row check (singleton),
  constraint head_counts check (next_index >= 0 and next_namespace >= 1)
);
insert into head (next_index, next_namespace, last_committed_at)
values (0, 1, '-infinity');

create table namespace (
  id integer not null,
  name text collate "C" not null,
  constraint namespace_pk primary key (id),
  constraint namespace_name_unique unique (name)
);

create table record (
  index bigint not null,
  namespace integer not null,
  digest bytea not null,
  -- Stable numbers of Records.Kind.
  kind smallint not null,
  committed_at timestamptz not null,
  principal text not null,
  -- RFC 8785 bytes; their SHA-256 is `digest`.
  body bytea compression lz4 not null,
  -- Indices that this record's references resolved to, in the order in which FORMAT.md extracts them.
  targets bigint[] not null,
  -- The caller's own id (output.key).
  key bytea,
  -- Digest of the content or manifest descriptor.
  content bytea,
  -- Digest of the execution that a rank or an output names.
  execution bytea,
  constraint record_pk primary key (index),
  constraint record_digest_unique unique (namespace, digest),
  constraint record_namespace_known foreign key (namespace) references namespace (id),
  constraint record_digest_length check (octet_length(digest) = 32)
);
create index record_kind_at on record (namespace, kind, index);
create index record_key_at on record (namespace, key, index) where key is not null;
create index record_content_at on record (namespace, content, index) where content is not null;
create index record_execution_at on record (namespace, execution, index)
where execution is not null;

-- What may be said once: an execution's id, a rank's attempt, a sample of a view. `claim` is
-- SHA-256 over the tagged, length-prefixed parts (Records.Claim).
create table claim (
  namespace integer not null,
  claim bytea not null,
  index bigint not null,
  constraint claim_pk primary key (namespace, claim)
);

-- Chains of `name`, `retraction` and `label` records. `previous` is the index of the preceding
-- record of the chain, -1 for the first: a chain cannot fork.
create table event (
  namespace integer not null,
  kind smallint not null,
  subject bytea not null,
  index bigint not null,
  previous bigint not null,
  constraint event_pk primary key (namespace, kind, subject, index),
  constraint event_chain_unique unique (namespace, kind, subject, previous)
);

-- Bytes. Small content lies in the row; large content in chunks under `upload`.
create table content (
  namespace integer not null,
  digest bytea not null,
  size bigint not null,
  created_at timestamptz not null,
  -- 0: as they are; 1: one LZ4 block. Null where the bytes are in chunks.
  codec smallint,
  bytes bytea,
  upload bigint,
  chunk_size integer,
  constraint content_pk primary key (namespace, digest),
  constraint content_digest_length check (octet_length(digest) = 32),
  constraint content_one_place check (
    (bytes is not null and codec is not null and upload is null and chunk_size is null)
    or (bytes is null and codec is null and upload is not null and chunk_size > 0)
  )
);
-- Already compressed by us: PostgreSQL must not try again.
alter table content alter column bytes set storage external;

create sequence content_upload;

create table content_chunk (
  upload bigint not null,
  position integer not null,
  codec smallint not null,
  bytes bytea not null,
  constraint content_chunk_pk primary key (upload, position)
);
alter table content_chunk alter column bytes set storage external;

-- Hints where else content lies. Never fetched, never identity.
create table content_location (
  namespace integer not null,
  digest bytea not null,
  locations text[] not null,
  updated_at timestamptz not null,
  constraint content_location_pk primary key (namespace, digest)
);

-- Who may come in. Only a hash of the secret: uniformly random, so a fast hash is right.
create table api_key (
  id text collate "C" not null,
  secret_hash bytea not null,
  principal text not null,
  created_at timestamptz not null,
  revoked_at timestamptz,
  constraint api_key_pk primary key (id)
);

-- The id of a namespace, made where there is none: content may come before the first commit.
create function namespace_id(wanted text) returns integer language plpgsql as $$
declare
  found integer;
begin
  select id into found from namespace where name = wanted;
  if found is not null then
    return found;
  end if;
  update head set next_namespace = next_namespace + 1 returning next_namespace - 1 into found;
  insert into namespace (id, name) values (found, wanted);
  return found;
exception when unique_violation then
  -- Somebody was faster; the block's own changes are undone.
  select id into strict found from namespace where name = wanted;
  return found;
end
$$;
