package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.data.Change;
import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.FieldDefinition;
import dev.millrace.data.FieldType;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.Transaction;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Event;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.dialect.nocobase.run.Versions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collection triggers: in the transaction that writes a record, says which workflows it starts and
 * keeps that as rows of {@code workflowEvents}, which the {@link Relay} takes up. Thread-safe.
 */
public final class RecordEvents {
  /** The executions that led to a write, in its context. */
  public static final String STACK = "stack";

  /** In the context of a write that starts nothing. */
  public static final String SKIP = "skipWorkflow";

  private final Versions versions;
  private final Dispatcher dispatcher;
  private final Relay relay;
  private final Supplier<String> ids;
  private final WriteGate gate;

  /** Over the enabled versions. */
  public RecordEvents(
      Versions versions, Dispatcher dispatcher, Relay relay, Supplier<String> ids, WriteGate gate) {
    this.gate = gate;
    this.versions = versions;
    this.dispatcher = dispatcher;
    this.relay = relay;
    this.ids = ids;
  }

  /** Told of every row written. */
  public void written(Change change, Transaction transaction) {
    CollectionDefinition collection = transaction.collections().get(change.collection());
    if (collection.origin() != CollectionDefinition.Origin.USER
        || Boolean.TRUE.equals(change.context().attributes().get(SKIP))) {
      return;
    }
    for (Version version : versions.enabledOf(CollectionTrigger.TYPE)) {
      if (Sources.name(version.config().get("collection")).equals(change.collection())
          && fires(version, change, collection, transaction)) {
        keep(version, change, collection, transaction);
      }
    }
  }

  private static int bit(Change.Kind kind) {
    return switch (kind) {
      case CREATE -> CollectionTrigger.CREATE;
      case UPDATE -> CollectionTrigger.UPDATE;
      case DESTROY -> CollectionTrigger.DESTROY;
    };
  }

  private static boolean fires(
      Version version, Change change, CollectionDefinition collection, Transaction transaction) {
    long mode = version.number("mode", 0);
    if ((mode & bit(change.kind())) == 0) {
      return false;
    }
    List<String> watched =
        version.texts("changed").stream().filter(name -> comparable(collection, name)).toList();
    if (change.kind() == Change.Kind.UPDATE
        && !watched.isEmpty()
        && watched.stream().noneMatch(name -> differs(change, collection, name))) {
      return false;
    }
    Object condition = version.config().get("condition");
    if ((mode & CollectionTrigger.DESTROY) != 0 || Parameters.emptyFilter(condition)) {
      return true;
    }
    Object key = change.row().get(Sources.keyName(collection));
    return key != null
        && transaction.records(change.collection()).count(Query.where(condition).keys(List.of(key)))
            > 0;
  }

  private static boolean comparable(CollectionDefinition collection, String name) {
    return collection
        .field(name)
        .map(field -> !field.type().association() || field.type() == FieldType.BELONGS_TO)
        .orElse(false);
  }

  private static boolean differs(Change change, CollectionDefinition collection, String name) {
    if (change.changed().contains(name)) {
      return true;
    }
    String foreignKey = collection.field(name).map(field -> field.text("foreignKey")).orElse(null);
    return foreignKey != null && change.changed().contains(foreignKey);
  }

  private void keep(
      Version version, Change change, CollectionDefinition collection, Transaction transaction) {
    List<Long> stack = stack(change.context());
    if (dispatcher.tooDeep(version, stack)) {
      return;
    }
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("data", record(version, change, collection, transaction));
    if (version.sync() && Boolean.TRUE.equals(version.config().get("rollbackOnFailure"))) {
      gate.pass(
          new Event(version, context, ids.get(), stack, false, userId(change.context())),
          transaction);
      return;
    }
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("workflowId", version.id());
    row.put("eventKey", ids.get());
    row.put("context", context);
    row.put("stack", stack);
    row.put("userId", change.context().userId());
    row.put("held", version.sync());
    Records events = transaction.records(SystemCollections.EVENTS);
    Object id =
        Objects.requireNonNull(
            events.create(row, WriteContext.NONE).get("id"), "a new row has an id");
    transaction.afterCommit(version.sync() ? () -> relay.handle(id) : relay::wake);
  }

  private static @Nullable Long userId(WriteContext context) {
    return Parameters.number(context.userId());
  }

  private static Map<String, @Nullable Object> record(
      Version version, Change change, CollectionDefinition collection, Transaction transaction) {
    List<String> appends = Sources.appends(version.texts("appends"));
    Object key = change.row().get(Sources.keyName(collection));
    if (!appends.isEmpty() && change.kind() != Change.Kind.DESTROY && key != null) {
      return transaction
          .records(change.collection())
          .get(Query.byKey(key).appends(appends))
          .orElseGet(change::row);
    }
    Map<String, @Nullable Object> shown = new LinkedHashMap<>(change.row());
    for (FieldDefinition field : collection.fields()) {
      if (field.hidden()) {
        shown.remove(field.name());
      }
    }
    return shown;
  }

  /** The executions that led to a write. */
  static List<Long> stack(WriteContext context) {
    return context.attributes().get(STACK) instanceof List<?> list
        ? list.stream().map(Parameters::number).filter(Objects::nonNull).toList()
        : List.of();
  }
}
