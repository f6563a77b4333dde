package dev.millrace.engine.expression;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
   * Validates what an instance is started with. A start without input gets the defaults of an
   * object, unless the schema wants exactly nothing.
   *
   * @param schema null or an empty map accepts all
   */
  default Validation validateInput(@Nullable Object schema, @Nullable Object input) {
    if (schema == null || schema.equals(Map.of())) {
      return new Validation(input, List.of());
    }
    Validation given =
        validate(schema, input == null ? new LinkedHashMap<String, @Nullable Object>() : input);
    return input == null && !given.valid() && validate(schema, null).valid()
        ? new Validation(null, List.of())
        : given;
  }

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
