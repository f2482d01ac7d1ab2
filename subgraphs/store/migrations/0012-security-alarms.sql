-- Security alarms: one row for what goes on, counted while it goes on.
CREATE TABLE security_alarm (
  id          text PRIMARY KEY,
  kind        text NOT NULL,
  -- absent where nobody was recognized
  actor_id    text,
  customer_id text,
  origin      text,
  first_at    timestamptz NOT NULL,
  last_at     timestamptz NOT NULL,
  times       integer NOT NULL DEFAULT 1,
  -- when the alarm management took it; null while it hasn't, or where there is none
  reported_at timestamptz
);
CREATE INDEX security_alarm_by_time ON security_alarm (first_at, id);
