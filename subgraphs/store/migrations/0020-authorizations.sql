-- Authorizations live: who gave them, under which, on what conditions, and whether they are suspended.
ALTER TABLE "authorization"
  ADD COLUMN customer_id  text,
  ADD COLUMN grantor_id   text,
  -- enabled under an authorized user's own authorization: it holds no longer, no wider than that one
  ADD COLUMN parent_id    bigint REFERENCES "authorization",
  ADD COLUMN daily        jsonb,
  ADD COLUMN amount_limit jsonb,
  ADD COLUMN version      integer NOT NULL DEFAULT 1,
  ADD COLUMN suspended_at timestamptz,
  ADD COLUMN suspended_by text,
  ADD COLUMN revoked_by   text;

UPDATE "authorization" SET customer_id = actor.customer_id FROM actor WHERE actor.actor_id = "authorization".actor_id;

CREATE INDEX authorization_of_customer ON "authorization" (customer_id, id);
CREATE INDEX authorization_of_actor ON "authorization" (actor_id, id);
CREATE INDEX authorization_of_grantor ON "authorization" (grantor_id, id);
CREATE INDEX authorization_under ON "authorization" (parent_id) WHERE parent_id IS NOT NULL;

-- Authority to act as manager on the customer's behalf. Never deleted.
CREATE TABLE authority (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id  text NOT NULL,
  giver_id     text NOT NULL REFERENCES actor,
  actor_id     text NOT NULL REFERENCES actor,
  valid_from   timestamptz,
  valid_until  timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz,
  withdrawn_by text,
  CHECK (giver_id <> actor_id)
);

CREATE INDEX authority_in_force ON authority (actor_id) WHERE withdrawn_at IS NULL;
CREATE INDEX authority_of_customer ON authority (customer_id) WHERE withdrawn_at IS NULL;

-- What each customer's contract allowed when it was last read: it holds for a while when the back end doesn't answer.
CREATE TABLE contract (
  customer_id text PRIMARY KEY,
  functions   text[] NOT NULL,
  read_at     timestamptz NOT NULL
);

-- An erased person stays as a reference only.
ALTER TABLE actor ADD COLUMN erased_at timestamptz;
