package dev.millrace.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The definitions as a transaction sees them. A change lasts if the transaction does. */
final class SessionCollections implements Collections {

  /** How many collections users can make. */
  static final int COLLECTIONS_MAX = 1_000;

  private static final String POSITION = "position";
  private static final Table<?> TABLE = Parts.own("mr_collection");
  private static final Field<Object> NAME = Parts.column("name");
  private static final Field<Object> DEFINITION = Parts.column("definition");

  private final Session session;
  private final Tables tables;

  SessionCollections(Session session) {
    this.session = session;
    this.tables = new Tables(session);
  }

  @Override
  public List<CollectionDefinition> list() {
    List<CollectionDefinition> all = new ArrayList<>(session.catalog().all());
    Database users = session.users();
    if (users != null) {
      all.addAll(users.catalog().all());
    }
    return List.copyOf(all);
  }

  @Override
  public Optional<CollectionDefinition> find(String name) {
    Database users = session.users();
    Optional<CollectionDefinition> found = session.catalog().find(name);
    return found.isEmpty() && users != null ? users.catalog().find(name) : found;
  }

  @Override
  public CollectionDefinition get(String name) {
    return session.catalog().get(name);
  }

  @Override
  public CollectionDefinition create(Map<String, ?> values) {
    CollectionDefinition given = keyed(Definitions.given(values));
    if (session.catalog().taken(given.name())) {
      throw new DataException(
          DataException.Kind.EXISTS, "Collection named " + given.name() + " already exists");
    }
    if (session.catalog().all().size() >= COLLECTIONS_MAX) {
      throw Reader.tooMany("there are " + COLLECTIONS_MAX + " collections already");
    }
    return make(given);
  }

  private CollectionDefinition make(CollectionDefinition given) {
    CollectionDefinition made = keyed(Definitions.completed(given, session.catalog()));
    session.catalog(session.catalog().with(made));
    tables.ensure(made);
    save(made);
    linkAll(made);
    return get(made.name());
  }

  /** Gives each field the key that it is known by to programs that show it. */
  private CollectionDefinition keyed(CollectionDefinition definition) {
    return Definitions.with(definition, definition.fields().stream().map(this::keyed).toList());
  }

  private FieldDefinition keyed(FieldDefinition field) {
    return field.options().containsKey("key")
        ? field
        : field.with("key", Ids.uid(session.writing().random()));
  }

  /** Adds what the links of a collection need in others. */
  private void linkAll(CollectionDefinition collection) {
    for (FieldDefinition field : collection.fields()) {
      switch (field.type()) {
        case HAS_ONE, HAS_MANY -> addKeyToTarget(collection, field);
        case BELONGS_TO_MANY -> addThrough(collection, field);
        default -> {}
      }
    }
  }

  private void addKeyToTarget(CollectionDefinition owner, FieldDefinition field) {
    Optional<CollectionDefinition> target = find(String.valueOf(field.text("target")));
    String key = Catalog.foreignKey(owner, field);
    if (target.isEmpty() || target.get().field(key).isPresent()) {
      // A target that is made later brings its key with it.
      return;
    }
    CollectionDefinition changed = writable(target.get().name());
    extend(
        changed,
        keyed(
            Definitions.keyColumn(key, owner.name(), field.text("sourceKey"), session.catalog())));
  }

  private void addThrough(CollectionDefinition owner, FieldDefinition field) {
    Optional<CollectionDefinition> target = find(String.valueOf(field.text("target")));
    if (target.isEmpty()) {
      throw Definitions.bad(
          "field %s: collection %s does not exist".formatted(field.name(), field.text("target")));
    }
    if (session.catalog().foreign(target.get())) {
      throw Definitions.bad(
          "field %s: %s is kept in another database, to which only a belongsTo link leads"
              .formatted(field.name(), target.get().name()));
    }
    Optional<CollectionDefinition> through = find(String.valueOf(field.text("through")));
    if (through.isEmpty()) {
      make(Definitions.through(owner, field, session.catalog()));
      return;
    }
    for (String key :
        List.of(Catalog.foreignKey(owner, field), String.valueOf(field.text("otherKey")))) {
      CollectionDefinition rows = get(through.get().name());
      if (rows.field(key).isEmpty()) {
        extend(
            writable(rows.name()),
            keyed(Definitions.keyColumn(key, null, null, session.catalog())));
      }
    }
  }

  private void extend(CollectionDefinition collection, FieldDefinition field) {
    List<FieldDefinition> fields = new ArrayList<>(collection.fields());
    fields.add(field);
    replace(Definitions.completed(Definitions.with(collection, fields), session.catalog()));
  }

  /** Stores a changed definition and adds what its table lacks. */
  private void replace(CollectionDefinition completed) {
    CollectionDefinition before = get(completed.name());
    CollectionDefinition changed = keyed(completed);
    session.catalog(session.catalog().with(changed));
    tables.ensure(changed);
    save(changed);
    for (FieldDefinition field : changed.fields()) {
      if (field.type() == FieldType.SORT && before.field(field.name()).isEmpty()) {
        new Sorting(session, changed, field).number();
      }
    }
  }

  private CollectionDefinition writable(String name) {
    CollectionDefinition found = get(name);
    if (found.origin() != CollectionDefinition.Origin.USER) {
      throw new DataException(
          DataException.Kind.READ_ONLY,
          "collection " + name + " belongs to the system and keeps its fields");
    }
    return found;
  }

  @Override
  public CollectionDefinition update(String name, Map<String, ?> values) {
    CollectionDefinition before = writable(name);
    Map<String, @Nullable Object> merged = before.toJson();
    Map<String, @Nullable Object> given = Definitions.plain(values);
    Object fields = given.remove("fields");
    given.remove("name");
    merged.putAll(given);
    CollectionDefinition changed = Definitions.stored(merged);
    List<FieldDefinition> all = new ArrayList<>(before.fields());
    if (fields instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> map
            && before.field(String.valueOf(map.get("name"))).isEmpty()) {
          all.add(keyed(Definitions.field(Definitions.plain(map))));
        }
      }
    }
    replace(Definitions.completed(Definitions.with(changed, all), session.catalog()));
    linkAll(get(name));
    return get(name);
  }

  @Override
  public void destroy(String name) {
    CollectionDefinition gone = writable(name);
    session.catalog(session.catalog().without(name));
    tables.drop(gone);
    session.update(DSL.deleteFrom(TABLE).where(NAME.eq(Parts.bind(gone.name()))));
  }

  @Override
  public FieldDefinition createField(String collection, Map<String, ?> values) {
    CollectionDefinition before = writable(collection);
    FieldDefinition field = keyed(Definitions.field(Definitions.plain(values)));
    if (before.fields().stream().anyMatch(each -> each.name().equalsIgnoreCase(field.name()))) {
      throw new DataException(
          DataException.Kind.EXISTS,
          "field %s exists in collection %s already".formatted(field.name(), collection));
    }
    if (field.is("primaryKey")) {
      throw Definitions.bad("the primary key of a collection is given when it is made");
    }
    extend(before, field);
    linkAll(get(collection));
    return get(collection).field(field.name()).orElseThrow();
  }

  @Override
  public FieldDefinition updateField(String collection, String field, Map<String, ?> values) {
    CollectionDefinition before = writable(collection);
    FieldDefinition known = known(before, field);
    Map<String, @Nullable Object> merged = known.toJson();
    merged.putAll(Definitions.plain(values));
    FieldDefinition changed = Definitions.field(merged);
    if (changed.type() != known.type() || !changed.name().equals(known.name())) {
      throw Definitions.bad("the name and the type of a field stay; make another field");
    }
    if (changed.is("primaryKey") != known.is("primaryKey")) {
      throw Definitions.bad("the primary key of a collection stays");
    }
    List<FieldDefinition> fields = new ArrayList<>(before.fields());
    fields.replaceAll(each -> each.name().equals(field) ? changed : each);
    if (known.is("unique") && !changed.is("unique")) {
      tables.dropIndex(before, known);
    }
    replace(Definitions.completed(Definitions.with(before, fields), session.catalog()));
    return known(get(collection), field);
  }

  @Override
  public void destroyField(String collection, String field) {
    CollectionDefinition before = writable(collection);
    FieldDefinition gone = known(before, field);
    if (gone.is("primaryKey")) {
      throw Definitions.bad("the primary key of a collection stays");
    }
    for (FieldDefinition each : before.fields()) {
      if (each.type() == FieldType.BELONGS_TO
          && !each.name().equals(field)
          && Catalog.foreignKey(before, each).equals(field)) {
        throw Definitions.bad(
            "field %s holds the key of %s; remove that first".formatted(field, each.name()));
      }
    }
    if (String.valueOf(before.options().get("indexes")).matches(".*\\b" + field + "\\b.*")) {
      throw Definitions.bad("field " + field + " is in an index; remove that first");
    }
    if (!gone.type().association()) {
      tables.dropColumn(before, gone);
    }
    CollectionDefinition after =
        Definitions.with(
            before, before.fields().stream().filter(each -> !each.name().equals(field)).toList());
    session.catalog(session.catalog().with(after));
    save(after);
  }

  private static FieldDefinition known(CollectionDefinition collection, String field) {
    return collection.field(field).orElseThrow(() -> Filters.unknownField(collection, field));
  }

  private void save(CollectionDefinition collection) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>(collection.toJson());
    String text = Json.write(json);
    int known =
        session.update(
            DSL.update(TABLE)
                .set(Map.of(DEFINITION, Parts.bind(text)))
                .where(NAME.eq(Parts.bind(collection.name()))));
    if (known == 0) {
      long last = session.number(Parts.highest(TABLE, POSITION));
      session.update(
          DSL.insertInto(TABLE)
              .set(
                  Map.of(
                      NAME,
                      Parts.bind(collection.name()),
                      Parts.column(POSITION),
                      Parts.bind(last + 1),
                      DEFINITION,
                      Parts.bind(text))));
    }
  }

  /** Those that were saved, in the order they were made. */
  static List<CollectionDefinition> saved(Session session) {
    List<CollectionDefinition> definitions = new ArrayList<>();
    for (String text :
        session.query(
            DSL.select(DEFINITION).from(TABLE).orderBy(Parts.column(POSITION)),
            row -> row.getString(1))) {
      if (Json.read(text) instanceof Map<?, ?> map) {
        definitions.add(Definitions.stored(Definitions.plain(map)));
      }
    }
    return definitions;
  }
}
