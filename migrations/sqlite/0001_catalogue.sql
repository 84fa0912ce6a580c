-- The catalogue: what is watched. Times are UTC epoch milliseconds. A spec is kept whole, as the JSON that was written; beside it
-- stand only the columns that statements need. Rows are retired, never deleted, since history points at them.

-- "BWCH": tells a Bridgewatch store from any other file that SQLite can read.
pragma application_id = 1113015112;

create table systems (
  id integer primary key,
  slug text not null unique,
  spec text not null,
  -- the catalogue it comes from; null: made by hand
  catalogue text,
  created_at integer not null,
  retired_at integer
) strict;

create table integrations (
  id integer primary key,
  slug text not null unique,
  -- beside the spec, so that lists of runs can name it without reading JSON
  name text not null,
  -- without probes and baseline, which have tables of their own
  spec text not null,
  catalogue text,
  created_at integer not null,
  retired_at integer
) strict;

-- What figures of the past need to know of their day. Exactly one row of an integration has no end.
create table integration_facts (
  integration_id integer not null references integrations (id),
  since integer not null,
  until integer,
  owner text,
  department text,
  tier integer not null,
  lifecycle text not null,
  primary key (integration_id, since)
) strict, without rowid;

create table probes (
  id integer primary key,
  integration_id integer not null references integrations (id),
  slug text not null,
  spec text not null,
  -- heartbeats only: the secret part of the address that pings go to
  ping_key text unique,
  created_at integer not null,
  removed_at integer,
  unique (integration_id, slug)
) strict;

-- Immutable: what was claimed once stays on record; a change is a new version.
create table baselines (
  id integer primary key,
  integration_id integer not null references integrations (id),
  version integer not null,
  spec text not null,
  created_at integer not null,
  unique (integration_id, version)
) strict;

-- Small texts that must outlive the process.
create table settings (
  name text primary key,
  value text not null
) strict, without rowid;
