package dev.millrace.simulator;

import dev.millrace.engine.Command;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.runtime.EngineApi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The callers: they define, start, submit, raise, suspend, stop and ask at random, repeat with the
 * same ids what was not answered, and keep what was acknowledged. One thread.
 */
final class Clients {

  /** The member of a payload that names its event. */
  static final String EVENT = "event";

  /** The member of an input that names the start. */
  static final String REQUEST = "request";

  /** The variable that is set from outside. */
  static final String MARK = "mark";

  private static final int TRIES = 6;
  private static final int STARTS_MOST = 25;
  private static final int PATIENCE_MILLIS = 4_000;

  private final World world;
  private final SplittableRandom random;
  private final Acknowledged acknowledged;
  private final List<String> definitions = new ArrayList<>();
  private int actions;
  private int numbers;
  private int starts;
  private int open;

  Clients(World world, SplittableRandom random) {
    this.world = world;
    this.random = random;
    acknowledged = new Acknowledged(world);
  }

  void begin() {
    define(world.swarm.load().definitions());
  }

  /** Whether all calls of the run were made. */
  boolean done() {
    return actions >= world.swarm.load().actions();
  }

  private void define(int more) {
    if (more == 0) {
      for (int i = 0; i < world.swarm.load().clients(); i++) {
        next();
      }
      return;
    }
    save(null, () -> define(more - 1));
  }

  private void save(@Nullable String id, Runnable then) {
    String request = "save-" + ++numbers;
    List<String> children = id == null ? definitions : List.of();
    Map<String, Object> document = DefinitionDraw.draw(random.split(), request, children);
    var faults = world.format.check(document).errors();
    world.verdict.require(faults.isEmpty(), "definitions", "refused: " + faults + document);
    Object kept = Objects.requireNonNull(world.format.normalise(document));
    EngineApi.SaveDefinition wanted =
        new EngineApi.SaveDefinition(
            id,
            0,
            world.format.name(),
            new EngineApi.Described(request, "owner", id == null || random.nextInt(5) != 0),
            kept,
            new EngineApi.RequestId(request, request));
    ask(
        api -> api.saveDefinition(wanted),
        reply -> {
          String saved = acknowledged.saved(request, reply);
          if (saved != null && id == null) {
            definitions.add(saved);
          }
          then.run();
        },
        Integer.MAX_VALUE);
  }

  private void next() {
    int gap = world.swarm.load().gapMillis();
    world.agenda.afterMicros(
        random.nextLong(1, 2_000L * gap + 2),
        () -> {
          if (!done()) {
            actions++;
            act();
            next();
          }
        });
  }

  private void act() {
    int dice = random.nextInt(110);
    if (dice < 25) {
      start();
    } else if (dice < 45) {
      submitHumanTask();
    } else if (dice < 58) {
      raise();
    } else if (dice < 63) {
      call();
    } else if (dice < 69) {
      suspend();
    } else if (dice < 77) {
      resume();
    } else if (dice < 80) {
      stop();
    } else if (dice < 85) {
      rerun();
    } else if (dice < 91) {
      query();
    } else if (dice < 95) {
      foreignResult();
    } else if (dice < 98) {
      fireAgain();
    } else if (dice < 101) {
      save(pick(definitions), () -> {});
    } else if (dice < 106) {
      awaitEnd();
    } else if (dice < 109) {
      setVariable();
    } else {
      remove();
    }
  }

  private void start() {
    String definition = pick(definitions);
    if (definition == null || starts >= STARTS_MOST) {
      return;
    }
    starts++;
    String request = "start-" + ++numbers;
    Map<String, @Nullable Object> input = new LinkedHashMap<>();
    input.put(REQUEST, request);
    input.put("n", (long) random.nextInt(10));
    List<Object> items = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      items.add("item-" + i);
    }
    input.put("items", items);
    EngineApi.StartRequest wanted =
        new EngineApi.StartRequest(
            random.nextInt(4) == 0 ? InstanceKey.of("mine-" + numbers) : null,
            definition,
            0,
            input,
            new Command.Origin("ann", "api", false),
            new EngineApi.RequestId(request, request));
    ask(api -> api.start(wanted), reply -> acknowledged.started(request, reply), TRIES);
  }

  private void submitHumanTask() {
    String user = DefinitionDraw.USERS.get(random.nextInt(DefinitionDraw.USERS.size()));
    var open = world.rows.queries().humanTasks(user, 100, 0).rows();
    if (open.isEmpty()) {
      return;
    }
    var task = open.get(random.nextInt(open.size()));
    String actor = random.nextInt(20) == 0 ? "stranger" : user;
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("operation", random.nextInt(3) == 0 ? "disagree" : "agree");
    Command command = new Command.ActOnHumanTask(task.key(), task.task().id(), actor, payload);
    ask(
        api -> api.submit(command),
        reply -> acknowledged.actedOn(task.key(), task.task().id(), reply),
        TRIES);
  }

  private void raise() {
    InstanceState state = pick(states(any -> !any.header().fast()));
    if (state != null) {
      long ttl = random.nextInt(4) == 0 ? random.nextInt(0, 2) * 60_000L : -1;
      String name = DefinitionDraw.SIGNALS.get(random.nextInt(DefinitionDraw.SIGNALS.size()));
      raise(state.header().key(), name, ttl);
    }
  }

  /** Raises an event; a negative time to live keeps it until it is taken. */
  void raise(InstanceKey key, String name, long ttlMillis) {
    String id = "event-" + ++numbers;
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put(EVENT, id);
    Command command = new Command.RaiseEvent(key, name, "", payload, id, ttlMillis);
    ask(
        api -> api.submit(command),
        reply -> {
          if (ttlMillis < 0) {
            acknowledged.raised(key, id, reply);
          }
        },
        TRIES);
  }

  private void call() {
    InstanceState state = pick(states(any -> !waiting(any, Wait.ForCallback.class).isEmpty()));
    if (state != null) {
      callBack(state, waiting(state, Wait.ForCallback.class).getFirst());
    }
  }

  /** Calls the address that a run waits at. */
  void callBack(InstanceState state, NodeRun run) {
    tell(
        new Command.CompleteCallback(
            state.header().key(),
            state.life().executionUid(),
            run.place().nodeId(),
            "called-" + ++numbers));
  }

  private void suspend() {
    InstanceState state = pick(states(any -> any.life().status() == Status.RUNNING));
    if (state != null) {
      InstanceKey key = state.header().key();
      ask(
          api -> api.submit(new Command.SuspendInstance(key)),
          reply -> acknowledged.suspended(key, reply),
          TRIES);
    }
  }

  private void resume() {
    InstanceState state = pick(states(any -> any.life().status() == Status.SUSPENDED));
    if (state != null) {
      resume(state.header().key());
    }
  }

  void resume(InstanceKey key) {
    ask(
        api -> api.submit(new Command.ResumeInstance(key)),
        reply -> acknowledged.resumed(key, reply),
        TRIES);
  }

  private void stop() {
    InstanceState state = pick(states(any -> true));
    if (state != null) {
      InstanceKey key = state.header().key();
      ask(
          api -> api.submit(new Command.TerminateInstance(key, EndReason.PERSON, "enough")),
          reply -> acknowledged.stopped(key, reply),
          TRIES);
    }
  }

  private void rerun() {
    InstanceState state =
        pick(states(any -> any.life().status() == Status.FAILED || any.incident()));
    if (state != null) {
      rerun(state.header().key());
    }
  }

  void rerun(InstanceKey key) {
    ask(
        api -> api.submit(new Command.RerunInstance(key, "", Map.of(), Map.of())),
        reply -> acknowledged.rerun(key, reply),
        1);
  }

  private void query() {
    InstanceState state = pick(states(any -> true));
    SimulatedServer asked = world.server();
    if (state == null || asked == null) {
      return;
    }
    InstanceKey key = state.header().key();
    long before = acknowledged.events(key);
    asked.call(
        api -> api.instance(key),
        found -> {
          if (world.current(asked)) {
            acknowledged.seen(key, before, found.orElse(null));
          }
        },
        () -> {});
  }

  private void awaitEnd() {
    InstanceState state = pick(states(any -> !any.life().status().terminal()));
    SimulatedServer asked = world.server();
    if (state != null && asked != null) {
      InstanceKey key = state.header().key();
      asked.call(
          api -> api.whenEnded(key),
          ended -> {
            world.coverage.count(Coverage.Kind.ANSWER, "end awaited");
            acknowledged.ended(key, ended);
          },
          () -> {});
    }
  }

  private void setVariable() {
    InstanceState state =
        pick(states(any -> !any.header().fast() && any.life().status() != Status.COMPLETED));
    if (state != null) {
      InstanceKey key = state.header().key();
      String mark = "mark-" + ++numbers;
      Command command = new Command.SetVariables(key, Map.of(MARK, mark));
      ask(api -> api.submit(command), reply -> acknowledged.marked(key, mark, reply), TRIES);
    }
  }

  private void remove() {
    String id = pick(definitions);
    if (id != null && definitions.size() > 1) {
      definitions.remove(id);
      acknowledged.removing(id);
      ask(api -> api.removeDefinition(id), reply -> acknowledged.removed(id, reply), TRIES);
    }
  }

  private void foreignResult() {
    InstanceState state = pick(states(any -> !any.graph().runs().isEmpty()));
    if (state == null) {
      return;
    }
    List<NodeRun> runs = List.copyOf(state.graph().runs().values());
    NodeRun run = runs.get(random.nextInt(runs.size()));
    int generation = state.life().generation();
    Command.WorkToken token =
        switch (random.nextInt(4)) {
          case 0 -> new Command.WorkToken(generation + 1, run.id(), run.attempt());
          case 1 -> new Command.WorkToken(generation, run.id(), run.attempt() + 1);
          case 2 -> new Command.WorkToken(generation, run.id(), run.attempt() - 1);
          default -> new Command.WorkToken(generation, run.id() + 1_000, 1);
        };
    tell(new Command.CompleteActivity(state.header().key(), token, "foreign"));
  }

  private void fireAgain() {
    Command.FireTimer timer = pick(world.fired);
    if (timer != null) {
      tell(timer);
    }
  }

  /** Acts on a work item for its user. */
  void agree(InstanceKey key, HumanTask task) {
    Map<String, @Nullable Object> payload = new LinkedHashMap<>();
    payload.put("operation", "agree");
    Command command = new Command.ActOnHumanTask(key, task.id(), task.user(), payload);
    ask(api -> api.submit(command), reply -> acknowledged.actedOn(key, task.id(), reply), TRIES);
  }

  /** Reports the result of an activity until somebody hears it, as a worker must. */
  void report(Command command) {
    ask(api -> api.submit(command), _ -> {}, Integer.MAX_VALUE);
  }

  /** Sends a command whose answer nobody relies on. */
  void tell(Command command) {
    ask(api -> api.submit(command), _ -> {}, 1);
  }

  /** Whether no call waits for its answer or its next try. */
  boolean quiet() {
    return open == 0;
  }

  /** Calls until there is an answer or the tries are used up. */
  private void ask(
      Function<EngineApi, CompletableFuture<Reply>> request, Consumer<Reply> answered, int tries) {
    open++;
    attempt(request, answered, tries);
  }

  private void attempt(
      Function<EngineApi, CompletableFuture<Reply>> request, Consumer<Reply> answered, int tries) {
    SimulatedServer server = world.server();
    Runnable again =
        () -> {
          if (tries > 1) {
            world.agenda.afterMicros(
                random.nextInt(1, PATIENCE_MILLIS) * 1_000L,
                () -> attempt(request, answered, tries - 1));
          } else {
            open--;
          }
        };
    if (server == null) {
      again.run();
      return;
    }
    server.call(
        request,
        reply -> {
          if (reply instanceof Reply.Rejected rejected && rejected.reason() == Reason.BUSY) {
            again.run();
          } else {
            world.coverage.count(Coverage.Kind.ANSWER, reply);
            world.trace.line("reply " + reply.getClass().getSimpleName());
            open--;
            answered.accept(reply);
          }
        },
        again);
  }

  private List<InstanceState> states(Predicate<InstanceState> wanted) {
    return world.commits.states().stream().filter(wanted).toList();
  }

  static List<NodeRun> waiting(InstanceState state, Class<? extends Wait> kind) {
    return state.openRuns().stream().filter(run -> kind.isInstance(run.waitsFor())).toList();
  }

  private <T> @Nullable T pick(List<T> values) {
    return values.isEmpty() ? null : values.get(random.nextInt(values.size()));
  }
}
