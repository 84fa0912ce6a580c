-- Roll-ups: what runs add up to, per subject and bucket. A bucket is replaced as a whole, never added to.

create table rollups (
  -- p12, s12, i12, all
  subject text not null,
  -- its first letter, so that one kind of subject is one range of rollups_to_sum
  family text not null,
  step text not null,
  bucket integer not null,
  ok integer not null,
  warn integer not null,
  partial integer not null,
  failed integer not null,
  missed integer not null,
  unknown integer not null,
  cancelled integer not null,
  up_ms integer not null,
  warn_ms integer not null,
  down_ms integer not null,
  unknown_ms integer not null,
  maintenance_ms integer not null,
  units real not null,
  unit_runs integer not null,
  -- of latency in microseconds; null: no run had one
  latency_count integer,
  latency_sum real,
  latency_min real,
  latency_max real,
  latency_sketch blob,
  -- JSON by name: count, sum, min, max and how many bytes of measure_sketches are its own; null: none
  measures text,
  -- one after the other, in the order of the names
  measure_sketches blob,
  primary key (subject, step, bucket)
) strict, without rowid;

-- Holds all that sums are made of, so that a list of a thousand integrations reads one range of it and no row.
create index rollups_to_sum on rollups (
  family, step, bucket, subject,
  ok, warn, partial, failed, missed, unknown, cancelled,
  up_ms, warn_ms, down_ms, unknown_ms, maintenance_ms, units, unit_runs
);

-- Buckets to be made anew. Marks are counted: a mark made while a bucket is being made is not cleared with it.
create table dirty_buckets (
  step text not null,
  bucket integer not null,
  subject text not null,
  marks integer not null,
  primary key (step, bucket, subject)
) strict, without rowid;
