package dev.millrace.testkit;

import dev.millrace.engine.Failure;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Wait;
import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Branching nodes as definition formats may have them. */
final class BranchingNodes {

  private BranchingNodes() {}

  static List<NodeType> all() {
    return List.of(
        new Choice(),
        new Each(),
        new Spread(),
        new Branches(),
        new Rescue(),
        new Leave(),
        new Ask(),
        new Show());
  }

  private abstract static class Plain implements NodeType {
    @Override
    public String summary() {
      return "A node of these tests.";
    }

    @Override
    public Category category() {
      return Category.GATEWAY;
    }

    @Override
    public Nature nature() {
      return Nature.WAIT;
    }

    @Override
    public List<ParameterSpec> parameters() {
      return List.of();
    }

    @Override
    public Map<String, Object> example() {
      return Map.of();
    }
  }

  /** Runs the body {@code true} or {@code false}, and ends as that ends. */
  private static final class Choice extends Plain implements BranchingNodeType {
    @Override
    public String name() {
      return "choice";
    }

    @Override
    public Step enter(NodeContext context) {
      String body = context.text("when", "false");
      return context.node().bodies().containsKey(body)
          ? Step.Open.one(body, Map.of())
          : Step.Done.of(body);
    }

    @Override
    public Step scopeEnded(NodeContext context, ScopeEnd end) {
      return passOn(end, end.body());
    }
  }

  private static List<?> items(NodeContext context) {
    return context.parameters().get("items") instanceof List<?> items ? items : List.of();
  }

  private static Step passOn(ScopeEnd end, @Nullable Object output) {
    if (end.failure() != null) {
      return new Step.Failed(end.failure());
    }
    return end.outcome().equals(Outcomes.SUCCESS)
        ? Step.Done.of(output)
        : new Step.EndBody(end.outcome(), output);
  }

  /** Runs its body once per item, one after the other. */
  private static final class Each extends Plain implements BranchingNodeType {
    @Override
    public String name() {
      return "each";
    }

    @Override
    public List<ParameterSpec> parameters() {
      return List.of(ParameterSpec.optional("until", "any", "Tested before a round.").asRaw());
    }

    @Override
    public Step enter(NodeContext context) {
      return next(context, 0, 0);
    }

    @Override
    public Step scopeEnded(NodeContext context, ScopeEnd end) {
      int done = (int) BodyCrashTest.number(JsonValue.get(end.progress(), "done"));
      int looped = (int) BodyCrashTest.number(end.variables().get("sequence"));
      String exit = context.text("exit", "stop");
      if (end.failure() != null && exit.equals("stop")) {
        Failure failure = end.failure();
        return new Step.Failed(
            new Failure(
                failure.type(), failure.message(), "", false, progress(looped, done), null));
      }
      if (end.outcome().equals("break") || (end.failure() != null && exit.equals("break"))) {
        Map<String, Object> broken = new LinkedHashMap<>(progress(looped, done));
        broken.put("broken", true);
        return Step.Done.of(broken);
      }
      return next(context, looped, done + 1);
    }

    private static Step next(NodeContext context, int index, int done) {
      List<?> items = items(context);
      Map<String, @Nullable Object> variables = new LinkedHashMap<>();
      if (index < items.size()) {
        variables.put("item", items.get(index));
        variables.put("index", (long) index);
        variables.put("sequence", index + 1L);
        variables.put("length", (long) items.size());
      }
      Object until = context.parameters().get("until");
      boolean stops = until != null && context.expressions().test(until, context.within(variables));
      return index >= items.size() || stops
          ? Step.Done.of(progress(index, done))
          : new Step.Open(List.of(new Step.Body("each", variables)), progress(index, done));
    }

    private static Map<String, Object> progress(int looped, int done) {
      Map<String, Object> progress = new LinkedHashMap<>();
      progress.put("looped", (long) looped);
      progress.put("done", (long) done);
      return progress;
    }
  }

  /** Runs its body once per item, all at once; goes on when all have ended. */
  private static final class Spread extends Plain implements BranchingNodeType {
    @Override
    public String name() {
      return "spread";
    }

    @Override
    public Step enter(NodeContext context) {
      List<Step.Body> bodies = new ArrayList<>();
      for (Object item : items(context)) {
        bodies.add(new Step.Body("each", Map.of("item", item)));
      }
      return bodies.isEmpty() ? Step.Done.of(null) : new Step.Open(bodies, null);
    }

    @Override
    public Step scopeEnded(NodeContext context, ScopeEnd end) {
      return end.open() == 0 ? Step.Done.of(null) : Step.Open.none(null);
    }
  }

  /** Runs its bodies at once; {@code mode} says which ends count. */
  private static final class Branches extends Plain implements BranchingNodeType {
    @Override
    public String name() {
      return "branches";
    }

    @Override
    public Step enter(NodeContext context) {
      List<Step.Body> bodies = new ArrayList<>();
      context.node().bodies().keySet().forEach(name -> bodies.add(new Step.Body(name, Map.of())));
      return new Step.Open(bodies, Arrays.asList(new Object[bodies.size()]));
    }

    @Override
    public Step scopeEnded(NodeContext context, ScopeEnd end) {
      List<@Nullable Object> ends = new ArrayList<>(progressOf(end));
      List<String> names = List.copyOf(context.node().bodies().keySet());
      ends.set(names.indexOf(end.body()), end.normal() ? 1L : -1L);
      List<@Nullable Object> progress = Collections.unmodifiableList(ends);
      boolean good = end.normal();
      return switch (context.text("mode", "all")) {
        case "all" -> good ? waitFor(end, progress, true) : failed(progress);
        case "any" -> good ? Step.Done.of(progress) : waitFor(end, progress, false);
        case "race" -> good ? Step.Done.of(progress) : failed(progress);
        default -> waitFor(end, progress, true);
      };
    }

    private static List<?> progressOf(ScopeEnd end) {
      return end.progress() instanceof List<?> list ? list : List.of();
    }

    private static Step waitFor(ScopeEnd end, List<@Nullable Object> progress, boolean endsWell) {
      if (end.open() > 0) {
        return Step.Open.none(progress);
      }
      return endsWell ? Step.Done.of(progress) : failed(progress);
    }

    private static Step failed(List<@Nullable Object> progress) {
      return new Step.Failed(new Failure("branch", "a branch failed", "", true, progress, null));
    }
  }

  /** Runs {@code run}; where that fails, {@code undo}. */
  private static final class Rescue extends Plain implements BranchingNodeType {
    @Override
    public String name() {
      return "rescue";
    }

    @Override
    public Step enter(NodeContext context) {
      return Step.Open.one("run", Map.of());
    }

    @Override
    public Step scopeEnded(NodeContext context, ScopeEnd end) {
      if (end.body().equals("run") && end.failure() != null) {
        return Step.Open.one("undo", Map.of("cause", end.failure().message()));
      }
      return passOn(end, end.output());
    }
  }

  /** Ends the body around it. */
  private static final class Leave extends Plain {
    @Override
    public String name() {
      return "leave";
    }

    @Override
    public Step enter(NodeContext context) {
      return new Step.EndBody(context.text("outcome", "break"), "left");
    }
  }

  /** Waits for an event, then runs a body if there is one. */
  private static final class Ask extends Plain implements BranchingNodeType {
    @Override
    public String name() {
      return "ask";
    }

    @Override
    public Step enter(NodeContext context) {
      return new Step.Waiting(new Wait.ForEvent("answer", ""));
    }

    @Override
    public Step waitEnded(NodeContext context, String outcome, @Nullable Object output) {
      return Step.Open.one(String.valueOf(output), Map.of("answer", String.valueOf(output)));
    }

    @Override
    public Step scopeEnded(NodeContext context, ScopeEnd end) {
      return passOn(end, end.output());
    }
  }

  /** Gives its value. */
  private static final class Show extends Plain {
    @Override
    public String name() {
      return "show";
    }

    @Override
    public Step enter(NodeContext context) {
      return Step.Done.of(context.parameters().get("value"));
    }
  }
}
