-- Calls, counted: by quarter of an hour, because local days of every zone in use begin at one. No number is kept.
-- Whose calls, and of which service. Without a customer it is '', without a service it is ''.
CREATE TABLE call_subject (
  id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider    text NOT NULL,
  customer_id text NOT NULL,
  service_id  text NOT NULL,
  UNIQUE (provider, customer_id, service_id)
);

-- One row a usage record, by which it is counted once and a correction can replace it.
CREATE TABLE call_record (
  -- a hash of the provider and the back end's id
  record     uuid PRIMARY KEY,
  subject    integer NOT NULL REFERENCES call_subject,
  state      text NOT NULL CHECK (state IN ('COUNTED', 'NO_SERVICE', 'FUTURE', 'UNREADABLE', 'LEFT_OUT', 'NO_CALL')),
  started_at timestamptz,
  direction  text NOT NULL CHECK (direction IN ('IN', 'OUT')),
  answered   boolean NOT NULL,
  seconds    integer NOT NULL,
  from_group text NOT NULL,
  to_group   text NOT NULL,
  line       text NOT NULL,
  revision   bigint NOT NULL,
  stated_at  timestamptz NOT NULL
);
CREATE INDEX call_record_of_subject ON call_record (subject, started_at);
CREATE INDEX call_record_ahead ON call_record (started_at) WHERE state = 'FUTURE';
CREATE INDEX call_record_uncounted ON call_record (subject) WHERE state <> 'COUNTED';

CREATE TABLE call_slot (
  subject          integer NOT NULL REFERENCES call_subject,
  -- ALL, or once more by FLOW (from_key to to_key, groups) or by LINE (from_key)
  dimension        text NOT NULL,
  slot             timestamptz NOT NULL,
  direction        text NOT NULL,
  from_key         text NOT NULL,
  to_key           text NOT NULL,
  calls            integer NOT NULL,
  answered         integer NOT NULL,
  -- of the calls that began in the slot
  talk_seconds     bigint NOT NULL,
  -- of the slot, whenever the calls began
  busy_seconds     bigint NOT NULL,
  -- how many answered calls were how long: logarithmic buckets, and the count of each
  duration_buckets smallint[] NOT NULL,
  duration_counts  integer[] NOT NULL,
  PRIMARY KEY (subject, dimension, slot, direction, from_key, to_key)
);

-- How far the records of a customer have been read, and who reads them now.
CREATE TABLE call_reading (
  provider     text NOT NULL,
  customer_id  text NOT NULL,
  read_until   timestamptz NOT NULL,
  reread_at    timestamptz NOT NULL,
  leased_until timestamptz,
  PRIMARY KEY (provider, customer_id)
);
