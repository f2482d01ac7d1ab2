-- How actors sign in. Secrets that we only compare are kept as hashes; the one that we must know is sealed.
CREATE TABLE credential (
  actor_id          text PRIMARY KEY REFERENCES actor,
  password_hash     text,
  password_set_at   timestamptz,
  totp_secret       text,
  totp_confirmed_at timestamptz,
  -- the step of the last code that was taken: it and all before it are used up
  totp_last_step    bigint
);

CREATE TABLE recovery_code (
  hash     text PRIMARY KEY,
  actor_id text NOT NULL REFERENCES actor
);
CREATE INDEX recovery_code_of_actor ON recovery_code (actor_id);

CREATE TABLE sign_in_challenge (
  hash       text PRIMARY KEY,
  actor_id   text NOT NULL REFERENCES actor,
  expires_at timestamptz NOT NULL,
  attempts   integer NOT NULL DEFAULT 0
);
CREATE INDEX sign_in_challenge_of_actor ON sign_in_challenge (actor_id);

-- All tokens that came of one sign-in: they end together.
CREATE TABLE token_family (
  id         text PRIMARY KEY,
  actor_id   text NOT NULL REFERENCES actor,
  origin     text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at   timestamptz,
  ended_by   text
);
CREATE INDEX token_family_of_actor ON token_family (actor_id, created_at);

CREATE TABLE refresh_token (
  hash       text PRIMARY KEY,
  family_id  text NOT NULL REFERENCES token_family ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  -- used ones stay: who comes with one again has a copy
  used_at    timestamptz
);
CREATE INDEX refresh_token_of_family ON refresh_token (family_id);

CREATE TABLE password_link (
  hash       text PRIMARY KEY,
  actor_id   text NOT NULL REFERENCES actor,
  expires_at timestamptz NOT NULL
);
CREATE INDEX password_link_of_actor ON password_link (actor_id);

-- What slows a guesser. Keys are hashes: the ids in them are whatever somebody typed.
CREATE TABLE sign_in_delay (
  key      text PRIMARY KEY,
  attempts integer NOT NULL,
  last_at  timestamptz NOT NULL,
  open_at  timestamptz NOT NULL
);
CREATE INDEX sign_in_delay_by_age ON sign_in_delay (last_at);

-- Public halves of the keys that sign access tokens: each instance has a key of its own and publishes it here.
CREATE TABLE token_key (
  kid        text PRIMARY KEY,
  jwk        jsonb NOT NULL,
  created_at timestamptz NOT NULL
);
