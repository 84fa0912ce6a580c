-- Who may come in. Passwords, links, sessions and tokens are kept as hashes only: what is read here lets nobody in.

create table people (
  id integer primary key,
  -- in lower case: one address is one person
  email text not null unique,
  name text not null,
  role text not null,
  -- JSON
  scope text not null,
  -- one signs in by a password, at a provider under its subject, or (invited, not yet come) by neither
  password_hash text,
  provider text,
  subject text,
  state text not null,
  created_at integer not null,
  last_seen_at integer,
  -- when a provider last vouched for them; null: never
  vouched_at integer,
  unique (provider, subject)
) strict;

-- Browsers that are signed in. A number is never given again: a list that was read earlier must not end somebody else's session.
create table sessions (
  id integer primary key autoincrement,
  person_id integer not null references people (id),
  token_hash text not null unique,
  begun_at integer not null,
  last_used_at integer not null,
  address text,
  browser text,
  expires_at integer not null
) strict;
create index sessions_by_person on sessions (person_id);

-- One-time links: to set the first administrator up, to accept an invitation, to reset a password.
create table links (
  token_hash text primary key,
  purpose text not null,
  -- null: there is nobody yet
  person_id integer references people (id),
  created_at integer not null,
  expires_at integer not null,
  used_at integer
) strict, without rowid;

-- For the API: of a person or of one integration.
create table tokens (
  id integer primary key,
  name text not null,
  person_id integer references people (id),
  integration_id integer references integrations (id),
  token_hash text not null unique,
  created_at integer not null,
  -- null: never
  expires_at integer,
  last_used_at integer,
  revoked_at integer
) strict;
