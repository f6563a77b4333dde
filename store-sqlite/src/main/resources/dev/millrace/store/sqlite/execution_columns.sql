-- What lists of executions are filtered and counted by, as columns that an index covers: a generated
-- column is read from the row, and its expression costs as much as all the rest of a count.

DROP VIEW IF EXISTS executions;
DROP INDEX mr_instance_key;
ALTER TABLE mr_instance DROP COLUMN execution_key;

-- See ExecutionKeys; version_id and execution_status as in the view below.
ALTER TABLE mr_instance ADD COLUMN execution_key TEXT NOT NULL DEFAULT '';
ALTER TABLE mr_instance ADD COLUMN version_id INTEGER;
ALTER TABLE mr_instance ADD COLUMN execution_status INTEGER;
UPDATE mr_instance AS i SET
  execution_key =
    CASE
      WHEN definition_id GLOB 'nocobase:process:*' OR definition_id GLOB 'nocobase:code:*'
        OR definition_id GLOB 'nocobase:nocobase:*' THEN definition_id
      WHEN definition_id >= 'nocobase:' AND definition_id < 'nocobase;' THEN substr(definition_id, 10)
      WHEN definition_revision = 0 THEN definition_id
      ELSE 'process:' || definition_id
    END,
  version_id = (SELECT d.version_id FROM mr_definition d
    WHERE d.id = i.definition_id AND d.revision = i.definition_revision),
  execution_status = {{execution_status}};

CREATE INDEX mr_instance_key ON mr_instance (execution_key, id, start_at, version_id);
CREATE INDEX mr_instance_execution_status
  ON mr_instance (execution_key, execution_status, id, start_at, version_id);

-- Without a join, which would be made for each row that is only counted. The columns behind
-- manually are not NocoBase's; createdMillis and updatedMillis are the times to compare.
CREATE VIEW executions AS
SELECT
  i.id AS id,
  {{iso i.start_at}} AS createdAt,
  {{iso i.changed_at}} AS updatedAt,
  i.version_id AS workflowId,
  i.execution_key AS "key",
  i.uid AS eventKey,
  {{shown i.input}} AS context,
  i.execution_status AS status,
  {{execution_reason}} AS reason,
  1 AS dispatched,
  coalesce(
    {{json i.labels}} ->> '$.parentExecutionId',
    (SELECT p.id FROM mr_instance p
     WHERE p.uid = i.parent_uid AND p.namespace = i.parent_namespace)) AS parentExecutionId,
  {{json i.labels}} -> '$.stack' AS stack,
  {{shown i.output}} AS output,
  {{iso i.start_at}} AS startedAt,
  {{iso i.timeout_at}} AS expiresAt,
  {{json i.labels}} ->> '$.manually' AS manually,
  CASE
    WHEN i.execution_key >= 'process:' AND i.execution_key < 'process;' THEN 'process'
    WHEN i.execution_key >= 'code:' AND i.execution_key < 'code;' THEN 'code'
    ELSE 'nocobase'
  END AS model,
  i.namespace AS namespace,
  iif(i.fast, 'fast', 'standard') AS engine,
  i.status = 'SUSPENDED' AS paused,
  i.start_at AS createdMillis,
  i.changed_at AS updatedMillis
FROM mr_instance i;

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
