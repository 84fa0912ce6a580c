-- Who did what. Rows are only ever added; each holds the hash of the one before it.

create table audit (
  seq integer primary key,
  at integer not null,
  -- what kind of caller: person, token, local, nobody
  by text not null,
  who text not null,
  -- the address it came from
  origin text,
  action text not null,
  subject text not null,
  -- JSON
  before text,
  after text,
  -- the hash of the row before; zeros in the first
  previous text not null,
  hash text not null
) strict;

-- The last entry once more (one row), so that one taken from the end leaves a gap like any other.
create table audit_head (
  id integer primary key,
  seq integer not null,
  hash text not null
) strict;
