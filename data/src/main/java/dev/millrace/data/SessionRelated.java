package dev.millrace.data;

import java.util.List;

/** The records behind a link, inside a transaction. */
final class SessionRelated extends SessionRecords implements Related {

  private final Session session;
  private final Scope scope;

  SessionRelated(Session session, Scope scope) {
    super(session, scope.link().target(), scope);
    this.session = session;
    this.scope = scope;
  }

  @Override
  public void add(List<Object> keys, WriteContext context) {
    links(context).add(scope, keys);
  }

  @Override
  public void remove(List<Object> keys, WriteContext context) {
    links(context).remove(scope, keys);
  }

  @Override
  public void set(List<Object> keys, WriteContext context) {
    links(context).set(scope, keys);
  }

  private LinkWriter links(WriteContext context) {
    return new LinkWriter(session, new RecordWriter(session, context));
  }
}
