-- Runs: what happened. Ids are UUIDv7 texts, so that they sort by when they were recorded.

create table runs (
  id text primary key,
  -- looked at when the transaction ends: else every statement of many rows keeps a copy of each page that it touches
  integration_id integer not null references integrations (id) deferrable initially deferred,
  probe_id integer references probes (id) deferrable initially deferred,
  origin text not null,
  external_id text,
  environment text not null,
  scheduled_at integer,
  started_at integer not null,
  duration_ms integer,
  latency_us integer,
  outcome text not null,
  reason text,
  message text,
  attempt integer not null,
  last_attempt integer not null,
  skipped integer,
  -- JSON: small, and every http run has it; what is large stands in run_details
  phases text,
  records_read integer,
  records_written integer,
  records_failed integer,
  records_skipped integer,
  units real,
  units_counted real not null default 0,
  run_counted integer not null default 0,
  -- JSON; null: none
  measures text,
  business_key text,
  event_at integer,
  delivered_at integer,
  touches integer,
  touch_s integer,
  demo_history integer not null
) strict, without rowid;

-- Every list goes on from (started_at, id), so every index that serves one ends with them.
create index runs_by_start on runs (started_at, id);
-- Runs come in by time and this index is written all over, so there is one for an integration and its few probes, and none for
-- each probe. What ends a check and how stands in it, so that the last verdict is found without reading rows.
create index runs_by_integration on runs (integration_id, started_at, id, probe_id, outcome, last_attempt);
create index runs_sent on runs (integration_id, started_at, id, outcome) where origin <> 'probe';
-- failures are few among many: they have indexes of their own, which ok runs do not pay for
create index runs_not_ok on runs (started_at, id) where outcome <> 'ok';
create index runs_not_ok_by_integration on runs (integration_id, started_at, id) where outcome <> 'ok';
-- what retention deletes first, so that it never steps over the many rows that stay
create index runs_ok_of_probes on runs (started_at) where origin = 'probe' and outcome = 'ok';
-- a promise is missed once
create unique index runs_missed on runs (integration_id, coalesce(probe_id, 0), scheduled_at) where outcome = 'missed';

-- JSON that only the page of one run reads; a run without any has no row. No foreign key: a replayed batch writes details
-- again, whether or not its run was taken.
create table run_details (
  run_id text primary key,
  assertions text,
  exchange text,
  steps text
) strict, without rowid;

-- Sending is idempotent by the sender's id. An open key belongs to a run that is `running`: another word may still end it.
create table run_keys (
  integration_id integer not null references integrations (id),
  external_id text not null,
  run_id text not null,
  content_hash text not null,
  open integer not null,
  primary key (integration_id, external_id)
) strict, without rowid;
create index run_keys_by_run on run_keys (run_id);

-- What the business counts once, however many runs carry it. Kept when the run goes.
create table delivered_keys (
  integration_id integer not null references integrations (id),
  business_key text not null,
  run_id text not null,
  primary key (integration_id, business_key)
) strict, without rowid;

-- States as the engine wrote them: JSON.
create table probe_states (
  probe_id integer primary key references probes (id),
  state text not null
) strict;

create table sent_states (
  integration_id integer primary key references integrations (id),
  state text not null
) strict;
