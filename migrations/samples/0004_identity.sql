insert into people (id, email, name, role, scope, password_hash, provider, subject, state, created_at, last_seen_at,
  vouched_at) values
  (901, 'jo@example.org', 'Jo', 'admin', '{"departments":[],"owners":[],"building_blocks":[]}',
   '$argon2id$v=19$m=19456,t=2,p=1$c2FtcGxlc2FtcGxl$c2FtcGxl', null, null, 'active', 1700000000000, 1700000050000, null),
  (902, 'kim@example.org', 'Kim', 'viewer', '{"departments":["Sales"],"owners":[],"building_blocks":[]}',
   null, 'company', '00u1', 'active', 1700000000000, 1700000060000, 1700000060000),
  (903, 'sam@example.org', 'Sam', 'engineer', '{"departments":[],"owners":["team-b"],"building_blocks":["orders"]}',
   null, null, null, 'invited', 1700000000000, null, null);

insert into sessions (id, person_id, token_hash, begun_at, last_used_at, address, browser, expires_at) values
  (901, 901, 'sample-session', 1700000000000, 1700000050000, '192.0.2.7', 'Firefox on Linux', 1700604800000);

insert into links (token_hash, purpose, person_id, created_at, expires_at, used_at) values
  ('sample-setup', 'setup', null, 1699999000000, 1700085400000, 1700000000000),
  ('sample-invite', 'invite', 903, 1700000000000, 1700604800000, null);

insert into tokens (id, name, person_id, integration_id, token_hash, created_at, expires_at, last_used_at, revoked_at) values
  (901, 'laptop', 901, null, 'sample-token-1', 1700000000000, 1707776000000, null, 1700000060000),
  (902, 'nightly job', null, 901, 'sample-token-2', 1700000000000, null, 1700000040000, null);
