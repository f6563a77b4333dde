package dev.millrace.simulator;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Reply;
import dev.millrace.store.Rows;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What callers were told: at that moment it must be in the store, from which nothing is ever lost
 * in a run. One thread.
 */
final class Acknowledged {

  private static final String LAW = "I1";

  private final World world;
  private final Map<String, String> answers = new HashMap<>();
  private final Set<String> removed = new HashSet<>();
  private final Map<InstanceKey, Integer> suspensions = new HashMap<>();
  private final Map<InstanceKey, Integer> resumptions = new HashMap<>();
  private final Map<InstanceKey, Integer> reruns = new HashMap<>();

  Acknowledged(World world) {
    this.world = world;
  }

  /** A definition was saved; its id, or null when it was refused. */
  @Nullable String saved(String request, Reply reply) {
    String id = answer(request, reply, "id");
    if (id != null && !removed.contains(id)) {
      world.verdict.require(
          world.rows.queries().definition(id, 0).isPresent(),
          LAW,
          "definition %s was acknowledged and is not stored".formatted(id));
    }
    return id;
  }

  /** The definition is about to be removed: from now on it may be there or not. */
  void removing(String id) {
    removed.add(id);
  }

  void removed(String id, Reply reply) {
    if (reply instanceof Reply.Accepted) {
      world.verdict.require(
          world.rows.queries().definition(id, 0).isEmpty(),
          LAW,
          "the removal of definition %s was acknowledged and is not stored".formatted(id));
    }
  }

  void marked(InstanceKey key, String mark, Reply reply) {
    if (reply instanceof Reply.Accepted) {
      HistoryCheck instance = world.commits.find(key);
      world.verdict.require(
          instance != null && instance.knowsMark(mark),
          LAW,
          "variable %s of %s was acknowledged and is not stored".formatted(mark, key));
    }
  }

  /** The end that was awaited; what follows it is a rerun. */
  void ended(InstanceKey key, InstanceState ended) {
    Rows.InstanceRow row = row(key);
    world.verdict.require(
        ended.life().status().terminal()
            && row != null
            && row.state().life().eventCount() >= ended.life().eventCount(),
        LAW,
        "the end of %s was told and is not stored: %s".formatted(key, ended.life()));
  }

  void started(String request, Reply reply) {
    String uid = answer(request, reply, "uid");
    if (uid != null) {
      world.verdict.require(
          row(InstanceKey.of(uid)) != null,
          LAW,
          "instance %s was acknowledged and is not stored".formatted(uid));
    }
  }

  /** The named member of an accepted answer; repeats of a request must be answered alike. */
  private @Nullable String answer(String request, Reply reply, String member) {
    if (!(reply instanceof Reply.Accepted accepted
        && accepted.value() instanceof Map<?, ?> value
        && value.get(member) instanceof String answer)) {
      return null;
    }
    String before = answers.putIfAbsent(request, answer);
    world.verdict.require(
        before == null || before.equals(answer),
        "idempotency",
        "request %s was answered %s and %s".formatted(request, before, answer));
    return answer;
  }

  void actedOn(InstanceKey key, String taskId, Reply reply) {
    if (reply instanceof Reply.Accepted) {
      HistoryCheck instance = world.commits.find(key);
      world.verdict.require(
          instance != null && instance.wasActedOn(taskId),
          LAW,
          "the submit of work item %s was acknowledged and is not stored".formatted(taskId));
    }
  }

  void raised(InstanceKey key, String eventId, Reply reply) {
    if (reply instanceof Reply.Accepted) {
      HistoryCheck instance = world.commits.find(key);
      world.verdict.require(
          instance != null && instance.knowsEvent(eventId),
          LAW,
          "event %s was acknowledged and is not stored".formatted(eventId));
    }
  }

  void suspended(InstanceKey key, Reply reply) {
    if (reply instanceof Reply.Accepted) {
      int acknowledged = suspensions.merge(key, 1, Integer::sum);
      HistoryCheck instance = world.commits.find(key);
      world.verdict.require(
          instance != null && instance.suspensions() >= acknowledged,
          LAW,
          "suspension %d of %s was acknowledged and is not stored".formatted(acknowledged, key));
    }
  }

  void resumed(InstanceKey key, Reply reply) {
    if (reply instanceof Reply.Accepted) {
      int acknowledged = resumptions.merge(key, 1, Integer::sum);
      HistoryCheck instance = world.commits.find(key);
      world.verdict.require(
          instance != null && instance.resumptions() >= acknowledged,
          LAW,
          "resumption %d of %s was acknowledged and is not stored".formatted(acknowledged, key));
    }
  }

  void rerun(InstanceKey key, Reply reply) {
    if (reply instanceof Reply.Accepted accepted
        && accepted.value() instanceof Map<?, ?> value
        && value.containsKey("executionUid")) {
      int acknowledged = reruns.merge(key, 1, Integer::sum);
      Rows.InstanceRow row = row(key);
      world.verdict.require(
          row != null && row.state().life().generation() > acknowledged,
          LAW,
          "rerun %d of %s was acknowledged and is not stored".formatted(acknowledged, key));
    }
  }

  void stopped(InstanceKey key, Reply reply) {
    if (reply instanceof Reply.Accepted) {
      Rows.InstanceRow row = row(key);
      world.verdict.require(
          row != null && row.state().life().status().terminal(),
          LAW,
          "the stop of %s was acknowledged and is not stored".formatted(key));
    }
  }

  /** How many events of an instance are committed. */
  long events(InstanceKey key) {
    HistoryCheck instance = world.commits.find(key);
    return instance == null ? 0 : instance.events();
  }

  /** A state was read that must be committed and no older than what was committed before. */
  void seen(InstanceKey key, long eventsBefore, @Nullable InstanceState found) {
    if (found == null) {
      HistoryCheck known = world.commits.find(key);
      if (known != null && known.purged()) {
        return;
      }
      world.verdict.breach(LAW, "instance %s is stored and was not found".formatted(key));
      return;
    }
    if (found.header().fast()) {
      return;
    }
    long events = found.life().eventCount();
    world.verdict.require(
        events >= eventsBefore && events <= events(key),
        LAW,
        "instance %s was shown at event %d; committed were %d before and %d after"
            .formatted(key, events, eventsBefore, events(key)));
    Rows.InstanceRow row = row(key);
    world.verdict.require(
        events != events(key) || (row != null && Objects.equals(found, row.state())),
        "I7",
        "instance %s was shown in a state that is not the stored one".formatted(key));
  }

  private Rows.@Nullable InstanceRow row(InstanceKey key) {
    HistoryCheck instance = world.commits.find(key);
    return instance == null ? null : instance.row();
  }
}
