package dev.millrace.data;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    Sql where = where(query).sql();
    Reader reader = new Reader(session);
    Sql order = reader.order(collection, query);
    Query.Paging paging = query.paging();
    if (!paging.paginate()) {
      List<Map<String, @Nullable Object>> rows =
          reader.rows(
              projection, where, Sql.of("{} LIMIT {}", order, Sql.bind(Query.UNPAGED_MAX + 1L)));
      if (rows.size() > Query.UNPAGED_MAX) {
        throw Reader.tooMany(
            "more than %d records match; ask for pages".formatted(Query.UNPAGED_MAX));
      }
      return new Page(rows, paging.simple() ? null : (long) rows.size(), false, 1, rows.size());
    }
    long page = Pages.number("page", paging.page(), 1);
    long size = Math.min(Pages.number("pageSize", paging.pageSize(), 1), Query.PAGE_SIZE_MAX);
    long skipped = page - 1 > Long.MAX_VALUE / size ? Long.MAX_VALUE : (page - 1) * size;
    List<Map<String, @Nullable Object>> rows =
        reader.rows(
            projection,
            where,
            Sql.of("{} LIMIT {} OFFSET {}", order, Sql.bind(size + 1), Sql.bind(skipped)));
    boolean more = rows.size() > size;
    if (more) {
      rows.removeLast();
    }
    Long count = paging.simple() ? null : counted(where);
    return new Page(rows, count, more, page, size);
  }

  @Override
  public Optional<Map<String, @Nullable Object>> get(Query query) {
    Projection projection = Projection.of(session.catalog(), collection, query.shape());
    Reader reader = new Reader(session);
    Sql order = reader.order(collection, query);
    return reader.rows(projection, where(query).sql(), Sql.of("{} LIMIT 1", order)).stream()
        .findFirst();
  }

  @Override
  public long count(Query query) {
    return counted(where(query).sql());
  }

  private long counted(Sql where) {
    return session.number(
        Sql.of("SELECT count(*) FROM {} AS t0 WHERE {}", Sql.table(collection), where));
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
    Sql call =
        Sql.of(
            aggregator.name() + "(" + (wanted.distinct() ? "DISTINCT " : "") + "{})",
            Sql.column(Reader.ROOT, field.name()));
    Sql select =
        Sql.of(
            "SELECT {} FROM {} AS t0 WHERE {}",
            call,
            Sql.table(collection),
            where(wanted.which()).sql());
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

  /** The rows that are to be changed, with all columns. */
  private List<Map<String, @Nullable Object>> chosen(Query which, String what) {
    RecordWriter.checkWritable(collection);
    Scope link = scope;
    if (link != null) {
      LinkWriter.checkMayWrite(link.link());
    }
    if (asked(which).equals(Condition.TRUE)) {
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
            Sql.of(
                "{} LIMIT {}" + session.dialect().forUpdate(),
                reader.order(collection, which),
                Sql.bind(Query.UNPAGED_MAX + 1L)));
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
    Filters filters =
        new Filters(
            session.catalog(),
            session.dialect(),
            query.zone(),
            session.now(),
            query.shape().hidden());
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
    List<Sql> bound = new ArrayList<>();
    for (Object each : keys) {
      bound.add(Sql.bind(session.dialect().parameter(key, Values.of(key, each))));
    }
    return Condition.unknownOfNull(
        Sql.of("{} IN ({})", Sql.column(Reader.ROOT, key.name()), Sql.join(", ", bound)));
  }

  private Condition behind(Scope behind) {
    Link link = behind.link();
    Sql value = Sql.bind(session.dialect().parameter(link.ownerColumn(), behind.value()));
    Sql target = Sql.column(Reader.ROOT, link.targetColumn().name());
    Link.Through through = link.through();
    return Condition.unknownOfNull(
        through == null
            ? Sql.of("{} = {}", target, value)
            : Sql.of(
                "EXISTS (SELECT 1 FROM {} AS x WHERE {} = {} AND {} = {})",
                Sql.table(through.collection()),
                Sql.column("x", through.otherKey().name()),
                target,
                Sql.column("x", through.ownerKey().name()),
                value));
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
                    Sql.of(" LIMIT 1"))
                .stream()
                .findFirst()
                // Nothing is behind a link of nobody: null equals nothing.
                .orElseGet(LinkedHashMap::new);
    return new SessionRelated(session, new Scope(link, owner));
  }
}
