-- What functions that spend have taken of authorizations' amount limits: reserved before, settled or released after.
CREATE TABLE spending (
  actor_id          text NOT NULL REFERENCES actor,
  -- of the caller's idempotency key, a hash
  key               text NOT NULL,
  customer_id       text NOT NULL,
  function          text NOT NULL,
  amount            numeric NOT NULL CHECK (amount > 0),
  currency          text NOT NULL,
  -- each authorization by which it counts; none where nothing bounds
  authorization_ids bigint[] NOT NULL,
  state             text NOT NULL CHECK (state IN ('RESERVED', 'SPENT', 'RELEASED')),
  -- the limit's period in which it counts is the one that this instant lies in
  reserved_at       timestamptz NOT NULL,
  PRIMARY KEY (actor_id, key)
);
CREATE INDEX spending_by_authorization ON spending USING gin (authorization_ids);
