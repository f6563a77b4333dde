package dev.millrace.engine.interpreter;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState.Body;
import dev.millrace.engine.InstanceState.BodyOutcome;
import dev.millrace.engine.InstanceState.Scope;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.NodeRun.RunStatus;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The scopes of a draft, and what ran in the bodies among them. Not thread-safe. */
final class ScopeDraft {

  private final CopiedMap<Integer, Scope> scopes;

  ScopeDraft(Map<Integer, Scope> shared) {
    scopes = new CopiedMap<>(shared);
  }

  Map<Integer, Scope> freeze() {
    return scopes.freeze();
  }

  @Nullable Scope find(int id) {
    return scopes.get(id);
  }

  Collection<Scope> all() {
    return scopes.read().values();
  }

  /** The innermost body around a scope or in it, 0 for none. */
  int body(int scope) {
    int id = scope;
    while (id != 0) {
      Scope found = scopes.get(id);
      if (found == null) {
        return 0;
      }
      if (found.body() != null) {
        return id;
      }
      id = found.parent();
    }
    return 0;
  }

  void open(Scope scope) {
    scopes.write().put(scope.id(), scope);
  }

  void openBody(HistoryEvent.BodyOpened opened, NodeRun opener) {
    Body body =
        new Body(
            opened.runId(),
            opened.name(),
            opened.variables(),
            opened.ordered(),
            false,
            0,
            Map.of(),
            null);
    open(new Scope(opened.scope(), opener.place().scope(), opener.place().nodeId(), body));
  }

  void settle(HistoryEvent.BodySettled settled) {
    Scope scope = scopes.get(settled.scope());
    if (scope != null && scope.body() != null) {
      Body body = scope.body();
      BodyOutcome outcome = new BodyOutcome(settled.outcome(), settled.output(), settled.failure());
      put(scope, true, body.last(), body.runs(), outcome);
    }
  }

  /** What ran in a body counts from its end on as run in the body around it. */
  void close(int id) {
    Scope closed = scopes.write().remove(id);
    Scope around = closed == null ? null : scopes.get(body(closed.parent()));
    if (closed != null && closed.body() != null && around != null && around.body() != null) {
      Body outer = around.body();
      Map<String, Integer> runs = new LinkedHashMap<>(outer.runs());
      runs.putAll(closed.body().runs());
      put(around, true, outer.last(), Collections.unmodifiableMap(runs), outer.outcome());
    }
  }

  /** Something was recorded in a scope: its body has begun. */
  void entered(int scope) {
    Scope found = scopes.get(body(scope));
    if (found != null && found.body() != null && !found.body().entered()) {
      Body body = found.body();
      put(found, true, body.last(), body.runs(), body.outcome());
    }
  }

  /** A run ended in a scope. */
  void ended(NodeRun run) {
    Scope found = scopes.get(body(run.place().scope()));
    if (found == null || found.body() == null || run.result() == null) {
      return;
    }
    Body body = found.body();
    RunStatus status = run.result().status();
    boolean counts = status != RunStatus.STOPPED && status != RunStatus.SKIPPED;
    Map<String, Integer> runs = new LinkedHashMap<>(body.runs());
    runs.put(run.place().nodeId(), run.id());
    put(
        found,
        true,
        counts ? run.id() : body.last(),
        Collections.unmodifiableMap(runs),
        body.outcome());
  }

  private void put(
      Scope scope,
      boolean entered,
      int last,
      Map<String, Integer> runs,
      @Nullable BodyOutcome outcome) {
    Body was = scope.body();
    if (was != null) {
      Body body =
          new Body(
              was.run(), was.name(), was.variables(), was.ordered(), entered, last, runs, outcome);
      open(new Scope(scope.id(), scope.parent(), scope.opener(), body));
    }
  }
}
