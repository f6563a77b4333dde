package dev.millrace.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.Field;
import org.jooq.SelectQuery;
import org.jooq.SortField;
import org.jooq.impl.DSL;
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
   */
  List<Map<String, @Nullable Object>> rows(
      Projection projection, org.jooq.Condition where, Cut cut) {
    List<FieldDefinition> columns = projection.read(null);
    SelectQuery<?> select =
        session.dialect().dsl().selectQuery(Parts.table(projection.collection(), ROOT));
    select.addSelect(selected(ROOT, projection.collection(), columns));
    select.addConditions(where);
    select.addOrderBy(cut.order);
    if (cut.most > 0) {
      select.addLimit(cut.most);
    }
    if (cut.skipped > 0) {
      select.addOffset(cut.skipped);
    }
    select.setForUpdate(cut.locked && session.dialect().locksRows());
    return shown(projection, session.query(select, row -> fetched(columns, row, null)));
  }

  /**
   * Which of the rows are read.
   *
   * @param most how many; 0 for all
   * @param locked whether they are read to be changed
   */
  record Cut(List<SortField<Object>> order, long most, long skipped, boolean locked) {
    static final Cut ALL = new Cut(List.of(), 0, 0, false);
    static final Cut FIRST = new Cut(List.of(), 1, 0, false);
  }

  private static List<Field<?>> selected(
      String alias, CollectionDefinition collection, List<FieldDefinition> columns) {
    List<Field<?>> selected = new ArrayList<>();
    columns.forEach(field -> selected.add(Parts.column(alias, collection, field)));
    if (selected.isEmpty()) {
      selected.add(DSL.one());
    }
    return selected;
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
    if (session.catalog().foreign(linked.link().target())) {
      session.readForeign(other -> {
        new Reader(other).behind(linked, keys, found);
        return true;
      });
      return;
    }
    Link link = linked.link();
    Projection target = linked.target();
    List<FieldDefinition> columns = target.read(null);
    Link.Through through = link.through();
    FieldDefinition owners = through == null ? link.targetColumn() : through.ownerKey();
    Field<Object> ownersValue = link.ownersValue("t", "x");
    List<Field<Object>> bound = new ArrayList<>();
    for (Object key : keys) {
      bound.add(Parts.bind(session.dialect().parameter(owners, Values.of(owners, key))));
    }
    List<Field<?>> selected = selected("t", link.target(), columns);
    selected.add(ownersValue);
    int left = Query.UNPAGED_MAX - linkedRows;
    List<Fetched> rows =
        session.query(
            DSL.select(selected)
                .from(link.from("t", "x"))
                .where(ownersValue.in(bound))
                .orderBy(byKey(link.target(), "t"))
                .limit(left + 1L),
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

  private static List<Field<Object>> byKey(CollectionDefinition collection, String alias) {
    return collection.primaryKey().stream().map(key -> Parts.column(alias, key.name())).toList();
  }

  /** The ORDER BY of a query, with the primary key at its end, so that pages do not overlap. */
  List<SortField<Object>> order(CollectionDefinition collection, Query query) {
    List<SortField<Object>> parts = new ArrayList<>();
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
          session
              .dialect()
              .order(sorted(collection, ROOT, name.split("\\.", -1), 0), descending, !isKey));
      decided |= isKey;
    }
    if (parts.size() > SORTS_MAX) {
      throw tooMany("records are sorted by at most " + SORTS_MAX + " fields");
    }
    if (!decided && key.isPresent()) {
      parts.add(session.dialect().order(Parts.column(ROOT, key.get().name()), false, false));
    }
    return parts;
  }

  private Field<Object> sorted(
      CollectionDefinition collection, String alias, String[] path, int step) {
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
      Field<Object> column = Parts.column(alias, collection, field);
      return last
          ? column
          : session.dialect().jsonText(column, List.of(path).subList(step + 1, path.length));
    }
    Link link =
        session
            .catalog()
            .link(collection, field)
            .orElseThrow(() -> Filters.unknownField(collection, String.join(".", path)));
    if (last
        || !field.type().toOne()
        || step >= Projection.DEPTH_MAX
        || session.catalog().foreign(link.target())) {
      throw Filters.unknownField(collection, String.join(".", path));
    }
    String target = "s" + step;
    return DSL.field(
        DSL.select(sorted(link.target(), target, path, step + 1))
            .from(link.from(target, "x" + step))
            .where(
                link.ownersValue(target, "x" + step)
                    .eq(Parts.column(alias, link.ownerColumn().name())))
            .orderBy(byKey(link.target(), target))
            .limit(DSL.inline(1)));
  }
}
