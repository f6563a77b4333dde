package dev.millrace.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads rows and what their links lead to: one statement for each link, not one for each row. */
final class Reader {

  static final String ROOT = "t0";

  private static final int SORTS_MAX = 10;
  private static final int KEYS_AT_ONCE = 500;

  private final Session session;
  private int linkedRows;

  Reader(Session session) {
    this.session = session;
  }

  /** A row as it was read, before it is cut to what is shown. */
  private record Fetched(
      Map<String, @Nullable Object> columns,
      Map<String, @Nullable Object> links,
      @Nullable String ownersValue) {

    Map<String, @Nullable Object> shown(Projection projection) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      for (FieldDefinition field : projection.columns()) {
        row.put(field.name(), columns.get(field.name()));
      }
      row.putAll(links);
      return row;
    }
  }

  /**
   * Reads rows.
   *
   * @param where about the alias {@link #ROOT}
   * @param tail order and limit
   */
  List<Map<String, @Nullable Object>> rows(Projection projection, Sql where, Sql tail) {
    List<FieldDefinition> columns = projection.read(null);
    List<Fetched> fetched =
        session.query(
            Sql.of(
                "SELECT {} FROM {} AS t0 WHERE {}{}",
                selected(ROOT, columns),
                Sql.table(projection.collection()),
                where,
                tail),
            row -> fetched(columns, row, null));
    return shown(projection, fetched);
  }

  private Sql selected(String alias, List<FieldDefinition> columns) {
    return columns.isEmpty()
        ? Sql.of("1")
        : Sql.join(", ", columns.stream().map(field -> Sql.column(alias, field.name())).toList());
  }

  private Fetched fetched(
      List<FieldDefinition> columns, java.sql.ResultSet row, @Nullable FieldDefinition owners)
      throws java.sql.SQLException {
    Map<String, @Nullable Object> values = new HashMap<>();
    int index = 1;
    for (FieldDefinition field : columns) {
      values.put(field.name(), session.dialect().read(field, row, index++));
    }
    // Where no column is asked for, a constant stands in the first place.
    index = Math.max(2, index);
    String ownersValue =
        owners == null ? null : String.valueOf(session.dialect().read(owners, row, index));
    return new Fetched(values, new LinkedHashMap<>(), ownersValue);
  }

  private List<Map<String, @Nullable Object>> shown(Projection projection, List<Fetched> fetched) {
    for (Projection.Linked linked : projection.links()) {
      load(linked, fetched);
    }
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Fetched each : fetched) {
      rows.add(each.shown(projection));
    }
    return rows;
  }

  private void load(Projection.Linked linked, List<Fetched> owners) {
    Link link = linked.link();
    Set<Object> values = new LinkedHashSet<>();
    for (Fetched owner : owners) {
      Object value = owner.columns().get(link.ownerColumn().name());
      if (value != null) {
        values.add(value);
      }
    }
    Map<String, List<Map<String, @Nullable Object>>> found = new HashMap<>();
    List<Object> keys = List.copyOf(values);
    for (int from = 0; from < keys.size(); from += KEYS_AT_ONCE) {
      behind(linked, keys.subList(from, Math.min(keys.size(), from + KEYS_AT_ONCE)), found);
    }
    boolean toOne = link.field().type().toOne();
    for (Fetched owner : owners) {
      Object value = owner.columns().get(link.ownerColumn().name());
      List<Map<String, @Nullable Object>> rows =
          value == null ? List.of() : found.getOrDefault(value.toString(), List.of());
      owner
          .links()
          .put(
              link.field().name(),
              toOne ? (rows.isEmpty() ? null : rows.getFirst()) : new ArrayList<>(rows));
    }
  }

  private void behind(
      Projection.Linked linked,
      List<Object> keys,
      Map<String, List<Map<String, @Nullable Object>>> found) {
    Link link = linked.link();
    Projection target = linked.target();
    List<FieldDefinition> columns = target.read(null);
    Link.Through through = link.through();
    FieldDefinition owners = through == null ? link.targetColumn() : through.ownerKey();
    Sql ownersValue = link.ownersValue("t", "x");
    List<Sql> bound =
        keys.stream()
            .map(key -> Sql.bind(session.dialect().parameter(owners, Values.of(owners, key))))
            .toList();
    int left = Query.UNPAGED_MAX - linkedRows;
    List<Fetched> rows =
        session.query(
            Sql.of(
                "SELECT {}, {} FROM {} WHERE {} IN ({}){} LIMIT {}",
                selected("t", columns),
                ownersValue,
                link.from("t", "x"),
                ownersValue,
                Sql.join(", ", bound),
                byKey(link.target(), "t"),
                Sql.bind(left + 1L)),
            row -> fetched(columns, row, owners));
    linkedRows += rows.size();
    if (rows.size() > left) {
      throw tooMany("links lead to more than " + Query.UNPAGED_MAX + " records");
    }
    List<Map<String, @Nullable Object>> shown = shown(target, rows);
    for (int i = 0; i < rows.size(); i++) {
      found
          .computeIfAbsent(String.valueOf(rows.get(i).ownersValue()), key -> new ArrayList<>())
          .add(shown.get(i));
    }
  }

  static DataException tooMany(String message) {
    return new DataException(DataException.Kind.TOO_LARGE, message);
  }

  private Sql byKey(CollectionDefinition collection, String alias) {
    return collection
        .primaryKey()
        .map(key -> Sql.of(" ORDER BY {}", Sql.column(alias, key.name())))
        .orElse(Sql.of(""));
  }

  /** The ORDER BY of a query, with the primary key at its end, so that pages do not overlap. */
  Sql order(CollectionDefinition collection, Query query) {
    List<Sql> parts = new ArrayList<>();
    Optional<FieldDefinition> key = collection.primaryKey();
    boolean decided = false;
    for (String given : query.sort()) {
      String path = given.strip();
      if (path.isEmpty()) {
        continue;
      }
      boolean descending = path.startsWith("-");
      String name = descending || path.startsWith("+") ? path.substring(1) : path;
      boolean isKey = key.isPresent() && key.get().name().equals(name);
      parts.add(
          Sql.of(
              "{}" + session.dialect().order(descending, !isKey),
              sorted(collection, ROOT, name.split("\\.", -1), 0)));
      decided |= isKey;
    }
    if (parts.size() > SORTS_MAX) {
      throw tooMany("records are sorted by at most " + SORTS_MAX + " fields");
    }
    if (!decided && key.isPresent()) {
      parts.add(
          Sql.of("{}" + session.dialect().order(false, false), Sql.column(ROOT, key.get().name())));
    }
    return parts.isEmpty() ? Sql.of("") : Sql.of(" ORDER BY {}", Sql.join(", ", parts));
  }

  private Sql sorted(CollectionDefinition collection, String alias, String[] path, int step) {
    FieldDefinition field =
        collection
            .field(path[step])
            // An order would tell of what is not shown.
            .filter(each -> !each.hidden())
            .orElseThrow(() -> Filters.unknownField(collection, String.join(".", path)));
    boolean last = step == path.length - 1;
    if (!field.type().association()) {
      if (!last && !field.type().json()) {
        throw Filters.unknownField(collection, String.join(".", path));
      }
      Sql column = Sql.column(alias, field.name());
      return last
          ? column
          : session.dialect().jsonText(column, List.of(path).subList(step + 1, path.length));
    }
    Link link =
        session
            .catalog()
            .link(collection, field)
            .orElseThrow(() -> Filters.unknownField(collection, String.join(".", path)));
    if (last || !field.type().toOne() || step >= Projection.DEPTH_MAX) {
      throw Filters.unknownField(collection, String.join(".", path));
    }
    String target = "s" + step;
    return Sql.of(
        "(SELECT {} FROM {} WHERE {} = {}{} LIMIT 1)",
        sorted(link.target(), target, path, step + 1),
        link.from(target, "x" + step),
        link.ownersValue(target, "x" + step),
        Sql.column(alias, link.ownerColumn().name()),
        byKey(link.target(), target));
  }
}
