package dev.millrace.dialect.process.definition;

import java.util.List;

/**
 * What a check found, in the order of the checks.
 *
 * @param errors faults that refuse the definition
 * @param warnings faults that don't
 */
public record DefinitionCheck(List<Problem> errors, List<Problem> warnings) {

  public DefinitionCheck {
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
  }

  /** Whether the definition may be saved. */
  public boolean accepted() {
    return errors.isEmpty();
  }
}
