// Cases 58 to 60 of the conformance list: nodes.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import * as h from "./harness.js";

/** Runs a node with branches, each a list of nodes by its index, and a node behind it. */
async function branched(type, config, branches, values = {}) {
  const workflow = await h.manually();
  const [of, after] = await h.chain(workflow, [{ type, config }, h.echo()]);
  for (const [index, nodes] of Object.entries(branches)) {
    await h.chain(workflow, nodes, { upstreamId: of.id, branchIndex: Number(index) });
  }
  const { id } = await h.execute(workflow, values);
  const row = await h.execution(id);
  const [job] = h.jobsOf(row, of);
  const inner = row.jobs.filter((each) => each.nodeId !== of.id && each.nodeId !== after.id);
  return { id, of, row, job, inner, status: row.status, result: job?.result };
}

async function loops() {
  const loop = (config, nodes = [h.echo()]) =>
    branched("loop", config, nodes.length > 0 ? { 0: nodes } : {});
  for (const target of [null, [], 0]) {
    const { status, result, inner } = await loop({ target });
    assert.deepEqual([status, result, inner.length], [1, { looped: 0, done: 0 }, 0]);
  }
  assert.deepEqual((await loop({ target: 3 }, [])).status, 1);
  assert.deepEqual((await loop({ target: 2.5 })).result, { looped: 2, done: 2 });
  const two = await loop({ target: ["a", "b"] });
  assert.deepEqual([two.result, two.inner.length], [{ looped: 2, done: 2 }, 2]);
  const failing = (exit) => loop({ target: 2, ...(exit === null ? {} : { exit }) }, [h.fails()]);
  const left = await failing(null);
  assert.deepEqual([left.status, left.result], [-2, { looped: 1, done: 0 }]);
  const broken = await failing(1);
  assert.deepEqual([broken.status, broken.result], [1, { looped: 1, done: 0, broken: true }]);
  assert.deepEqual((await failing(2)).result, { looped: 2, done: 2 });
  const never = (continueOnFalse) =>
    loop({
      target: 2,
      condition: { checkpoint: 0, continueOnFalse, engine: "math.js", expression: "1 == 2" },
    });
  assert.deepEqual((await never(false)).result, { looped: 1, done: 0, broken: true });
  assert.deepEqual((await never(true)).result, { looped: 2, done: 0 });
}

async function parallels() {
  const all = async (mode, ...branches) => {
    const { status, inner, result } = await branched(
      "parallel",
      mode ? { mode } : {},
      Object.fromEntries(branches.map((one, index) => [index, [one]])),
    );
    return { status, jobs: inner.length, result };
  };
  const seen = async (...given) => {
    const { status, jobs } = await all(...given);
    // NocoBase counts the job of the node itself too.
    return [jobs + 1, status];
  };
  const ok = h.echo();
  const bad = h.fails();
  assert.deepEqual(await seen(null, ok, ok), [3, 1]);
  assert.deepEqual(await seen("all", ok, bad), [3, -2]);
  assert.deepEqual(await seen("all", bad, ok), [2, -2]);
  assert.deepEqual(await seen("any", ok, bad), [2, 1]);
  assert.deepEqual(await seen("any", bad, ok), [3, 1]);
  assert.deepEqual(await seen("any", bad, bad), [3, -1]);
  assert.deepEqual(await seen("race", ok, bad), [2, 1]);
  assert.deepEqual(await seen("race", bad, ok), [2, -2]);
  const settled = await all("allSettled", bad, ok);
  assert.deepEqual([settled.status, settled.result], [1, [-2, 1]]);
  const waiting = await all("all", ok, h.waits());
  assert.deepEqual([waiting.status, waiting.result], [0, [1, null]]);
  const gaps = await branched("parallel", {}, { 3: [ok], 1: [ok] });
  assert.deepEqual([gaps.status, gaps.inner.length], [1, 2]);
  assert.equal((await branched("parallel", {}, {})).status, 1);
  const workflow = await h.manually();
  const [outer] = await h.chain(workflow, [{ type: "parallel", config: {} }]);
  const [inner] = await h.chain(workflow, [{ type: "parallel", config: {} }], {
    upstreamId: outer.id,
    branchIndex: 0,
  });
  await h.chain(workflow, [ok], { upstreamId: inner.id, branchIndex: 0 });
  await h.chain(workflow, [ok], { upstreamId: outer.id, branchIndex: 1 });
  assert.equal((await h.execute(workflow)).status, 1);
}

const actions = [
  { key: "ok", status: 1 },
  { key: "no", status: -1 },
  { key: "draft", status: 0 },
];

async function asked(mode, people) {
  const { row } = await h.run([
    {
      type: "manual",
      config: {
        assignees: people.map((one) => one.id),
        mode,
        forms: { f1: { type: "custom", actions } },
      },
    },
    h.echo(),
  ]);
  const tasks = await h.data(
    h.api.resource("workflowManualTasks").list({ filter: { executionId: row.id } }),
  );
  const submit = (person, action, api = person.api) =>
    api.resource("workflowManualTasks").submit({
      filterByTk: tasks.find((task) => task.userId === person.id).id,
      values: { result: { f1: { x: 1 }, _: action } },
    });
  return { id: row.id, submit };
}

async function people() {
  const [ann, bob] = [await h.user("member"), await h.user("member")];
  const single = await asked(0, [ann, bob]);
  assert.equal((await h.refusal(single.submit(ann, "ok", h.client())))[0], 401);
  assert.equal((await h.refusal(single.submit(ann, "ok", bob.api)))[0], 403);
  assert.equal((await single.submit(bob, "draft")).status, 202);
  assert.equal((await h.execution(single.id)).status, 0);
  const answer = await single.submit(ann, "ok");
  assert.deepEqual([answer.status, answer.data.data.status], [202, 1]);
  const done = await h.ended(single.id);
  assert.deepEqual([done.status, done.jobs[0].result], [1, { f1: { x: 1 }, _: "ok" }]);
  assert.deepEqual(await h.refusal(single.submit(ann, "ok")), [400, "Bad Request"]);
  const voted = async (mode, ...votes) => {
    const task = await asked(mode, [ann, bob]);
    for (const [index, vote] of votes.entries()) {
      await task.submit([ann, bob][index], vote);
    }
    return (await h.ended(task.id)).status;
  };
  assert.equal(await voted(0, "no"), -1);
  assert.equal(await voted(1, "ok", "ok"), 1);
  assert.equal(await voted(1, "no"), -1);
  assert.equal(await voted(1, "ok", "no"), -1);
  assert.equal(await voted(-1, "no", "ok"), 1);
  assert.equal(await voted(-1, "no", "no"), -5);
}

async function calculations() {
  const { name } = await h.posts();
  const workflow = await h.watch(name, {}, { enabled: false });
  await h.chain(workflow, [h.echo("1 + {{$context.data.read}}")]);
  const post = await h.create(name, { title: "a", read: 41 });
  const { id } = await h.execute(workflow, { data: post.id });
  assert.equal((await h.execution(id)).jobs[0].result, 42);
  const basic = (a, b) => ({
    group: { type: "and", calculations: [{ calculator: "equal", operands: [a, b] }] },
  });
  const logic = async (calculation) =>
    (
      await h.run([
        { type: "condition", config: { rejectOnFalse: false, engine: "basic", calculation } },
      ])
    ).row.jobs[0].result;
  assert.equal(await logic(basic("1", 1)), true);
  assert.equal(await logic(basic(0, null)), false);
  assert.equal((await h.run([{ type: "condition" }])).row.jobs[0].result, true);
  const none = (continueOnNoMatch) =>
    h.run([
      {
        type: "multi-conditions",
        config: {
          continueOnNoMatch,
          conditions: [{ uid: "a", engine: "math.js", expression: "1 == 2" }],
        },
      },
    ]);
  assert.equal((await none(false)).row.status, -1);
  assert.equal((await none(true)).row.status, 1);
  const output = (value) => ({ type: "output", config: { value } });
  assert.equal((await h.run([output(1), output("last")])).row.output, "last");
}

async function requests() {
  const server = createServer((request, response) => {
    if (request.url === "/slow") {
      setTimeout(() => response.end("late"), 1_000);
    } else {
      response.writeHead(400, { "Content-Type": "application/json" });
      response.end('{"no":1}');
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const base = `http://127.0.0.1:${server.address().port}`;
  const request = async (path, config = {}) => {
    const { row } = await h.run([
      { type: "request", config: { url: base + path, method: "GET", ...config } },
    ]);
    return h.ended(row.id);
  };
  try {
    const refused = await request("/");
    assert.deepEqual([refused.status, refused.jobs[0].result.status], [-1, 400]);
    assert.equal((await request("/", { ignoreFail: true })).status, 1);
    const late = await request("/slow", { timeout: 250 });
    assert.equal(late.status, -3);
    assert.equal(late.jobs[0].result.code, "ECONNABORTED");
    assert.equal(late.jobs[0].result.message, "timeout of 250ms exceeded");
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export const instructions = {
  58: loops,
  59: parallels,
  async 60() {
    await people();
    await calculations();
    await requests();
  },
};
