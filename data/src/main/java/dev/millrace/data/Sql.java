package dev.millrace.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a statement with its parameters. What comes from outside gets in by two doors only:
 * {@link #bind} as a parameter, and {@link #name} as a checked and quoted name.
 *
 * @param text written in this module, with a question mark for each parameter
 */
record Sql(String text, List<@Nullable Object> parameters) {

  private static final String PLACE = "{}";

  /** Text without parameters. */
  static Sql of(String literal) {
    return new Sql(literal, List.of());
  }

  /** Text in which each {@code {}} stands for a part. */
  static Sql of(String template, Sql... parts) {
    StringBuilder text = new StringBuilder();
    List<@Nullable Object> parameters = new ArrayList<>();
    int from = 0;
    for (Sql part : parts) {
      int place = template.indexOf(PLACE, from);
      text.append(template, from, place).append(part.text);
      parameters.addAll(part.parameters);
      from = place + PLACE.length();
    }
    text.append(template, from, template.length());
    return new Sql(text.toString(), Collections.unmodifiableList(parameters));
  }

  /** A parameter. */
  static Sql bind(@Nullable Object value) {
    return new Sql("?", Collections.singletonList(value));
  }

  /** A name of the metadata, quoted. */
  static Sql name(String name) {
    if (!Names.wellFormed(name)) {
      throw new IllegalArgumentException("not a name: " + name);
    }
    return of('"' + name + '"');
  }

  /** A column of a table that has an alias. */
  static Sql column(String alias, String column) {
    return of("{}.{}", of(alias), name(column));
  }

  /** The rows of a collection. */
  static Sql table(CollectionDefinition collection) {
    CollectionDefinition.Source source = collection.source();
    String schema = source.schema();
    return schema == null ? name(source.table()) : of("{}.{}", name(schema), name(source.table()));
  }

  static Sql join(String separator, List<Sql> parts) {
    StringBuilder text = new StringBuilder();
    List<@Nullable Object> parameters = new ArrayList<>();
    for (Sql part : parts) {
      text.append(text.isEmpty() ? "" : separator).append(part.text);
      parameters.addAll(part.parameters);
    }
    return new Sql(text.toString(), Collections.unmodifiableList(parameters));
  }
}
