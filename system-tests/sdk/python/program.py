"""A Dapr application: a workflow worker and a client that runs named scenarios.

Arguments are scenario names; without arguments the names are read from standard input, one a line,
until it ends. For each name one line of JSON goes to standard output: {"scenario", "result"} or
{"scenario", "error"}. The first line, {"ready": true}, says that the worker has been started. The
server is found as every Dapr application finds its sidecar: by DAPR_GRPC_PORT and DAPR_HTTP_PORT.
"""

import json
import os
import sys
import time
import traceback
import uuid
from datetime import datetime, timedelta, timezone

import dapr.ext.workflow as wf

PATIENCE_SECONDS = 40
NEVER = timedelta(minutes=10)

runtime = wf.WorkflowRuntime()
attempts = {}


# Activities


@runtime.activity(name="PlusOne")
def plus_one(ctx, number):
    return number + 1


@runtime.activity(name="Square")
def square(ctx, number):
    return number * number


@runtime.activity(name="Echo")
def echo(ctx, value):
    return value


@runtime.activity(name="Bulk")
def bulk(ctx, length):
    return "x" * length


@runtime.activity(name="Boom")
def boom(ctx, text):
    raise ValueError(f"boom {text}")


@runtime.activity(name="Flaky")
def flaky(ctx, key):
    """Fails until it is called for the third time with the same key."""
    attempts[key] = attempts.get(key, 0) + 1
    if attempts[key] < 3:
        raise RuntimeError(f"boom at attempt {attempts[key]}")
    return attempts[key]


@runtime.activity(name="Step")
def step(ctx, order):
    """Takes its time and writes down that it ran."""
    time.sleep(order["millis"] / 1000)
    journal = os.environ.get("MILLRACE_JOURNAL")
    if journal:
        with open(journal, "a", encoding="utf-8") as lines:
            lines.write(f"{order['instance']} {order['index']}\n")
    return order["index"]


# Workflows


@runtime.workflow(name="Chain")
def chain(ctx, number):
    for _ in range(5):
        number = yield ctx.call_activity(plus_one, input=number)
    return number


@runtime.workflow(name="FanOut")
def fan_out(ctx, width):
    tasks = [ctx.call_activity(square, input=index + 1) for index in range(width)]
    squares = yield wf.when_all(tasks)
    return squares


@runtime.workflow(name="Sleep")
def sleep(ctx, seconds):
    yield ctx.create_timer(timedelta(seconds=seconds))
    return "slept"


@runtime.workflow(name="WaitEvent")
def wait_event(ctx, ignored=None):
    ctx.set_custom_status("waiting")
    payload = yield ctx.wait_for_external_event("Go")
    return payload


@runtime.workflow(name="WaitEventLimited")
def wait_event_limited(ctx, seconds):
    event = ctx.wait_for_external_event("Go")
    timer = ctx.create_timer(timedelta(seconds=seconds))
    winner = yield wf.when_any([event, timer])
    if winner == timer:
        return "timed out"
    return f"got {event.get_result()}"


@runtime.workflow(name="Parent")
def parent(ctx, number):
    result = yield ctx.call_child_workflow(chain, input=number)
    failure = ""
    try:
        yield ctx.call_child_workflow(failing, input="child")
    except Exception as error:  # The type's name differs between the versions of the SDK.
        failure = str(error)
    return {"child": result, "failure": failure}


@runtime.workflow(name="Delegating")
def delegating(ctx, number):
    result = yield ctx.call_child_workflow(chain, input=number)
    return result


@runtime.workflow(name="Failing")
def failing(ctx, text):
    yield ctx.call_activity(boom, input=text)


@runtime.workflow(name="WaitingParent")
def waiting_parent(ctx, child_id):
    result = yield ctx.call_child_workflow(wait_event, instance_id=child_id)
    return result


RETRIES = wf.RetryPolicy(
    first_retry_interval=timedelta(milliseconds=200), max_number_of_attempts=3
)


@runtime.workflow(name="Retrying")
def retrying(ctx, key):
    number = yield ctx.call_activity(flaky, input=key, retry_policy=RETRIES)
    return number


@runtime.workflow(name="Exhausting")
def exhausting(ctx, text):
    yield ctx.call_activity(boom, input=text, retry_policy=RETRIES)


@runtime.workflow(name="Counter")
def counter(ctx, number):
    number = yield ctx.call_activity(plus_one, input=number)
    if number < 10:
        ctx.continue_as_new(number)
        return None
    return number


@runtime.workflow(name="Collector")
def collector(ctx, state):
    payload = yield ctx.wait_for_external_event("Item")
    items = state["items"] + [payload]
    if len(items) < state["wanted"]:
        ctx.continue_as_new({"wanted": state["wanted"], "items": items}, save_events=True)
        return None
    return items


@runtime.workflow(name="EchoAll")
def echo_all(ctx, value):
    result = yield ctx.call_activity(echo, input=value)
    ctx.set_custom_status("echoed")
    return result


@runtime.workflow(name="Bulky")
def bulky(ctx, length):
    text = yield ctx.call_activity(bulk, input=length)
    return len(text)


@runtime.workflow(name="Steps")
def steps(ctx, order):
    done = []
    for index in range(order["steps"]):
        result = yield ctx.call_activity(
            step, input={"instance": ctx.instance_id, "index": index, "millis": order["millis"]}
        )
        done.append(result)
    return done


if hasattr(wf, "PropagationScope"):  # From 1.19 on.

    def names(history):
        return [] if history is None else [one.name for one in history.get_workflows()]

    @runtime.activity(name="Audit")
    def audit(ctx, ignored=None):
        return names(ctx.get_propagated_history())

    @runtime.workflow(name="Paying")
    def paying(ctx, ignored=None):
        shown = {"child": names(ctx.get_propagated_history())}
        lineage, own = wf.PropagationScope.LINEAGE, wf.PropagationScope.OWN_HISTORY
        shown["lineage"] = yield ctx.call_activity(audit, propagation=lineage)
        shown["own"] = yield ctx.call_activity(audit, propagation=own)
        shown["nothing"] = yield ctx.call_activity(audit)
        return shown

    @runtime.workflow(name="Ordering")
    def ordering(ctx, number):
        yield ctx.call_activity(plus_one, input=number)
        shown = yield ctx.call_child_workflow(
            paying, propagation=wf.PropagationScope.LINEAGE
        )
        return shown


def count_deltas():
    """Counts the turns for which the server sent only what is new of a history."""
    from dapr.ext.workflow._durabletask.worker import TaskHubGrpcWorker

    counts = {"deltas": 0, "whole": 0}
    resolve = TaskHubGrpcWorker._resolve_history

    def counted(self, request):
        counts["deltas" if request.HasField("cachedHistory") else "whole"] += 1
        return resolve(self, request)

    TaskHubGrpcWorker._resolve_history = counted
    return counts


# Scenarios


def fresh(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def value(serialized):
    return None if serialized is None or serialized == "" else json.loads(serialized)


def millis(moment):
    return int(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)


def view(state):
    """What a client sees of an instance, the same in every language."""
    if state is None:
        return None
    failure = state.failure_details
    return {
        "id": state.instance_id,
        "name": state.name,
        "status": state.runtime_status.name,
        "input": value(state.serialized_input),
        "output": value(state.serialized_output),
        "custom": state.serialized_custom_status or "",
        "failure": failure and {"type": failure.error_type, "message": failure.message},
        "created": millis(state.created_at),
        "updated": millis(state.last_updated_at),
    }


class Scenarios:
    def __init__(self):
        self.client = wf.DaprWorkflowClient()

    def start(self, workflow, value=None, instance_id=None, start_at=None):
        return self.client.schedule_new_workflow(
            workflow, input=value, instance_id=instance_id or fresh("py"), start_at=start_at
        )

    def end(self, instance_id):
        return view(
            self.client.wait_for_workflow_completion(
                instance_id, timeout_in_seconds=PATIENCE_SECONDS
            )
        )

    def run(self, workflow, value=None, instance_id=None):
        return self.end(self.start(workflow, value, instance_id))

    def started(self, workflow, value=None, instance_id=None):
        instance_id = self.start(workflow, value, instance_id)
        self.client.wait_for_workflow_start(instance_id, timeout_in_seconds=PATIENCE_SECONDS)
        return instance_id

    def status(self, instance_id):
        state = self.client.get_workflow_state(instance_id)
        return "ABSENT" if state is None else state.runtime_status.name

    def until(self, instance_id, status):
        """The status once it is the given one, or the one it has when patience ends."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.status(instance_id) != status and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.status(instance_id)

    def chain(self):
        return self.run(chain, 1)

    def fan_out(self):
        return self.run(fan_out, 20)

    def timer(self):
        begin = time.monotonic()
        instance = self.run(sleep, 2)
        return {"instance": instance, "millis": int((time.monotonic() - begin) * 1000)}

    def delayed_start(self):
        begin = time.monotonic()
        at = datetime.now(timezone.utc) + timedelta(seconds=2)
        instance_id = self.start(chain, 1, start_at=at)
        before = self.status(instance_id)
        instance = self.end(instance_id)
        elapsed = int((time.monotonic() - begin) * 1000)
        return {"before": before, "instance": instance, "millis": elapsed}

    def event(self):
        instance_id = self.started(wait_event)
        self.client.raise_workflow_event(instance_id, "GO", data={"answer": 42})
        return self.end(instance_id)

    def event_limited(self):
        late = self.start(wait_event_limited, 1)
        early = self.started(wait_event_limited, 600)
        self.client.raise_workflow_event(early, "Go", data="it")
        return {"late": self.end(late), "early": self.end(early)}

    def child(self):
        return self.run(delegating, 10)

    def children(self):
        return self.run(parent, 10)

    def retries(self):
        return {
            "healed": self.run(retrying, fresh("key")),
            "exhausted": self.run(exhausting, "again"),
        }

    def failure(self):
        return self.run(failing, "once")

    def continue_as_new(self):
        return self.run(counter, 1)

    def carry_over(self):
        instance_id = self.started(collector, {"wanted": 5, "items": []})
        for number in range(1, 6):
            self.client.raise_workflow_event(instance_id, "Item", data=number)
        return self.end(instance_id)

    def suspend(self):
        instance_id = self.started(wait_event)
        seen = []
        for call in (self.client.pause_workflow, self.client.pause_workflow):
            call(instance_id)
        seen.append(self.until(instance_id, "SUSPENDED"))
        for call in (self.client.resume_workflow, self.client.resume_workflow):
            call(instance_id)
        seen.append(self.until(instance_id, "RUNNING"))
        self.client.pause_workflow(instance_id)
        seen.append(self.until(instance_id, "SUSPENDED"))
        self.client.raise_workflow_event(instance_id, "Go", data="held")
        time.sleep(0.3)
        seen.append(self.status(instance_id))
        self.client.resume_workflow(instance_id)
        return {"seen": seen, "instance": self.end(instance_id)}

    def terminate(self):
        child = fresh("child")
        instance_id = self.started(waiting_parent, child)
        self.until(child, "RUNNING")
        self.client.terminate_workflow(instance_id, output="stopped")
        instance = self.end(instance_id)
        return {"instance": instance, "child": self.until(child, "TERMINATED")}

    def purge(self):
        instance_id = self.run(chain, 1)["id"]
        self.client.purge_workflow(instance_id)
        after = self.status(instance_id)
        return {"after": after, "again": self.run(chain, 2, instance_id)}

    def big(self):
        text = "0123456789abcdef" * 65536
        instance = self.run(echo_all, text)
        return {
            "status": instance["status"],
            "length": len(instance["output"]),
            "same": instance["output"] == text,
        }

    def bulk(self):
        return self.run(bulky, 5 * 1024 * 1024)

    def wait(self):
        """An instance that waits, for others to manage."""
        return self.started(wait_event)

    def propagation(self):
        return self.run("Ordering", 1)

    def deltas(self):
        counts = count_deltas()
        return {"instance": self.run(steps, {"steps": 20, "millis": 0}), **counts}

    def unicode(self):
        return self.run(echo_all, {"größe": "世界 🎉 ¿\u0001\"\\"}, "订单-" + fresh("é"))

    def state(self):
        instance_id = self.started(wait_event, {"a": [1, 2.5, None]})
        running = view(self.client.get_workflow_state(instance_id))
        self.client.raise_workflow_event(instance_id, "Go", data="now")
        return {"running": running, "ended": self.end(instance_id)}

    def duplicate(self):
        instance_id = self.started(wait_event)
        error = ""
        try:
            self.start(wait_event, instance_id=instance_id)
        except Exception as refused:
            error = str(refused)
        self.client.raise_workflow_event(instance_id, "Go", data=1)
        first = self.end(instance_id)
        return {"error": error, "first": first, "again": self.run(chain, 5, instance_id)}

    def many(self):
        instances = [self.start(chain, number) for number in range(1, 51)]
        ended = [self.end(instance_id) for instance_id in instances]
        return {"outputs": [instance["output"] for instance in ended]}

    def unknown_workflow(self):
        return self.run("NobodyKnowsIt", 1)

    def manage(self):
        """The calls of the page "how to manage workflows", in its order."""
        from dapr.clients import DaprClient

        with DaprClient() as client:
            if not hasattr(client, "start_workflow"):
                return {"unsupported": True}
            at = {"instance_id": fresh("manage"), "workflow_component": "dapr"}
            seen = []

            def note(expected):
                deadline = time.monotonic() + PATIENCE_SECONDS
                status = ""
                while status != expected and time.monotonic() < deadline:
                    status = client.get_workflow(**at).runtime_status.upper()
                seen.append(status)

            client.start_workflow(
                workflow_name="WaitEvent", input="in", workflow_options={}, **at
            )
            note("RUNNING")
            client.pause_workflow(**at)
            note("SUSPENDED")
            client.resume_workflow(**at)
            note("RUNNING")
            client.raise_workflow_event(event_name="Go", event_data="eventData", **at)
            note("COMPLETED")
            client.purge_workflow(**at)
            try:
                client.get_workflow(**at)
                seen.append("STILL THERE")
            except Exception as gone:
                seen.append(str(gone))
            client.start_workflow(workflow_name="WaitEvent", input="in", **at)
            note("RUNNING")
            client.terminate_workflow(**at)
            note("TERMINATED")
            return {"seen": seen}


def report(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main():
    runtime.start()
    scenarios = Scenarios()
    report({"ready": True})
    names = sys.argv[1:] or (line.strip() for line in sys.stdin)
    for name in names:
        try:
            report({"scenario": name, "result": getattr(scenarios, name)()})
        except Exception as error:
            traceback.print_exc()
            report({"scenario": name, "error": f"{type(error).__name__}: {error}"})
    runtime.shutdown()


if __name__ == "__main__":
    main()
