// What all programs with NocoBase's SDK share: a client, and short words for what they do.
import { setTimeout as nap } from "node:timers/promises";
import sdk from "@nocobase/sdk";

export const URL = process.env.MILLRACE_URL;
const PATIENCE_MILLIS = 60_000;
const NAPS_MILLIS = 50;

/** The SDK itself. */
export const nocobase = sdk;

/** A client of its own, of whom nobody is signed in. */
export function client() {
  return new sdk.APIClient({ baseURL: `${URL}/api` });
}

/** The client of the root user. */
export const api = client();

/** Signs the root user in, where the server asks for that. */
export async function begin() {
  const password = process.env.MILLRACE_PASSWORD;
  if (password) {
    await api.auth.signIn({ account: "admin@nocobase.com", password });
  }
}

let names = 0;

/** A name that nothing else has. */
export function fresh(prefix) {
  return `${prefix}_${process.pid}_${++names}`;
}

/** A client of a new user with one role. */
export async function user(role) {
  const username = fresh("user");
  const row = await data(
    api.resource("users").create({ values: { username, password: "a secret", roles: [role] } }),
  );
  const own = client();
  await own.auth.signIn({ account: username, password: "a secret" });
  return { id: row.id, api: own };
}

/** The data of an answer. */
export async function data(call) {
  return (await call).data.data;
}

/** Status and message of an answer that refuses. */
export async function refusal(call) {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    if (!error.response) {
      throw error;
    }
    return [error.response.status, error.response.data?.errors?.[0]?.message];
  }
  throw new Error(`expected a refusal, found ${answer.status} ${JSON.stringify(answer.data)}`);
}

/** Reads until it is enough; what was read last, also when it never was. */
export async function until(read, enough) {
  const deadline = Date.now() + PATIENCE_MILLIS;
  let value = await read();
  while (!enough(value) && Date.now() < deadline) {
    await nap(NAPS_MILLIS);
    value = await read();
  }
  return value;
}

/** A collection of posts, each perhaps in a category and with tags; the names of all three. */
export async function posts() {
  const name = fresh("posts");
  const categories = await collection("categories", [{ name: "title", type: "string" }]);
  const tags = await collection("tags", [{ name: "name", type: "string" }]);
  await api.resource("collections").create({
    values: {
      name,
      title: name,
      fields: [
        { name: "title", type: "string" },
        { name: "read", type: "integer", defaultValue: 0 },
        { name: "due", type: "date" },
        { name: "closed", type: "date" },
        { name: "category", type: "belongsTo", target: categories, foreignKey: "categoryId" },
        { name: "tags", type: "hasMany", target: tags, foreignKey: "postId" },
      ],
    },
  });
  return { name, categories, tags };
}

export async function collection(prefix, fields) {
  const name = fresh(prefix);
  await api.resource("collections").create({ values: { name, title: name, fields } });
  return name;
}

/** Creates a record. */
export function create(name, values, params = {}) {
  return data(api.resource(name).create({ values, ...params }));
}

/** Makes a workflow that somebody executes by hand. */
export function manually(values = {}) {
  return data(
    api
      .resource("workflows")
      .create({ values: { title: "W", type: "schedule", config: { mode: 0 }, ...values } }),
  );
}

/** Makes an enabled workflow on the records of a collection. */
export function watch(name, config = {}, values = {}) {
  return data(
    api.resource("workflows").create({
      values: {
        title: "W",
        type: "collection",
        enabled: true,
        config: { collection: name, mode: 1, ...config },
        ...values,
      },
    }),
  );
}

/** Hangs a node in. */
export function node(workflow, values) {
  return data(api.resource("workflows.nodes", workflow.id).create({ values }));
}

/** Hangs nodes in, each behind the one before; the first one where the place says. */
export async function chain(workflow, nodes, place = {}) {
  const made = [];
  let where = { upstreamId: null, branchIndex: null, ...place };
  for (const values of nodes) {
    const stored = await node(workflow, { ...where, ...values });
    made.push(stored);
    where = { upstreamId: stored.id };
  }
  return made;
}

/** Nodes in place of those that only NocoBase's own tests have. */
export const echo = (expression = "1") => ({
  type: "calculation",
  config: { engine: "math.js", expression },
});
export const fails = () => ({
  type: "calculation",
  config: { engine: "math.js", expression: "1 +" },
});
export const waits = () => ({ type: "manual", config: { assignees: [1] } });
export const ends = (endStatus) => ({ type: "end", config: { endStatus } });
export const says = (message) => ({ type: "response-message", config: { message } });

/** Executes a workflow by hand; the execution's id and status. */
export async function execute(workflow, values = {}, params = {}) {
  const answer = await data(
    api.resource("workflows").execute({ filterByTk: workflow.id, values, ...params }),
  );
  return answer.execution;
}

/** An execution with its jobs and its workflow. */
export function execution(id) {
  return data(
    api.resource("executions").get({ filterByTk: id, appends: ["jobs", "workflow"] }),
  );
}

/** An execution once it has ended. */
export function ended(id) {
  return until(
    () => execution(id),
    (row) => row.status !== 0 && row.status !== null,
  );
}

/** All executions of a workflow, oldest first. */
export function executions(workflow) {
  return data(
    api.resource("executions").list({
      filter: { key: workflow.key },
      sort: ["id"],
      appends: ["jobs"],
      paginate: false,
    }),
  );
}

/** The same once there are so many and none of them runs. */
export function finished(workflow, count) {
  return until(
    () => executions(workflow),
    (rows) => rows.length >= count && rows.every((row) => row.status),
  );
}

/** The same once there are so many, whatever they do. */
export function started(workflow, count) {
  return until(
    () => executions(workflow),
    (rows) => rows.length >= count,
  );
}

export function statuses(rows) {
  return rows.map((row) => row.status);
}

/** The jobs of a node, oldest first. */
export function jobsOf(row, of) {
  return row.jobs.filter((job) => job.nodeId === of.id);
}

/** Settles a job that waits. */
export function resume(job, values) {
  return api.resource("jobs").resume({ filterByTk: job.id, values });
}

/** Runs nodes in a workflow of their own and answers the execution as it is then. */
export async function run(nodes, values = {}, workflowValues = {}) {
  const workflow = await manually(workflowValues);
  const made = await chain(workflow, nodes);
  const { id } = await execute(workflow, values);
  return { workflow, made, row: await execution(id) };
}
