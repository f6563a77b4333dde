package dev.millrace.dialect.nocobase.activity;

import dev.millrace.data.Database;
import dev.millrace.data.SharedTransaction;
import dev.millrace.data.Transaction;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells users of something: a row of {@code workflowCcTasks} for each. Thread-safe. */
final class CopyActivity implements Activity {
  private static final int MOST_USERS = 1_000;

  private final Supplier<Database> database;

  CopyActivity(Supplier<Database> database) {
    this.database = database;
  }

  @Override
  public String name() {
    return "nocobase.cc";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Database opened = database.get();
    SharedTransaction open = RecordActivity.open(opened, input);
    String key = input.idempotencyKey();
    if (open != null && opened.equals(opened.ofUsers())) {
      return open.run(transaction -> transaction.once(key, same -> written(same, input)));
    }
    return opened.once(key, transaction -> written(transaction, input));
  }

  private static @Nullable Object written(Transaction transaction, ActivityInput input) {
    for (Long user : Receivers.of(transaction, input.parameters().get("users"), MOST_USERS)) {
      Object job = input.parameters().get("$job");
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      for (String name : List.of("jobId", "executionId", "nodeId", "workflowId")) {
        row.put(name, JsonValue.get(job, name));
      }
      row.put("userId", user);
      row.put("title", JsonValue.text(input.parameters(), "title", ""));
      row.put("status", 0L);
      transaction.records(SystemCollections.CC_TASKS).create(row, WriteContext.NONE);
    }
    return null;
  }
}
