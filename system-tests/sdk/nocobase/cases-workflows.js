// Cases 24 to 45 of the conformance list: what can be done with workflows, nodes, executions, jobs.
import assert from "node:assert/strict";
import * as h from "./harness.js";

const workflows = () => h.api.resource("workflows");
const nodes = () => h.api.resource("flow_nodes");
const runs = () => h.api.resource("executions");

function stored(workflow) {
  return h.data(
    workflows().get({ filterByTk: workflow.id, appends: ["nodes", "stats", "versionStats"] }),
  );
}

/** How the nodes of a workflow hang together: upstream, branch and downstream by title. */
async function picture(workflow) {
  const { nodes: all } = await stored(workflow);
  const title = (id) => all.find((one) => one.id === id)?.title ?? null;
  return Object.fromEntries(
    all
      .map((one) => [
        one.title,
        [title(one.upstreamId), one.branchIndex, title(one.downstreamId)],
      ])
      .sort(([a], [b]) => a.localeCompare(b)),
  );
}

const titled = (title, values = h.echo()) => ({ title, ...values });
const condition = (title) => titled(title, { type: "condition", config: { rejectOnFalse: false } });
const parallel = (title) => titled(title, { type: "parallel", config: {} });

export const actions = {
  async 24() {
    assert.deepEqual(await h.refusal(workflows().create({ values: { title: "W" } })), [
      400,
      "Trigger type is required",
    ]);
    assert.deepEqual(await h.refusal(workflows().create({ values: { type: "nosuch" } })), [
      400,
      'Trigger type "nosuch" is not registered',
    ]);
    const made = await h.manually({ invalid: true });
    assert.equal((await stored(made)).invalid, false);
  },

  async 25() {
    const workflow = await h.manually();
    const update = (values) => workflows().update({ filterByTk: workflow.id, values });
    assert.equal((await update({ config: { mode: 0, limit: 5 } })).status, 200);
    await h.execute(workflow);
    assert.deepEqual(await h.refusal(update({ config: { mode: 0 } })), [
      400,
      "config of executed workflow can not be updated",
    ]);
    const [row] = await h.data(update({ enabled: true, options: { timeout: 5 } }));
    assert.deepEqual([row.enabled, row.options], [true, { timeout: 5 }]);
  },

  async 26() {
    const { name } = await h.posts();
    const workflow = await h.watch(name, {}, { enabled: false });
    const post = await h.create(name, { title: "a" });
    const ran = await h.execute(workflow, { data: post.id });
    assert.equal(ran.status, 1);
    assert.equal((await h.execution(ran.id)).context.data.title, "a");
  },

  async 27() {
    const { name } = await h.posts();
    const workflow = await h.watch(name, { condition: { $and: [{ title: { $eq: "yes" } }] } });
    const post = await h.create(name, { title: "no" });
    const answer = await workflows().execute({
      filterByTk: workflow.id,
      values: { data: post.id },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.data.data.execution, null);
    assert.equal(answer.data.data.newVersionId, undefined);
  },

  async 28() {
    const workflow = await h.manually();
    const call = (autoRevision) =>
      h.data(workflows().execute({ filterByTk: workflow.id, values: {}, autoRevision }));
    const versions = () => h.data(workflows().list({ filter: { key: workflow.key } }));
    const other = await h.manually();
    const plain = await h.data(
      workflows().execute({ filterByTk: other.id, values: {}, autoRevision: "0" }),
    );
    assert.equal(plain.newVersionId, undefined);
    const { newVersionId } = await call("1");
    const all = await versions();
    assert.equal(all.length, 2);
    assert.ok(all.some((row) => row.id === newVersionId));
  },

  async 29() {
    const workflow = await h.manually();
    await h.chain(workflow, [h.echo()]);
    const { id } = await h.execute(workflow);
    const revise = () =>
      h.data(
        workflows().revision({
          filterByTk: workflow.id,
          filter: { key: workflow.key },
          values: {},
        }),
      );
    const second = await revise();
    const third = await revise();
    assert.equal(await h.data(workflows().destroy({ filterByTk: third.id })), 1);
    assert.equal((await stored(workflow)).stats.executed, 1);
    assert.notEqual(await stored(second), null);
    assert.equal(await h.data(workflows().destroy({ filterByTk: workflow.id })), 2);
    assert.equal(await stored(second), null);
    const left = await h.data(nodes().list({ filter: { workflowId: [workflow.id, second.id] } }));
    assert.equal(left.length, 0);
    const stats = await h.data(
      h.api.resource("workflowStats").list({ filter: { key: workflow.key } }),
    );
    assert.equal(stats.length, 0);
    assert.equal((await h.execution(id)).jobs.length, 1);
  },

  async 30() {
    const { name } = await h.posts();
    const workflow = await h.watch(name);
    const [first, second] = await h.chain(workflow, [titled("a"), titled("b")]);
    const copy = await h.data(
      workflows().revision({ filterByTk: workflow.id, filter: { key: workflow.key }, values: {} }),
    );
    assert.equal(copy.key, workflow.key);
    assert.notEqual(copy.current, true);
    assert.equal(copy.enabled, false);
    const { nodes: copied } = await stored(copy);
    assert.deepEqual(copied.map((one) => one.key).sort(), [first.key, second.key].sort());
    assert.ok(copied.every((one) => one.id !== first.id && one.id !== second.id));
    assert.deepEqual(await picture(copy), await picture(workflow));
    await h.create(name, { title: "t" });
    const rows = await h.finished(workflow, 1);
    assert.deepEqual(
      rows.map((row) => row.workflowId),
      [workflow.id],
    );
  },

  async 31() {
    const category = await h.create("workflowCategories", { title: h.fresh("category") });
    const workflow = await h.manually({ title: "Orders", sync: true, categories: [category.id] });
    const copy = await h.data(workflows().revision({ filterByTk: workflow.id, values: {} }));
    assert.notEqual(copy.key, workflow.key);
    assert.equal(copy.title, "Orders copy");
    assert.equal(copy.sync, true);
    const row = await h.data(workflows().get({ filterByTk: copy.id, appends: ["categories"] }));
    assert.deepEqual(
      row.categories.map((one) => one.id),
      [category.id],
    );
  },

  async 32() {
    const workflow = await h.manually();
    await h.chain(workflow, [titled("b")]);
    const [head] = await h.chain(workflow, [condition("a")]);
    await h.chain(workflow, [titled("x")], { upstreamId: head.id });
    await h.chain(workflow, [titled("old")], { upstreamId: head.id, branchIndex: 1 });
    await h.chain(workflow, [titled("new")], { upstreamId: head.id, branchIndex: 1 });
    assert.deepEqual(await picture(workflow), {
      a: [null, null, "x"],
      b: ["x", null, null],
      new: ["a", 1, "old"],
      old: ["new", null, null],
      x: ["a", null, "b"],
    });
  },

  async 33() {
    const limit = Number(process.env.MILLRACE_NODES_LIMIT);
    const workflow = await h.manually();
    await h.chain(
      workflow,
      Array.from({ length: limit }, () => h.echo()),
    );
    assert.deepEqual(await h.refusal(h.node(workflow, h.echo())), [
      400,
      `The number of nodes in a workflow cannot exceed ${limit}`,
    ]);
  },

  async 34() {
    const workflow = await h.manually();
    const [a, b] = await h.chain(workflow, [titled("a", h.echo("41")), parallel("b")]);
    const branch = await h.chain(workflow, [titled("c"), titled("d")], {
      upstreamId: b.id,
      branchIndex: 0,
    });
    const copy = async (values) => {
      const made = await h.data(nodes().duplicate({ filterByTk: a.id, values }));
      assert.deepEqual(made.config, a.config);
      assert.notEqual(made.key, a.key);
      return made;
    };
    const shape = (one) => [one.upstreamId, one.branchIndex, one.downstreamId];
    assert.deepEqual(shape(await copy({ upstreamId: b.id, branchIndex: 0 })), [
      b.id,
      0,
      branch[0].id,
    ]);
    assert.deepEqual(shape(await copy({ upstreamId: branch[0].id })), [
      branch[0].id,
      null,
      branch[1].id,
    ]);
    assert.deepEqual(shape(await copy({ upstreamId: branch[1].id })), [branch[1].id, null, null]);
    assert.deepEqual(shape(await copy({})), [null, null, a.id]);
  },

  async 35() {
    const build = async () => {
      const workflow = await h.manually();
      const made = await h.chain(workflow, [titled("a"), condition("b"), titled("z")]);
      const [yes] = await h.chain(workflow, [condition("yes"), titled("yes2")], {
        upstreamId: made[1].id,
        branchIndex: 1,
      });
      await h.chain(workflow, [titled("no")], { upstreamId: made[1].id, branchIndex: 0 });
      await h.chain(workflow, [titled("deep")], { upstreamId: yes.id, branchIndex: 1 });
      return { workflow, of: made[1] };
    };
    const all = await build();
    await nodes().destroy({ filterByTk: all.of.id });
    assert.deepEqual(await picture(all.workflow), { a: [null, null, "z"], z: ["a", null, null] });
    const kept = await build();
    await nodes().destroy({ filterByTk: kept.of.id, keepBranch: 1 });
    assert.deepEqual(await picture(kept.workflow), {
      a: [null, null, "yes"],
      deep: ["yes", 1, null],
      yes: ["a", null, "yes2"],
      yes2: ["yes", null, "z"],
      z: ["yes2", null, null],
    });
    assert.deepEqual(await h.refusal(nodes().destroy({ filterByTk: 7_777_777 })), [
      404,
      "Node not found",
    ]);
  },

  async 36() {
    const workflow = await h.manually();
    const [first] = await h.chain(workflow, [condition("a"), h.echo()]);
    await h.execute(workflow);
    const one = { filterByTk: first.id };
    const calls = [
      [() => nodes().update({ ...one, values: { title: "x" } }), "could not be reconfigured"],
      [() => nodes().destroy(one), "could not be deleted"],
      [() => nodes().destroyBranch({ ...one, branchIndex: 1 }), "could not be deleted"],
      [() => nodes().move({ ...one, values: { upstreamId: null } }), "could not be moved"],
      [() => h.node(workflow, h.echo()), "could not be created"],
    ];
    for (const [call, said] of calls) {
      const [status, message] = await h.refusal(call());
      assert.equal(status, 400);
      assert.ok(message.includes(said) && message.includes("in executed workflow"), message);
    }
  },

  async 37() {
    const build = async (filled) => {
      const workflow = await h.manually();
      const [all] = await h.chain(workflow, [parallel("p")]);
      for (const index of filled) {
        await h.chain(workflow, [titled(`b${index}`)], { upstreamId: all.id, branchIndex: index });
      }
      return { workflow, all };
    };
    const branches = async (workflow) =>
      Object.entries(await picture(workflow))
        .filter(([title]) => title !== "p")
        .map(([title, [, index]]) => [title, index]);
    const full = await build([0, 1, 2]);
    await nodes().destroyBranch({ filterByTk: full.all.id, branchIndex: 1, shift: 1 });
    assert.deepEqual(await branches(full.workflow), [
      ["b0", 0],
      ["b2", 1],
    ]);
    const gap = await build([0, 2]);
    await nodes().destroyBranch({ filterByTk: gap.all.id, branchIndex: 1, shift: 1 });
    assert.deepEqual(await branches(gap.workflow), [
      ["b0", 0],
      ["b2", 1],
    ]);
    const left = await build([0, 1, 2]);
    await nodes().destroyBranch({ filterByTk: left.all.id, branchIndex: 1 });
    assert.deepEqual(await branches(left.workflow), [
      ["b0", 0],
      ["b2", 2],
    ]);
  },

  async 38() {
    const workflow = await h.manually();
    const [a, b, c] = await h.chain(workflow, [titled("a"), condition("b"), titled("c")]);
    const other = await h.chain(await h.manually(), [titled("o")]);
    const move = (one, values) => nodes().move({ filterByTk: one.id, values });
    await move(c, { upstreamId: null });
    assert.deepEqual((await picture(workflow)).c, [null, null, "a"]);
    await move(c, { upstreamId: b.id, branchIndex: 1 });
    assert.deepEqual(await picture(workflow), {
      a: [null, null, "b"],
      b: ["a", null, null],
      c: ["b", 1, null],
    });
    const refused = async (one, values) => h.refusal(move(one, values));
    assert.deepEqual(await refused(c, { upstreamId: b.id, branchIndex: 1 }), [
      400,
      "Node does not need to be moved",
    ]);
    assert.deepEqual(await refused(a, { upstreamId: a.id }), [400, "Invalid upstream node"]);
    assert.deepEqual(await refused(a, { upstreamId: other[0].id }), [
      400,
      "Upstream node is not in the same workflow",
    ]);
    assert.deepEqual(await refused(a, { upstreamId: b.id, branchIndex: "x" }), [
      400,
      "branchIndex must be a number",
    ]);
    assert.deepEqual(await refused(a, { upstreamId: 7_777_777 }), [404, "Upstream node not found"]);
    assert.equal((await refused(b, { upstreamId: c.id }))[0], 400);
  },

  async 39() {
    const workflow = await h.manually();
    const tried = (type, config) => h.refusal(h.node(workflow, { type, config }));
    assert.deepEqual(await tried("condition", {}), [400, '"rejectOnFalse" is required']);
    assert.deepEqual(await tried("delay", { duration: 0, unit: 1000, endStatus: 1 }), [
      400,
      '"duration" must be greater than or equal to 1',
    ]);
    assert.deepEqual(await tried("end", { endStatus: 3 }), [
      400,
      '"endStatus" must be one of [1, -1]',
    ]);
    const known = await h.node(workflow, {
      type: "condition",
      config: { rejectOnFalse: true, anything: 1 },
    });
    assert.equal(known.config.anything, 1);
    assert.deepEqual((await h.node(workflow, { type: "condition" })).config, {});
  },

  async 40() {
    assert.deepEqual(await h.refusal(nodes().test({ values: { type: "loop", config: {} } })), [
      400,
      'test method of instruction "loop" not implemented',
    ]);
    const tried = await h.data(nodes().test({ values: { type: "calculation", ...h.echo("1+1") } }));
    assert.deepEqual(tried, { result: 2, status: 1 });
  },

  async 41() {
    const { row, workflow } = await h.run([h.waits()]);
    const done = await h.run([h.echo()]);
    const member = await h.user("member");
    const admin = await h.user("admin");
    assert.equal(
      (await h.refusal(member.api.resource("executions").destroy({ filterByTk: done.row.id })))[0],
      403,
    );
    const destroy = (id) =>
      h.data(admin.api.resource("executions").destroy({ filterByTk: id }));
    assert.equal(await destroy(done.row.id), 1);
    assert.equal(await h.execution(done.row.id), null);
    assert.equal(await destroy(row.id), 0);
    assert.equal((await h.execution(row.id)).status, 0);
    assert.equal((await stored(workflow)).stats.executed, 1);
  },

  async 42() {
    const { row } = await h.run([h.waits()]);
    const cancel = (id) => runs().cancel({ filterByTk: id });
    const after = await h.data(cancel(row.id));
    assert.deepEqual([after.status, after.reason], [-3, "manual_cancel"]);
    assert.deepEqual(h.statuses((await h.execution(row.id)).jobs), [-3]);
    assert.deepEqual(await h.refusal(cancel(row.id)), [400, "Bad Request"]);
    assert.deepEqual(await h.refusal(cancel(7_777_777)), [404, "Not Found"]);
  },

  async 43() {
    const build = () => h.run([h.echo(), h.echo("2"), h.waits()]);
    const rerun = (row, values = {}) => runs().rerun({ filterByTk: row.id, values });
    const counted = (row, count) =>
      h.until(
        () => h.execution(row.id),
        (found) => found.jobs.length === count,
      );
    const plain = await build();
    const member = await h.user("admin");
    assert.equal(
      (await h.refusal(member.api.resource("executions").rerun({ filterByTk: plain.row.id })))[0],
      403,
    );
    assert.equal((await h.refusal(rerun({ id: 7_777_777 })))[0], 404);
    assert.equal((await rerun(plain.row)).status, 202);
    const doubled = await counted(plain.row, 6);
    assert.deepEqual(
      plain.made.map((one) => h.jobsOf(doubled, one).length),
      [2, 2, 2],
    );
    const middle = await build();
    await rerun(middle.row, { nodeId: middle.made[1].id });
    const partly = await counted(middle.row, 5);
    assert.deepEqual(
      middle.made.map((one) => h.jobsOf(partly, one).length),
      [1, 2, 2],
    );
    const over = await build();
    const [head] = over.row.jobs;
    await rerun(over.row, { overwrite: true });
    const written = await counted(over.row, 5);
    const [same, ...none] = h.jobsOf(written, over.made[0]);
    assert.deepEqual([same.id, same.meta, none.length], [head.id, null, 0]);
    const ended = await h.run([h.echo()]);
    assert.deepEqual(await h.refusal(rerun(ended.row)), [400, "Only started executions can be rerun"]);
  },

  async 44() {
    const slow = {
      type: "script",
      config: { content: "const end = Date.now() + 3000; while (Date.now() < end) {} return 1;" },
    };
    const workflow = await h.manually({ sync: true });
    await h.chain(workflow, [slow, h.waits()]);
    const { id } = await h.execute(workflow);
    const before = await h.execution(id);
    await runs().rerun({ filterByTk: id, values: {} });
    const busy = [409, "Execution is being processed"];
    assert.deepEqual(await h.refusal(runs().cancel({ filterByTk: id })), busy);
    assert.deepEqual(await h.refusal(h.resume(before.jobs.at(-1), { status: 1 })), busy);
    const after = await h.until(
      () => h.execution(id),
      (row) => row.jobs.length === 4,
    );
    assert.equal(after.status, 0);
    const free = () => runs().cancel({ filterByTk: id }).then(() => true, () => false);
    assert.equal(await h.until(free, (done) => done), true);
  },

  async 45() {
    const { row } = await h.run([h.waits()]);
    const admin = await h.user("admin");
    assert.equal(
      (
        await h.refusal(
          admin.api.resource("jobs").resume({ filterByTk: row.jobs[0].id, values: { status: 1 } }),
        )
      )[0],
      403,
    );
    assert.equal((await h.resume(row.jobs[0], { status: 0 })).status, 202);
    assert.equal((await h.execution(row.id)).status, 0);
    await h.resume(row.jobs[0], { status: -1 });
    assert.equal((await h.ended(row.id)).status, -1);
    assert.deepEqual(await h.refusal(h.resume(row.jobs[0], { status: 1 })), [
      400,
      "Execution is not running",
    ]);
  },
};
