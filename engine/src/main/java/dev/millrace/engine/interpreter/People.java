package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.HumanTaskSpec;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Wait;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.HumanTaskNodeType;
import dev.millrace.engine.graph.HumanTaskNodeType.Act;
import dev.millrace.engine.graph.Outcomes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What persons do with their work items. */
final class People {

  static final String AGREE = "agree";
  static final String DISAGREE = "disagree";
  static final String SUBMIT = "submit";

  private static final Set<String> AGREEING = Set.of(AGREE, "approve", "同意");
  private static final Set<String> DISAGREEING = Set.of(DISAGREE, "reject", "驳回");

  private final Turn turn;

  People(Turn turn) {
    this.turn = turn;
  }

  /** Acts on a work item; a rejection leaves everything as it was. */
  Reply act(Command.ActOnHumanTask command) {
    for (NodeRun run : turn.draft.openRuns()) {
      if (run.waitsFor() instanceof Wait.ForPeople people) {
        HumanTask task = people.tasks().get(command.taskId());
        if (task != null && task.state().open()) {
          return act(command, run, people, task);
        }
      }
    }
    return Reply.Rejected.of(
        Reason.ALREADY_SUBMITTED, "work item " + command.taskId() + " is not open any more");
  }

  private Reply act(
      Command.ActOnHumanTask command, NodeRun run, Wait.ForPeople people, HumanTask task) {
    if (!command.user().isEmpty() && !command.user().equals(task.user())) {
      return Reply.Rejected.of(
          Reason.FORBIDDEN, "work item " + task.id() + " belongs to another user");
    }
    if (people.spec().rule() == HumanTaskSpec.Rule.TYPE) {
      return askType(command, run, task);
    }
    String operation = operation(people.spec(), command.payload());
    if (operation == null) {
      return Reply.Rejected.of(
          Reason.INVALID_INPUT,
          "operation: expected "
              + people.spec().agreeLabel()
              + " (agree) or "
              + people.spec().disagreeLabel()
              + " (disagree)");
    }
    Object payload = command.payload();
    if (people.spec().rule() == HumanTaskSpec.Rule.FORM) {
      Schemas.Validation validation =
          turn.ports.schemas().validate(people.spec().schema(), payload);
      if (!validation.valid()) {
        return invalid(validation);
      }
      payload = validation.value();
    }
    HumanTask acted =
        new HumanTask(
            task.id(), task.user(), HumanTask.State.COMPLETED, operation, payload, turn.now());
    turn.emit(new HistoryEvent.HumanTaskChanged(turn.now(), run.id(), acted));
    decide(turn.draft.run(run.id()), operation);
    return new Reply.Accepted(Map.of("id", task.id()));
  }

  /** Lets the type of the node decide. */
  private Reply askType(Command.ActOnHumanTask command, NodeRun run, HumanTask task) {
    String template = turn.graph.node(run.place().nodeId()).type();
    if (!(turn.ports.types().find(template).orElse(null) instanceof HumanTaskNodeType type)) {
      return Reply.Rejected.of(
          Reason.INVALID_STATE, "template " + template + " cannot say what an answer means");
    }
    Act act;
    try {
      act = type.act(turn.openers.context(run), task, command.payload());
    } catch (ExpressionException fault) {
      return Reply.Rejected.of(Reason.INVALID_INPUT, String.valueOf(fault.getMessage()));
    }
    HumanTask acted =
        switch (act) {
          case Act.Refused refused -> null;
          case Act.Kept kept ->
              new HumanTask(
                  task.id(),
                  task.user(),
                  HumanTask.State.STARTED,
                  kept.operation(),
                  kept.payload(),
                  turn.now());
          case Act.Done done ->
              new HumanTask(
                  task.id(),
                  task.user(),
                  HumanTask.State.COMPLETED,
                  done.operation(),
                  done.payload(),
                  turn.now());
        };
    if (acted == null) {
      return act instanceof Act.Refused refused
          ? Reply.Rejected.of(refused.reason(), refused.message())
          : Reply.OK;
    }
    turn.emit(new HistoryEvent.HumanTaskChanged(turn.now(), run.id(), acted));
    NodeRun open = turn.draft.run(run.id());
    if (open.waitsFor() instanceof Wait.ForPeople people) {
      List<HumanTask> tasks = List.copyOf(people.tasks().values());
      turn.openers.ask(open, 0, (_, context) -> type.acted(context, tasks, acted));
    }
    return new Reply.Accepted(Map.of("id", task.id()));
  }

  private static Reply invalid(Schemas.Validation validation) {
    List<Object> details = new ArrayList<>();
    for (Schemas.Violation violation : validation.violations()) {
      details.add(
          Map.of(
              "path", violation.path(),
              "keyword", violation.keyword(),
              "message", violation.message()));
    }
    Schemas.Violation first = validation.violations().getFirst();
    return new Reply.Rejected(Reason.INVALID_INPUT, first.path() + ": " + first.message(), details);
  }

  private static @Nullable String operation(HumanTaskSpec spec, @Nullable Object payload) {
    if (spec.rule() == HumanTaskSpec.Rule.FORM) {
      return SUBMIT;
    }
    String word = JsonValue.text(payload, "operation", "");
    if (AGREEING.contains(word) || (!word.isEmpty() && word.equals(spec.agreeLabel()))) {
      return AGREE;
    }
    boolean disagrees =
        DISAGREEING.contains(word) || (!word.isEmpty() && word.equals(spec.disagreeLabel()));
    return disagrees ? DISAGREE : null;
  }

  private void decide(NodeRun run, String operation) {
    if (!(run.waitsFor() instanceof Wait.ForPeople people)) {
      return;
    }
    boolean allIn = people.tasks().values().stream().noneMatch(task -> task.state().open());
    String outcome =
        switch (people.spec().rule()) {
          case FORM, TYPE -> Outcomes.SUCCESS;
          case ANY -> operation.equals(AGREE) ? Outcomes.APPROVED : Outcomes.REJECTED;
          case ALL ->
              operation.equals(DISAGREE) ? Outcomes.REJECTED : allIn ? Outcomes.APPROVED : null;
        };
    if (outcome == null) {
      return;
    }
    turn.waits.closePeople(run);
    Object output = output(turn.draft.run(run.id()), outcome);
    boolean branch =
        !turn.edges.candidates(turn.graph.node(run.place().nodeId()), outcome).isEmpty();
    turn.nodes.complete(turn.draft.run(run.id()), output, outcome);
    NodeRun.Result result = turn.draft.run(run.id()).result();
    boolean rejected = result != null && result.outcome().equals(Outcomes.REJECTED);
    if (rejected && !branch && !turn.ended()) {
      turn.endings.reject(run);
    }
  }

  private static @Nullable Object output(NodeRun run, String outcome) {
    if (!(run.waitsFor() instanceof Wait.ForPeople people)) {
      return null;
    }
    List<Object> acts = new ArrayList<>();
    for (HumanTask task : people.tasks().values()) {
      if (task.state() != HumanTask.State.COMPLETED) {
        continue;
      }
      if (people.spec().rule() == HumanTaskSpec.Rule.FORM) {
        return task.payload();
      }
      Map<String, @Nullable Object> act = new LinkedHashMap<>();
      act.put("user", task.user());
      act.put("operation", task.operation());
      act.put("comment", JsonValue.text(task.payload(), "comment", ""));
      act.put("operateAt", task.changedAt().toEpochMilli());
      acts.add(act);
    }
    Map<String, @Nullable Object> output = new LinkedHashMap<>();
    output.put("outcome", outcome);
    output.put("members", acts);
    return output;
  }
}
