package dev.millrace.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A collection: a table with its fields and links.
 *
 * @param name in paths, filters and definitions
 * @param source where its rows are
 * @param options plain JSON values, as users gave them
 */
public record CollectionDefinition(
    String name,
    String title,
    Origin origin,
    Source source,
    List<FieldDefinition> fields,
    Map<String, @Nullable Object> options) {

  /** Who defines a collection. */
  public enum Origin {
    /** The program; its table is made and extended at start. */
    SYSTEM,
    /** A user; kept in the database. */
    USER,
    /** The program, over a table or view of somebody else; it is only read. */
    VIEW
  }

  /**
   * Where rows are.
   *
   * @param schema the name of the attached database or schema, null for the own
   */
  public record Source(@Nullable String schema, String table) {}

  public CollectionDefinition {
    fields = List.copyOf(fields);
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /** Starts a definition of a collection of the program. */
  public static Builder system(String name) {
    return new Builder(name, Origin.SYSTEM, new Source(null, name));
  }

  /** Starts a definition of a read-only collection over a table or view in a schema. */
  public static Builder view(String name, @Nullable String schema, String table) {
    return new Builder(name, Origin.VIEW, new Source(schema, table));
  }

  /** True when its rows cannot be written. */
  public boolean readOnly() {
    return origin == Origin.VIEW;
  }

  /** The field of that name. */
  public Optional<FieldDefinition> field(String field) {
    return fields.stream().filter(each -> each.name().equals(field)).findFirst();
  }

  /** The field that identifies a row; some tables have none. */
  public Optional<FieldDefinition> primaryKey() {
    return fields.stream().filter(field -> field.is("primaryKey")).findFirst();
  }

  /** The form it is shown in: {@code name, title}, all options and {@code fields}. */
  public Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("title", title);
    options.forEach(json::putIfAbsent);
    List<@Nullable Object> shown = new ArrayList<>();
    for (FieldDefinition field : fields) {
      Map<String, @Nullable Object> one = field.toJson();
      one.put("collectionName", name);
      shown.add(one);
    }
    json.put("fields", shown);
    return json;
  }

  /** Collects the fields of a collection that the program defines. */
  public static final class Builder {
    private final String name;
    private final Origin origin;
    private final Source source;
    private final List<FieldDefinition> fields = new ArrayList<>();
    private final List<@Nullable Object> indexes = new ArrayList<>();

    private Builder(String name, Origin origin, Source source) {
      this.name = name;
      this.origin = origin;
      this.source = source;
    }

    /** An {@code id} made from the time and a counter. */
    public Builder snowflakeId() {
      return field(FieldDefinition.of("id", FieldType.SNOWFLAKE_ID).with("primaryKey", true));
    }

    /** An {@code id} that counts up. */
    public Builder autoId() {
      return field(
          FieldDefinition.of("id", FieldType.BIG_INT)
              .with("primaryKey", true)
              .with("autoIncrement", true));
    }

    /** A primary key of another name or type. */
    public Builder primaryKey(String field, FieldType type) {
      return field(FieldDefinition.of(field, type).with("primaryKey", true));
    }

    /** {@code createdAt} and {@code updatedAt}, kept by this module. */
    public Builder timestamps() {
      return field("createdAt", FieldType.DATETIME).field("updatedAt", FieldType.DATETIME);
    }

    /** {@code createdBy} and {@code updatedBy} with their keys, from the context of the write. */
    public Builder userstamps() {
      return field("createdById", FieldType.BIG_INT)
          .field(FieldDefinition.belongsTo("createdBy", "users", "createdById"))
          .field("updatedById", FieldType.BIG_INT)
          .field(FieldDefinition.belongsTo("updatedBy", "users", "updatedById"));
    }

    /** A field without options. */
    public Builder field(String field, FieldType type) {
      return field(FieldDefinition.of(field, type));
    }

    /** A field or a link. */
    public Builder field(FieldDefinition field) {
      fields.add(field);
      return this;
    }

    /** An index over fields; a unique one lets several rows have null. */
    public Builder index(boolean unique, String... indexed) {
      Map<String, @Nullable Object> index = new LinkedHashMap<>();
      index.put("unique", unique);
      index.put("fields", List.of((Object[]) indexed));
      indexes.add(index);
      return this;
    }

    /** The definition. */
    public CollectionDefinition build() {
      Map<String, @Nullable Object> options = new LinkedHashMap<>();
      if (!indexes.isEmpty()) {
        options.put("indexes", indexes);
      }
      return new CollectionDefinition(name, name, origin, source, fields, options);
    }
  }
}
