-- People that managers add and deactivate, and what of an actor was seeded.
ALTER TABLE actor
  ADD COLUMN invited_by     text,
  -- `active` says whether it may do anything; these say since when it may not, and by whom
  ADD COLUMN deactivated_at timestamptz,
  ADD COLUMN deactivated_by text,
  -- of the seed that it was last saved from: the same seed again changes nothing that a user has changed meanwhile
  ADD COLUMN seed_hash      text;
CREATE INDEX actor_of_customer ON actor (customer_id, actor_id) WHERE customer_id IS NOT NULL;
