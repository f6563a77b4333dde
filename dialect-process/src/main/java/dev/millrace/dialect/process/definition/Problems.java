package dev.millrace.dialect.process.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Collects problems. A document of millions of faults gives no more than the first few hundred. */
final class Problems {
  private static final int COUNT_MAX = 300;

  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  void error(String path, String code, String message) {
    add(errors, path, code, message);
  }

  void warning(String path, String code, String message) {
    add(warnings, path, code, message);
  }

  private static void add(List<Problem> to, String path, String code, String message) {
    if (to.size() < COUNT_MAX) {
      to.add(new Problem(path, code, message));
    }
  }

  DefinitionCheck result() {
    return new DefinitionCheck(errors, warnings);
  }

  /**
   * Refuses when there are errors.
   *
   * @throws IllegalArgumentException naming them
   */
  void refuseErrors(String what) {
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException(
          errors.stream()
              .map(problem -> problem.path() + ": " + problem.message())
              .collect(Collectors.joining("; ", what + ": ", "")));
    }
  }
}
