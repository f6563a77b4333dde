// Cases 46 to 57 of the conformance list: what starts executions.
import assert from "node:assert/strict";
import { setTimeout as nap } from "node:timers/promises";
import * as h from "./harness.js";

const SECOND = 1_000;

function update(name, filterByTk, values, params = {}) {
  return h.api.resource(name).update({ filterByTk, values, ...params });
}

function enabled(type, config, values = {}) {
  return h.data(
    h.api
      .resource("workflows")
      .create({ values: { title: "W", type, enabled: true, config, ...values } }),
  );
}

/** The next whole second that lies at least so far ahead. */
function ahead(millis) {
  return new Date(Math.ceil((Date.now() + millis) / SECOND) * SECOND);
}

const dates = (rows) => rows.map((row) => Date.parse(row.context.date));
const titles = (rows) => rows.map((row) => row.context.data.title);

export const triggers = {
  async 46() {
    const { name } = await h.posts();
    const both = await h.watch(name, { mode: 3 }, { sync: true });
    const titled = await h.watch(name, { mode: 2, changed: ["title"] }, { sync: true });
    const dated = await h.watch(name, { mode: 2, changed: ["due"] }, { sync: true });
    const due = "2030-01-01T00:00:00.000Z";
    const post = await h.create(name, { title: "a", due });
    await update(name, post.id, { read: 5 });
    await update(name, post.id, { due });
    await update(name, post.id, { title: "b" });
    assert.equal((await h.executions(both)).length, 4);
    assert.deepEqual(titles(await h.executions(titled)), ["b"]);
    assert.equal((await h.executions(dated)).length, 0);
  },

  async 47() {
    const { name } = await h.posts();
    const open = [];
    for (const condition of [{}, { $and: [] }, { $and: [{}] }]) {
      open.push(await h.watch(name, { condition }, { sync: true }));
    }
    const gone = await h.watch(
      name,
      { mode: 4, condition: { title: { $eq: "never" } } },
      { sync: true },
    );
    const post = await h.create(name, { title: "a" });
    await h.api.resource(name).destroy({ filterByTk: post.id });
    for (const workflow of [...open, gone]) {
      assert.deepEqual(titles(await h.executions(workflow)), ["a"]);
    }
  },

  async 48() {
    const { name, categories } = await h.posts();
    const plain = await h.watch(name, {}, { sync: true });
    const full = await h.watch(name, { appends: ["category", "tags"] }, { sync: true });
    const category = await h.create(categories, { title: "c" });
    await h.create(name, { title: "a", category: category.id, tags: [{ name: "t" }] });
    await h.create(name, { title: "b" });
    const [bare] = await h.executions(plain);
    assert.equal("category" in bare.context.data || "tags" in bare.context.data, false);
    const [first, second] = await h.executions(full);
    assert.equal(first.context.data.category.title, "c");
    assert.deepEqual(
      first.context.data.tags.map((tag) => tag.name),
      ["t"],
    );
    assert.equal(second.context.data.category, null);
    assert.deepEqual(second.context.data.tags, []);
  },

  // A record with associations is one transaction; one that is refused leaves no event.
  async 49() {
    const { name, tags } = await h.posts();
    const workflow = await h.watch(name);
    const inner = await h.watch(tags);
    const [status] = await h.refusal(
      h.create(name, { title: "x", tags: [{ name: "t", id: "none" }] }),
    );
    assert.equal(status, 400);
    await h.create(name, { title: "y", tags: [{ name: "u" }] });
    assert.deepEqual(titles(await h.finished(workflow, 1)), ["y"]);
    assert.deepEqual(
      (await h.finished(inner, 1)).map((row) => row.context.data.name),
      ["u"],
    );
  },

  async 50() {
    for (const [options, records] of [
      [{}, 2],
      [{ stackLimit: 3 }, 4],
    ]) {
      const { name } = await h.posts();
      const workflow = await h.watch(name, {}, { options });
      await h.chain(workflow, [
        { type: "create", config: { collection: name, params: { values: { title: "more" } } } },
      ]);
      await h.create(name, { title: "first" });
      const rows = await h.finished(workflow, records - 1);
      await nap(SECOND / 4);
      assert.equal((await h.executions(workflow)).length, records - 1);
      const { data } = await h.api.resource(name).list();
      assert.equal(data.meta.count, records);
      assert.deepEqual(
        rows.at(-1).stack,
        records === 2 ? null : rows.slice(0, -1).map((row) => row.id),
      );
    }
  },

  async 51() {
    const { name } = await h.posts();
    const good = await h.watch(name, {}, { sync: true });
    const bad = await h.watch(name, {}, { sync: true });
    await h.chain(good, [h.echo()]);
    await h.chain(bad, [h.fails()]);
    const post = await h.create(name, { title: "a" });
    assert.deepEqual(h.statuses(await h.executions(good)), [1]);
    assert.deepEqual(h.statuses(await h.executions(bad)), [-2]);
    assert.notEqual(await h.data(h.api.resource(name).get({ filterByTk: post.id })), null);
  },

  async 52() {
    const at = ahead(4_000);
    const startsOn = at.toISOString();
    const once = await enabled("schedule", { mode: 0, startsOn });
    const late = await enabled("schedule", { mode: 0, startsOn: "2020-01-01T00:00:00.000Z" });
    const cron = await enabled("schedule", { mode: 0, startsOn, repeat: "*/2 * * * * *" });
    const limited = await enabled("schedule", { mode: 0, startsOn, repeat: 1_000, limit: 1 });
    const toggle = (value) =>
      update("workflows", once.id, { enabled: value });
    assert.deepEqual(dates(await h.finished(once, 1)), [at.getTime()]);
    await toggle(false);
    await toggle(true);
    const fired = dates(await h.finished(cron, 2));
    assert.ok(fired.every((date) => date % (2 * SECOND) === 0));
    assert.equal(fired[1] - fired[0], 2 * SECOND);
    await update("workflows", cron.id, { enabled: false });
    const before = (await h.executions(cron)).length;
    await nap(2_500);
    assert.equal((await h.executions(cron)).length, before);
    assert.equal((await h.executions(once)).length, 1);
    assert.equal((await h.executions(late)).length, 0);
    assert.equal((await h.executions(limited)).length, 1);
  },

  async 53() {
    const at = ahead(6_000);
    const { name } = await h.posts();
    const on = (config) => enabled("schedule", { mode: 1, collection: name, ...config });
    const field = (offset, unit = SECOND) => ({ field: "due", offset, unit });
    const early = await on({ startsOn: field(-1) });
    const later = await on({ startsOn: field(1) });
    const second = "* * * * * *";
    const bounded = await on({
      startsOn: field(0),
      repeat: second,
      endsOn: new Date(at.getTime() + 2 * SECOND).toISOString(),
    });
    const byField = await on({
      startsOn: field(0),
      repeat: 1_000,
      endsOn: { field: "closed", offset: 1, unit: SECOND },
    });
    const open = await on({ startsOn: field(0), repeat: 1_000, endsOn: {}, limit: 2 });
    const single = await on({ startsOn: field(0), repeat: second, limit: 1 });
    const closed = new Date(at.getTime() + SECOND).toISOString();
    const post = await h.create(name, { title: "a", due: at.toISOString(), closed });
    assert.deepEqual(dates(await h.finished(early, 1)), [at.getTime() - SECOND]);
    assert.deepEqual(dates(await h.finished(later, 1)), [at.getTime() + SECOND]);
    await nap(Math.max(0, at.getTime() + 4 * SECOND - Date.now()));
    const seconds = async (workflow) =>
      dates(await h.executions(workflow)).map((date) => (date - at.getTime()) / SECOND);
    assert.deepEqual(await seconds(bounded), [0, 1, 2]);
    assert.deepEqual(await seconds(byField), [0, 1, 2]);
    assert.deepEqual(await seconds(open), [0, 1]);
    assert.deepEqual(await seconds(single), [0]);
    const again = ahead(4_000);
    await update(name, post.id, { due: again.toISOString() });
    const gone = await h.create(name, { title: "gone", due: again.toISOString() });
    await h.api.resource(name).destroy({ filterByTk: gone.id });
    const rearmed = await h.finished(later, 2);
    assert.deepEqual(
      rearmed.map((row) => row.context.data.id),
      [post.id, post.id],
    );
    assert.equal(dates(rearmed)[1], again.getTime() + SECOND);
  },

  async 54() {
    const { name, categories } = await h.posts();
    const local = await enabled("action", { collection: name }, { sync: true });
    const related = await enabled("action", { collection: categories }, { sync: true });
    await h.create(name, { title: "unnamed" });
    const a = await h.create(name, { title: "named" }, { triggerWorkflows: local.key });
    const category = await h.create(categories, { title: "c" });
    await h.create(
      name,
      { title: "of c", category: category.id },
      { triggerWorkflows: `${related.key}!category` },
    );
    assert.deepEqual(titles(await h.executions(local)), ["named"]);
    assert.deepEqual(titles(await h.executions(related)), ["c"]);
    const b = await h.create(name, { title: "other" });
    await update(name, [a.id, b.id], { read: 3 }, { triggerWorkflows: local.key });
    assert.equal((await h.executions(local)).length, 3);
    const next = await h.data(
      h.api.resource("workflows").revision({
        filterByTk: local.id,
        filter: { key: local.key },
        values: { enabled: true },
      }),
    );
    await h.create(name, { title: "next" }, { triggerWorkflows: local.key });
    const last = (await h.executions(local)).at(-1);
    assert.deepEqual([last.workflowId, last.context.data.title], [next.id, "next"]);
  },

  async 55() {
    const { name } = await h.posts();
    const make = async (...nodes) => {
      const workflow = await enabled("action", { collection: name }, { sync: true });
      await h.chain(workflow, nodes);
      return workflow;
    };
    const refuses = await make(h.says("Hello {{$context.data.title}}"), h.ends(-1));
    const breaks = await make(h.fails());
    const stops = await make(h.ends(1));
    const never = await make(h.echo());
    const call = (...named) =>
      h.create(
        name,
        { title: "Bob" },
        { triggerWorkflows: named.map((one) => one.key).join(",") },
      );
    assert.deepEqual(await h.refusal(call(refuses)), [400, "Hello Bob"]);
    assert.deepEqual(await h.refusal(call(breaks)), [
      500,
      "Workflow on your action failed, please contact the administrator",
    ]);
    assert.equal((await call(stops, never)).title, "Bob");
    assert.equal((await h.executions(stops)).length, 1);
    assert.equal((await h.executions(never)).length, 0);
  },

  async 56() {
    const make = async (...nodes) => {
      const { name } = await h.posts();
      const workflow = await enabled(
        "request-interception",
        { collection: name, global: true, actions: ["create"] },
        { sync: true },
      );
      await h.chain(workflow, nodes);
      const count = async () => (await h.api.resource(name).list()).data.meta.count;
      return { call: () => h.api.resource(name).create({ values: { title: "a" } }), count };
    };
    const refuses = await make(h.says("No"), h.ends(-1));
    assert.deepEqual(await h.refusal(refuses.call()), [400, "No"]);
    assert.equal(await refuses.count(), 0);
    const stops = await make(h.ends(1));
    const answer = await stops.call();
    assert.deepEqual([answer.status, answer.data], [200, {}]);
    assert.equal(await stops.count(), 0);
    const breaks = await make(h.fails());
    assert.deepEqual(await h.refusal(breaks.call()), [
      500,
      "Workflow on your action failed, please contact the administrator",
    ]);
    assert.equal(await breaks.count(), 0);
    const passes = await make(h.echo());
    await passes.call();
    assert.equal(await passes.count(), 1);
  },

  async 57() {
    const { name } = await h.posts();
    const make = (type) =>
      enabled(
        "custom-action",
        type === 0 ? { type } : { type, collection: name },
        { sync: true },
      );
    const trigger = (params, of = h.api.resource(name)) => of.trigger({ values: {}, ...params });
    assert.deepEqual(await h.refusal(trigger({})), [
      400,
      'parameter "triggerWorkflows" is required',
    ]);
    const one = await make(1);
    const several = await make(2);
    const global = await make(0);
    const a = await h.create(name, { title: "a" });
    const b = await h.create(name, { title: "b" });
    const [status] = await h.refusal(
      h.api.request({
        url: `${name}:trigger?triggerWorkflows=${one.key}`,
        method: "post",
        headers: { "X-Data-Source": "nosuch" },
        data: {},
      }),
    );
    assert.equal(status, 400);
    await trigger({ filterByTk: a.id, triggerWorkflows: one.key, values: { read: 7 } });
    const [single] = await h.executions(one);
    assert.deepEqual([single.context.data.title, single.context.data.read], ["a", 7]);
    assert.equal(single.context.roleName, "root");
    await trigger({ filterByTk: [a.id, b.id], triggerWorkflows: several.key });
    const [bulk] = await h.executions(several);
    assert.deepEqual(
      bulk.context.data.map((row) => row.title),
      ["a", "b"],
    );
    await trigger(
      { triggerWorkflows: global.key, values: { x: 1 } },
      h.api.resource("workflows"),
    );
    const [free] = await h.executions(global);
    assert.equal(free.context.data.x, 1);
    assert.deepEqual(await h.refusal(trigger({ filterByTk: 777, triggerWorkflows: one.key })), [
      500,
      "No action done, please contact the administrator",
    ]);
  },
};
