package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Somebody pressed a button: {@code <collection>:trigger}. */
final class CustomActionTrigger implements Trigger {
  static final String TYPE = "custom-action";
  static final long GLOBAL = 0;
  static final long ONE = 1;
  static final long SEVERAL = 2;

  private static final List<Long> KINDS = List.of(GLOBAL, ONE, SEVERAL);

  private final Sources sources;

  CustomActionTrigger(Sources sources) {
    this.sources = sources;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<String> faults(Map<String, @Nullable Object> config) {
    List<String> faults = new ArrayList<>();
    Long kind = Parameters.number(config.get("type"));
    if (config.get("type") == null) {
      faults.add("\"type\" is required");
    } else if (kind == null || !KINDS.contains(kind)) {
      faults.add("\"type\" must be one of " + KINDS);
    }
    if (kind == null || kind != GLOBAL) {
      Object collection = config.get("collection");
      if (collection == null || collection.equals("")) {
        faults.add("Collection is required for record-based context");
      } else {
        faults.addAll(sources.faults(collection));
      }
    }
    return faults;
  }

  @Override
  public Manual manual(Version version, Map<String, @Nullable Object> values, Identity caller) {
    Map<String, @Nullable Object> user = sources.user(values.get("userId"), caller);
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("data", data(version, values));
    context.put("user", user);
    context.put("roleName", sources.role(values.get("roleName"), user, caller));
    return new Manual.Run(context);
  }

  private @Nullable Object data(Version version, Map<String, @Nullable Object> values) {
    long kind = version.number("type", GLOBAL);
    Object data = values.get("data") == null ? values.get("filterByTk") : values.get("data");
    if (kind == GLOBAL) {
      return data;
    }
    if (data == null) {
      throw Errors.bad("Data is required");
    }
    String collection = Sources.name(version.config().get("collection"));
    List<String> appends = version.texts("appends");
    List<?> given = data instanceof List<?> list ? list : List.of(data);
    List<Object> records = new ArrayList<>();
    for (Object one : given) {
      Map<String, @Nullable Object> record = sources.record(collection, one, appends);
      if (record == null) {
        throw Errors.bad("Data is required: there is no record of the key given");
      }
      records.add(record);
    }
    return kind == ONE ? records.getFirst() : records;
  }
}
