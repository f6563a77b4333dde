package dev.millrace.engine.graph;

import dev.millrace.engine.HumanTask;
import dev.millrace.engine.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kind of node that decides itself what persons may do with its work items and what their answers
 * come to; its human tasks have the rule {@link dev.millrace.engine.HumanTaskSpec.Rule#TYPE}.
 */
public interface HumanTaskNodeType extends WaitingNodeType {

  /**
   * Asked when a person acts on an open work item.
   *
   * @param payload what was submitted, plain JSON
   */
  Act act(NodeContext context, HumanTask task, @Nullable Object payload);

  /**
   * Asked after an act was recorded.
   *
   * @param tasks all work items of the run, the latest act included
   * @param latest the one that was acted on
   * @return {@link Step.Stay} to wait for more
   */
  Step acted(NodeContext context, List<HumanTask> tasks, HumanTask latest);

  /** What an act comes to. */
  sealed interface Act {

    /** It is not possible; nothing changes. */
    record Refused(Reason reason, String message) implements Act {}

    /** What was submitted is kept; the work item stays open. */
    record Kept(String operation, @Nullable Object payload) implements Act {}

    /** The work item is done. */
    record Done(String operation, @Nullable Object payload) implements Act {}
  }
}
