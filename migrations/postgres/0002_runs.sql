-- Runs: what happened. Ids are UUIDv7 texts, so that they sort by when they were recorded.

create table runs (
  id text collate "C" primary key,
  integration_id bigint not null references integrations (id),
  probe_id bigint references probes (id),
  origin text collate "C" not null,
  external_id text collate "C",
  environment text collate "C" not null,
  scheduled_at bigint,
  started_at bigint not null,
  duration_ms bigint,
  latency_us bigint,
  outcome text collate "C" not null,
  reason text collate "C",
  message text collate "C",
  attempt bigint not null,
  last_attempt boolean not null,
  skipped bigint,
  -- JSON: small, and every http run has it; what is large stands in run_details
  phases text collate "C",
  records_read bigint,
  records_written bigint,
  records_failed bigint,
  records_skipped bigint,
  units double precision,
  units_counted double precision not null default 0,
  run_counted boolean not null default false,
  -- JSON; null: none
  measures text collate "C",
  business_key text collate "C",
  event_at bigint,
  delivered_at bigint,
  touches bigint,
  touch_s bigint,
  demo_history boolean not null
);

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
  run_id text collate "C" primary key,
  assertions text collate "C",
  exchange text collate "C",
  steps text collate "C"
);

-- Sending is idempotent by the sender's id. An open key belongs to a run that is `running`: another word may still end it.
create table run_keys (
  integration_id bigint not null references integrations (id),
  external_id text collate "C" not null,
  run_id text collate "C" not null,
  content_hash text collate "C" not null,
  open boolean not null,
  primary key (integration_id, external_id)
);
create index run_keys_by_run on run_keys (run_id);

-- What the business counts once, however many runs carry it. Kept when the run goes.
create table delivered_keys (
  integration_id bigint not null references integrations (id),
  business_key text collate "C" not null,
  run_id text collate "C" not null,
  primary key (integration_id, business_key)
);

-- States as the engine wrote them: JSON.
create table probe_states (
  probe_id bigint primary key references probes (id),
  state text collate "C" not null
);

create table sent_states (
  integration_id bigint primary key references integrations (id),
  state text collate "C" not null
);
