package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.run.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request created or updated a record. */
final class ActionTrigger implements Trigger {
  static final String TYPE = "action";

  private final Sources sources;

  ActionTrigger(Sources sources) {
    this.sources = sources;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<String> faults(Map<String, @Nullable Object> config) {
    return sources.faults(config.get("collection"));
  }

  @Override
  public Manual manual(Version version, Map<String, @Nullable Object> values, Identity caller) {
    if (values.get("data") == null) {
      throw Errors.bad("Data is required");
    }
    Map<String, @Nullable Object> user = sources.user(values.get("userId"), caller);
    Map<String, @Nullable Object> record =
        sources.record(
            Sources.name(version.config().get("collection")),
            values.get("data"),
            version.texts("appends"));
    if (record == null) {
      throw Errors.bad("Data is required: there is no record of the key given");
    }
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("data", record);
    context.put("user", user);
    context.put("roleName", sources.role(values.get("roleName"), user, caller));
    return new Manual.Run(context);
  }
}
