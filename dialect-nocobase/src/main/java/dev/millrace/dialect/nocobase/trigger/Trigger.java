package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.run.Version;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One kind of trigger: how it is configured, and what {@code workflows:execute} gives. */
public interface Trigger {
  /** The name in {@code workflows.type}. */
  String type();

  /** What is wrong with a configuration; empty for nothing. */
  List<String> faults(Map<String, @Nullable Object> config);

  /**
   * The context of an execution that somebody asks for.
   *
   * @param values what the caller gave
   * @throws dev.millrace.transport.Problem 400 for what cannot be one
   */
  Manual manual(Version version, Map<String, @Nullable Object> values, Identity caller);

  /** What a call by hand comes to. */
  sealed interface Manual {
    /** An execution with a context. */
    record Run(Map<String, @Nullable Object> context) implements Manual {}

    /** Nothing: the condition does not hold. */
    record Unmatched() implements Manual {}

    /** Nothing: the trigger cannot say. */
    record Unknown() implements Manual {}
  }
}
