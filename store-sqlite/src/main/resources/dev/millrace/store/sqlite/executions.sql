-- What NocoBase's workflow API shows: every instance as an execution and every node run as a job,
-- whichever model it is of. The placeholders are those of 001_init.sql; the view of executions is in
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

-- One row for each node run; fast instances have none, and those of code only the activities, where
-- they are kept.
DROP VIEW IF EXISTS jobs;
CREATE VIEW jobs AS
SELECT
  (n.instance_id << 20) | n.run_id AS id,
  {{iso n.start_at}} AS createdAt,
  {{iso coalesce(n.end_at, n.start_at)}} AS updatedAt,
  n.instance_id AS executionId,
  t.node_number AS nodeId,
  n.node_id AS nodeKey,
  iif(n.from_run > 0 AND (i.workflow_key IS NULL OR {{has_upstream}} OR {{assigned}}),
    (n.instance_id << 20) | n.from_run, NULL) AS upstreamId,
  {{job_status}} AS status,
  {{json n.meta}} AS meta,
  CASE
    WHEN n.output IS NOT NULL THEN {{json n.output}}
    WHEN n.failure IS NOT NULL AND {{json n.failure}} ->> '$.type' NOT LIKE 'nocobase.%'
      THEN json_object('message', {{json n.failure}} ->> '$.message')
  END AS result,
  {{iso n.start_at}} AS startedAt,
  n.log AS log,
  n.start_at AS createdMillis,
  coalesce(n.end_at, n.start_at) AS updatedMillis
FROM mr_node_run n
JOIN mr_instance i ON i.id = n.instance_id
LEFT JOIN mr_definition d ON d.id = i.definition_id AND d.revision = i.definition_revision
LEFT JOIN mr_definition_node t
  ON t.number = d.number AND t.revision = d.revision AND t.node_id = n.node_id;
