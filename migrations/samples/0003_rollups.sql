insert into rollups (subject, family, step, bucket, ok, warn, partial, failed, missed, unknown, cancelled,
  up_ms, warn_ms, down_ms, unknown_ms, maintenance_ms, units, unit_runs, latency_count, latency_sum, latency_min, latency_max) values
  ('p901', 'p', 'minute', 1699999980000, 1, 0, 0, 0, 0, 0, 0, 48000, 0, 0, 12000, 0, 0, 0, 1, 41250, 41250, 41250),
  ('s901', 's', 'hour', 1699999200000, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3600000, 0, 12, 1, null, null, null, null);

insert into dirty_buckets (step, bucket, subject, marks) values ('minute', 1700000040000, 's901', 2);
