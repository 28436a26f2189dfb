-- Lineage: what records are is remembered by each server, for as long as no record was erased since. The newest
-- erasure has to be found at once, so that every look-up can ask. No row of an ordinary commit is in this index.
create index record_erased_by_at on record (erased_by) where erased_by is not null;
