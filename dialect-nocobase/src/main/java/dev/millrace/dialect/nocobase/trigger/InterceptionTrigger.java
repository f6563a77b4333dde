package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.run.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request is about to change records; the workflow may stop it. */
final class InterceptionTrigger implements Trigger {
  static final String TYPE = "request-interception";

  private final Sources sources;

  InterceptionTrigger(Sources sources) {
    this.sources = sources;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<String> faults(Map<String, @Nullable Object> config) {
    List<String> faults = new ArrayList<>(sources.faults(config.get("collection")));
    if (Boolean.TRUE.equals(config.get("global"))) {
      if (!(config.get("actions") instanceof List<?> actions)) {
        faults.add("\"actions\" is required");
      } else if (actions.isEmpty()) {
        faults.add("At least one action is required in global mode");
      }
    }
    return faults;
  }

  @Override
  public Manual manual(Version version, Map<String, @Nullable Object> values, Identity caller) {
    Map<String, @Nullable Object> user = sources.user(values.get("userId"), caller);
    Object target = values.get("target");
    if (target == null) {
      throw Errors.bad("Target is required");
    }
    String collection = Sources.name(version.config().get("collection"));
    Map<String, @Nullable Object> params = new LinkedHashMap<>();
    if ("destroy".equals(values.get("action"))) {
      String key = Sources.keyName(sources.database().records(collection).collection());
      params.put("filterByTk", target instanceof Map<?, ?> map ? map.get(key) : target);
    } else {
      Map<String, @Nullable Object> record = sources.record(collection, target, List.of());
      if (record == null) {
        throw Errors.bad("Target is required: there is no record of the key given");
      }
      params.put("values", record);
    }
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("user", user);
    context.put("roleName", sources.role(values.get("roleName"), user, caller));
    context.put("params", params);
    return new Manual.Run(context);
  }
}
