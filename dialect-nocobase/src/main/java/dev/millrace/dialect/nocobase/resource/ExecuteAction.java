package dev.millrace.dialect.nocobase.resource;

import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.run.Counters;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Event;
import dev.millrace.dialect.nocobase.run.Execution;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.dialect.nocobase.trigger.Trigger;
import dev.millrace.dialect.nocobase.trigger.Triggers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code workflows:execute}: runs any version, enabled or not, within the request, until it has
 * ended or waits; also a process or a workflow written as code, by its name.
 */
final class ExecuteAction implements Action {
  private final Versions versions;
  private final Triggers triggers;
  private final Dispatcher dispatcher;
  private final Counters counters;
  private final WorkflowActions workflows;
  private final OtherModels others;
  private final Supplier<String> ids;

  ExecuteAction(
      Versions versions,
      Triggers triggers,
      Resources.Running running,
      WorkflowActions workflows,
      Supplier<String> ids) {
    this.versions = versions;
    this.triggers = triggers;
    this.dispatcher = running.dispatcher();
    this.counters = running.counters();
    this.others = running.others();
    this.workflows = workflows;
    this.ids = ids;
  }

  @Override
  public Answer act(ActionRequest request) throws InterruptedException {
    String other = OtherModels.definition(request.parameters().key());
    if (other != null) {
      return others.execute(request, other);
    }
    long id = request.parameters().id();
    Version version = versions.find(id).orElseThrow(() -> Errors.of(404, "workflow not found"));
    Trigger trigger = triggers.find(version.type());
    if (trigger == null) {
      throw Errors.bad("Trigger type \"%s\" is not registered".formatted(version.type()));
    }
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    switch (trigger.manual(version, request.values(), request.identity())) {
      case Trigger.Manual.Unknown() -> throw Errors.bad("workflow not triggered");
      case Trigger.Manual.Unmatched() -> answer.put("execution", null);
      case Trigger.Manual.Run(Map<String, ?> context) -> {
        boolean revise = request.parameters().flag("autoRevision") && !counters.frozen(id);
        Optional<Execution> execution =
            dispatcher.run(
                new Event(
                    version,
                    context,
                    ids.get(),
                    List.of(),
                    true,
                    request.identity().known() ? request.identity().userId() : null,
                    request.trace()));
        answer.put("execution", execution.map(ExecuteAction::shown).orElse(null));
        if (revise && execution.isPresent()) {
          answer.put("newVersionId", revised(request, version));
        }
      }
    }
    return Answer.of(answer);
  }

  private static Map<String, @Nullable Object> shown(Execution execution) {
    Map<String, @Nullable Object> shown = new LinkedHashMap<>();
    shown.put("id", execution.id());
    shown.put("status", execution.status());
    return shown;
  }

  /** A fresh copy to go on editing, as the one that ran cannot be changed any more. */
  private @Nullable Object revised(ActionRequest request, Version version)
      throws InterruptedException {
    Map<String, @Nullable Object> inherited = new LinkedHashMap<>();
    inherited.put("current", version.current() ? true : null);
    inherited.put("enabled", version.enabled());
    return workflows
        .revise(version.id(), version.key(), inherited, RecordActions.context(request))
        .get("id");
  }
}
