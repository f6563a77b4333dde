package dev.millrace.testkit;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reply;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.store.codec.Codec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs one definition on the engine in virtual time, without store or threads. Activities are
 * answered by functions. After every decision the laws hold or the harness throws: the state equals
 * the fold of all events, and survives encoding. Not thread-safe.
 */
public final class EngineHarness {

  private static final InstanceKey KEY = InstanceKey.of("1000000000000000001");

  private final Engine engine;
  private final Graph graph;
  private final Map<String, Function<Map<String, @Nullable Object>, @Nullable Object>> activities =
      new HashMap<>();
  private final List<HistoryEvent> history = new ArrayList<>();
  private final List<Effect> sent = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private final SharedEnvironment environment = new SharedEnvironment();
  private final Deque<Effect.DispatchActivity> dispatched = new ArrayDeque<>();
  private final Map<String, Instant> timers = new TreeMap<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long seed = 1;
  private int decisions;
  private int crashAfter;
  private boolean forgotten;
  private @Nullable InstanceState state;
  private @Nullable Reply reply;

  public EngineHarness(Graph graph, NodeTypes types) {
    this.graph = graph;
    this.engine =
        new Engine(ref -> graph, environment, types, new ProcessExpressions(), new JsonSchemas());
  }

  /** Answers an activity; the function may throw {@link ActivityFailure}. */
  public EngineHarness activity(
      String name, Function<Map<String, @Nullable Object>, @Nullable Object> answer) {
    activities.put(name, answer);
    return this;
  }

  /** Starts the instance and runs it as far as it goes without time passing. */
  public EngineHarness start(@Nullable Object input) {
    send(
        new Command.StartInstance(
            KEY, 1, graph.ref(), input, new Command.Origin("tester", "api", false), null));
    return settle();
  }

  /** Decides a command and checks the laws; does not run activities. */
  public EngineHarness send(Command command) {
    Decision decision = engine.decide(state, command, new Moment(now, seed++));
    reply = decision.reply();
    history.addAll(decision.events());
    if (decision.state() != null) {
      InstanceState folded = engine.fold(null, history);
      require(folded.equals(decision.state()), "state is not the fold of its events");
      InstanceState decoded = Codec.decodeState(Codec.encodeState(decision.state()));
      require(decoded.equals(decision.state()), "state does not survive encoding");
      List<HistoryEvent> events = Codec.decodeHistory(Codec.encodeHistory(decision.events()));
      require(events.equals(decision.events()), "events do not survive encoding");
    }
    state = decision.state();
    decisions++;
    if (decisions == crashAfter) {
      crash(decision.effects());
    } else {
      decision.effects().forEach(this::take);
    }
    return this;
  }

  /**
   * Lets the server crash once a number of decisions are committed. What a store keeps is taken;
   * dispatched activities and what would only have gone on in memory are lost and asked for again.
   */
  public EngineHarness crashAfter(int count) {
    crashAfter = count;
    return this;
  }

  private void crash(List<Effect> effects) {
    dispatched.clear();
    for (Effect effect : effects) {
      boolean volatileEffect =
          effect instanceof Effect.DispatchActivity || effect instanceof Effect.Continue;
      if (!volatileEffect) {
        take(effect);
      }
    }
    InstanceState stored = engine.fold(null, history);
    engine.recover(stored, new Moment(now, seed++)).forEach(this::take);
  }

  /** Adds an event to the history as if a decision had recorded it. */
  public EngineHarness append(HistoryEvent event) {
    history.add(event);
    state = engine.fold(null, history);
    return this;
  }

  /** How many commands were decided so far. */
  public int decisions() {
    return decisions;
  }

  private void take(Effect effect) {
    switch (effect) {
      case Effect.DispatchActivity dispatch -> dispatched.add(dispatch);
      case Effect.ArmTimer arm -> timers.put(arm.timerId(), arm.dueAt());
      case Effect.CancelTimer cancel -> timers.remove(cancel.timerId());
      case Effect.Continue go ->
          send(new Command.ContinueInstance(KEY, state().life().generation()));
      case Effect.SendToInstance send -> sent.add(send);
      case Effect.StartChild child -> sent.add(child);
      case Effect.SetEnvironment set -> {
        sent.add(set);
        environment.set(set.name(), set.value());
      }
      case Effect.DropWork drop -> dropped.add(drop.execution());
      case Effect.Forget _ -> forgotten = true;
      case Effect.DispatchTurn _, Effect.DispatchTask _, Effect.Purge _ ->
          throw new AssertionError("not for graphs: " + effect);
    }
  }

  /** Runs dispatched activities that have an answer, until none is left. */
  public EngineHarness settle() {
    List<Effect.DispatchActivity> unanswered = new ArrayList<>();
    for (Effect.DispatchActivity next; (next = dispatched.poll()) != null; ) {
      var answer = activities.get(next.activity());
      if (answer == null) {
        unanswered.add(next);
      } else {
        run(next, answer);
      }
    }
    dispatched.addAll(unanswered);
    return this;
  }

  private void run(
      Effect.DispatchActivity dispatch,
      Function<Map<String, @Nullable Object>, @Nullable Object> answer) {
    Command command;
    try {
      command =
          new Command.CompleteActivity(KEY, dispatch.token(), answer.apply(dispatch.parameters()));
    } catch (ActivityFailure failure) {
      command = new Command.FailActivity(KEY, dispatch.token(), failure.failure, 0);
    }
    send(command);
  }

  /** Lets time pass: timers fire in order at their due times, activities are answered. */
  public EngineHarness advance(Duration duration) {
    Instant end = now.plus(duration);
    while (true) {
      String next = null;
      for (Map.Entry<String, Instant> timer : timers.entrySet()) {
        boolean due = !timer.getValue().isAfter(end);
        if (due && (next == null || timer.getValue().isBefore(timers.get(next)))) {
          next = timer.getKey();
        }
      }
      Instant due = next == null ? null : timers.remove(next);
      if (next == null || due == null) {
        break;
      }
      now = due.isAfter(now) ? due : now;
      send(new Command.FireTimer(KEY, state().life().generation(), next, due));
      settle();
    }
    now = end;
    return this;
  }

  /** Gives the definition's owner a secret. */
  public EngineHarness secret(String name, String value) {
    environment.secrets().put(name, value);
    return this;
  }

  /** The name of the instance under test. */
  public InstanceKey key() {
    return KEY;
  }

  public InstanceState state() {
    if (state == null) {
      throw new AssertionError("the instance was not started: " + reply);
    }
    return state;
  }

  public @Nullable Reply reply() {
    return reply;
  }

  /** All events so far. */
  public List<HistoryEvent> history() {
    return List.copyOf(history);
  }

  /** What was sent to other instances and to the environment. */
  public List<Effect> sent() {
    return List.copyOf(sent);
  }

  /** The work that was taken back from workers. */
  public List<String> dropped() {
    return List.copyOf(dropped);
  }

  /** Activities in flight that no function answers. */
  public List<Effect.DispatchActivity> inFlight() {
    return List.copyOf(dispatched);
  }

  /** Drops a dispatched activity that a test answered itself. */
  public void forget(Effect.DispatchActivity answered) {
    dispatched.remove(answered);
  }

  /** Whether no row of the instance is to be kept. */
  public boolean forgotten() {
    return forgotten;
  }

  /** The timers that are armed. */
  public Map<String, Instant> timers() {
    return Map.copyOf(timers);
  }

  /** The runs of a node, oldest first. */
  public List<NodeRun> runs(String nodeId) {
    return state().graph().runs().values().stream()
        .filter(run -> run.place().nodeId().equals(nodeId))
        .toList();
  }

  /** The status words of the runs of a node, as {@code done}. */
  public List<String> words(String nodeId) {
    return runs(nodeId).stream().map(run -> run.status().word()).toList();
  }

  /** The type of the failure the instance ended with, empty for none. */
  public String failureType() {
    Failure failure = state().life().failure();
    return failure == null ? "" : failure.type();
  }

  /** The outputs of the runs of a node, oldest first; null for those that are open. */
  public List<@Nullable Object> outputs(String nodeId) {
    List<@Nullable Object> outputs = new ArrayList<>();
    for (NodeRun run : runs(nodeId)) {
      outputs.add(run.result() == null ? null : run.result().output());
    }
    return outputs;
  }

  /** The output of the last ended run of a node. */
  public @Nullable Object output(String nodeId) {
    NodeRun.Result result = runs(nodeId).getLast().result();
    return result == null ? null : result.output();
  }

  private void require(boolean holds, String law) {
    if (!holds) {
      throw new AssertionError(law + " after " + history);
    }
  }

  /** An activity's failure, thrown by the function that answers it. */
  public static final class ActivityFailure extends RuntimeException {
    private final transient Failure failure;

    public ActivityFailure(String type, String message) {
      super(message);
      this.failure = new Failure(type, message, "", true, null, null);
    }
  }
}
