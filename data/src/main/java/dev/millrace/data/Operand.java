package dev.millrace.data;

import java.util.ArrayList;
import java.util.List;
import org.jooq.Field;

/**
 * What a condition compares: a column, or something inside a column of JSON.
 *
 * @param path into the JSON; of a column that holds none, empty
 */
record Operand(FieldDefinition field, Field<Object> column, List<String> path) {

  Operand inside(List<String> steps) {
    List<String> longer = new ArrayList<>(path);
    longer.addAll(steps);
    if (longer.size() > Filters.DEPTH_MAX) {
      throw new DataException(
          DataException.Kind.TOO_LARGE,
          "the path into " + field.name() + " has more than " + Filters.DEPTH_MAX + " steps");
    }
    return new Operand(field, column, longer);
  }
}
