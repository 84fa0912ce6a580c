-- Roll-ups: what runs add up to, per subject and bucket. A bucket is replaced as a whole, never added to.

create table rollups (
  -- p12, s12, i12, all
  subject text collate "C" not null,
  -- its first letter, so that one kind of subject is one range of rollups_to_sum
  family text collate "C" not null,
  step text collate "C" not null,
  bucket bigint not null,
  ok bigint not null,
  warn bigint not null,
  partial bigint not null,
  failed bigint not null,
  missed bigint not null,
  unknown bigint not null,
  cancelled bigint not null,
  up_ms bigint not null,
  warn_ms bigint not null,
  down_ms bigint not null,
  unknown_ms bigint not null,
  maintenance_ms bigint not null,
  units double precision not null,
  unit_runs bigint not null,
  -- of latency in microseconds; null: no run had one
  latency_count bigint,
  latency_sum double precision,
  latency_min double precision,
  latency_max double precision,
  latency_sketch bytea,
  -- JSON by name: count, sum, min, max and how many bytes of measure_sketches are its own; null: none
  measures text collate "C",
  -- one after the other, in the order of the names
  measure_sketches bytea,
  primary key (subject, step, bucket)
);

-- Holds all that sums are made of, so that a list of a thousand integrations reads one range of it and no row.
create index rollups_to_sum on rollups (
  family, step, bucket, subject,
  ok, warn, partial, failed, missed, unknown, cancelled,
  up_ms, warn_ms, down_ms, unknown_ms, maintenance_ms, units, unit_runs
);

-- Buckets to be made anew. Marks are counted: a mark made while a bucket is being made is not cleared with it.
create table dirty_buckets (
  step text collate "C" not null,
  bucket bigint not null,
  subject text collate "C" not null,
  marks bigint not null,
  primary key (step, bucket, subject)
);
