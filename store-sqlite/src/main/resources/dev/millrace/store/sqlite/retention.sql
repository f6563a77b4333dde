-- What retention asks and keeps.

-- Which instances ended when; a namespace is the application of a code workflow.
CREATE INDEX mr_instance_ended ON mr_instance (namespace, status, end_at) WHERE end_at IS NOT NULL;

-- The children of an instance.
CREATE INDEX mr_instance_parent ON mr_instance (parent_uid, parent_namespace)
  WHERE parent_uid IS NOT NULL;

-- The instance that a request started, as long as it is there: the answer is remembered longer.
ALTER TABLE mr_idempotency ADD COLUMN instance_id INTEGER;
UPDATE mr_idempotency SET instance_id = answer ->> '$.id'
  WHERE scope LIKE 'start:%' AND json_valid(answer)
    AND answer ->> '$.id' IN (SELECT id FROM mr_instance);
CREATE INDEX mr_idempotency_instance ON mr_idempotency (instance_id)
  WHERE instance_id IS NOT NULL;
CREATE INDEX mr_idempotency_expiry ON mr_idempotency (expires_at);
