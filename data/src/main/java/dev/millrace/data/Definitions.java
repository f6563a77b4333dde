package dev.millrace.data;

import dev.millrace.engine.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads definitions in the form they travel in, and adds what they leave unsaid. */
final class Definitions {

  static final int FIELDS_MAX = 300;

  private static final String USERS = "users";

  /** What a definition says itself and is not kept as an option of a field. */
  private static final Set<String> FIELD_KEYS = Set.of("name", "type", "collectionName");

  private Definitions() {}

  /** A collection as a user defines it, with its key and the fields kept by this module. */
  static CollectionDefinition given(Map<String, ?> values) {
    CollectionDefinition written = stored(values);
    Names.checked("collection", written.name());
    List<FieldDefinition> fields = new ArrayList<>(written.fields());
    if (written.primaryKey().isEmpty()) {
      fields.removeIf(field -> field.name().equals("id"));
      fields.addFirst(
          FieldDefinition.of("id", FieldType.BIG_INT)
              .with("primaryKey", true)
              .with("autoIncrement", true)
              .with("allowNull", false));
    }
    sortable(written.options().get("sortable")).ifPresent(field -> addMissing(fields, field));
    for (String name : List.of("createdAt", "updatedAt")) {
      if (!Boolean.FALSE.equals(written.options().get(name))) {
        addMissing(fields, FieldDefinition.of(name, FieldType.DATETIME).with("interface", name));
      }
    }
    for (String name : List.of("createdBy", "updatedBy")) {
      if (Boolean.TRUE.equals(written.options().get(name))) {
        addMissing(
            fields, FieldDefinition.belongsTo(name, USERS, name + "Id").with("interface", name));
      }
    }
    return with(written, fields);
  }

  /**
   * The field that {@code sortable} asks for: true, a name, or an object with name and scopeKey.
   */
  private static Optional<FieldDefinition> sortable(@Nullable Object option) {
    String name =
        switch (option) {
          case Boolean wanted when wanted -> "sort";
          case String text when !text.isBlank() -> text;
          case Map<?, ?> map ->
              map.get("name") instanceof String text && !text.isBlank() ? text : "sort";
          case null, default -> null;
        };
    if (name == null) {
      return Optional.empty();
    }
    FieldDefinition field = FieldDefinition.of(Names.checked("field", name), FieldType.SORT);
    Object scope = option instanceof Map<?, ?> map ? map.get("scopeKey") : null;
    return Optional.of(scope == null ? field : field.with("scopeKey", String.valueOf(scope)));
  }

  /** A collection as it was written by {@link CollectionDefinition#toJson}. */
  static CollectionDefinition stored(Map<String, ?> values) {
    String name = text(values, "name", "collection");
    Map<String, @Nullable Object> options = new LinkedHashMap<>();
    plain(values)
        .forEach((key, value) -> {
          if (!Set.of("name", "title", "fields").contains(key)) {
            options.put(key, value);
          }
        });
    List<FieldDefinition> fields = new ArrayList<>();
    Object given = values.get("fields");
    if (given != null && !(given instanceof List<?>)) {
      throw bad("fields of collection " + Names.shortened(name) + " is a list");
    }
    for (Object each : given instanceof List<?> list ? list : List.of()) {
      if (!(each instanceof Map<?, ?> map)) {
        throw bad("each field of collection " + Names.shortened(name) + " is an object");
      }
      fields.add(field(plain(map)));
    }
    String title = values.get("title") instanceof String text && !text.isBlank() ? text : name;
    return new CollectionDefinition(
        name,
        title,
        CollectionDefinition.Origin.USER,
        new CollectionDefinition.Source(null, name),
        fields,
        options);
  }

  static FieldDefinition field(Map<String, ?> values) {
    String name = Names.checked("field", text(values, "name", "field"));
    String wireName = text(values, "type", "field " + name);
    FieldType type =
        FieldType.named(wireName)
            .orElseThrow(() ->
                bad(
                    "field %s: type \"%s\" is not supported"
                        .formatted(name, Names.shortened(wireName))));
    Map<String, @Nullable Object> options = new LinkedHashMap<>();
    plain(values)
        .forEach((key, value) -> {
          if (!FIELD_KEYS.contains(key)) {
            options.put(key, value);
          }
        });
    if (!type.wireName().equals(wireName)) {
      options.put(FieldDefinition.GIVEN_TYPE, wireName);
    }
    for (String option :
        List.of("target", "foreignKey", "sourceKey", "targetKey", "otherKey", "through")) {
      Object value = options.get(option);
      if (value != null && !(value instanceof String text && Names.wellFormed(text))) {
        throw bad(
            "field %s: %s is a name, found %s"
                .formatted(name, option, Names.shortened(String.valueOf(value))));
      }
    }
    FieldDefinition field = new FieldDefinition(name, type, options);
    if (type.association() && field.text("target") == null) {
      throw bad("field " + name + ": a link needs a target");
    }
    if (!type.association() && options.get("defaultValue") != null) {
      // Refused now instead of at every new record.
      Objects.requireNonNull(Values.of(field, options.get("defaultValue")));
    }
    return field;
  }

  /** The same with the columns that its links need, and with the names of keys written out. */
  static CollectionDefinition completed(CollectionDefinition definition, Catalog catalog) {
    List<FieldDefinition> fields = new ArrayList<>();
    for (FieldDefinition field : definition.fields()) {
      fields.add(
          switch (field.type()) {
            case BELONGS_TO_MANY -> joined(definition, field);
            case BELONGS_TO, HAS_ONE, HAS_MANY ->
                field.with("foreignKey", Catalog.foreignKey(definition, field));
            default -> field;
          });
    }
    for (FieldDefinition field : List.copyOf(fields)) {
      if (field.type() == FieldType.BELONGS_TO) {
        addMissing(
            fields,
            keyColumn(
                Catalog.foreignKey(definition, field),
                field.text("target"),
                field.text("targetKey"),
                catalog.with(definition)));
      }
    }
    if (fields.size() > FIELDS_MAX) {
      throw bad("a collection has at most " + FIELDS_MAX + " fields");
    }
    Set<String> names = new TreeSet<>();
    for (FieldDefinition field : fields) {
      if (!names.add(field.name().toLowerCase(Locale.ROOT))) {
        throw new DataException(
            DataException.Kind.EXISTS,
            "field %s exists twice in collection %s".formatted(field.name(), definition.name()));
      }
    }
    return with(definition, fields);
  }

  private static FieldDefinition joined(CollectionDefinition owner, FieldDefinition field) {
    String target = String.valueOf(field.text("target"));
    String through = field.text("through");
    String foreignKey = Catalog.foreignKey(owner, field);
    String otherKey = field.text("otherKey");
    if (through == null) {
      through = String.join("_", new TreeSet<>(List.of(owner.name(), target)));
    }
    if (otherKey == null) {
      otherKey = (target.equals(owner.name()) ? field.name() : target) + "Id";
    }
    return field.with("through", through).with("foreignKey", foreignKey).with("otherKey", otherKey);
  }

  /** The rows that link two collections, as a collection of their own. */
  static CollectionDefinition through(
      CollectionDefinition owner, FieldDefinition field, Catalog catalog) {
    String name = Names.checked("collection", String.valueOf(field.text("through")));
    FieldDefinition ownerKey =
        keyColumn(Catalog.foreignKey(owner, field), owner.name(), field.text("sourceKey"), catalog);
    FieldDefinition otherKey =
        keyColumn(
            String.valueOf(field.text("otherKey")),
            field.text("target"),
            field.text("targetKey"),
            catalog);
    return new CollectionDefinition(
        name,
        name,
        CollectionDefinition.Origin.USER,
        new CollectionDefinition.Source(null, name),
        List.of(ownerKey.with("primaryKey", true), otherKey.with("primaryKey", true)),
        Map.of("isThrough", true));
  }

  /** A column that holds the key of another collection. */
  static FieldDefinition keyColumn(
      String name, @Nullable String target, @Nullable String targetKey, Catalog catalog) {
    FieldType type =
        catalog
            .find(String.valueOf(target))
            .flatMap(found -> targetKey == null ? found.primaryKey() : found.field(targetKey))
            .map(FieldDefinition::type)
            .filter(key -> !key.wholeNumber())
            .map(key -> key == FieldType.UID || key == FieldType.UUID ? FieldType.STRING : key)
            .orElse(FieldType.BIG_INT);
    return FieldDefinition.of(Names.checked("field", name), type).with("isForeignKey", true);
  }

  static CollectionDefinition with(CollectionDefinition definition, List<FieldDefinition> fields) {
    return new CollectionDefinition(
        definition.name(),
        definition.title(),
        definition.origin(),
        definition.source(),
        fields,
        definition.options());
  }

  private static void addMissing(List<FieldDefinition> fields, FieldDefinition field) {
    if (fields.stream().noneMatch(each -> each.name().equals(field.name()))) {
      fields.add(field);
    }
  }

  private static String text(Map<String, ?> values, String key, String what) {
    if (values.get(key) instanceof String text && !text.isBlank()) {
      return text;
    }
    throw bad("%s: %s is required".formatted(what, key));
  }

  /** A caller's object in plain form. */
  static Map<String, @Nullable Object> plain(Map<?, ?> values) {
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    try {
      values.forEach((key, value) -> plain.put(String.valueOf(key), JsonValue.of(value)));
    } catch (IllegalArgumentException e) {
      throw new DataException(DataException.Kind.BAD_VALUE, String.valueOf(e.getMessage()));
    }
    return plain;
  }

  static DataException bad(String message) {
    return new DataException(DataException.Kind.BAD_DEFINITION, message);
  }
}
