-- Named values, sealed by a key that is not in here.

create table secrets (
  name text collate "C" primary key,
  -- which key sealed it
  key_id text collate "C" not null,
  nonce bytea not null,
  sealed bytea not null,
  -- JSON: the hosts that it may be sent to. They are sealed with it
  hosts text collate "C" not null,
  created_at bigint not null,
  changed_at bigint not null
);
