// Cases 1 to 23 of the conformance list: the engine. Each throws where the server does otherwise.
import assert from "node:assert/strict";
import * as h from "./harness.js";

const wait = { type: "delay", config: { duration: 1, unit: 86_400_000, endStatus: 1 } };

export const engine = {
  async "01"() {
    const { name } = await h.posts();
    const workflow = await h.watch(name);
    await h.create(name, { title: "t1" });
    const [row, ...more] = await h.finished(workflow, 1);
    assert.equal(more.length, 0);
    assert.equal(row.status, 1);
    assert.equal(row.key, workflow.key);
    assert.equal(row.context.data.title, "t1");
  },

  async "02"() {
    const { name } = await h.posts();
    const workflow = await h.watch(name, {}, { enabled: false });
    const enable = (enabled) =>
      h.api.resource("workflows").update({ filterByTk: workflow.id, values: { enabled } });
    await h.create(name, { title: "t1" });
    await enable(true);
    await h.create(name, { title: "t2" });
    await h.finished(workflow, 1);
    await enable(false);
    await h.create(name, { title: "t3" });
    await enable(true);
    await h.create(name, { title: "t4" });
    const rows = await h.finished(workflow, 2);
    assert.deepEqual(
      rows.map((row) => row.context.data.title),
      ["t2", "t4"],
    );
  },

  async "03"() {
    const { name, categories } = await h.posts();
    const workflow = await h.watch(name);
    await h.api.resource("workflows").update({
      filterByTk: workflow.id,
      values: { config: { collection: categories, mode: 1 } },
    });
    await h.create(name, { title: "old" });
    await h.create(categories, { title: "new" });
    const rows = await h.finished(workflow, 1);
    assert.deepEqual(
      rows.map((row) => row.context.data.title),
      ["new"],
    );
  },

  async "04"() {
    const { name } = await h.posts();
    const workflow = await h.watch(name);
    const witness = await h.watch(name);
    await h.chain(workflow, [h.echo()]);
    await h.create(name, { title: "t1" });
    await h.finished(workflow, 1);
    await h.api.resource("workflows").destroy({ filterByTk: workflow.id });
    await h.create(name, { title: "t2" });
    await h.finished(witness, 2);
    const rows = await h.executions(workflow);
    assert.equal(rows.length, 1);
    assert.equal(rows[0].jobs.length, 1);
  },

  async "05"() {
    const one = await h.run([h.echo("7")]);
    assert.equal(one.row.jobs.length, 1);
    const [job] = one.row.jobs;
    assert.deepEqual(
      [job.status, job.nodeId, job.nodeKey],
      [1, one.made[0].id, one.made[0].key],
    );
    const two = await h.run([h.echo("1"), h.echo("2")]);
    assert.deepEqual(
      two.row.jobs.map((each) => [each.nodeId, each.result]),
      [
        [two.made[0].id, 1],
        [two.made[1].id, 2],
      ],
    );
  },

  async "06"() {
    const { name } = await h.posts();
    const throwing = {
      type: "update",
      config: { collection: name, params: { filter: {}, values: { title: "x" } } },
    };
    const { row } = await h.run([throwing, h.echo()]);
    assert.equal(row.status, -2);
    assert.deepEqual(h.statuses(row.jobs), [-2]);
    assert.match(row.jobs[0].result.message, /^must provide filter/);
  },

  async "07"() {
    for (const [given, expected] of [
      [100, 1],
      [-100, -1],
    ]) {
      const { row } = await h.run([h.waits(), h.echo()]);
      await h.resume(row.jobs[0], { status: given });
      const after = await h.ended(row.id);
      assert.equal(after.status, expected);
      assert.equal(after.jobs.length, given > 0 ? 2 : 1);
    }
  },

  async "08"() {
    const { row, made } = await h.run([h.waits(), h.echo("5")]);
    assert.equal(row.status, 0);
    assert.deepEqual(h.statuses(row.jobs), [0]);
    const answer = await h.resume(row.jobs[0], { status: 1, result: { ok: true } });
    assert.equal(answer.status, 202);
    const after = await h.ended(row.id);
    assert.equal(after.status, 1);
    assert.deepEqual(h.jobsOf(after, made[0])[0].result, { ok: true });
    assert.equal(h.jobsOf(after, made[1])[0].result, 5);
  },

  async "09"() {
    for (const status of [-1, -2, -5]) {
      const { row } = await h.run([h.waits(), h.echo()]);
      await h.resume(row.jobs[0], { status });
      const after = await h.ended(row.id);
      assert.equal(after.status, status);
      assert.deepEqual(h.statuses(after.jobs), [status]);
    }
  },

  async "10"() {
    const workflow = await h.manually();
    const [condition, after] = await h.chain(workflow, [
      {
        type: "condition",
        config: { rejectOnFalse: false, engine: "math.js", expression: "1 == 1" },
      },
      h.echo("9"),
    ]);
    const [yes] = await h.chain(workflow, [h.waits()], { upstreamId: condition.id, branchIndex: 1 });
    await h.chain(workflow, [h.echo()], { upstreamId: condition.id, branchIndex: 0 });
    const { id, status } = await h.execute(workflow);
    assert.equal(status, 0);
    const row = await h.execution(id);
    assert.deepEqual(
      row.jobs.map((job) => job.nodeId),
      [condition.id, yes.id],
    );
    await h.resume(h.jobsOf(row, yes)[0], { status: 1 });
    const done = await h.ended(id);
    assert.equal(done.status, 1);
    assert.equal(h.jobsOf(done, after)[0].result, 9);
  },

  async "11"() {
    const workflow = await h.manually();
    const [condition] = await h.chain(workflow, [
      { type: "condition", config: { rejectOnFalse: false } },
      h.echo(),
    ]);
    const [pending] = await h.chain(workflow, [h.waits(), h.fails()], {
      upstreamId: condition.id,
      branchIndex: 1,
    });
    const { id } = await h.execute(workflow);
    await h.resume(h.jobsOf(await h.execution(id), pending)[0], { status: 1 });
    const row = await h.ended(id);
    assert.equal(row.status, -2);
    assert.equal(row.jobs.length, 3);
  },

  async "12"() {
    const script = { type: "script", config: { content: "while (true) {}", timeout: 30_000 } };
    for (const slow of [h.waits(), script]) {
      const { row } = await h.run([slow], {}, { options: { timeout: 2_000 } });
      assert.equal(row.status, 0);
      assert.equal(Date.parse(row.expiresAt) - Date.parse(row.startedAt), 2_000);
      const after = await h.ended(row.id);
      assert.deepEqual([after.status, after.reason], [-3, "timeout"]);
      assert.deepEqual(h.statuses(after.jobs), [-3]);
    }
  },

  // No request of the API defers an execution. What waits is an event, whose time is not counted.
  async "13"() {
    const { row } = await h.run([wait], {}, { options: { timeout: 86_400_000 } });
    assert.equal(Date.parse(row.expiresAt) - Date.parse(row.startedAt), 86_400_000);
  },

  async "14"() {
    const { name } = await h.posts();
    const workflow = await h.watch(name, {}, { sync: true });
    await h.create(name, { title: "a" }, { deferred: true });
    assert.deepEqual(h.statuses(await h.executions(workflow)), [1]);
    const ran = await h.execute(workflow, { data: { title: "b" } }, { deferred: true });
    assert.equal(ran.status, 1);
  },

  async "15"() {
    const { name } = await h.posts();
    const both = [await h.watch(name), await h.watch(name)];
    for (const title of ["a", "b", "c"]) {
      await h.create(name, { title });
    }
    for (const workflow of both) {
      assert.deepEqual(h.statuses(await h.finished(workflow, 3)), [1, 1, 1]);
    }
  },

  async "22"() {
    const kept = async (options, node) => {
      const workflow = await h.manually({ options });
      await h.chain(workflow, [node]);
      const { id } = await h.execute(workflow);
      return (await h.execution(id)) !== null;
    };
    assert.equal(await kept({}, h.echo()), true);
    assert.equal(await kept({ deleteExecutionOnStatus: [0] }, h.waits()), true);
    assert.equal(await kept({ deleteExecutionOnStatus: [1] }, h.echo()), false);
    assert.equal(await kept({ deleteExecutionOnStatus: [1] }, h.fails()), true);
    assert.equal(await kept({ deleteExecutionOnStatus: [-2] }, h.fails()), false);
  },
};

const seen = {};

/** Cases in two halves: what happens before the server ends, and what is there once it is back. */
export const restarts = {
  async "17.before"() {
    const { name } = await h.posts();
    seen.queued = await h.watch(name);
    await h.chain(seen.queued, [h.echo("{{$context.data.read}}")]);
    const gone = await h.watch(name);
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => h.create(name, { title: "t", read: i })),
    );
    await h.api.resource("workflows").destroy({ filterByTk: gone.id });
  },

  async "17.after"() {
    const rows = await h.finished(seen.queued, 40);
    assert.equal(rows.length, 40);
    assert.deepEqual(
      rows.map((row) => row.context.data.read).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i),
    );
    assert.ok(rows.every((row) => row.status === 1 && row.dispatched && row.jobs.length === 1));
  },

  async "19.before"() {
    const { name } = await h.posts();
    seen.start = await h.watch(name);
    seen.resumed = (await h.run([h.waits(), h.echo()])).row;
    seen.rerun = (await h.run([h.echo(), h.waits()])).row;
    await Promise.all([
      h.create(name, { title: "a" }),
      h.resume(seen.resumed.jobs[0], { status: 1 }),
      h.api.resource("executions").rerun({ filterByTk: seen.rerun.id, values: {} }),
    ]);
  },

  async "19.after"() {
    assert.deepEqual(h.statuses(await h.finished(seen.start, 1)), [1]);
    const resumed = await h.ended(seen.resumed.id);
    assert.deepEqual([resumed.status, resumed.jobs.length], [1, 2]);
    const rerun = await h.until(
      () => h.execution(seen.rerun.id),
      (row) => row.jobs.length === 4,
    );
    assert.deepEqual([rerun.status, rerun.jobs.length], [0, 4]);
  },

  async "21.before"() {
    const script = {
      type: "script",
      config: { content: "const end = Date.now() + 1500; while (Date.now() < end) {} return 7;" },
    };
    seen.running = (await h.run([script, h.echo()])).row;
    assert.equal(seen.running.status, 0);
  },

  async "21.after"() {
    const row = await h.ended(seen.running.id);
    assert.equal(row.status, 1);
    assert.deepEqual(
      row.jobs.map((job) => job.result),
      [7, 1],
    );
  },

  async "23.before"() {
    seen.counted = await h.manually();
    await h.chain(seen.counted, [h.echo()]);
    await h.execute(seen.counted);
    await h.execute(seen.counted);
    await h.execute(seen.counted);
    await h.manually();
  },

  async "23.after"() {
    const rows = await h.data(
      h.api
        .resource("workflows")
        .list({ appends: ["stats", "versionStats"], paginate: false }),
    );
    assert.ok(rows.length >= 2);
    for (const row of rows) {
      assert.equal(row.stats?.key, row.key);
      assert.equal(row.versionStats?.id, row.id);
    }
    const counted = rows.find((row) => row.id === seen.counted.id);
    assert.deepEqual([counted.stats.executed, counted.versionStats.executed], [3, 3]);
  },

  async "60.before"() {
    const workflow = await h.manually();
    await h.chain(workflow, [
      { type: "delay", config: { duration: 1, unit: 1_000, endStatus: 1 } },
      h.echo(),
    ]);
    seen.delayed = await h.execute(workflow);
  },

  async "60.after"() {
    const row = await h.ended(seen.delayed.id);
    assert.deepEqual([row.status, row.jobs.length], [1, 2]);
  },
};
