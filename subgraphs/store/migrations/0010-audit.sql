-- The audit log: a chain of hashes that grows at its end and nowhere else, whoever asks.
CREATE TABLE audit_entry (
  seq           bigint PRIMARY KEY,
  at_ms         bigint NOT NULL,
  actor_id      text NOT NULL,
  customer_id   text,
  action        text NOT NULL,
  object_id     text,
  outcome       text NOT NULL CHECK (outcome IN ('DONE', 'REFUSED', 'FAILED')),
  detail        text,
  request_id    text NOT NULL,
  origin        text,
  times         integer NOT NULL DEFAULT 1 CHECK (times > 0),
  previous_hash text NOT NULL,
  hash          text NOT NULL
);

CREATE INDEX audit_entry_of_actor ON audit_entry (actor_id, seq);
CREATE INDEX audit_entry_of_customer ON audit_entry (customer_id, seq);
CREATE INDEX audit_entry_refused ON audit_entry (actor_id, at_ms) WHERE outcome = 'REFUSED';

-- Where the chain ends: without it, entries cut off at the end would not be missed.
CREATE TABLE audit_head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  seq    bigint NOT NULL,
  hash   text NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, repeat('0', 64));

-- The addresses behind `origin`: outside the chain, so that erasing a person's rows leaves it whole.
CREATE TABLE audit_origin (
  ref      text PRIMARY KEY,
  actor_id text NOT NULL,
  address  text NOT NULL,
  UNIQUE (actor_id, address)
);

-- Number and hashes are given here, under the head's lock: the gateway's role can neither fork nor forge the chain.
-- Tables are named with their schema and nothing else is looked for in the caller's, so that nothing stands in for them.
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  link_text text;
BEGIN
  EXECUTE format('UPDATE %I.audit_head SET seq = seq + 1 RETURNING seq, hash', TG_TABLE_SCHEMA)
    INTO NEW.seq, NEW.previous_hash;
  link_text := '[' || NEW.seq || ',' || to_json(NEW.previous_hash) || ',' || NEW.at_ms || ',' || NEW.times
    || ',' || to_json(NEW.actor_id)
    || ',' || coalesce(to_json(NEW.customer_id)::text, 'null')
    || ',' || to_json(NEW.action)
    || ',' || coalesce(to_json(NEW.object_id)::text, 'null')
    || ',' || to_json(NEW.outcome)
    || ',' || coalesce(to_json(NEW.detail)::text, 'null')
    || ',' || to_json(NEW.request_id)
    || ',' || coalesce(to_json(NEW.origin)::text, 'null') || ']';
  NEW.hash := encode(sha256(convert_to(link_text, 'UTF8')), 'hex');
  EXECUTE format('UPDATE %I.audit_head SET hash = $1', TG_TABLE_SCHEMA) USING NEW.hash;
  RETURN NEW;
END $$;

CREATE TRIGGER audit_link BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_link();

-- For deployments with one role for everything: even the owner must take the trigger away first.
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_no_truncation BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
