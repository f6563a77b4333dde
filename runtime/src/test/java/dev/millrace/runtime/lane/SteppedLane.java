package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reply;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.activity.Dispatcher;
import dev.millrace.runtime.definition.Definitions;
import dev.millrace.runtime.identity.Snowflake;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.NullUnmarked;

/** A lane in one thread: the test moves the clock, the committer and the loaders. */
@NullUnmarked
final class SteppedLane {

  final WatchedStore store;
  final Deque<Runnable> commits = new ArrayDeque<>();
  final Deque<Runnable> reads = new ArrayDeque<>();
  final List<Effect.DispatchActivity> dispatched = new ArrayList<>();
  final List<Consumer<Command>> results = new ArrayList<>();
  final LaneLoop loop;
  final LaneApi api;
  Instant now;

  SteppedLane(WatchedStore store, LaneSettings settings, Instant now) {
    this.store = store;
    this.now = now;
    SplittableRandom random = new SplittableRandom(7);
    Dispatcher dispatcher =
        (InstanceKey key, Effect.DispatchActivity attempt, Consumer<Command> sink) -> {
          dispatched.add(attempt);
          results.add(sink);
        };
    LanePorts ports =
        new LanePorts(
            () -> this.now, random::nextLong, commits::add, reads::add, Runnable::run, dispatcher);
    Definitions definitions = new Definitions(store, List.of(TinyRules.FORMAT));
    SharedVariables variables = new SharedVariables(store.variables(), Map.of());
    loop =
        new LaneLoop(
            store,
            store.acquire(settings.owner(), settings.partitions()),
            settings,
            ports,
            new LaneParts(new TinyRules(definitions), definitions, variables));
    api = new LaneApi(loop, new Snowflake(() -> this.now, 1), random, definitions, store.queries());
  }

  static SteppedLane open() {
    return open(new WatchedStore());
  }

  static SteppedLane open(WatchedStore store) {
    return new SteppedLane(store, LaneSettings.DEFAULT, Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** The lane of the next server over the same store; nothing of this one is finished. */
  SteppedLane crash() {
    return new SteppedLane(store, LaneSettings.DEFAULT, now);
  }

  /** Lets the lane, the committer and the loaders run until nothing is left to do. */
  void settle() {
    boolean did = true;
    while (did) {
      did = loop.work();
      did |= runAll(reads);
      did |= runAll(commits);
    }
  }

  /** Lets the lane and the loaders run, and holds the commits back. */
  void decideOnly() {
    boolean did = true;
    while (did) {
      did = loop.work();
      did |= runAll(reads);
    }
  }

  void pass(Duration time) {
    now = now.plus(time);
    settle();
  }

  private static boolean runAll(Deque<Runnable> tasks) {
    boolean any = !tasks.isEmpty();
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    return any;
  }

  /** Saves an enabled definition and returns its id. */
  String define(Object document) {
    CompletableFuture<Reply> reply =
        api.saveDefinition(
            new EngineApi.SaveDefinition(
                null, 0, "tiny", new EngineApi.Described("d", "ann", true), document, null));
    settle();
    return (String) value(reply).get("id");
  }

  CompletableFuture<Reply> start(String definition, String uid) {
    return start(definition, uid, null);
  }

  CompletableFuture<Reply> start(String definition, String uid, Object input) {
    return api.start(
        new EngineApi.StartRequest(
            InstanceKey.of(uid),
            definition,
            0,
            input,
            new Command.Origin("ann", "api", false),
            null));
  }

  CompletableFuture<Reply> tell(String uid, String event) {
    return tell(uid, event, null);
  }

  CompletableFuture<Reply> tell(String uid, String event, Object payload) {
    return api.submit(new Command.RaiseEvent(InstanceKey.of(uid), event, "", payload, "", 0));
  }

  InstanceState state(String uid) {
    var future = api.instance(InstanceKey.of(uid));
    settle();
    return future.join().orElseThrow();
  }

  /** What an instance was told, in order. */
  String log(String uid) {
    return String.valueOf(state(uid).graph().variables().get("log"));
  }

  @SuppressWarnings("unchecked") // replies to starts and saves are objects
  static Map<String, Object> value(CompletableFuture<Reply> reply) {
    return (Map<String, Object>) ((Reply.Accepted) reply.join()).value();
  }
}
