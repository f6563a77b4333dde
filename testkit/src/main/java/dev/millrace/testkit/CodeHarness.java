package dev.millrace.testkit;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.CodeVersion;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.store.codec.Codec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs one code workflow on the engine in virtual time, without store, threads or workers: the test
 * is the worker. After every decision the laws hold or the harness throws: the state equals the
 * fold of all events, and events, state and messages survive encoding. Not thread-safe.
 */
public final class CodeHarness {

  /** The name of the instance under test. */
  public static final InstanceKey KEY = new InstanceKey("shop", "abc");

  private final Engine engine =
      new Engine(
          ref -> {
            throw new AssertionError("a code workflow has no graph: " + ref);
          },
          Environment.EMPTY,
          new NodeTypes(List.of()),
          new ProcessExpressions(),
          new JsonSchemas());
  private final List<HistoryEvent> log = new ArrayList<>();
  private final List<Command> sent = new ArrayList<>();
  private final Map<String, Effect.DispatchTask> tasks = new LinkedHashMap<>();
  private final Map<String, Instant> timers = new TreeMap<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long seed = 1;
  private Effect.@Nullable DispatchTurn turn;
  private @Nullable InstanceState state;
  private @Nullable Reply reply;
  private boolean ignored;

  /** Starts the workflow with an input. */
  public CodeHarness start(String name, @Nullable String input) {
    return start(CodeStart.of(name, input, KEY.namespace()), null);
  }

  /** Starts the workflow. */
  public CodeHarness start(CodeStart start, @Nullable ParentRef parent) {
    return send(
        new Command.StartCodeInstance(
            KEY, 1, start, new Command.Origin("", "dapr", false), parent));
  }

  /** Decides a command and checks the laws. */
  public CodeHarness send(Command command) {
    Decision decision = engine.decide(state, command, new Moment(now, seed++));
    reply = decision.reply();
    ignored = decision.ignored();
    if (decision.effects().contains(new Effect.Purge())) {
      log.clear();
      timers.clear();
    }
    log.addAll(decision.events());
    InstanceState after = decision.state();
    if (after != null) {
      require(engine.fold(null, log).equals(after), "state is not the fold of its events");
      InstanceState decoded = Codec.decodeState(Codec.encodeState(after));
      require(decoded.equals(after), "state does not survive encoding");
      List<HistoryEvent> events = Codec.decodeHistory(Codec.encodeHistory(decision.events()));
      require(events.equals(decision.events()), "events do not survive encoding");
    }
    state = after;
    decision.effects().forEach(this::take);
    return this;
  }

  private void take(Effect effect) {
    switch (effect) {
      case Effect.DispatchTurn next -> turn = next;
      case Effect.DispatchTask task ->
          tasks.put(task.execution() + "/" + task.task().eventId(), task);
      case Effect.ArmTimer arm -> timers.put(arm.timerId(), arm.dueAt());
      case Effect.CancelTimer cancel -> timers.remove(cancel.timerId());
      case Effect.SendToInstance send -> {
        require(
            Codec.decodeEffect(Codec.encodeEffect(send)).equals(send),
            "message does not survive encoding");
        sent.add(send.command());
      }
      case Effect.DropWork drop -> tasks.keySet().removeIf(id -> id.startsWith(drop.execution()));
      case Effect.Purge _ -> {}
      default -> throw new AssertionError("not for code workflows: " + effect);
    }
  }

  /** The turn a worker would have. */
  public Effect.DispatchTurn turn() {
    if (turn == null) {
      throw new AssertionError("no turn is offered after " + log);
    }
    return turn;
  }

  /** Whether a turn is offered that was not answered. */
  public boolean turnOffered() {
    return turn != null;
  }

  /** Answers the turn that is offered. */
  public CodeHarness answer(CodeAction... actions) {
    return answer(turn(), null, null, actions);
  }

  /** Answers a turn, which may be one of before. */
  public CodeHarness answer(
      Effect.DispatchTurn to,
      @Nullable String customStatus,
      @Nullable CodeVersion version,
      CodeAction... actions) {
    if (to.equals(turn)) {
      turn = null;
    }
    return send(new Command.CompleteTurn(KEY, to.token(), List.of(actions), customStatus, version));
  }

  /** Answers an activity of the present run. */
  public CodeHarness done(int taskId, @Nullable String result) {
    return done(task(taskId), result, null);
  }

  /** Lets an activity of the present run fail. */
  public CodeHarness failed(int taskId, FailureDetails failure) {
    return done(task(taskId), null, failure);
  }

  /** Answers an activity, which may be one of an earlier run. */
  public CodeHarness done(
      Effect.DispatchTask task, @Nullable String result, @Nullable FailureDetails failure) {
    return send(
        new Command.CompleteTask(KEY, task.execution(), task.task().eventId(), result, failure));
  }

  /** An activity that was handed out in the present run. */
  public Effect.DispatchTask task(int taskId) {
    Effect.DispatchTask task = tasks.get(state().life().executionUid() + "/" + taskId);
    if (task == null) {
      throw new AssertionError("activity " + taskId + " was not handed out: " + tasks.keySet());
    }
    return task;
  }

  /** Raises an event. */
  public CodeHarness raise(String name, @Nullable String payload) {
    return send(new Command.RaiseEvent(KEY, name, "", payload, "", 0));
  }

  /** Lets time pass; timers fire in order at their due times. */
  public CodeHarness advance(Duration duration) {
    Instant end = now.plus(duration);
    for (Map.Entry<String, Instant> due = next(end); due != null; due = next(end)) {
      timers.remove(due.getKey());
      now = due.getValue().isAfter(now) ? due.getValue() : now;
      send(new Command.FireTimer(KEY, state().life().generation(), due.getKey(), due.getValue()));
    }
    now = end;
    return this;
  }

  private Map.@Nullable Entry<String, Instant> next(Instant end) {
    return timers.entrySet().stream()
        .filter(timer -> !timer.getValue().isAfter(end))
        .min(Map.Entry.comparingByValue())
        .orElse(null);
  }

  /** Whether there is an instance. */
  public boolean exists() {
    return state != null;
  }

  public InstanceState state() {
    if (state == null) {
      throw new AssertionError("the instance was not started: " + reply);
    }
    return state;
  }

  public CodeState code() {
    CodeState code = state().code();
    if (code == null) {
      throw new AssertionError("no code workflow");
    }
    return code;
  }

  /** The kinds of the events that a worker replays, as {@code TaskScheduled}. */
  public List<String> kinds() {
    return kinds(code().history());
  }

  /** The kinds of events. */
  public static List<String> kinds(List<CodeEvent> events) {
    return events.stream().map(event -> event.getClass().getSimpleName()).toList();
  }

  public @Nullable Reply reply() {
    return reply;
  }

  /** Whether the last command was stale. */
  public boolean ignored() {
    return ignored;
  }

  /** What a restart would hand out again. */
  public List<Effect> recover() {
    return engine.recover(state(), new Moment(now, seed++));
  }

  /** Everything recorded. */
  public List<HistoryEvent> log() {
    return List.copyOf(log);
  }

  /** Commands sent to other instances. */
  public List<Command> sent() {
    return List.copyOf(sent);
  }

  /** The timers that are armed. */
  public Map<String, Instant> timers() {
    return Map.copyOf(timers);
  }

  /** How many activities were handed out. */
  public int tasks() {
    return tasks.size();
  }

  /** The present time. */
  public Instant now() {
    return now;
  }

  private void require(boolean holds, String law) {
    if (!holds) {
      throw new AssertionError(law + " after " + log);
    }
  }
}
