package dev.millrace.runtime.explain;

import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Status;
import dev.millrace.engine.Wait;
import dev.millrace.engine.WorkerActivity;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Says what an instance waits for. Pure. */
public final class Explain {

  private Explain() {}

  /** One reason per thing that waits, in order of their start; empty for an ended instance. */
  public static List<WaitReason> explain(InstanceState state, Graph graph) {
    List<WaitReason> reasons = new ArrayList<>();
    if (state.life().status().terminal()) {
      return reasons;
    }
    Instant last = state.life().lastEventAt();
    Slot awaited = state.awaitedSlot();
    if (awaited != null) {
      reasons.add(
          new WaitReason(
              WaitReason.Kind.SLOT,
              state.header().startedAt(),
              "the instances that run",
              "the end of one of them",
              "The instance has not begun: it waits for %s.".formatted(awaited.words())));
    }
    if (state.life().status() == Status.SUSPENDED) {
      reasons.add(
          new WaitReason(
              WaitReason.Kind.SUSPENDED,
              last,
              "a suspension",
              "resume",
              "The instance is suspended: no new node starts until it is resumed."));
    }
    for (NodeRun run : state.openRuns()) {
      Wait wait = run.waitsFor();
      if (wait != null) {
        reasons.add(reason(run, wait, name(graph, run.place().nodeId())));
      }
    }
    for (InstanceState.Join join : state.graph().joins().values()) {
      if (!join.arrivals().isEmpty()) {
        String from =
            join.arrivals().stream()
                .map(arrival -> name(graph, arrival.from()))
                .collect(Collectors.joining(", "));
        reasons.add(
            new WaitReason(
                WaitReason.Kind.JOIN,
                last,
                "the other branches",
                "their arrival, or their end",
                "%s waits for its other branches; arrived so far: %s."
                    .formatted(name(graph, join.joinId()), from)));
      }
    }
    if (!state.graph().parked().isEmpty() && state.life().status() != Status.SUSPENDED) {
      reasons.add(
          new WaitReason(
              WaitReason.Kind.PARKED,
              last,
              "the step budget of a turn",
              "the next turn",
              "%d steps are next in turn and go on by themselves."
                  .formatted(state.graph().parked().size())));
    }
    return reasons;
  }

  private static WaitReason reason(NodeRun run, Wait wait, String node) {
    Instant since = run.attemptAt();
    String until = run.timeoutAt() == null ? "" : " Its time is up at " + run.timeoutAt() + ".";
    return switch (wait) {
      case Wait.ForActivity activity -> activity(run, activity, node, until);
      case Wait.ForTime time ->
          of(
              WaitReason.Kind.TIME,
              since,
              "the time " + time.dueAt(),
              "the clock",
              "%s goes on at %s.".formatted(node, time.dueAt()));
      case Wait.ForEvent event ->
          of(
              WaitReason.Kind.EVENT,
              since,
              "event " + event.name(),
              "raising the event",
              "%s waits for event %s%s.%s"
                  .formatted(node, event.name(), correlation(event), until));
      case Wait.ForCallback _ ->
          of(
              WaitReason.Kind.CALLBACK,
              since,
              "a caller",
              "a call to its callback address",
              "%s waits for a call to its callback address.%s".formatted(node, until));
      case Wait.ForPeople people ->
          of(
              WaitReason.Kind.PEOPLE,
              since,
              persons(people),
              "their answers",
              "%s waits for %s.%s".formatted(node, persons(people), until));
      case Wait.ForChild child ->
          of(
              WaitReason.Kind.CHILD,
              since,
              "instance " + child.child(),
              "its end",
              "%s waits for the end of instance %s of definition %s.%s"
                  .formatted(node, child.child(), child.definition(), until));
      case Wait.ForRetry retry -> retry(run, retry, node);
      case Wait.ForOperator _ ->
          of(
              WaitReason.Kind.OPERATOR,
              since,
              "an operator",
              "a rerun",
              "%s failed and waits for an operator.".formatted(node));
      case Wait.ForRace _ ->
          of(
              WaitReason.Kind.RACE,
              since,
              "the nodes that follow",
              "the first of them to finish",
              "%s waits for the first of the nodes that follow it.%s".formatted(node, until));
      case Wait.ForBodies _ -> bodies(since, node, until);
    };
  }

  private static WaitReason activity(
      NodeRun run, Wait.ForActivity activity, String node, String until) {
    WorkerActivity wanted = WorkerActivity.of(activity.activity());
    return wanted == null
        ? of(
            WaitReason.Kind.ACTIVITY,
            run.attemptAt(),
            "activity " + activity.activity(),
            "its result",
            "%s runs activity %s, attempt %d.%s"
                .formatted(node, activity.activity(), run.attempt(), until))
        : of(
            WaitReason.Kind.WORKER,
            run.attemptAt(),
            "a worker of app " + wanted.app(),
            "the worker's result",
            "%s waits for a worker of app %s that runs activity %s, attempt %d.%s"
                .formatted(node, wanted.app(), wanted.name(), run.attempt(), until));
  }

  private static WaitReason bodies(Instant since, String node, String until) {
    return of(
        WaitReason.Kind.BODIES,
        since,
        "the nodes inside it",
        "their end",
        "%s waits for the nodes inside it.%s".formatted(node, until));
  }

  private static WaitReason retry(NodeRun run, Wait.ForRetry retry, String node) {
    return of(
        WaitReason.Kind.RETRY,
        run.attemptAt(),
        "the time " + retry.dueAt(),
        "the clock",
        "%s failed %d times and tries again at %s."
            .formatted(node, run.attempts().size(), retry.dueAt()));
  }

  private static WaitReason of(
      WaitReason.Kind kind, Instant since, String holder, String unblockedBy, String sentence) {
    return new WaitReason(kind, since, holder, unblockedBy, sentence);
  }

  private static String correlation(Wait.ForEvent event) {
    return event.correlation().isEmpty() ? "" : " with correlation " + event.correlation();
  }

  private static String persons(Wait.ForPeople people) {
    String open =
        people.tasks().values().stream()
            .filter(task -> task.state().open())
            .map(HumanTask::user)
            .collect(Collectors.joining(", "));
    return open.isEmpty() ? "nobody in particular" : open;
  }

  private static String name(Graph graph, String nodeId) {
    Node node = graph.nodes().get(nodeId);
    return node == null || node.name().isEmpty()
        ? "Node " + nodeId
        : "Node \"" + node.name() + "\"";
  }
}
