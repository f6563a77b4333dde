package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.worker.Payloads;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where graphs, whose payloads are plain JSON, and code workflows, whose payloads are text, call
 * each other. Stateless.
 */
final class Borders {

  /** The origin of what SDK clients start. */
  static final Command.Origin ORIGIN = new Command.Origin("", "dapr", false);

  private static final long UNTIL_TAKEN = -1;

  private Borders() {}

  /** A message in the form that the instance it is for expects. */
  static Effect outgoing(InstanceState sender, Effect message) {
    boolean code = sender.code() != null;
    return switch (message) {
      case Effect.SendToInstance send
          when send.command() instanceof Command.ChildEnded ended
              && ended.status() == Status.COMPLETED
              && code == ended.execution().isEmpty() ->
          new Effect.SendToInstance(
              new Command.ChildEnded(
                  ended.key(),
                  ended.generation(),
                  ended.runId(),
                  ended.child(),
                  ended.status(),
                  code ? Payloads.plain(ended.result()) : Payloads.text(ended.result()),
                  ended.execution()));
      case Effect.StartChild child when code -> {
        ParentRef parent = child.parent();
        yield new Effect.StartChild(
            child.key(),
            child.definition(),
            child.revision(),
            Payloads.plain(child.input()),
            child.executor(),
            parent,
            child.labels(),
            child.trace());
      }
      default -> message;
    };
  }

  /** The start of a code workflow that a graph named as its child. */
  static Command.StartCodeInstance codeChild(Effect.StartChild child) {
    String app = Objects.requireNonNullElse(DefinitionRef.codeApp(child.definition()), "");
    return new Command.StartCodeInstance(
        child.key(),
        0,
        CodeStart.of(
                DefinitionRef.codeWorkflow(child.definition()), Payloads.text(child.input()), app)
            .traced(child.trace()),
        new Command.Origin(child.executor(), "sub-workflow", false),
        child.parent());
  }

  /** The start of a code workflow that is asked for as a definition is: its id starts it once. */
  static Command.StartCodeInstance codeStart(
      InstanceKey key, EngineApi.StartRequest wanted, @Nullable TraceContext trace) {
    String app = Objects.requireNonNullElse(DefinitionRef.codeApp(wanted.definition()), "");
    CodeStart start =
        new CodeStart(
            DefinitionRef.codeWorkflow(wanted.definition()),
            null,
            Payloads.text(wanted.input()),
            null,
            trace,
            Map.of(),
            app,
            null,
            CodeStart.Conflict.REFUSE);
    return new Command.StartCodeInstance(key, 0, start, wanted.origin(), null);
  }

  /** A command in the form that the instance expects. */
  static Command incoming(InstanceState state, Command command) {
    if (!(command instanceof Command.RaiseEvent raise)) {
      return command;
    }
    if (state.code() == null) {
      return raise.text() ? raised(raise, Payloads.plain(raise.payload()), UNTIL_TAKEN) : raise;
    }
    Object payload = raise.payload();
    return payload == null || payload instanceof String
        ? raise
        : raised(raise, Payloads.text(payload), raise.ttlMillis());
  }

  private static Command raised(
      Command.RaiseEvent raise, @Nullable Object payload, long ttlMillis) {
    return new Command.RaiseEvent(
        raise.key(), raise.name(), raise.correlation(), payload, raise.eventId(), ttlMillis);
  }
}
