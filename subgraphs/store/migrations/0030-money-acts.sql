-- What moves money, once and only once: what is meant is written here before a back end is asked.
CREATE TABLE money_act (
  number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- what the back end is told, and is looked up by
  reference    text NOT NULL UNIQUE,
  actor_id     text NOT NULL REFERENCES actor,
  customer_id  text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('PAYMENT', 'TOP_UP', 'TRANSFER')),
  -- of the caller's idempotency key and of what came with it, hashes
  key          text NOT NULL,
  content      text NOT NULL,
  -- to whom, and what is sent: references and amounts, no person, no card
  source       jsonb NOT NULL,
  body         jsonb NOT NULL,
  -- what is paid or moved, part by part, as it is shown
  parts        jsonb NOT NULL,
  method_id    text,
  amount       numeric NOT NULL CHECK (amount > 0),
  currency     text NOT NULL,
  account_ids  text[] NOT NULL,
  -- amount limits that it is reserved under
  spend_keys   text[] NOT NULL,
  -- SENDING: until the outcome is known, whatever becomes of who began it
  state        text NOT NULL CHECK (state IN ('SENDING', 'DONE', 'REFUSED')),
  refusal      text,
  back_end_id  text,
  request_id   text NOT NULL,
  made_at      timestamptz NOT NULL,
  ended_at     timestamptz,
  -- on the database's clock, which all instances share
  sent_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until  timestamptz NOT NULL,
  UNIQUE (actor_id, key)
);
CREATE INDEX money_act_of_customer ON money_act (customer_id, number);
CREATE INDEX money_act_open ON money_act (lease_until) WHERE state = 'SENDING';
