// Plays what a program with NocoBase's SDK does, one scenario for each line on standard input, and
// prints what it saw as one line of JSON. MILLRACE_URL names the server; where it asks for a
// sign-in, MILLRACE_PASSWORD is the root user's.
import { createInterface } from "node:readline";
import { engine, restarts } from "./cases-engine.js";
import { instructions } from "./cases-instructions.js";
import { triggers } from "./cases-triggers.js";
import { actions } from "./cases-workflows.js";
import * as h from "./harness.js";
import { URL, api, data, execution, nocobase as sdk, statuses, until } from "./harness.js";

async function collection() {
  return h.collection("posts", [
    { name: "title", type: "string" },
    { name: "read", type: "integer", defaultValue: 0 },
  ]);
}

/** A workflow on the creation of records, of nodes that follow each other, and their keys. */
async function workflow(config, nodes, values = {}) {
  const made = await data(
    api.resource("workflows").create({
      values: { title: "W", type: "collection", enabled: true, config, ...values },
    }),
  );
  let upstreamId = null;
  const keys = [];
  for (const node of nodes(keys)) {
    const stored = await h.node(made, { upstreamId, ...node });
    keys.push(stored.key);
    upstreamId = stored.id;
  }
  return made;
}

function executions(key) {
  return data(
    api.resource("executions").list({ filter: { key }, sort: ["id"], except: ["context"] }),
  );
}

const scenarios = {
  ...engine,
  ...restarts,
  ...actions,
  ...triggers,
  ...instructions,

  async approve() {
    const posts = await collection();
    const made = await workflow({ collection: posts, mode: 1 }, function* (keys) {
      yield {
        type: "calculation",
        config: { engine: "math.js", expression: "1 + {{$context.data.read}}" },
      };
      yield {
        type: "manual",
        title: "Approve",
        config: {
          assignees: [1],
          mode: 0,
          title: "{{$context.data.title}}",
          forms: { f1: { type: "custom", actions: [{ key: "ok", status: 1 }] } },
        },
      };
      yield { type: "output", config: { value: { sum: `{{$jobsMapByNodeKey.${keys[0]}}}` } } };
    });
    const record = await data(
      api.resource(posts).create({ values: { title: "hello", read: 41 } }),
    );
    const [started] = await until(
      () => executions(made.key),
      (rows) => rows.length === 1,
    );
    const tasks = await until(
      () => data(api.resource("workflowManualTasks").listMine({ filter: { status: 0, executionId: started.id } })),
      (rows) => rows.length === 1,
    );
    const waiting = await execution(started.id);
    const answer = await api
      .resource("workflowManualTasks")
      .submit({ filterByTk: tasks[0].id, values: { result: { f1: { note: "fine" }, _: "ok" } } });
    const ended = await until(
      () => execution(started.id),
      (row) => row.status !== 0,
    );
    return {
      record: record.title,
      title: tasks[0].title,
      waiting: statuses(waiting.jobs),
      submitted: answer.status,
      status: ended.status,
      jobs: statuses(ended.jobs),
      output: ended.output,
      workflow: ended.workflow.key === made.key,
    };
  },

  async execute() {
    const posts = await collection();
    const made = await workflow(
      {
        collection: posts,
        mode: 1,
        condition: { $and: [{ title: { $eq: "yes" } }] },
      },
      () => [{ type: "output", config: { value: "{{$context.data.title}}" } }],
      { enabled: false },
    );
    const yes = await data(api.resource(posts).create({ values: { title: "yes" } }));
    const no = await data(api.resource(posts).create({ values: { title: "no" } }));
    const resource = api.resource("workflows");
    const ran = await data(
      resource.execute({ filterByTk: made.id, values: { data: yes.id }, autoRevision: 1 }),
    );
    const unmatched = await data(
      resource.execute({ filterByTk: made.id, values: { data: no.id } }),
    );
    let frozen;
    try {
      await resource.update({ filterByTk: made.id, values: { config: { collection: posts } } });
    } catch (refused) {
      frozen = [refused.response.status, refused.response.data.errors[0].message];
    }
    const versions = await data(
      resource.list({ filter: { key: made.key }, sort: ["id"], appends: ["versionStats"] }),
    );
    return {
      status: ran.execution.status,
      newVersion: versions.at(-1).id === ran.newVersionId,
      unmatched: unmatched.execution,
      frozen,
      executed: versions.map((version) => version.versionStats.executed),
      current: versions.map((version) => version.current),
    };
  },

  async manage() {
    const posts = await collection();
    const made = await workflow({ collection: posts, mode: 1 }, () => [
      { type: "delay", config: { duration: 1, unit: 86400000, endStatus: 1 } },
    ]);
    await api.resource(posts).create({ values: { title: "a" } });
    const [started] = await until(
      () => executions(made.key),
      (rows) => rows.length === 1,
    );
    const call = (action) =>
      api.request({ resource: "executions", action, params: { filterByTk: started.id } });
    const refusal = async (promise) => {
      try {
        await promise;
        return "accepted";
      } catch (refused) {
        return [refused.response.status, refused.response.data.errors[0].message];
      }
    };
    await call("pause");
    const paused = await refusal(call("pause"));
    await call("resume");
    const cancelled = await data(api.resource("executions").cancel({ filterByTk: started.id }));
    const again = await refusal(api.resource("executions").cancel({ filterByTk: started.id }));
    const missing = await refusal(api.resource("executions").cancel({ filterByTk: 7777777 }));
    const logs = await data(call("logs"));
    const row = await execution(started.id);
    const gone = await data(api.resource("executions").destroy({ filterByTk: started.id }));
    return {
      paused: paused[0],
      cancelled: [cancelled.status, cancelled.reason],
      again,
      missing,
      jobs: statuses(row.jobs),
      logs: logs.map((line) => Object.keys(line).sort().join(",")).every(
        (members) => members === "executionId,level,message,nodeId,timestamp",
      ),
      gone,
      after: await execution(started.id),
    };
  },

  // The published calls, letter for letter but for the host: of curl, then of the SDK, whose option
  // `auth` sends "Authorization: Basic Og==".
  async documented() {
    const posts = await collection();
    await workflow({ collection: posts, mode: 1 }, () => [h.waits()], { id: 1 });
    const started = await fetch(`${URL}/workflows:execute`, {
      method: "POST",
      headers: { Authorization: "Bearer <token>", "Content-Type": "application/json" },
      body: `{
    "filterByTk": "1",
    "values": {
      "data": {
        "name": "John Doe",
        "email": "john@example.com"
      }
    },
    "autoRevision": true
  }`,
    });
    const begun = await started.json();
    const found = await fetch(`${URL}/executions?filter[status]=0&createdAt[$gte]=2023-01-01`, {
      headers: { Authorization: "Bearer <token>" },
    });
    const { data: rows, meta } = await found.json();

    const api = new sdk.APIClient({
      baseURL: URL,
      auth: {
        bearerToken: "<token>",
      },
    });
    const result = await api.resource("workflows").execute({
      filterByTk: "1",
      values: {
        data: {
          name: "John Doe",
          email: "john@example.com",
        },
      },
    });
    const listed = await api.resource("executions").list({
      filter: {
        status: 0,
      },
      createdAt: {
        $gte: "2023-01-01",
      },
    });
    const none = await api.resource("executions").list({
      filter: { status: 0 },
      createdAt: { $gte: "2999-01-01" },
    });
    const mine = (all) => all.filter((row) => row.workflowId === 1);
    return {
      started: [started.status, begun.data.execution.status, begun.data.newVersionId > 0],
      context: (await execution(begun.data.execution.id)).context.data,
      found: [found.status, mine(rows).length, meta.page, meta.totalPage > 0],
      result: [result.status, Object.keys(result.data.data.execution)],
      listed: mine(listed.data.data).length,
      waiting: listed.data.data.every((row) => row.status === 0),
      none: none.data.data.length,
    };
  },
};

function report(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

await h.begin();
report({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const name = line.trim();
  try {
    report({ scenario: name, result: (await scenarios[name]()) ?? null });
  } catch (error) {
    const answer = error.response ? JSON.stringify(error.response.data) : "";
    process.stderr.write(`${error.stack}\n${answer}\n`);
    report({ scenario: name, error: `${error.message} ${answer}` });
  }
}
process.exit(0);
