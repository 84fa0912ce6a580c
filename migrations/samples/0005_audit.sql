insert into audit (seq, at, by, who, origin, action, subject, before, after, previous, hash) values
  (1, 1700000000000, 'local', 'root', null, 'person.add', 'person jo@example.org', null, '{"role":"admin"}',
   '0000000000000000000000000000000000000000000000000000000000000000', 'a1'),
  (2, 1700000050000, 'person', 'jo@example.org', '192.0.2.7', 'integration.change', 'integration orders-to-netsuite',
   '{"tier":2}', '{"tier":1}', 'a1', 'b2');

insert into audit_head (id, seq, hash) values (1, 2, 'b2');
