-- Rows as they may be there when the next migration comes. One text for both engines.

insert into systems (id, slug, spec, catalogue, created_at, retired_at) values
  (901, 'salesforce', '{"slug":"salesforce","name":"Salesforce","kind":"crm"}', 'landscape', 1700000000000, null),
  (902, 'netsuite', '{"slug":"netsuite","name":"NetSuite","kind":"erp"}', 'landscape', 1700000000000, null),
  (903, 'old-ftp', '{"slug":"old-ftp","name":"FTP"}', null, 1600000000000, 1700000000000);

insert into integrations (id, slug, name, spec, catalogue, created_at, retired_at) values
  (901, 'orders-to-netsuite', 'Orders to NetSuite',
   '{"slug":"orders-to-netsuite","name":"Orders to NetSuite","from":"salesforce","to":"netsuite","tier":1,"lifecycle":"live","environment":"production"}',
   'landscape', 1700000000000, null);

insert into integration_facts (integration_id, since, until, owner, department, tier, lifecycle) values
  (901, 1700000000000, 1710000000000, 'team-a', 'Sales', 2, 'building'),
  (901, 1710000000000, null, 'team-b', 'Sales', 1, 'live');

insert into probes (id, integration_id, slug, spec, ping_key, created_at, removed_at) values
  (901, 901, 'api', '{"slug":"api","kind":"http","options":{"url":"https://netsuite.example/health"},"every":"30s"}', null, 1700000000000, null),
  (902, 901, 'nightly', '{"slug":"nightly","kind":"heartbeat","options":{},"cron":"0 2 * * *","time_zone":"Europe/Berlin"}', 'k-902', 1700000000000, null);

insert into baselines (id, integration_id, version, spec, created_at) values
  (901, 901, 1, '{"per":"unit","low_minutes":3.0,"likely_minutes":5.0,"high_minutes":9.0,"method":"interview","source":"Jo, order desk","valid_from":"2025-04-01"}', 1700000000000);

insert into settings (name, value) values ('demo_history', 'complete');
