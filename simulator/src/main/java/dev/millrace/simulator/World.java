package dev.millrace.simulator;

import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.Command;
import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.GraphSource;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.runtime.Decider;
import dev.millrace.runtime.definition.Definitions;
import dev.millrace.store.StoreException;
import dev.millrace.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Everything of one run: time, rows, the server of the moment, those around it. One thread. */
final class World {

  private static final NodeTypes TYPES = new NodeTypes(BuiltInNodeTypes.all());
  private static final int RESTART_MILLIS = 5_000;
  private static final Duration ZOMBIE_LIFE = Duration.ofSeconds(30);
  private static final int CLOCK_SECONDS = 120;

  final Subject subject;
  final Swarm swarm;
  final Agenda agenda = new Agenda();
  final SimulatedClock clock = new SimulatedClock(agenda);
  final Verdict verdict = new Verdict();
  final Coverage coverage = new Coverage();
  final Trace trace;
  final MemoryStore rows = new MemoryStore();
  final ProcessExpressions expressions = new ProcessExpressions();
  final JsonSchemas schemas = new JsonSchemas();
  final ProcessFormat format = new ProcessFormat(TYPES, expressions, schemas);

  /** Compiled graphs of committed definitions, for checks. */
  final Definitions graphs = new Definitions(rows, List.of(format));

  /** The rules as they are, for checks. */
  final Engine engine = new Engine(graphs, Environment.EMPTY, TYPES, expressions, schemas);

  final SplittableRandom storeRandom;
  final SplittableRandom serverRandom;
  final CommitCheck commits;
  final Workers workers;
  final Clients clients;

  /** Timers that a server has fired, committed or not. */
  final List<Command.FireTimer> fired = new ArrayList<>();

  int deaths;
  long stale;
  private final SplittableRandom mischiefRandom;
  private @Nullable SimulatedServer server;
  private int servers;
  private boolean healed;

  World(long seed, Subject subject, Consumer<String> listener) {
    this.subject = subject;
    SplittableRandom random = new SplittableRandom(seed);
    swarm = Swarm.draw(random.split());
    trace = new Trace(agenda, listener);
    storeRandom = random.split();
    serverRandom = random.split();
    mischiefRandom = random.split();
    commits = new CommitCheck(this);
    workers = new Workers(this, random.split());
    clients = new Clients(this, random.split());
    trace.line(swarm.toString());
  }

  Decider decider(GraphSource graphs, Environment environment) {
    return new EngineDecider(new Engine(graphs, environment, TYPES, expressions, schemas));
  }

  void fault(String name) {
    coverage.count(Coverage.Kind.FAULT, name);
  }

  boolean healed() {
    return healed;
  }

  /** The server that clients call, or null while there is none. */
  @Nullable SimulatedServer server() {
    return server;
  }

  boolean current(SimulatedServer other) {
    return server == other;
  }

  /** Starts everything. */
  void begin() {
    open();
    clients.begin();
    nowAndThen(
        swarm.mischief().crashEvery(),
        () -> {
          fault("kill");
          crash("of a kill");
        });
    nowAndThen(swarm.mischief().takeoverEvery(), this::takeOver);
    nowAndThen(swarm.mischief().clockStopEvery(), this::stopClock);
    nowAndThen(swarm.mischief().clockBackEvery(), this::jumpBack);
  }

  /** Ends all faults; the server of the moment goes on, or a new one starts. */
  void heal(boolean restart) {
    healed = true;
    clock.go();
    trace.line("healed");
    if (restart) {
      crash("of a last kill");
    }
  }

  /** Kills the server of the moment. */
  void crash(String why) {
    SimulatedServer old = server;
    if (old != null) {
      old.kill(why);
    }
  }

  /** Hears that a server died. */
  void died(SimulatedServer dead) {
    deaths++;
    if (server == dead) {
      server = null;
      agenda.afterMicros(mischiefRandom.nextInt(1, RESTART_MILLIS) * 1_000L, this::open);
    }
  }

  private void open() {
    if (server != null) {
      return;
    }
    try {
      SimulatedServer opened = new SimulatedServer(this, ++servers);
      trace.line("server %d opens".formatted(opened.number()));
      server = opened;
    } catch (StoreException e) {
      fault("cannot open");
      trace.line("a server cannot open: " + e.getMessage());
      agenda.afterMicros(mischiefRandom.nextInt(1, RESTART_MILLIS) * 1_000L, this::open);
    }
  }

  /** Another server takes the store over while the first one still believes it owns it. */
  private void takeOver() {
    SimulatedServer old = server;
    if (old == null) {
      return;
    }
    fault("takeover");
    trace.line("server %d is taken over".formatted(old.number()));
    server = null;
    open();
    agenda.after(ZOMBIE_LIFE, () -> old.kill("as a zombie"));
  }

  private void stopClock() {
    fault("clock stands still");
    trace.line("the clock stops");
    clock.stop();
    agenda.after(Duration.ofSeconds(mischiefRandom.nextInt(1, CLOCK_SECONDS)), clock::go);
  }

  private void jumpBack() {
    Duration by = Duration.ofMillis(-mischiefRandom.nextInt(1, CLOCK_SECONDS * 1_000));
    fault("clock jumps back");
    trace.line("the clock jumps by " + by);
    clock.jump(by);
  }

  private void nowAndThen(Duration every, Runnable action) {
    if (every.isZero()) {
      return;
    }
    agenda.afterMicros(
        mischiefRandom.nextLong(1, 2_000 * every.toMillis()),
        () -> {
          if (!healed) {
            action.run();
            nowAndThen(every, action);
          }
        });
  }
}
