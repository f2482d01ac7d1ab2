-- Where electronic bills go, once its owner has shown that it reads there: hashes only, no address and no code.
CREATE TABLE billing_email (
  account_id  text PRIMARY KEY,
  customer_id text NOT NULL,
  email       text NOT NULL,
  code        text,
  attempts    integer NOT NULL DEFAULT 0,
  sent_at     timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  verified_at timestamptz
);
