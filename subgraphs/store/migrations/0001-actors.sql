-- Who may sign in, and what each was authorized to do.
CREATE TABLE actor (
  actor_id      text PRIMARY KEY,
  kind          text NOT NULL CHECK (kind <> 'ANONYMOUS'),
  display_name  text,
  customer_id   text,
  grant_version integer NOT NULL DEFAULT 1,
  active        boolean NOT NULL DEFAULT true,
  created_at    timestamptz NOT NULL DEFAULT now()
);

-- Never deleted: what was authorized when stays readable. In force: not revoked, and inside the period.
CREATE TABLE "authorization" (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  actor_id    text NOT NULL REFERENCES actor,
  functions   text[] NOT NULL,
  scope       jsonb NOT NULL,
  valid_from  timestamptz,
  valid_until timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now(),
  revoked_at  timestamptz
);

CREATE INDEX authorization_in_force ON "authorization" (actor_id) WHERE revoked_at IS NULL;
