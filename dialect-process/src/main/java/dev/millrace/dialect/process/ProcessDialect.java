package dev.millrace.dialect.process;

import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.worker.Workers;
import dev.millrace.transport.Caller;
import dev.millrace.transport.Routes;
import java.time.ZoneId;
import java.util.function.Predicate;

/**
 * The process API over {@link EngineApi}: definitions, starts, instances, human tasks, callbacks
 * and the catalogue of templates. Holds no state of its own; safe on any thread.
 */
public final class ProcessDialect {
  private final ProcessRoutes processes;
  private final StartRoutes starts;
  private final InstanceRoutes instances;
  private final ActionRoutes actions;
  private final HumanTaskRoutes humanTasks;
  private final NodeTypes nodeTypes;

  /**
   * A dialect that is served once {@link #register} was called.
   *
   * @param workers asked which of them could do what an instance waits for
   */
  public ProcessDialect(
      EngineApi engine,
      Workers workers,
      ProcessFormat format,
      NodeTypes nodeTypes,
      Schemas schemas,
      Settings settings) {
    EngineCalls calls = new EngineCalls(engine);
    Users users = new Users(settings.mayActForOthers());
    Times times = new Times(settings.zone());
    this.processes = new ProcessRoutes(calls, format, users, times);
    this.starts = new StartRoutes(calls, schemas, users);
    this.instances = new InstanceRoutes(calls, workers, times);
    this.actions = new ActionRoutes(calls, users);
    this.humanTasks = new HumanTaskRoutes(calls, users, times);
    this.nodeTypes = nodeTypes;
  }

  /**
   * What the operator decides.
   *
   * @param zone of times that are written as text, as {@code 2023-12-01 10:00:00}
   * @param mayActForOthers which authenticated callers may name another user in {@code
   *     X-Millrace-User}; callers of a server without authentication always may
   */
  public record Settings(ZoneId zone, Predicate<Caller> mayActForOthers) {}

  /** Adds all paths of the process API. */
  public void register(Routes.Builder routes) {
    routes.alias("/v1", "/api");
    processes.register(routes);
    starts.register(routes);
    instances.register(routes);
    actions.register(routes);
    humanTasks.register(routes);
    routes.route("GET", "/api/templates", request -> Answers.list(TemplateAnswer.all(nodeTypes)));
  }
}
