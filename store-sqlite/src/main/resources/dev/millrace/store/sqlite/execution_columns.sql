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
