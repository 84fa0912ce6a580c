insert into windows (id, slug, spec, catalogue, created_at, retired_at) values
  (901, 'patch-night', '{"slug":"patch-night","kind":"maintenance","weekly":{"days":["sun"],"from":"22:00","to":"02:00","time_zone":"Europe/Berlin"},"systems":["netsuite"]}',
   'landscape', 1690000000000, 1700000000000),
  (902, 'patch-night', '{"slug":"patch-night","name":"Patch night","kind":"maintenance","weekly":{"days":["sat","sun"],"from":"22:00","to":"02:00","time_zone":"Europe/Berlin"},"systems":["netsuite"]}',
   'landscape', 1700000000000, null),
  (903, 'year-end', '{"slug":"year-end","kind":"freeze","once":{"from":"2023-12-20T00:00:00.000Z","to":"2024-01-02T00:00:00.000Z"},"counts":true,"everything":true}',
   null, 1700000000000, null);

insert into integration_handling (integration_id, handling) values
  (901, '{"muted":{"by":"Jo","since":"2023-11-14T22:13:20.000Z","until":"2023-11-14T23:13:20.000Z","note":"we know"},"acknowledged":{"by":"Kim","at":"2023-11-14T22:14:20.000Z"}}');

insert into probe_handling (probe_id, handling) values (902, '{"paused":{"by":"Jo","since":"2023-11-14T22:13:20.000Z"}}');

insert into told (integration_id, change_id, level, since, sentence, reason, at) values
  (901, '018bcfe5-6800-7000-8000-000000000002', 'problem', 1700000030000, '401 from NetSuite', 'auth', 1700000070000);

insert into runs (id, integration_id, probe_id, origin, environment, started_at, outcome, reason, message, attempt, last_attempt,
  demo_history, in_maintenance, cause) values
  ('018bcfe5-6800-7000-8000-000000000004', 901, 901, 'probe', 'production', 1700000050000, 'failed', 'auth', '401 from NetSuite',
   1, true, false, true, 'netsuite');
