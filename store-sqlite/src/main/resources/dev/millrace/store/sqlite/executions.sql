-- What NocoBase's workflow API shows: every instance as an execution and every node run as a job,
-- whichever model it is of. The placeholders are those of 001_init.sql; the views are in
-- execution_columns.sql.

-- What an execution is of: the key of a workflow of NocoBase, process:ID of a process, code:NAME of a
-- workflow written as code. Says the same as definition_id, see ExecutionKeys; a key of NocoBase that
-- would be taken for another's is shown with its prefix.
ALTER TABLE mr_instance ADD COLUMN execution_key TEXT GENERATED ALWAYS AS (
  CASE
    WHEN definition_id GLOB 'nocobase:process:*' OR definition_id GLOB 'nocobase:code:*'
      OR definition_id GLOB 'nocobase:nocobase:*' THEN definition_id
    WHEN definition_id >= 'nocobase:' AND definition_id < 'nocobase;' THEN substr(definition_id, 10)
    WHEN definition_revision = 0 THEN definition_id
    ELSE 'process:' || definition_id
  END
) VIRTUAL;

-- With what they are counted by.
CREATE INDEX mr_instance_key ON mr_instance (execution_key, id, status, reason, start_at);
DROP INDEX IF EXISTS mr_instance_workflow;
DROP INDEX IF EXISTS mr_instance_definition;

-- A job's number. A run id is below 2^20.
CREATE INDEX mr_node_run_number ON mr_node_run ((instance_id << 20) | run_id);
DROP INDEX IF EXISTS mr_node_run_job;
