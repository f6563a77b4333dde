-- Which instances hold a slot of their process or wait for one; the limit is that of their start.
ALTER TABLE mr_instance ADD COLUMN slot_group TEXT;
ALTER TABLE mr_instance ADD COLUMN slot_limit INTEGER;
CREATE INDEX mr_instance_slot ON mr_instance (id) WHERE slot_group IS NOT NULL AND end_at IS NULL;

-- When an ended instance is to go by its own definition; null where the times of the server hold.
ALTER TABLE mr_instance ADD COLUMN kept_until INTEGER;
CREATE INDEX mr_instance_kept ON mr_instance (kept_until, id) WHERE kept_until IS NOT NULL;
