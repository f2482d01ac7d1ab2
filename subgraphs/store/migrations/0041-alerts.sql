-- Alerts at thresholds, and what each has told: one row for each crossing, made before anything is sent.
CREATE TABLE alert (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- global ids: whose, who set it, and on what
  customer_id text NOT NULL,
  actor_id    text NOT NULL REFERENCES actor,
  service_id  text,
  account_id  text,
  -- of a service: only allowances of this kind
  usage_kind  text,
  threshold   numeric NOT NULL CHECK (threshold > 0),
  -- PERCENT, a unit as the charging system has it, or a currency
  unit        text NOT NULL,
  channel     text NOT NULL,
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  -- the last time it was looked at behind answers, by whichever instance
  checked_at  timestamptz,
  deleted_at  timestamptz,
  CHECK ((service_id IS NULL) <> (account_id IS NULL))
);
CREATE UNIQUE INDEX alert_once ON alert
  (actor_id, coalesce(service_id, account_id), coalesce(usage_kind, ''), threshold, unit) WHERE deleted_at IS NULL;
CREATE INDEX alert_of_service ON alert (service_id) WHERE deleted_at IS NULL;
CREATE INDEX alert_of_customer ON alert (customer_id, id) WHERE deleted_at IS NULL;
CREATE INDEX alert_unchecked ON alert (checked_at NULLS FIRST) WHERE deleted_at IS NULL;

CREATE TABLE alert_firing (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id     bigint NOT NULL REFERENCES alert,
  -- the allowance or the account, and its period: both new, the alert is ready again
  about        text NOT NULL,
  period       text NOT NULL,
  threshold    numeric NOT NULL,
  name         text NOT NULL,
  value        numeric NOT NULL,
  unit         text NOT NULL,
  fired_at     timestamptz NOT NULL,
  -- LIVE: nothing is sent. PENDING until the channel has it, or has refused it.
  delivery     text NOT NULL CHECK (delivery IN ('LIVE', 'PENDING', 'SENT', 'FAILED')),
  -- by which the channel's message is found again
  reference    uuid NOT NULL DEFAULT gen_random_uuid(),
  leased_until timestamptz,
  UNIQUE (alert_id, about, period, threshold)
);
CREATE INDEX alert_firing_pending ON alert_firing (fired_at) WHERE delivery = 'PENDING';
