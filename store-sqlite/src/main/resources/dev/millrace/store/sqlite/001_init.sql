-- The tables of one data directory, schema version 1.
--
-- Times are whole milliseconds since 1970 (UTC). Payloads are JSON text; one that is larger than
-- 256 KiB is kept in mr_blob and the column holds 'blob:' and its hash, which no JSON text begins
-- with. In the views, {{json X}} stands for the payload of column X, {{shown X}} for the same of
-- instance i, where workflows written as code keep text that mostly is JSON itself, {{time X}} and
-- {{iso X}} for a time as text, {{status}} for the process API's word for the state of instance i,
-- and the others for what NocoBase's workflow API says of instance i and node run n.

CREATE TABLE mr_meta (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- epoch: raised at each change of owner; batch: number of the last committed batch.
CREATE TABLE mr_partition (
  id INTEGER NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  batch INTEGER NOT NULL
) STRICT;

-- Who refers to a row is in mr_blob_ref, see blob_refs.sql.
CREATE TABLE mr_blob (
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;

-- A removed definition stays for the instances that are pinned to it.
-- version_id: the workflow version of NocoBase's workflow API that the revision is.
CREATE TABLE mr_definition (
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  number INTEGER NOT NULL,
  format TEXT NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  description TEXT NOT NULL,
  trigger_app TEXT NOT NULL,
  start_node TEXT NOT NULL,
  end_node TEXT NOT NULL,
  engine TEXT NOT NULL,
  document TEXT,
  created_at INTEGER NOT NULL,
  version_id INTEGER,
  PRIMARY KEY (id, revision)
) STRICT;
CREATE INDEX mr_definition_number ON mr_definition (number, revision);
CREATE INDEX mr_definition_version ON mr_definition (version_id) WHERE version_id IS NOT NULL;

-- The nodes of a definition, for the names and parameters in node_inst and the ids in jobs.
CREATE TABLE mr_definition_node (
  number INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  node_id TEXT NOT NULL,
  name TEXT NOT NULL,
  "desc" TEXT NOT NULL,
  template TEXT NOT NULL,
  task TEXT,
  node_number INTEGER,
  PRIMARY KEY (number, revision, node_id)
) STRICT, WITHOUT ROWID;

-- runs: the node runs of a fast instance by node, which have no rows of their own.
-- (epoch, batch): the commit that wrote the row last.
-- labels: what a dialect keeps beside it; workflow_key: of NocoBase's workflow API, null for others.
CREATE TABLE mr_instance (
  id INTEGER NOT NULL PRIMARY KEY,
  uid TEXT NOT NULL,
  namespace TEXT NOT NULL,
  partition INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  definition_id TEXT NOT NULL,
  definition_revision INTEGER NOT NULL,
  fast INTEGER NOT NULL,
  test INTEGER NOT NULL,
  executor TEXT NOT NULL,
  trigger_app TEXT NOT NULL,
  parent_namespace TEXT,
  parent_uid TEXT,
  start_at INTEGER NOT NULL,
  input TEXT,
  owner TEXT NOT NULL,
  generation INTEGER NOT NULL,
  execution_uid TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  incident INTEGER NOT NULL,
  open_work INTEGER NOT NULL,
  event_count INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  end_at INTEGER,
  output TEXT,
  failure TEXT,
  runs TEXT,
  timeout_at INTEGER,
  labels TEXT,
  workflow_key TEXT GENERATED ALWAYS AS (
    iif(definition_id >= 'nocobase:' AND definition_id < 'nocobase;', substr(definition_id, 10), NULL)
  ) VIRTUAL,
  UNIQUE (uid, namespace)
) STRICT;
CREATE INDEX mr_instance_open_work ON mr_instance (namespace, uid) WHERE open_work > 0;
CREATE INDEX mr_instance_live ON mr_instance (definition_id)
  WHERE status IN ('PENDING', 'RUNNING', 'SUSPENDED');
-- The first execution carries the uid of its instance; only later ones need an index.
CREATE INDEX mr_instance_execution ON mr_instance (execution_uid)
  WHERE execution_uid <> uid;

-- job_id: only of NocoBase's workflow API; output: while it is open what it shows so far;
-- from_run: the run its token came from; decided: done, whatever becomes of its bodies.
CREATE TABLE mr_node_run (
  instance_id INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  run_id INTEGER NOT NULL,
  execution_uid TEXT,
  node_id TEXT NOT NULL,
  run_index INTEGER NOT NULL,
  start_at INTEGER NOT NULL,
  input TEXT,
  status TEXT NOT NULL,
  outcome TEXT,
  attempt INTEGER NOT NULL,
  due_at INTEGER,
  end_at INTEGER,
  output TEXT,
  failure TEXT,
  job_id INTEGER,
  from_run INTEGER NOT NULL,
  decided INTEGER NOT NULL,
  meta TEXT,
  log TEXT,
  PRIMARY KEY (instance_id, run_id)
) STRICT, WITHOUT ROWID;

-- One row per instance and commit. Not WITHOUT ROWID: chunks are often larger than the part of a
-- row that an index page holds.
CREATE TABLE mr_history (
  instance_id INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (instance_id, last_seq)
) STRICT;

CREATE TABLE mr_snapshot (
  instance_id INTEGER NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL
) STRICT;

CREATE TABLE mr_timer (
  namespace TEXT NOT NULL,
  uid TEXT NOT NULL,
  timer_id TEXT NOT NULL,
  partition INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (namespace, uid, timer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mr_timer_due ON mr_timer (due_at);

CREATE TABLE mr_outbox (
  source INTEGER NOT NULL,
  target INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (source, target, seq)
) STRICT, WITHOUT ROWID;

-- The last number given out, which outlives its message.
CREATE TABLE mr_sent (
  source INTEGER NOT NULL,
  target INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (source, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE mr_inbox_seen (
  target INTEGER NOT NULL,
  source INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (target, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE mr_human_task (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  namespace TEXT NOT NULL,
  uid TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  node_id TEXT NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  user TEXT NOT NULL,
  state TEXT NOT NULL,
  open INTEGER NOT NULL,
  operation TEXT NOT NULL,
  payload TEXT,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  user_number INTEGER GENERATED ALWAYS AS (CAST(user AS INTEGER)) VIRTUAL
) STRICT;
CREATE INDEX mr_human_task_instance ON mr_human_task (uid, namespace);
CREATE INDEX mr_human_task_person ON mr_human_task (user_number, number);
CREATE INDEX mr_human_task_user ON mr_human_task (user, created_at, id) WHERE open = 1;

-- Instances set aside after an error of ours, until an operator releases them. One whose start
-- failed so has no other row.
CREATE TABLE mr_quarantine (
  namespace TEXT NOT NULL,
  uid TEXT NOT NULL,
  partition INTEGER NOT NULL,
  cause TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (namespace, uid)
) STRICT, WITHOUT ROWID;

-- What reached them meanwhile.
CREATE TABLE mr_held (
  namespace TEXT NOT NULL,
  uid TEXT NOT NULL,
  seq INTEGER NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (namespace, uid, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE mr_variable (
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE mr_idempotency (
  scope TEXT NOT NULL,
  request_key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  answer TEXT,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (scope, request_key)
) STRICT, WITHOUT ROWID;

-- The process API's table of definitions: the newest revision of each.
CREATE VIEW workflow AS
SELECT
  d.number AS id,
  d.name AS name,
  d.owner AS user,
  d.enabled AS enabled,
  d.description AS "desc",
  d.trigger_app AS trigger_app,
  NULL AS trigger_token,
  d.start_node AS start_app_inst_id,
  d.end_node AS end_app_inst_id,
  d.engine AS engine,
  coalesce({{json d.document}} -> '$.tasks', {{json d.document}} -> '$.nodes', '[]') AS tasks,
  (SELECT {{time min(first.created_at)}} FROM mr_definition first WHERE first.id = d.id)
    AS create_at,
  {{time d.created_at}} AS update_at,
  d.id AS pub_id,
  d.revision AS revision,
  d.format AS format,
  {{json d.document}} AS definition
FROM mr_definition d
WHERE d.removed = 0
  AND d.revision =
    (SELECT max(newest.revision) FROM mr_definition newest
     WHERE newest.id = d.id AND newest.removed = 0);

-- The process API's table of instances.
CREATE VIEW workflow_inst AS
SELECT
  i.id AS id,
  i.uid AS uid,
  i.parent_uid AS p_uid,
  d.number AS workflow_id,
  coalesce(d.name, iif(i.definition_revision = 0, substr(i.definition_id, 6), '')) AS name,
  i.owner AS user,
  i.executor AS executor,
  {{status}} AS status,
  {{shown i.input}} AS trigger_data,
  i.trigger_app AS trigger_app,
  {{time i.start_at}} AS start_at,
  {{time i.end_at}} AS end_at,
  coalesce(d.start_node, '') AS start_app_inst_id,
  coalesce(d.end_node, '') AS end_app_inst_id,
  iif(i.fast, 'fast', 'standard') AS engine,
  iif(i.fast,
    (SELECT json_group_array(json_set(
        t.value, '$.runtimes',
        json(coalesce(
          (SELECT r.value FROM json_each({{json i.runs}}) r
           WHERE r.key = t.value ->> '$.instId'),
          '[]'))))
     FROM json_each(
       coalesce({{json d.document}} -> '$.tasks', {{json d.document}} -> '$.nodes', '[]')) t),
    coalesce({{json d.document}} -> '$.tasks', {{json d.document}} -> '$.nodes', '[]')) AS tasks,
  {{shown i.output}} AS workflow_output,
  i.end_at - i.start_at AS cost,
  {{time i.start_at}} AS create_at,
  {{time i.changed_at}} AS update_at,
  i.namespace AS namespace,
  i.status AS state,
  i.reason AS reason,
  i.incident AS incident,
  i.event_count AS version,
  i.definition_id AS definition_id,
  i.definition_revision AS revision,
  i.generation AS generation,
  i.execution_uid AS execution_uid,
  coalesce({{json i.failure}} ->> '$.message', '') AS error
FROM mr_instance i
LEFT JOIN mr_definition d ON d.id = i.definition_id AND d.revision = i.definition_revision;

-- The process API's table of node instances; fast instances have none. A run id is below 2^20:
-- an instance with more runs fails (InstanceState.IDS_MAX). execute_ip is the address of the server
-- that has the file; that of the worker who ran an activity is not known. trigger_data is what the
-- instance was started with, of the event it began with. No tokens are kept of triggers.
CREATE VIEW node_inst AS
SELECT
  (n.instance_id << 20) | n.run_id AS id,
  iif(length(i.uid || '-' || n.generation || '-' || n.run_id) <= 32,
    i.uid || '-' || n.generation || '-' || n.run_id,
    '#' || n.instance_id || '-' || n.generation || '-' || n.run_id) AS uid,
  i.uid AS workflow_uid,
  coalesce(n.execution_uid, i.execution_uid) AS execution_uid,
  n.run_index AS "index",
  n.node_id AS node_id,
  coalesce(t.name, iif(i.definition_revision = 0, {{json n.meta}} ->> '$.name', ''), '') AS name,
  coalesce(t."desc", '') AS "desc",
  coalesce(t.template, iif(i.definition_revision = 0, {{json n.meta}} ->> '$.template', ''), '')
    AS template,
  NULL AS trigger_token,
  iif(n.from_run = 0
      AND t.template IN ('manual', 'cron-timer', 'webhook', 'sync-api', 'form'),
    {{shown i.input}}, NULL) AS trigger_data,
  {{json t.task}} AS task,
  n.status AS status,
  iif(t.template = 'activity', NULL, (SELECT m.value FROM mr_meta m WHERE m.key = 'address'))
    AS execute_ip,
  {{time n.start_at}} AS start_at,
  {{time n.end_at}} AS end_at,
  n.end_at - n.start_at AS cost,
  {{time n.start_at}} AS create_at,
  {{time coalesce(n.end_at, n.start_at)}} AS update_at,
  n.instance_id AS instance_id,
  n.generation AS generation,
  n.run_id AS run_id,
  n.attempt AS attempt,
  n.outcome AS outcome,
  {{time n.due_at}} AS due_at,
  {{json n.input}} AS input,
  {{json n.output}} AS output,
  coalesce({{json n.failure}} ->> '$.message', '') AS error
FROM mr_node_run n
JOIN mr_instance i ON i.id = n.instance_id
LEFT JOIN mr_definition d ON d.id = i.definition_id AND d.revision = i.definition_revision
LEFT JOIN mr_definition_node t
  ON t.number = d.number AND t.revision = d.revision AND t.node_id = n.node_id;

-- The manual tasks of NocoBase's workflow API.
CREATE VIEW workflowManualTasks AS
SELECT
  h.number AS id,
  {{iso h.created_at}} AS createdAt,
  {{iso h.changed_at}} AS updatedAt,
  (i.id << 20) | h.run_id AS jobId,
  h.user_number AS userId,
  h.title AS title,
  i.id AS executionId,
  t.node_number AS nodeId,
  d.version_id AS workflowId,
  CASE
    WHEN h.open THEN 0
    WHEN h.state = 'COMPLETED' THEN CAST(h.operation AS INTEGER)
    WHEN {{execution_cut}} THEN -3
    ELSE -4
  END AS status,
  {{json h.payload}} AS result
FROM mr_human_task h
JOIN mr_instance i ON i.uid = h.uid AND i.namespace = h.namespace
LEFT JOIN mr_definition d ON d.id = i.definition_id AND d.revision = i.definition_revision
LEFT JOIN mr_definition_node t
  ON t.number = d.number AND t.revision = d.revision AND t.node_id = h.node_id
WHERE i.workflow_key IS NOT NULL;
