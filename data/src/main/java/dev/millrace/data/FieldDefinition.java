package dev.millrace.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A field of a collection. Options that mean something here: {@code primaryKey}, {@code
 * defaultToCurrentTime} and {@code onUpdateToCurrentTime} (of dates), {@code scopeKey} (of places),
 * {@code autoIncrement}, {@code allowNull}, {@code unique}, {@code defaultValue}, {@code hidden}
 * (never shown unless asked for), {@code storage: "epochMillis"} (a {@code date} that a view shows
 * as a number), {@code column} (the column of a view that has the value, where it has another
 * name), and of associations {@code target, foreignKey, sourceKey, targetKey, otherKey, through,
 * onDelete} (CASCADE, or SET NULL when absent). All others are kept and shown, as {@code interface}
 * and {@code uiSchema}.
 *
 * @param name in records and in filters; also the name of the column
 * @param options plain JSON values
 */
public record FieldDefinition(String name, FieldType type, Map<String, @Nullable Object> options) {

  /** The option with the type as it was given, when it is another name of it. */
  static final String GIVEN_TYPE = "type";

  public FieldDefinition {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /** A field without options. */
  public static FieldDefinition of(String name, FieldType type) {
    return new FieldDefinition(name, type, Map.of());
  }

  /** A link to one record, by a column of this collection, which is added when it is missing. */
  public static FieldDefinition belongsTo(String name, String target, String foreignKey) {
    return of(name, FieldType.BELONGS_TO).with("target", target).with("foreignKey", foreignKey);
  }

  /** A link to one record, by a column of the other collection. */
  public static FieldDefinition hasOne(String name, String target, String foreignKey) {
    return of(name, FieldType.HAS_ONE).with("target", target).with("foreignKey", foreignKey);
  }

  /** A link to many records, by a column of the other collection. */
  public static FieldDefinition hasMany(String name, String target, String foreignKey) {
    return of(name, FieldType.HAS_MANY).with("target", target).with("foreignKey", foreignKey);
  }

  /**
   * A link to many records by rows of a third collection.
   *
   * @param through the third collection; made when it is missing
   * @param foreignKey its column that leads here
   * @param otherKey its column that leads to the target
   */
  public static FieldDefinition belongsToMany(
      String name, String target, String through, String foreignKey, String otherKey) {
    return of(name, FieldType.BELONGS_TO_MANY)
        .with("target", target)
        .with("through", through)
        .with("foreignKey", foreignKey)
        .with("otherKey", otherKey);
  }

  /** The same with one more option, or one changed. */
  public FieldDefinition with(String option, @Nullable Object value) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(options);
    changed.put(option, value);
    return new FieldDefinition(name, type, changed);
  }

  /** An option that is text, or null. */
  public @Nullable String text(String option) {
    return options.get(option) instanceof String text && !text.isEmpty() ? text : null;
  }

  /** True when an option is set to true. */
  public boolean is(String option) {
    return Boolean.TRUE.equals(options.get(option));
  }

  /** True when it is left out of answers unless asked for. */
  public boolean hidden() {
    return is("hidden") || type == FieldType.PASSWORD;
  }

  /** True when each row must have a value. */
  public boolean required() {
    return Boolean.FALSE.equals(options.get("allowNull"));
  }

  /** The form it is shown in: {@code name, type} and all options. */
  public Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("type", options.getOrDefault(GIVEN_TYPE, type.wireName()));
    options.forEach(json::putIfAbsent);
    return json;
  }
}
