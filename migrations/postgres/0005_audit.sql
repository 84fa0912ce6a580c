-- Who did what. Rows are only ever added; each holds the hash of the one before it.

create table audit (
  seq bigint primary key,
  at bigint not null,
  -- what kind of caller: person, token, local, nobody
  by text collate "C" not null,
  who text collate "C" not null,
  -- the address it came from
  origin text collate "C",
  action text collate "C" not null,
  subject text collate "C" not null,
  -- JSON
  before text collate "C",
  after text collate "C",
  -- the hash of the row before; zeros in the first
  previous text collate "C" not null,
  hash text collate "C" not null
);

-- The last entry once more (one row), so that one taken from the end leaves a gap like any other.
create table audit_head (
  id bigint primary key,
  seq bigint not null,
  hash text collate "C" not null
);
