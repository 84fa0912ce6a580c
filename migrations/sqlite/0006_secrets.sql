-- Named values, sealed by a key that is not in here.

create table secrets (
  name text primary key,
  -- which key sealed it
  key_id text not null,
  nonce blob not null,
  sealed blob not null,
  -- JSON: the hosts that it may be sent to. They are sealed with it
  hosts text not null,
  created_at integer not null,
  changed_at integer not null
) strict, without rowid;
