package dev.millrace.data;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The records of a collection inside a transaction; all of them, or those behind a link. */
sealed class SessionRecords implements Records permits SessionRelated {

  /** How many records one call may name, change or remove. */
  static final int KEYS_MAX = 10_000;

  private final Session session;
  private final CollectionDefinition collection;
  private final @Nullable Scope scope;

  /**
   * The link whose target these records are.
   *
   * @param owner the row it starts from, with all its columns
   */
  record Scope(Link link, Map<String, @Nullable Object> owner) {
    @Nullable Object value() {
      return owner.get(link.ownerColumn().name());
    }
  }

  SessionRecords(Session session, CollectionDefinition collection, @Nullable Scope scope) {
    this.session = session;
    this.collection = collection;
    this.scope = scope;
  }

  @Override
  public CollectionDefinition collection() {
    return collection;
  }

  @Override
  public Page list(Query query) {
    Projection projection = Projection.of(session.catalog(), collection, query.shape());
    org.jooq.Condition where = where(query).sql();
    Reader reader = new Reader(session);
    List<SortField<Object>> order = reader.order(collection, query);
    Query.Paging paging = query.paging();
    if (!paging.paginate()) {
      List<Map<String, @Nullable Object>> rows =
          reader.rows(projection, where, new Reader.Cut(order, Query.UNPAGED_MAX + 1L, 0, false));
      if (rows.size() > Query.UNPAGED_MAX) {
        throw Reader.tooMany(
            "more than %d records match; ask for pages".formatted(Query.UNPAGED_MAX));
      }
      return new Page(rows, paging.simple() ? null : (long) rows.size(), false, 1, rows.size());
    }
    long page = Pages.number("page", paging.page(), 1);
    long size = Math.min(Pages.number("pageSize", paging.pageSize(), 1), Query.PAGE_SIZE_MAX);
    long skipped = page - 1 > Long.MAX_VALUE / size ? Long.MAX_VALUE : (page - 1) * size;
    // Counted first: where there is nothing on the page, it is not looked for a second time.
    Long count = paging.simple() ? null : counted(where);
    if (count != null && count <= skipped) {
      return new Page(new ArrayList<>(), count, false, page, size);
    }
    List<Map<String, @Nullable Object>> rows =
        reader.rows(projection, where, new Reader.Cut(order, size + 1, skipped, false));
    boolean more = rows.size() > size;
    if (more) {
      rows.removeLast();
    }
    return new Page(rows, count, more, page, size);
  }

  @Override
  public Optional<Map<String, @Nullable Object>> get(Query query) {
    Projection projection = Projection.of(session.catalog(), collection, query.shape());
    Reader reader = new Reader(session);
    List<SortField<Object>> order = reader.order(collection, query);
    Reader.Cut first = new Reader.Cut(order, 1, 0, false);
    return reader.rows(projection, where(query).sql(), first).stream().findFirst();
  }

  @Override
  public long count(Query query) {
    return counted(where(query).sql());
  }

  private long counted(org.jooq.Condition where) {
    return session.number(
        DSL.selectCount().from(Parts.table(collection, Reader.ROOT)).where(where));
  }

  @Override
  public boolean fits(Map<String, ?> values, @Nullable Object filter) {
    List<Field<?>> columns = new ArrayList<>();
    for (FieldDefinition field : collection.fields()) {
      if (!field.type().association()) {
        Object value = Values.of(field, values.get(field.name()));
        columns.add(
            DSL.field(
                    "CAST({0} AS {1})",
                    Parts.PLAIN,
                    Parts.bind(session.dialect().parameter(field, value)),
                    DSL.keyword(session.dialect().columnType(field, false)))
                .as(Parts.name(field.name())));
      }
    }
    Condition condition = asked(Query.where(filter));
    return session.number(
            DSL.selectCount()
                .from(DSL.select(columns).asTable(Parts.name(Reader.ROOT)))
                .where(condition.sql()))
        > 0;
  }

  @Override
  public Object aggregate(Aggregation wanted) {
    FieldDefinition field =
        collection
            .field(wanted.field())
            .filter(each -> !each.type().association() && !each.hidden())
            .orElseThrow(() -> Filters.unknownField(collection, wanted.field()));
    Aggregation.Aggregator aggregator = wanted.aggregator();
    boolean adds =
        aggregator == Aggregation.Aggregator.SUM || aggregator == Aggregation.Aggregator.AVG;
    if (adds && !field.type().number()) {
      throw new DataException(
          DataException.Kind.BAD_VALUE,
          "sum and avg need numbers; %s is of type %s"
              .formatted(field.name(), field.type().wireName()),
          field.name());
    }
    boolean counts = aggregator == Aggregation.Aggregator.COUNT;
    if ((field.type().json() && (wanted.distinct() || !counts))
        || (field.type() == FieldType.BOOLEAN && !counts)) {
      throw new DataException(
          DataException.Kind.BAD_VALUE,
          "values of type %s have no order: %s".formatted(field.type().wireName(), field.name()),
          field.name());
    }
    Field<Object> column = Parts.column(Reader.ROOT, collection, field);
    Name function = DSL.unquotedName(aggregator.name());
    Select<?> select =
        DSL.select(
                wanted.distinct()
                    ? DSL.aggregateDistinct(function, Parts.PLAIN, column)
                    : DSL.aggregate(function, Parts.PLAIN, column))
            .from(Parts.table(collection, Reader.ROOT))
            .where(where(wanted.which()).sql());
    boolean asIs = !adds && aggregator != Aggregation.Aggregator.COUNT;
    Object value =
        session
            .query(
                select,
                row ->
                    asIs ? session.dialect().read(field, row, 1) : session.dialect().read(row, 1))
            .getFirst();
    if (value == null) {
      return 0L;
    }
    Optional<BigDecimal> number =
        value instanceof String ? Optional.empty() : Values.decimal(value);
    return number.isPresent() ? Values.rounded(number.get(), wanted.precision()) : value;
  }

  @Override
  public Map<String, @Nullable Object> create(Map<String, ?> values, WriteContext context) {
    RecordWriter writer = new RecordWriter(session, context);
    Scope behind = scope;
    if (behind == null) {
      return writer.create(collection, values);
    }
    return new LinkWriter(session, writer).createBehind(behind, values);
  }

  @Override
  public List<Map<String, @Nullable Object>> update(
      Query which, Map<String, ?> values, WriteContext context) {
    RecordWriter writer = new RecordWriter(session, context);
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Map<String, @Nullable Object> before : chosen(which, "update")) {
      rows.add(writer.update(collection, before, values));
    }
    return rows;
  }

  @Override
  public int destroy(Query which, WriteContext context) {
    RecordWriter writer = new RecordWriter(session, context);
    List<Map<String, @Nullable Object>> rows = chosen(which, "destroy");
    for (Map<String, @Nullable Object> before : rows) {
      writer.destroy(collection, before, true);
    }
    return rows.size();
  }

  @Override
  public void move(Placement placement, WriteContext context) {
    FieldDefinition field = Sorting.field(collection, placement.field());
    Sorting sorting = new Sorting(session, collection, field);
    Map<String, @Nullable Object> source = one(placement.source());
    Object wanted = placement.target();
    Map<String, @Nullable Object> target = wanted == null ? null : one(wanted);
    Map<String, @Nullable Object> joined = new LinkedHashMap<>(placement.scope());
    Optional<FieldDefinition> scope = sorting.scope();
    if (scope.isPresent() && target != null) {
      joined.put(scope.get().name(), target.get(scope.get().name()));
    }
    joined.keySet().retainAll(scope.stream().map(FieldDefinition::name).toList());
    if (!joined.isEmpty()
        && joined.entrySet().stream()
            .anyMatch(each -> !Values.same(source.get(each.getKey()), each.getValue()))) {
      source.putAll(new RecordWriter(session, context).update(collection, source, joined));
    }
    if (target != null || placement.front()) {
      sorting.move(source, target, placement.behind());
    }
  }

  private Map<String, @Nullable Object> one(Object key) {
    List<Map<String, @Nullable Object>> rows = chosen(Query.byKey(key), "move");
    if (rows.isEmpty()) {
      throw new DataException(
          DataException.Kind.BAD_VALUE,
          "no record of %s has the key %s"
              .formatted(collection.name(), Names.shortened(String.valueOf(key))));
    }
    return rows.getFirst();
  }

  /** The rows that are to be changed, with all columns. */
  private List<Map<String, @Nullable Object>> chosen(Query which, String what) {
    RecordWriter.checkWritable(collection);
    Scope link = scope;
    if (link != null) {
      LinkWriter.checkMayWrite(link.link());
    }
    boolean single = link != null && link.link().field().type().toOne();
    if (!single && asked(which).equals(Condition.TRUE)) {
      throw new DataException(
          DataException.Kind.REQUIRED_FILTER,
          "must provide filter or filterByTk for %s call, or set forceUpdate to true"
              .formatted(what));
    }
    Reader reader = new Reader(session);
    List<Map<String, @Nullable Object>> rows =
        reader.rows(
            Projection.everything(collection),
            where(which).sql(),
            new Reader.Cut(reader.order(collection, which), Query.UNPAGED_MAX + 1L, 0, true));
    if (rows.size() > Query.UNPAGED_MAX) {
      throw Reader.tooMany(
          "%s of more than %d records at once; narrow the filter"
              .formatted(what, Query.UNPAGED_MAX));
    }
    return rows;
  }

  private Condition where(Query query) {
    Condition asked = asked(query);
    Scope behind = scope;
    return behind == null ? asked : Condition.all(List.of(asked, behind(behind)));
  }

  private Condition asked(Query query) {
    Filters filters = new Filters(session, query.zone(), query.shape().hidden());
    Condition filter = filters.of(collection, Reader.ROOT, query.filter());
    return query.keys().isEmpty()
        ? filter
        : Condition.all(List.of(filter, keyed(filters, query.keys())));
  }

  private Condition keyed(Filters filters, List<Object> keys) {
    if (keys.size() > KEYS_MAX) {
      throw Reader.tooMany("more than " + KEYS_MAX + " keys; use a filter");
    }
    if (keys.stream().allMatch(Map.class::isInstance)) {
      Map<String, @Nullable Object> any = new LinkedHashMap<>();
      any.put("$or", keys);
      return filters.of(collection, Reader.ROOT, any);
    }
    FieldDefinition key =
        collection.primaryKey().orElseThrow(() -> Filters.unknownField(collection, "primary key"));
    List<Field<Object>> bound = new ArrayList<>();
    for (Object each : keys) {
      bound.add(Parts.bind(session.dialect().parameter(key, Values.of(key, each))));
    }
    return Condition.unknownOfNull(Parts.column(Reader.ROOT, key.name()).in(bound));
  }

  private Condition behind(Scope behind) {
    Link link = behind.link();
    Field<Object> value =
        Parts.bind(session.dialect().parameter(link.ownerColumn(), behind.value()));
    Field<Object> target = Parts.column(Reader.ROOT, link.targetColumn().name());
    Link.Through through = link.through();
    return Condition.unknownOfNull(
        through == null
            ? target.eq(value)
            : DSL.exists(
                DSL.selectOne()
                    .from(Parts.table(through.collection(), "x"))
                    .where(
                        Parts.column("x", through.otherKey().name()).eq(target),
                        Parts.column("x", through.ownerKey().name()).eq(value))));
  }

  @Override
  public Related related(Object key, String association) {
    Link link =
        session
            .catalog()
            .link(collection, association)
            .orElseThrow(() -> Filters.unknownField(collection, association));
    Map<String, @Nullable Object> owner =
        new Reader(session)
                .rows(
                    Projection.everything(collection),
                    where(Query.byKey(key)).sql(),
                    Reader.Cut.FIRST)
                .stream()
                .findFirst()
                // Nothing is behind a link of nobody: null equals nothing.
                .orElseGet(LinkedHashMap::new);
    return new SessionRelated(session, new Scope(link, owner));
  }
}
