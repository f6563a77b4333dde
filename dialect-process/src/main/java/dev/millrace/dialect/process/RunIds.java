package dev.millrace.dialect.process;

import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.Wait;
import dev.millrace.store.query.Queries.InstanceFilter;
import dev.millrace.store.query.Queries.InstanceView;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ids of runs as the table {@code node_inst} shows them in its column {@code uid}, in place of
 * the ids of work items. Safe on any thread.
 */
final class RunIds {
  /** The uid of the instance, or # and its number; the generation; the number of the run. */
  private static final Pattern RUN_UID =
      Pattern.compile("(?:#(?<number>\\d{1,18})|(?<uid>.+))-\\d{1,9}-(?<run>\\d{1,9})");

  private final EngineCalls calls;

  RunIds(EngineCalls calls) {
    this.calls = calls;
  }

  /** The instance that a run belongs to; 404 for what is no id of a run. */
  InstanceKey instance(String runUid, Request request) {
    Matcher parts = RUN_UID.matcher(runUid);
    if (!parts.matches()) {
      throw unknown(runUid);
    }
    String number = parts.group("number");
    if (number == null) {
      String namespace = request.query("namespace");
      return new InstanceKey(
          namespace == null ? InstanceKey.DEFAULT_NAMESPACE : namespace, parts.group("uid"));
    }
    long id = Long.parseLong(number);
    List<InstanceView> newest = calls.queries().instances(InstanceFilter.ALL, 1, id + 1).rows();
    if (newest.isEmpty() || newest.getFirst().id() != id) {
      throw unknown(runUid);
    }
    return newest.getFirst().key();
  }

  /**
   * The one open work item that a user has in a run.
   *
   * @param user empty where nobody says who calls; then the run must have one open item in all
   */
  String workItem(InstanceKey key, String runUid, String user) throws InterruptedException {
    InstanceState state = calls.existing(key).orElseThrow(() -> unknown(runUid));
    Matcher parts = RUN_UID.matcher(runUid);
    NodeRun run =
        parts.matches() ? state.graph().runs().get(Integer.parseInt(parts.group("run"))) : null;
    if (run == null) {
      throw unknown(runUid);
    }
    List<HumanTask> open =
        run.open() && run.waitsFor() instanceof Wait.ForPeople people
            ? people.tasks().values().stream().filter(task -> task.state().open()).toList()
            : List.of();
    if (open.isEmpty()) {
      throw Problem.conflict(
          "already_submitted", "task instance %s waits for nobody now".formatted(runUid));
    }
    List<HumanTask> own =
        open.stream().filter(task -> user.isEmpty() || task.user().equals(user)).toList();
    if (own.isEmpty()) {
      throw Problem.of(
          403, "forbidden", "task instance %s belongs to other users".formatted(runUid));
    }
    if (own.size() > 1) {
      throw Problem.conflict(
          "conflict",
          "expected one open work item in %s, found %d; send the id of one, or say who calls"
              .formatted(runUid, own.size()));
    }
    return own.getFirst().id();
  }

  private static Problem unknown(String id) {
    return Problem.notFound("there is no task instance " + id);
  }
}
