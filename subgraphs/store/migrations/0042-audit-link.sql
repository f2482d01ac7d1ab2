-- The chain's link, in two statements of the head's that are planned once a connection: the schema's name is written in
-- here, as it is now, where it was put into the text of each for every entry.
DO $make$ BEGIN
  EXECUTE format(
$text$
CREATE OR REPLACE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  link_text text;
BEGIN
  SELECT seq + 1, hash INTO NEW.seq, NEW.previous_hash FROM %1$I.audit_head FOR UPDATE;
  -- numbers, then texts as one list that goes on in the same brackets
  link_text := '[' || NEW.seq || ',' || to_json(NEW.previous_hash) || ',' || NEW.at_ms || ',' || NEW.times || ','
    || substr(array_to_json(ARRAY[NEW.actor_id, NEW.customer_id, NEW.action, NEW.object_id, NEW.outcome, NEW.detail,
      NEW.request_id, NEW.origin])::text, 2);
  NEW.hash := encode(sha256(convert_to(link_text, 'UTF8')), 'hex');
  UPDATE %1$I.audit_head SET seq = NEW.seq, hash = NEW.hash;
  RETURN NEW;
END $$
$text$, current_schema());
END $make$;
