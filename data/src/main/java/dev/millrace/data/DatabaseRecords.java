package dev.millrace.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Records of which each call is a transaction of its own. */
final class DatabaseRecords implements Related {

  private final Database database;
  private final Function<Session, Records> open;

  DatabaseRecords(Database database, Function<Session, Records> open) {
    this.database = database;
    this.open = open;
  }

  private <T extends @Nullable Object> T read(Function<Records, T> work) {
    return database.read(session -> work.apply(open.apply(session)));
  }

  private <T extends @Nullable Object> T write(Function<Records, T> work) {
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
  public Related related(Object key, String association) {
    return new DatabaseRecords(database, session -> open.apply(session).related(key, association));
  }

  @Override
  public void add(List<Object> keys, WriteContext context) {
    link(related -> related.add(keys, context));
  }

  @Override
  public void remove(List<Object> keys, WriteContext context) {
    link(related -> related.remove(keys, context));
  }

  @Override
  public void set(List<Object> keys, WriteContext context) {
    link(related -> related.set(keys, context));
  }

  private void link(java.util.function.Consumer<Related> work) {
    write(records -> {
      if (!(records instanceof Related related)) {
        throw new IllegalStateException("these records are not behind a link");
      }
      work.accept(related);
      return true;
    });
  }
}
