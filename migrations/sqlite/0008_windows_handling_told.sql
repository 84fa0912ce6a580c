-- When parts of the landscape are let alone, what people did with integrations and probes, and what owners were told last.

-- A window that is changed is another row from then on: what it was tells which failures of the past did not count.
create table windows (
  id integer primary key,
  slug text not null,
  spec text not null,
  -- the catalogue it comes from; null: made by hand
  catalogue text,
  created_at integer not null,
  retired_at integer
) strict;
create unique index windows_by_slug on windows (slug) where retired_at is null;

-- JSON: who paused, muted or acknowledged it. No row: nobody did.
create table integration_handling (
  integration_id integer primary key references integrations (id),
  handling text not null
) strict;

create table probe_handling (
  probe_id integer primary key references probes (id),
  handling text not null
) strict;

-- The change of level that an owner was told of and that is not over. It is written in the transaction of the notices that tell of
-- it, so that nothing is told twice and nothing is forgotten. No row: the last word was that it is over.
create table told (
  integration_id integer primary key references integrations (id),
  change_id text not null,
  -- the worst that was told of it
  level text not null,
  since integer not null,
  sentence text not null,
  reason text,
  -- when it was told last
  at integer not null
) strict;

-- What failed in maintenance is recorded and does not count.
alter table runs add column in_maintenance integer not null default 0;
-- The slug, as it was then, of the system that was down and explains why a run was not ok.
alter table runs add column cause text;
