package dev.millrace.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All definitions at one moment, and those of another database that links may lead to. Immutable.
 */
final class Catalog {

  private final Map<String, CollectionDefinition> collections;
  private final Map<String, CollectionDefinition> foreign;
  private final Map<String, List<Link>> joinedTo = new HashMap<>();

  Catalog(Collection<CollectionDefinition> definitions) {
    this(definitions, Map.of());
  }

  /**
   * Definitions of one database.
   *
   * @param foreign those of another, by their names
   */
  Catalog(Collection<CollectionDefinition> definitions, Map<String, CollectionDefinition> foreign) {
    this.foreign = foreign;
    Map<String, CollectionDefinition> named = new LinkedHashMap<>();
    for (CollectionDefinition definition : definitions) {
      named.put(definition.name(), definition);
    }
    this.collections = named;
    for (CollectionDefinition owner : named.values()) {
      for (FieldDefinition field : owner.fields()) {
        if (field.type() == FieldType.BELONGS_TO_MANY) {
          link(owner, field)
              .ifPresent(link ->
                  joinedTo
                      .computeIfAbsent(link.target().name(), target -> new ArrayList<>())
                      .add(link));
        }
      }
    }
  }

  /** Links to a collection by rows of a third one. */
  List<Link> joinedTo(String target) {
    return joinedTo.getOrDefault(target, List.of());
  }

  /** Those of this database. */
  Collection<CollectionDefinition> all() {
    return collections.values();
  }

  /** One of this database or the other. */
  Optional<CollectionDefinition> find(String name) {
    CollectionDefinition own = collections.get(name);
    return Optional.ofNullable(own == null ? foreign.get(name) : own);
  }

  /** One of this database. */
  Optional<CollectionDefinition> local(String name) {
    return Optional.ofNullable(collections.get(name));
  }

  /** Whether the rows of a collection are in the other database. */
  boolean foreign(CollectionDefinition collection) {
    return foreign.containsKey(collection.name());
  }

  /** True when a name differs from a known one at most in the case of its letters. */
  boolean taken(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return Stream.concat(collections.keySet().stream(), foreign.keySet().stream())
        .anyMatch(each -> each.toLowerCase(Locale.ROOT).equals(lower));
  }

  CollectionDefinition get(String name) {
    return find(name)
        .orElseThrow(() ->
            new DataException(
                DataException.Kind.UNKNOWN_COLLECTION,
                "collection " + Names.shortened(name) + " does not exist"));
  }

  Catalog with(CollectionDefinition changed) {
    Map<String, CollectionDefinition> all = new LinkedHashMap<>(collections);
    all.put(changed.name(), changed);
    return new Catalog(all.values(), foreign);
  }

  Catalog without(String name) {
    Map<String, CollectionDefinition> all = new LinkedHashMap<>(collections);
    all.remove(name);
    return new Catalog(all.values(), foreign);
  }

  /** The link of that name, when it is one and both its ends exist. */
  Optional<Link> link(CollectionDefinition owner, String name) {
    return owner
        .field(name)
        .filter(field -> field.type().association())
        .flatMap(field -> link(owner, field));
  }

  Optional<Link> link(CollectionDefinition owner, FieldDefinition field) {
    String targetName = field.text("target");
    CollectionDefinition target = targetName == null ? null : find(targetName).orElse(null);
    if (target == null) {
      return Optional.empty();
    }
    return switch (field.type()) {
      case BELONGS_TO ->
          link(
              field,
              owner,
              target,
              owner.field(foreignKey(owner, field)),
              key(target, field.text("targetKey")));
      case HAS_ONE, HAS_MANY ->
          link(
              field,
              owner,
              target,
              key(owner, field.text("sourceKey")),
              target.field(foreignKey(owner, field)));
      case BELONGS_TO_MANY -> through(owner, field, target);
      default -> Optional.empty();
    };
  }

  private Optional<Link> through(
      CollectionDefinition owner, FieldDefinition field, CollectionDefinition target) {
    String name = field.text("through");
    CollectionDefinition rows = name == null ? null : collections.get(name);
    String otherKey = field.text("otherKey");
    if (rows == null || otherKey == null) {
      return Optional.empty();
    }
    Optional<FieldDefinition> ownerKey = rows.field(foreignKey(owner, field));
    Optional<FieldDefinition> targetKey = rows.field(otherKey);
    Optional<FieldDefinition> ownerColumn = key(owner, field.text("sourceKey"));
    Optional<FieldDefinition> targetColumn = key(target, field.text("targetKey"));
    if (ownerKey.isEmpty()
        || targetKey.isEmpty()
        || ownerColumn.isEmpty()
        || targetColumn.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Link(
            field,
            owner,
            target,
            ownerColumn.get(),
            targetColumn.get(),
            new Link.Through(rows, ownerKey.get(), targetKey.get())));
  }

  private static Optional<Link> link(
      FieldDefinition field,
      CollectionDefinition owner,
      CollectionDefinition target,
      Optional<FieldDefinition> ownerColumn,
      Optional<FieldDefinition> targetColumn) {
    return ownerColumn.isEmpty() || targetColumn.isEmpty()
        ? Optional.empty()
        : Optional.of(new Link(field, owner, target, ownerColumn.get(), targetColumn.get(), null));
  }

  private static Optional<FieldDefinition> key(CollectionDefinition of, @Nullable String named) {
    return named == null ? of.primaryKey() : of.field(named);
  }

  /** The column that holds the other side's key: as given, or named after the link or its owner. */
  static String foreignKey(CollectionDefinition owner, FieldDefinition field) {
    String given = field.text("foreignKey");
    if (given != null) {
      return given;
    }
    return (field.type() == FieldType.BELONGS_TO ? field.name() : owner.name()) + "Id";
  }
}
