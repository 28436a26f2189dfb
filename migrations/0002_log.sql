-- The signed log: every record's entry, the tiles over them, and what readers may see.
--
-- An entry is a commitment, SHA-256(nonce || statement) (schemas/FORMAT.md section 9). The statement is made
-- from the record's own columns, so only the nonce and the commitment are kept; once a body is erased
-- its statement can no longer be made and is kept instead.
--
-- Erasure updates a record's row and deletes content: the old versions go with the next VACUUM, and with the
-- WAL and the backups that hold them.
--
-- Operational note: 48 bytes a record for nonce and commitment, 32 for its place in the tiles.

do $$
begin
  if exists (select from record) then
    raise exception 'this store holds records from before the log; a log cannot begin in the middle'
      using hint = 'Read them with the program that wrote them and commit them to a new store.';
  end if;
end
$$;

alter table record
  alter column body drop not null,
  -- Null where it was destroyed with the body: nobody can open the entry any more.
  add column nonce bytea,
  add column commitment bytea not null,
  -- Kept where the body was erased, with the index of the erasure that says why.
  add column statement bytea,
  add column erased_by bigint,
  add constraint record_nonce_length check (octet_length(nonce) = 16),
  add constraint record_commitment_length check (octet_length(commitment) = 32),
  add constraint record_here_or_erased check (
    (body is not null and nonce is not null and statement is null and erased_by is null)
    or (body is null and statement is not null and erased_by is not null)
  );

-- Content that was destroyed. It is not taken again: a retry must not undo an erasure.
create table content_erasure (
  namespace integer not null,
  digest bytea not null,
  -- Of the first erasure record.
  index bigint not null,
  constraint content_erasure_pk primary key (namespace, digest)
);

-- Full tiles (C2SP tlog-tiles): 256 hashes. Partial ones are made from the right edge: of records at level
-- 0, of `root` one level below elsewhere.
create table log_tile (
  level smallint not null,
  number bigint not null,
  hashes bytea not null,
  -- The hash of the whole tile: one of the hashes one level up.
  root bytea not null,
  constraint log_tile_pk primary key (level, number),
  constraint log_tile_place check (level between 0 and 63 and number >= 0),
  constraint log_tile_lengths check (octet_length(hashes) = 8192 and octet_length(root) = 32)
);
alter table log_tile alter column hashes set storage external;

-- Which log this database belongs to: the signer's verifier key, written once.
create table log_identity (
  singleton boolean not null default true,
  verifier_key text not null,
  constraint log_identity_pk primary key (singleton),
  constraint log_identity_one_row check (singleton)
);

-- The newest checkpoint that the signer gave out and this database was told of. Readers see indices below
-- `size`. The signer's own state is the truth.
create table log_published (
  singleton boolean not null default true,
  size bigint not null,
  checkpoint bytea not null,
  constraint log_published_pk primary key (singleton),
  constraint log_published_one_row check (singleton)
) with (fillfactor = 10);
insert into log_published (size, checkpoint) values (0, '');
