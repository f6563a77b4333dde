package dev.millrace.data;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Records behind a link, of which each call is a transaction of its own. */
final class DatabaseRelated extends DatabaseRecords implements Related {

  DatabaseRelated(Database database, Function<Session, Related> open) {
    super(database, open::apply);
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

  private void link(Consumer<Related> work) {
    write(records -> {
      work.accept((Related) records);
      return true;
    });
  }
}
