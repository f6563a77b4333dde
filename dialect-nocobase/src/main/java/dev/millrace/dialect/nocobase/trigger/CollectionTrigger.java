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

/** A record was created, updated or removed. */
final class CollectionTrigger implements Trigger {
  static final String TYPE = "collection";
  static final int CREATE = 1;
  static final int UPDATE = 2;
  static final int DESTROY = 4;

  private static final List<Long> MODES = List.of(1L, 2L, 4L, 3L);

  private final Sources sources;

  CollectionTrigger(Sources sources) {
    this.sources = sources;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<String> faults(Map<String, @Nullable Object> config) {
    List<String> faults = new ArrayList<>(sources.faults(config.get("collection")));
    Long mode = Parameters.number(config.get("mode"));
    if (config.containsKey("mode") && (mode == null || !MODES.contains(mode))) {
      faults.add("\"mode\" must be one of " + MODES);
    }
    for (String name : List.of("changed", "appends")) {
      if (config.get(name) != null && !(config.get(name) instanceof List<?>)) {
        faults.add("\"" + name + "\" must be an array");
      }
    }
    if (config.get("condition") != null && !(config.get("condition") instanceof Map<?, ?>)) {
      faults.add("\"condition\" must be of type object");
    }
    if (mode != null && (mode & UPDATE) == 0 && given(config, "changed")) {
      faults.add("\"changed\" is not allowed");
    }
    if (mode != null && mode == DESTROY && given(config, "appends")) {
      faults.add("\"appends\" is not allowed");
    }
    if (faults.isEmpty()) {
      faults.addAll(
          sources.faultsOfFields(Sources.name(config.get("collection")), config.get("changed")));
      faults.addAll(
          sources.faultsOfCondition(
              Sources.name(config.get("collection")), config.get("condition")));
    }
    return faults;
  }

  private static boolean given(Map<String, @Nullable Object> config, String name) {
    return config.get(name) instanceof List<?> list && !list.isEmpty();
  }

  @Override
  public Manual manual(Version version, Map<String, @Nullable Object> values, Identity caller) {
    Object given = values.get("data");
    if (given == null) {
      throw Errors.bad("Data is required");
    }
    String collection = Sources.name(version.config().get("collection"));
    Map<String, @Nullable Object> record =
        sources.record(collection, given, version.texts("appends"));
    if (record == null) {
      throw Errors.bad("Data is required: there is no record of the key given");
    }
    boolean conditional = (version.number("mode", 0) & DESTROY) == 0;
    if (conditional && !sources.fits(collection, record, version.config().get("condition"))) {
      return new Manual.Unmatched();
    }
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("data", record);
    return new Manual.Run(context);
  }
}
