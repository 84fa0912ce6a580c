insert into runs (id, integration_id, probe_id, origin, environment, scheduled_at, started_at, duration_ms, latency_us,
  outcome, reason, message, attempt, last_attempt, phases, demo_history) values
  ('018bcfe5-6800-7000-8000-000000000001', 901, 901, 'probe', 'production', 1700000000000, 1700000000012, 41, 41250,
   'ok', null, null, 1, true, '{"dns_us":900,"connect_us":240,"first_byte_us":30000}', false),
  ('018bcfe5-6800-7000-8000-000000000002', 901, 901, 'probe', 'production', 1700000030000, 1700000030010, 12, 12000,
   'failed', 'auth', '401 from NetSuite', 1, true, null, false);

insert into run_details (run_id, assertions, exchange, steps) values
  ('018bcfe5-6800-7000-8000-000000000002', '[{"expr":"status == 200","passed":false,"left":"401","right":"200"}]', null, null);

insert into runs (id, integration_id, probe_id, origin, external_id, environment, started_at, outcome, attempt, last_attempt,
  units, units_counted, run_counted, measures, business_key, demo_history) values
  ('018bcfe5-6800-7000-8000-000000000003', 901, null, 'integration', 'job-7', 'production', 1700000040000, 'ok', 1, true,
   12.0, 12.0, true, '{"backlog":4.0}', 'batch-7', false);

insert into run_keys (integration_id, external_id, run_id, content_hash, open) values
  (901, 'job-7', '018bcfe5-6800-7000-8000-000000000003', 'a1b2', false);

insert into delivered_keys (integration_id, business_key, run_id) values
  (901, 'batch-7', '018bcfe5-6800-7000-8000-000000000003');

insert into probe_states (probe_id, state) values (901, '{}');
insert into sent_states (integration_id, state) values (901, '{}');
