// A Dapr application: a workflow worker and a client that runs named scenarios.
//
// Arguments are scenario names; without arguments the names are read from standard input, one a
// line, until it ends. For each name one line of JSON goes to standard output: {"scenario",
// "result"} or {"scenario", "error"}. The first line, {"ready": true}, says that the worker has been
// started. The server is found by DAPR_GRPC_PORT and DAPR_HTTP_PORT.
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import dapr from "@dapr/dapr";

const { DaprClient, DaprWorkflowClient, LogLevel, WorkflowRuntime, WorkflowRuntimeStatus } = dapr;
const PATIENCE_SECONDS = 40;
const NAPS_MILLIS = 20;

// The SDK logs to standard output, which is for results here.
const quietly = { level: LogLevel.Error, service: console };
for (const method of ["log", "info", "debug", "warn"]) {
  console[method] = console.error;
}
const attempts = new Map();

const activities = {
  PlusOne: async (_, number) => number + 1,
  Square: async (_, number) => number * number,
  Echo: async (_, value) => value,
  Bulk: async (_, length) => "x".repeat(length),
  Boom: async (_, text) => {
    throw new Error(`boom ${text}`);
  },
  // Fails until it is called for the third time with the same key.
  Flaky: async (_, key) => {
    const made = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, made);
    if (made < 3) {
      throw new Error(`boom at attempt ${made}`);
    }
    return made;
  },
  // Takes its time and writes down that it ran.
  Step: async (_, order) => {
    await nap(order.millis);
    if (process.env.MILLRACE_JOURNAL) {
      appendFileSync(process.env.MILLRACE_JOURNAL, `${order.instance} ${order.index}\n`);
    }
    return order.index;
  },
};

const workflows = {
  Chain: async function* (ctx, number) {
    for (let call = 0; call < 5; call++) {
      number = yield ctx.callActivity("PlusOne", number);
    }
    return number;
  },
  FanOut: async function* (ctx, width) {
    const tasks = [];
    for (let index = 1; index <= width; index++) {
      tasks.push(ctx.callActivity("Square", index));
    }
    return yield ctx.whenAll(tasks);
  },
  Sleep: async function* (ctx, seconds) {
    yield ctx.createTimer(seconds);
    return "slept";
  },
  WaitEvent: async function* (ctx) {
    ctx.setCustomStatus("waiting");
    return yield ctx.waitForExternalEvent("Go");
  },
  WaitEventLimited: async function* (ctx, seconds) {
    const event = ctx.waitForExternalEvent("Go");
    const timer = ctx.createTimer(seconds);
    const winner = yield ctx.whenAny([event, timer]);
    return winner === timer ? "timed out" : `got ${event.getResult()}`;
  },
  Parent: async function* (ctx, number) {
    const child = yield ctx.callChildWorkflow("Chain", number);
    let failure = "";
    try {
      yield ctx.callChildWorkflow("Failing", "child");
    } catch (error) {
      failure = error.message;
    }
    return { child, failure };
  },
  Delegating: async function* (ctx, number) {
    return yield ctx.callChildWorkflow("Chain", number);
  },
  Failing: async function* (ctx, text) {
    yield ctx.callActivity("Boom", text);
  },
  WaitingParent: async function* (ctx, child) {
    return yield ctx.callChildWorkflow("WaitEvent", "for ever", child);
  },
  // This SDK has no retry policies: its users write the loop.
  Retrying: async function* (ctx, key) {
    return yield* retried(ctx, "Flaky", key);
  },
  Exhausting: async function* (ctx, text) {
    return yield* retried(ctx, "Boom", text);
  },
  Counter: async function* (ctx, number) {
    number = yield ctx.callActivity("PlusOne", number);
    if (number < 10) {
      ctx.continueAsNew(number, false);
      return null;
    }
    return number;
  },
  Collector: async function* (ctx, state) {
    const item = yield ctx.waitForExternalEvent("Item");
    const items = [...state.items, item];
    if (items.length < state.wanted) {
      ctx.continueAsNew({ wanted: state.wanted, items }, true);
      return null;
    }
    return items;
  },
  EchoAll: async function* (ctx, value) {
    const result = yield ctx.callActivity("Echo", value);
    ctx.setCustomStatus("echoed");
    return result;
  },
  Bulky: async function* (ctx, length) {
    const text = yield ctx.callActivity("Bulk", length);
    return text.length;
  },
  Steps: async function* (ctx, order) {
    const done = [];
    for (let index = 0; index < order.steps; index++) {
      const input = { instance: ctx.getWorkflowInstanceId(), index, millis: order.millis };
      done.push(yield ctx.callActivity("Step", input));
    }
    return done;
  },
};

async function* retried(ctx, activity, input) {
  for (let attempt = 1; ; attempt++) {
    try {
      return yield ctx.callActivity(activity, input);
    } catch (error) {
      if (attempt === 3) {
        throw error;
      }
    }
    yield ctx.createTimer(0.2);
  }
}

function nap(millis) {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

function fresh(prefix) {
  return `${prefix}-${randomUUID().slice(0, 12)}`;
}

// What a client sees of an instance, the same in every language.
function view(state) {
  const failure = state.workflowFailureDetails;
  return {
    id: state.instanceId,
    name: state.name,
    status: WorkflowRuntimeStatus[state.runtimeStatus],
    input: state.serializedInput ? JSON.parse(state.serializedInput) : null,
    output: state.serializedOutput ? JSON.parse(state.serializedOutput) : null,
    custom: state.customStatus ?? "",
    failure: failure ? { type: failure.getErrorType(), message: failure.getErrorMessage() } : null,
    created: state.createdAt.getTime(),
    updated: state.lastUpdatedAt.getTime(),
  };
}

class Session {
  client = new DaprWorkflowClient({ logger: quietly });

  start(workflow, input, id = fresh("js"), startAt = undefined) {
    return this.client.scheduleNewWorkflow(workflow, input, id, startAt);
  }

  async end(id) {
    return view(await this.client.waitForWorkflowCompletion(id, true, PATIENCE_SECONDS));
  }

  async run(workflow, input, id) {
    return this.end(await this.start(workflow, input, id));
  }

  async started(workflow, input, id) {
    const found = await this.start(workflow, input, id);
    await this.client.waitForWorkflowStart(found, true, PATIENCE_SECONDS);
    return found;
  }

  async status(id) {
    const state = await this.client.getWorkflowState(id, true);
    return state === undefined ? "ABSENT" : WorkflowRuntimeStatus[state.runtimeStatus];
  }

  // The status once it is the given one, or the one it has when patience ends.
  async until(id, status) {
    const deadline = Date.now() + PATIENCE_SECONDS * 1000;
    while ((await this.status(id)) !== status && Date.now() < deadline) {
      await nap(NAPS_MILLIS);
    }
    return this.status(id);
  }
}

const scenarios = {
  chain: (s) => s.run("Chain", 1),
  fan_out: (s) => s.run("FanOut", 20),
  timer: async (s) => {
    const begin = Date.now();
    const instance = await s.run("Sleep", 2);
    return { instance, millis: Date.now() - begin };
  },
  delayed_start: async (s) => {
    const begin = Date.now();
    const id = await s.start("Chain", 1, fresh("js"), new Date(begin + 2000));
    const before = await s.status(id);
    const instance = await s.end(id);
    return { before, instance, millis: Date.now() - begin };
  },
  event: async (s) => {
    const id = await s.started("WaitEvent");
    await s.client.raiseEvent(id, "GO", { answer: 42 });
    return s.end(id);
  },
  event_limited: async (s) => {
    const late = await s.start("WaitEventLimited", 1);
    const early = await s.started("WaitEventLimited", 600);
    await s.client.raiseEvent(early, "Go", "it");
    return { late: await s.end(late), early: await s.end(early) };
  },
  child: (s) => s.run("Delegating", 10),
  children: (s) => s.run("Parent", 10),
  retries: async (s) => ({
    healed: await s.run("Retrying", fresh("key")),
    exhausted: await s.run("Exhausting", "again"),
  }),
  failure: (s) => s.run("Failing", "once"),
  continue_as_new: (s) => s.run("Counter", 1),
  carry_over: async (s) => {
    const id = await s.started("Collector", { wanted: 5, items: [] });
    for (let number = 1; number <= 5; number++) {
      await s.client.raiseEvent(id, "Item", number);
    }
    return s.end(id);
  },
  suspend: async (s) => {
    const id = await s.started("WaitEvent");
    const seen = [];
    await s.client.suspendWorkflow(id);
    await s.client.suspendWorkflow(id);
    seen.push(await s.until(id, "SUSPENDED"));
    await s.client.resumeWorkflow(id);
    await s.client.resumeWorkflow(id);
    seen.push(await s.until(id, "RUNNING"));
    await s.client.suspendWorkflow(id);
    seen.push(await s.until(id, "SUSPENDED"));
    await s.client.raiseEvent(id, "Go", "held");
    await nap(300);
    seen.push(await s.status(id));
    await s.client.resumeWorkflow(id);
    return { seen, instance: await s.end(id) };
  },
  terminate: async (s) => {
    const child = fresh("child");
    const id = await s.started("WaitingParent", child);
    await s.until(child, "RUNNING");
    await s.client.terminateWorkflow(id, "stopped");
    const instance = await s.end(id);
    // This SDK does not ask for recursion: the child goes on.
    const status = await s.status(child);
    await s.client.terminateWorkflow(child, "stopped too");
    return { instance, child: status };
  },
  purge: async (s) => {
    const { id } = await s.run("Chain", 1);
    await s.client.purgeWorkflow(id);
    return { after: await s.status(id), again: await s.run("Chain", 2, id) };
  },
  big: async (s) => {
    const text = "0123456789abcdef".repeat(65536);
    const { status, output } = await s.run("EchoAll", text);
    return { status, length: output.length, same: output === text };
  },
  bulk: (s) => s.run("Bulky", 5 * 1024 * 1024),
  unicode: (s) => s.run("EchoAll", { größe: '世界 🎉 ¿\u0001"\\' }, "订单-" + fresh("é")),
  state: async (s) => {
    const id = await s.started("WaitEvent", { a: [1, 2.5, null] });
    const running = view(await s.client.getWorkflowState(id, true));
    await s.client.raiseEvent(id, "Go", "now");
    return { running, ended: await s.end(id) };
  },
  duplicate: async (s) => {
    const id = await s.started("WaitEvent");
    let error = "";
    try {
      await s.start("WaitEvent", undefined, id);
    } catch (refused) {
      error = refused.message;
    }
    await s.client.raiseEvent(id, "Go", 1);
    const first = await s.end(id);
    return { error, first, again: await s.run("Chain", 5, id) };
  },
  many: async (s) => {
    const ids = [];
    for (let number = 1; number <= 50; number++) {
      ids.push(await s.start("Chain", number));
    }
    const ended = await Promise.all(ids.map((id) => s.end(id)));
    return { outputs: ended.map((instance) => instance.output) };
  },
  unknown_workflow: (s) => s.run("NobodyKnowsIt", 1),
  // The calls of the page "how to manage workflows", in its order.
  manage: async () => {
    const client = new DaprClient({ logger: quietly });
    const seen = [];
    const id = await client.workflow.start("WaitEvent", { Name: "Paperclips", Quantity: 4 });
    const note = async (expected) => {
      const deadline = Date.now() + PATIENCE_SECONDS * 1000;
      let workflow = await client.workflow.get(id);
      while (workflow.runtimeStatus !== expected && Date.now() < deadline) {
        await nap(NAPS_MILLIS);
        workflow = await client.workflow.get(id);
      }
      workflow.createdAt.toUTCString();
      JSON.stringify(workflow.properties);
      seen.push(workflow.runtimeStatus);
    };
    await note("RUNNING");
    await client.workflow.pause(id);
    await note("SUSPENDED");
    await client.workflow.resume(id);
    await note("RUNNING");
    await client.workflow.terminate(id);
    await note("TERMINATED");
    await client.workflow.purge(id);
    try {
      await client.workflow.get(id);
      seen.push("STILL THERE");
    } catch (gone) {
      seen.push(gone.message);
    }
    return { seen };
  },
};

function report(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

async function perform(session, name) {
  try {
    report({ scenario: name, result: await scenarios[name](session) });
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    report({ scenario: name, error: error.message });
  }
}

const runtime = new WorkflowRuntime({ logger: quietly });
for (const [name, workflow] of Object.entries(workflows)) {
  runtime.registerWorkflowWithName(name, workflow);
}
for (const [name, activity] of Object.entries(activities)) {
  runtime.registerActivityWithName(name, activity);
}
await runtime.start();
const session = new Session();
report({ ready: true });
const named = process.argv.slice(2);
for await (const name of named.length > 0 ? named : createInterface({ input: process.stdin })) {
  await perform(session, name.trim());
}
process.exit(0);
