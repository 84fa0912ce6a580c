-- Bytes are written x'..'; the test writes them anew for PostgreSQL.

insert into secrets (name, key_id, nonce, sealed, hosts, created_at, changed_at) values
  ('NETSUITE_TOKEN', '0a1b2c3d', x'000102030405060708090a0b', x'c0ffeec0ffeec0ffeec0ffeec0ffeec0ffee', '["erp.example.com"]', 1700000000000, 1700000050000);
