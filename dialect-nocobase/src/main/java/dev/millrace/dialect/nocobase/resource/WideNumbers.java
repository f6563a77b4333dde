package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.Database;
import dev.millrace.data.FieldDefinition;
import dev.millrace.data.FieldType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whole numbers of columns beyond ±(2^53 - 1), which JavaScript rounds to another number: they are
 * answered as texts, and taken as such. Numbers inside of JSON stay as they were written.
 */
final class WideNumbers {
  private static final long MOST = (1L << 53) - 1;

  private static final Set<FieldType> IN_JSON =
      Set.of(FieldType.JSON, FieldType.JSONB, FieldType.ARRAY);

  private final Database database;

  WideNumbers(Database database) {
    this.database = database;
  }

  /**
   * The rows as they are answered.
   *
   * @param collection their name
   */
  List<Map<String, @Nullable Object>> shown(
      String collection, List<? extends Map<String, @Nullable Object>> rows) {
    Optional<CollectionDefinition> definition = database.collections().find(collection);
    List<Map<String, @Nullable Object>> shown = new ArrayList<>(rows.size());
    for (Map<String, @Nullable Object> row : rows) {
      shown.add(definition.isPresent() ? shown(definition.get(), row) : row);
    }
    return shown;
  }

  private Map<String, @Nullable Object> shown(
      CollectionDefinition collection, Map<String, @Nullable Object> row) {
    Map<String, @Nullable Object> changed = null;
    for (Map.Entry<String, @Nullable Object> column : row.entrySet()) {
      Object value = column.getValue();
      Object other =
          switch (value) {
            case Long number
                when (number > MOST || number < -MOST) && !json(collection, column.getKey()) ->
                number.toString();
            case Map<?, ?> one -> linked(collection, column.getKey(), one);
            case List<?> several -> linked(collection, column.getKey(), several);
            case null, default -> null;
          };
      if (other != null) {
        if (changed == null) {
          changed = new LinkedHashMap<>(row);
        }
        changed.put(column.getKey(), other);
      }
    }
    return changed == null ? row : changed;
  }

  private static boolean json(CollectionDefinition collection, String name) {
    return collection.field(name).map(FieldDefinition::type).filter(IN_JSON::contains).isPresent();
  }

  /** What stands behind a link; null when it is none, as JSON. */
  private @Nullable Object linked(CollectionDefinition collection, String name, Object value) {
    Optional<CollectionDefinition> target =
        collection
            .field(name)
            .filter(field -> field.type().association())
            .map(WideNumbers::target)
            .flatMap(database.collections()::find);
    if (target.isEmpty()) {
      return null;
    }
    if (value instanceof List<?> several) {
      List<@Nullable Object> rows = new ArrayList<>(several.size());
      several.forEach(one -> rows.add(row(target.get(), one)));
      return rows;
    }
    return row(target.get(), value);
  }

  private @Nullable Object row(CollectionDefinition collection, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return value;
    }
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    map.forEach((name, column) -> row.put(String.valueOf(name), column));
    return shown(collection, row);
  }

  private static String target(FieldDefinition field) {
    return String.valueOf(field.options().get("target"));
  }
}
