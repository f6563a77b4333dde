package dev.millrace.format.nocobase.node;

import dev.millrace.engine.NodeRun.Notes;
import dev.millrace.engine.graph.BranchingNodeType;
import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.ScopeEnd;
import dev.millrace.engine.graph.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs branch i + 1 of the first condition i that is true; where none is, branch 0, after which it
 * goes on only if it may. {@code meta.conditions} lists what was found.
 */
final class MultiConditionsNode extends NocoBaseNode implements BranchingNodeType {

  private static final String NONE = "0";
  private static final Pattern KIND = Pattern.compile("^\\w*Error: ");

  private final NocoBaseExpressions expressions;

  MultiConditionsNode(NocoBaseExpressions expressions) {
    super("multi-conditions", "Goes into the branch of the first true condition.", Nature.WAIT);
    this.expressions = expressions;
  }

  @Override
  protected Step run(NodeContext context, Map<?, ?> config) {
    List<?> conditions = config.get("conditions") instanceof List<?> list ? list : List.of();
    List<@Nullable Object> found = new ArrayList<>();
    Object last = null;
    for (Object condition : conditions) {
      NocoBaseExpressions.Outcome outcome =
          expressions.condition(
              condition instanceof Map<?, ?> map ? map : Map.of(), context.scope());
      String error = outcome.value() instanceof String text ? text : messageOf(outcome.error());
      if (error != null) {
        found.add(error);
        return Step.Recorded.notes(JobStatus.expressionError(error), notes(error, found, false));
      }
      last = outcome.value();
      found.add(last);
      if (Boolean.TRUE.equals(last)) {
        return chosen(context, Integer.toString(found.size()), notes(last, found, true));
      }
    }
    Notes notes = notes(last, found, false);
    return context.node().bodies().containsKey(NONE)
        ? Step.Recorded.notes(Step.Open.one(NONE, Map.of()), notes)
        : Step.Recorded.notes(unmatched(config, last), notes);
  }

  /** The message of an error without its kind. */
  private static @Nullable String messageOf(@Nullable String error) {
    return error == null ? null : KIND.matcher(error).replaceFirst("");
  }

  private static Step chosen(NodeContext context, String branch, Notes notes) {
    Step step =
        context.node().bodies().containsKey(branch)
            ? Step.Open.one(branch, Map.of())
            : Step.Done.of(notes.output());
    return Step.Recorded.notes(step, notes);
  }

  private static Step unmatched(Map<?, ?> config, @Nullable Object last) {
    return Boolean.TRUE.equals(config.get("continueOnNoMatch"))
        ? Step.Done.of(last)
        : JobStatus.FAILED.step(last, "no condition is true");
  }

  private static Notes notes(
      @Nullable Object output, List<@Nullable Object> found, boolean decided) {
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("conditions", Collections.unmodifiableList(found));
    return new Notes(output, meta, null, decided);
  }

  @Override
  public Step scopeEnded(NodeContext context, ScopeEnd end) {
    Object output = shown(context);
    if (end.failure() != null) {
      return new Step.Failed(end.failure(), output);
    }
    return end.body().equals(NONE) ? unmatched(config(context), output) : Step.Done.of(output);
  }
}
