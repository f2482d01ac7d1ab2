-- Which keys seal, by a hash of each: instances that share this database must have the same.
CREATE TABLE sealing_key (
  id            text PRIMARY KEY,
  registered_at timestamptz NOT NULL
);
