package dev.millrace.engine.interpreter;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.Effect;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.Failure;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Moment;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Status;
import dev.millrace.engine.Token;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Graph;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How instances of graphs begin: at once, or when a slot is free. */
final class Starts {

  /** The longest value of a key that tells groups apart. */
  private static final int KEY_CHARS_MAX = 200;

  private Starts() {}

  static Decision start(Ports ports, Command.StartInstance command, Moment moment) {
    Turn turn = turn(ports, command, moment);
    Schemas.Validation input = input(turn, command);
    if (!input.valid()) {
      return Turn.rejected(null, Reply.Rejected.of(Reason.INVALID_INPUT, unfit(input)));
    }
    Slot slot = command.slot();
    Slot awaited = slot != null && slot.waited() ? slot : null;
    turn.emit(started(turn, command, input.value(), awaited == null ? timeoutAt(turn) : null));
    if (awaited == null) {
      begin(turn);
    } else if (awaited.onLimit() == Slot.OnLimit.SKIP) {
      Failure skipped =
          Failure.of("skipped", "it needed %s, and none was free".formatted(awaited.words()));
      turn.endings.end(Status.TERMINATED, EndReason.SYSTEM, null, skipped.at("", turn.now()));
    }
    return turn.decision(Reply.OK);
  }

  /** Lets an instance begin that waited. */
  static Decision admit(InstanceState state, Turn turn) {
    if (state.life().status() != Status.PENDING) {
      return Turn.ignored(state, List.of());
    }
    turn.emit(new HistoryEvent.InstanceAdmitted(turn.now(), timeoutAt(turn)));
    begin(turn);
    return turn.decision(Reply.OK);
  }

  /**
   * The slot that a start needs, null where any number runs at once.
   *
   * @throws IllegalArgumentException when the input does not fit, or the key cannot be evaluated or
   *     is no short text or number
   */
  static @Nullable Slot slot(Ports ports, Command.StartInstance command, Moment moment) {
    Turn turn = turn(ports, command, moment);
    Graph.Concurrency concurrency = turn.graph.settings().rules().concurrency();
    if (concurrency == null) {
      return null;
    }
    String group = command.definition().id();
    if (concurrency.key() != null) {
      Schemas.Validation input = input(turn, command);
      if (!input.valid()) {
        throw new IllegalArgumentException(unfit(input));
      }
      turn.emit(started(turn, command, input.value(), null));
      group += "/" + key(turn, concurrency.key());
    }
    return new Slot(group, concurrency.limit(), concurrency.onLimit(), false);
  }

  private static String key(Turn turn, Object template) {
    try {
      return text(turn.ports.expressions().resolve(template, RunScope.ofInstance(turn)));
    } catch (ExpressionException e) {
      throw new IllegalArgumentException("extension.concurrency.key: " + e.getMessage(), e);
    }
  }

  private static String text(@Nullable Object key) {
    String text =
        switch (key) {
          case null -> "";
          case String given -> given;
          case Boolean flag -> flag.toString();
          case Long number -> number.toString();
          case BigInteger number -> number.toString();
          case BigDecimal number -> number.stripTrailingZeros().toString();
          default ->
              throw new ExpressionException(
                  "expected a text, a number, true or false as the key of concurrency, found "
                      + (key instanceof List ? "a list" : "an object"));
        };
    if (text.length() > KEY_CHARS_MAX) {
      throw new ExpressionException(
          "expected at most %d characters in the key of concurrency, found %d"
              .formatted(KEY_CHARS_MAX, text.length()));
    }
    return text;
  }

  private static Turn turn(Ports ports, Command.StartInstance command, Moment moment) {
    return new Turn(new Draft(null), ports.graphs().graph(command.definition()), ports, moment);
  }

  private static Schemas.Validation input(Turn turn, Command.StartInstance command) {
    return turn.ports.schemas().validateInput(turn.graph.settings().inputSchema(), command.input());
  }

  private static String unfit(Schemas.Validation input) {
    Schemas.Violation first = input.violations().getFirst();
    return "expected input that fits the definition, found %s: %s"
        .formatted(first.path(), first.message());
  }

  private static HistoryEvent started(
      Turn turn,
      Command.StartInstance command,
      @Nullable Object input,
      @Nullable Instant timeoutAt) {
    return new HistoryEvent.InstanceStarted(
        turn.now(),
        command.key(),
        command.id(),
        command.key().uid(),
        command.definition(),
        turn.graph.settings().fast(),
        input,
        command.origin(),
        command.parent(),
        timeoutAt,
        command.slot());
  }

  private static @Nullable Instant timeoutAt(Turn turn) {
    long timeout = turn.graph.settings().timeoutMillis();
    return timeout > 0 ? turn.now().plusMillis(timeout) : null;
  }

  /** Puts a token on each root. */
  private static void begin(Turn turn) {
    Instant timeoutAt = turn.draft.timeoutAt();
    if (timeoutAt != null) {
      turn.effect(new Effect.ArmTimer(Endings.INSTANCE_TIMER, timeoutAt));
    }
    Failure fault = turn.graph.settings().ends().fault();
    if (fault != null) {
      turn.endings.end(fault.status(), fault.reason(), null, fault.at("", turn.now()));
      return;
    }
    for (String root : turn.graph.roots()) {
      turn.ready(new Token(root, 0, "", 0, null));
    }
    turn.run();
  }
}
