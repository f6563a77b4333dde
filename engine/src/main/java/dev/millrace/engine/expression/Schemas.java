package dev.millrace.engine.expression;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Validates values against the schemas of definitions. Thread-safe, pure and bounded. */
public interface Schemas {

  /**
   * Fills the defaults of a schema into a value, where a field is absent and not required, and
   * validates the result.
   *
   * @param schema JSON Schema 2020-12, or the process API's mini-language; an empty map accepts all
   * @return the completed value and what is wrong with it; no violation means valid
   */
  Validation validate(@Nullable Object schema, @Nullable Object value);

  /**
   * Checks the schema itself.
   *
   * @return what is wrong with the schema, empty when it can be used
   */
  List<Violation> check(@Nullable Object schema);

  /** A value after validation; {@code value} carries the defaults. */
  record Validation(@Nullable Object value, List<Violation> violations) {
    public boolean valid() {
      return violations.isEmpty();
    }
  }

  /**
   * One fault.
   *
   * @param path JSON path from the root, as {@code $.days} or {@code $.items[0]}
   * @param keyword the schema keyword that failed, as {@code minimum}
   */
  record Violation(String path, String keyword, String message) {}
}
