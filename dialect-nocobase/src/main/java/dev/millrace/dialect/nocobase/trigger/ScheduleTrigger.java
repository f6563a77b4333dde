package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.dialect.nocobase.run.Version;
import dev.millrace.engine.JsonValue;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A time came: one that is set, or one in a field of a record. */
final class ScheduleTrigger implements Trigger {
  static final String TYPE = "schedule";
  static final long STATIC = 0;
  static final long DATE_FIELD = 1;

  private static final List<Long> MODES = List.of(STATIC, DATE_FIELD);

  private final Sources sources;
  private final InstantSource clock;

  ScheduleTrigger(Sources sources, InstantSource clock) {
    this.sources = sources;
    this.clock = clock;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<String> faults(Map<String, @Nullable Object> config) {
    List<String> faults = new ArrayList<>();
    Long mode = Parameters.number(config.get("mode"));
    if (config.containsKey("mode") && (mode == null || !MODES.contains(mode))) {
      faults.add("\"mode\" must be one of " + MODES);
    }
    if (mode != null && mode == DATE_FIELD) {
      faults.addAll(sources.faults(config.get("collection")));
    }
    for (String name : List.of("startsOn", "endsOn")) {
      String fault =
          mode != null && mode == DATE_FIELD && faults.isEmpty()
              ? faultOfField(name, config)
              : faultOfTime(name, config.get(name));
      if (fault != null) {
        faults.add(fault);
      }
    }
    if (config.get("repeat") instanceof String cron
        && !cron.isBlank()
        && !CronTimes.isValid(cron)) {
      faults.add("\"repeat\" must be a cron expression of 5 or 6 fields");
    }
    return faults;
  }

  /** A time that cannot be read would never come. */
  private static @Nullable String faultOfTime(String name, @Nullable Object given) {
    boolean absent =
        given == null || given.equals("") || (given instanceof Map<?, ?> map && map.isEmpty());
    return absent || given instanceof Map<?, ?> || Times.read(given, ZoneOffset.UTC) != null
        ? null
        : "\"%s\" must be in ISO 8601 date format".formatted(name);
  }

  private @Nullable String faultOfField(String name, Map<String, @Nullable Object> config) {
    Object given = config.get(name);
    String field = JsonValue.text(given, "field", "");
    if (field.isEmpty()) {
      return faultOfTime(name, given);
    }
    String collection = Sources.name(config.get("collection"));
    return sources.database().collections().get(collection).field(field).isPresent()
        ? null
        : "\"%s.field\" is no field of %s: %s".formatted(name, collection, field);
  }

  @Override
  public Manual manual(Version version, Map<String, @Nullable Object> values, Identity caller) {
    Long mode = Parameters.number(version.config().get("mode"));
    if (mode == null || !MODES.contains(mode)) {
      return new Manual.Unknown();
    }
    Map<String, @Nullable Object> context = new LinkedHashMap<>(values);
    if (mode == DATE_FIELD) {
      if (values.get("data") == null) {
        throw Errors.bad("Data is required");
      }
      Map<String, @Nullable Object> record =
          sources.record(
              Sources.name(version.config().get("collection")),
              values.get("data"),
              version.texts("appends"));
      if (record == null) {
        throw Errors.bad("Data is required: there is no record of the key given");
      }
      context.put("data", record);
    }
    if (context.get("date") == null) {
      context.put("date", Times.text(clock.instant()));
    }
    return new Manual.Run(context);
  }
}
