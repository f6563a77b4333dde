package dev.millrace.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Records of which each call is a transaction of its own. */
sealed class DatabaseRecords implements Records permits DatabaseRelated {

  private final Database database;
  private final Function<Session, Records> open;

  DatabaseRecords(Database database, Function<Session, Records> open) {
    this.database = database;
    this.open = open;
  }

  private <T extends @Nullable Object> T read(Function<Records, T> work) {
    return database.read(session -> work.apply(open.apply(session)));
  }

  final <T extends @Nullable Object> T write(Function<Records, T> work) {
    return database.inTransaction(transaction -> work.apply(open.apply((Session) transaction)));
  }

  @Override
  public CollectionDefinition collection() {
    return read(Records::collection);
  }

  @Override
  public Page list(Query query) {
    return read(records -> records.list(query));
  }

  @Override
  public Optional<Map<String, @Nullable Object>> get(Query query) {
    return read(records -> records.get(query));
  }

  @Override
  public long count(Query query) {
    return read(records -> records.count(query));
  }

  @Override
  public boolean fits(Map<String, ?> values, @Nullable Object filter) {
    return read(records -> records.fits(values, filter));
  }

  @Override
  public Object aggregate(Aggregation aggregation) {
    return read(records -> records.aggregate(aggregation));
  }

  @Override
  public Map<String, @Nullable Object> create(Map<String, ?> values, WriteContext context) {
    return write(records -> records.create(values, context));
  }

  @Override
  public List<Map<String, @Nullable Object>> update(
      Query which, Map<String, ?> values, WriteContext context) {
    return write(records -> records.update(which, values, context));
  }

  @Override
  public int destroy(Query which, WriteContext context) {
    return write(records -> records.destroy(which, context));
  }

  @Override
  public void move(Placement placement, WriteContext context) {
    write(records -> {
      records.move(placement, context);
      return true;
    });
  }

  @Override
  public Related related(Object key, String association) {
    return new DatabaseRelated(database, session -> open.apply(session).related(key, association));
  }
}
