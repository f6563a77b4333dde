package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.store.StoreException;
import dev.millrace.store.codec.Codec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where graphs, whose payloads are plain JSON, and code workflows, whose payloads are text, call
 * each other. Stateless.
 */
final class Borders {

  /** The origin of what SDK clients start. */
  static final Command.Origin ORIGIN = new Command.Origin("", "dapr", false);

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
                  code ? plain(ended.result()) : text(ended.result()),
                  ended.execution()));
      case Effect.StartChild child when code -> {
        ParentRef parent = child.parent();
        yield new Effect.StartChild(
            child.key(),
            child.definition(),
            child.revision(),
            plain(child.input()),
            child.executor(),
            parent);
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
        CodeStart.of(DefinitionRef.codeWorkflow(child.definition()), text(child.input()), app),
        new Command.Origin(child.executor(), "sub-workflow", false),
        child.parent());
  }

  /** A command in the form that the instance expects. */
  static Command incoming(InstanceState state, Command command) {
    return state.code() != null
            && command instanceof Command.RaiseEvent raise
            && raise.payload() != null
            && !(raise.payload() instanceof String)
        ? new Command.RaiseEvent(
            raise.key(),
            raise.name(),
            raise.correlation(),
            text(raise.payload()),
            raise.eventId(),
            raise.ttlMillis())
        : command;
  }

  private static @Nullable Object plain(@Nullable Object text) {
    if (!(text instanceof String json)) {
      return text;
    }
    try {
      return Codec.decodeJson(json);
    } catch (StoreException e) {
      // Workers may answer with text that is no JSON; it is a text then.
      return text;
    }
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : Codec.encodeJson(value);
  }
}
