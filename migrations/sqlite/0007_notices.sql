-- What owners are told: the outbox. A row is written in the transaction of the change that it tells of, and is sent at least once.

create table notices (
  id integer primary key,
  -- `{change}.{kind}.{channel}`: a change is told once
  idempotency_key text not null unique,
  integration_id integer not null references integrations (id),
  change_id text not null,
  -- began, worse or over
  kind text not null,
  channel text not null,
  -- JSON: all that the message is composed of
  payload text not null,
  -- waiting, sent, failed or given_up
  state text not null,
  -- counted when it is taken out to be sent; only the newest attempt may say how it went
  attempts integer not null,
  -- while it is being sent, the end of the lease: from then on others may take it
  next_at integer not null,
  last_answer text,
  created_at integer not null,
  sent_at integer
) strict;
create index notices_waiting on notices (channel, next_at, id) where state = 'waiting';
-- what comes later in a change waits for what comes before
create index notices_by_change on notices (change_id, channel, id);
create index notices_by_integration on notices (integration_id, created_at, id);
