package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.Graph;
import dev.millrace.runtime.Decider;
import dev.millrace.runtime.DefinitionFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/**
 * Rules just large enough to drive a lane: the name of a raised event says what to do. The variable
 * {@code log} records, in order, all that an instance was told.
 */
@NullUnmarked
public final class TinyRules implements Decider {

  /** Compiles any document; {@code fast} and {@code bad} are what it says. */
  public static final DefinitionFormat FORMAT =
      new DefinitionFormat() {
        @Override
        public String name() {
          return "tiny";
        }

        @Override
        public Graph compile(DefinitionRef ref, Object document) {
          if (document.equals("bad")) {
            throw new IllegalArgumentException("expected a good document, found bad");
          }
          Graph.Settings settings =
              new Graph.Settings(
                  "", "ann", document.equals("fast"), 0, "", "", null, null, Graph.Rules.DEFAULT);
          return new Graph(ref, Map.of(), List.of(), settings);
        }
      };

  private final dev.millrace.engine.graph.GraphSource graphs;

  public TinyRules(dev.millrace.engine.graph.GraphSource graphs) {
    this.graphs = graphs;
  }

  /** One decision in the making. */
  private final class Turn {
    final Moment moment;
    final List<HistoryEvent> events = new ArrayList<>();
    final List<Effect> effects = new ArrayList<>();
    InstanceState state;

    Turn(InstanceState state, Moment moment) {
      this.state = state;
      this.moment = moment;
    }

    void add(HistoryEvent event) {
      events.add(event);
      state = apply(state, event);
    }

    void log(String entry) {
      Object log = state.graph().variables().get("log");
      add(
          new HistoryEvent.VariablesSet(
              moment.now(), Map.of("log", log == null ? entry : log + "," + entry)));
    }

    int enter(Wait wait) {
      int id = state.graph().lastId() + 1;
      add(
          new HistoryEvent.NodeEntered(
              moment.now(), id, new NodeRun.Place("n", 0, 0, 0, -1, ""), Map.of(), wait, null));
      return id;
    }

    void complete(int runId) {
      add(
          new HistoryEvent.NodeCompleted(
              moment.now(),
              runId,
              new NodeRun.Result(NodeRun.RunStatus.DONE, "success", null, null, moment.now())));
    }

    void end() {
      add(
          new HistoryEvent.InstanceEnded(
              moment.now(), Status.COMPLETED, EndReason.NONE, null, null));
      ParentRef parent = state.header().parent();
      if (parent != null && parent.waits()) {
        effects.add(
            new Effect.SendToInstance(
                new Command.ChildEnded(
                    parent.key(),
                    parent.generation(),
                    parent.runId(),
                    state.header().key(),
                    Status.COMPLETED,
                    "done")));
      }
    }

    Decision done() {
      return new Decision(events, effects, Reply.OK, state, false);
    }

    Decision ignored() {
      return new Decision(List.of(), List.of(), Reply.OK, state, true);
    }
  }

  @Override
  public Decision decide(InstanceState state, Command command, Moment moment) {
    Turn turn = new Turn(state, moment);
    if (state != null && state.life().status().terminal()) {
      if (command instanceof Command.RerunInstance) {
        turn.add(new HistoryEvent.InstanceRerun(moment.now(), 1, "again", Map.of(), null));
        told(turn, "work", null);
        return turn.done();
      }
      return turn.ignored();
    }
    switch (command) {
      case Command.StartInstance start -> {
        boolean fast = graphs.graph(start.definition()).settings().fast();
        turn.add(
            new HistoryEvent.InstanceStarted(
                moment.now(),
                start.key(),
                start.id(),
                moment.drawUid(0),
                start.definition(),
                fast,
                start.input(),
                start.origin(),
                start.parent(),
                null));
        if (start.input() instanceof String todo) {
          told(turn, todo, start.key().uid());
        }
      }
      case Command.RaiseEvent event -> told(turn, event.name(), event.payload());
      case Command.FireTimer timer -> {
        if (!(turn.state.graph().variables().get("due") instanceof String due)
            || !due.equals(timer.dueAt().toString())) {
          return turn.ignored();
        }
        turn.log("fired");
      }
      case Command.CompleteActivity done -> {
        NodeRun run = state.graph().runs().get(done.token().runId());
        if (run == null || !run.open()) {
          return turn.ignored();
        }
        turn.complete(run.id());
        turn.log("result:" + done.output());
      }
      case Command.FailActivity failed -> {
        turn.complete(failed.token().runId());
        turn.log("failed:" + failed.failure().type());
      }
      case Command.ChildEnded ended -> turn.log("child:" + ended.status());
      case Command.ContinueInstance _ -> turn.log("continued");
      case Command.AbandonInstance _ ->
          turn.add(
              new HistoryEvent.InstanceEnded(
                  moment.now(), Status.FAILED, EndReason.SYSTEM, null, null));
      default -> throw new IllegalStateException("not for tiny rules: " + command);
    }
    return turn.done();
  }

  private static void told(Turn turn, String name, Object payload) {
    switch (name) {
      case "boom" -> throw new IllegalStateException("boom");
      case "end" -> turn.end();
      case "fail" ->
          turn.add(
              new HistoryEvent.InstanceEnded(
                  turn.moment.now(), Status.FAILED, EndReason.ERROR, null, null));
      case "work" -> {
        int run = turn.enter(new Wait.ForActivity("job", List.of(), 0));
        turn.effects.add(attempt(turn.state, run));
      }
      case "timer" -> {
        Instant due = Instant.parse((String) payload);
        turn.add(new HistoryEvent.VariablesSet(turn.moment.now(), Map.of("due", due.toString())));
        turn.effects.add(new Effect.ArmTimer("t", due));
      }
      case "cancel" -> turn.effects.add(new Effect.CancelTimer("t"));
      case "send" -> send(turn, (String) payload, "hello");
      case "send boom" -> send(turn, (String) payload, "boom");
      case "child" -> {
        turn.log("asked");
        turn.effects.add(
            new Effect.StartChild(
                InstanceKey.of(turn.state.header().key().uid() + "-child"),
                (String) payload,
                0,
                "end",
                "ann",
                new ParentRef(turn.state.header().key(), 1, 1, true, 1)));
      }
      case "share" -> {
        turn.log("shared");
        turn.effects.add(new Effect.SetEnvironment("ann", "v", payload));
      }
      case "go" -> {
        turn.log("go");
        turn.effects.add(new Effect.Continue());
      }
      case "refuse" -> throw new IllegalArgumentException("refused");
      default -> turn.log(name);
    }
  }

  private static void send(Turn turn, String uid, String event) {
    turn.log("sent");
    turn.effects.add(
        new Effect.SendToInstance(
            new Command.RaiseEvent(InstanceKey.of(uid), event, "", null, "", 0)));
  }

  private static Effect attempt(InstanceState state, int run) {
    return new Effect.DispatchActivity(
        new Command.WorkToken(state.life().generation(), run, 1),
        "job",
        Map.of(),
        Map.of(),
        state.header().key() + "/1/n/0",
        0);
  }

  @Override
  public int openWork(InstanceState state) {
    if (state.life().status().terminal()) {
      return 0;
    }
    return state.openRuns().size() + (state.header().fast() ? 1 : 0);
  }

  @Override
  public List<Effect> resume(InstanceState state, Moment moment) {
    return state.openRuns().stream().map(run -> attempt(state, run.id())).toList();
  }

  @Override
  public InstanceState apply(InstanceState state, HistoryEvent event) {
    if (event instanceof HistoryEvent.InstanceStarted started) {
      return new InstanceState(
          new InstanceState.Header(
              started.key(),
              started.id(),
              started.definition(),
              started.fast(),
              started.input(),
              started.origin(),
              started.parent(),
              started.at()),
          life(null, started.executionUid(), Status.RUNNING, started.at()),
          graph(0, Map.of(), Map.of()),
          List.of());
    }
    InstanceState.GraphState graph = state.graph();
    Status status = state.life().status();
    switch (event) {
      case HistoryEvent.VariablesSet set -> {
        Map<String, Object> variables = new LinkedHashMap<>(graph.variables());
        variables.putAll(set.variables());
        graph = graph(graph.lastId(), graph.runs(), variables);
      }
      case HistoryEvent.NodeEntered entered -> {
        Map<Integer, NodeRun> runs = new LinkedHashMap<>(graph.runs());
        runs.put(
            entered.runId(),
            new NodeRun(
                entered.runId(),
                entered.place(),
                entered.at(),
                entered.input(),
                List.of(),
                entered.at(),
                entered.waitsFor(),
                null,
                null));
        graph = graph(entered.runId(), runs, graph.variables());
      }
      case HistoryEvent.NodeCompleted completed -> {
        Map<Integer, NodeRun> runs = new LinkedHashMap<>(graph.runs());
        runs.computeIfPresent(completed.runId(), (_, run) -> run.ended(completed.result()));
        graph = graph(graph.lastId(), runs, graph.variables());
      }
      case HistoryEvent.InstanceEnded ended -> status = ended.status();
      case HistoryEvent.InstanceRerun _ -> status = Status.RUNNING;
      default -> throw new IllegalStateException("not for tiny rules: " + event);
    }
    return new InstanceState(
        state.header(),
        life(state.life(), state.life().executionUid(), status, event.at()),
        graph,
        List.of());
  }

  private static InstanceState.Lifecycle life(
      InstanceState.Lifecycle before, String execution, Status status, Instant at) {
    return new InstanceState.Lifecycle(
        1,
        execution,
        status,
        EndReason.NONE,
        null,
        null,
        null,
        null,
        status.terminal() ? at : null,
        at,
        before == null ? 1 : before.eventCount() + 1);
  }

  private static InstanceState.GraphState graph(
      int lastId, Map<Integer, NodeRun> runs, Map<String, Object> variables) {
    return new InstanceState.GraphState(
        lastId, runs, Map.of(), Map.of(), Map.of(), List.of(), variables, Map.of(), null);
  }
}
