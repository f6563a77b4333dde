package dev.millrace.dialect.process;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Wait;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.store.query.Queries.NumberedEvent;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events of an instance as answered: {@code seq, generation, type, at} and the event's own members,
 * read from its record so that a new kind of event shows without further code. Inputs of runs are
 * masked where they are recorded; changed parameters of a rerun are masked here, for they may stand
 * in for secrets.
 */
final class HistoryAnswer {
  private HistoryAnswer() {}

  static Map<String, @Nullable Object> of(NumberedEvent numbered) {
    HistoryEvent event = numbered.event();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("seq", numbered.seq());
    json.put("generation", numbered.generation());
    json.put("type", camelCase(event.getClass().getSimpleName()));
    json.put("at", event.at().toEpochMilli());
    members(masked(event), json);
    return json;
  }

  private static HistoryEvent masked(HistoryEvent event) {
    return switch (event) {
      case HistoryEvent.InstanceRerun rerun ->
          new HistoryEvent.InstanceRerun(
              rerun.at(),
              rerun.generation(),
              rerun.executionUid(),
              masked(rerun.parameters()),
              rerun.timeoutAt());
      case HistoryEvent.ParametersSet set ->
          new HistoryEvent.ParametersSet(set.at(), masked(set.parameters()));
      default -> event;
    };
  }

  private static Map<String, Map<String, @Nullable Object>> masked(
      Map<String, Map<String, @Nullable Object>> parameters) {
    Map<String, Map<String, @Nullable Object>> masked = new LinkedHashMap<>();
    parameters.forEach((task, values) -> {
      Map<String, @Nullable Object> hidden = new LinkedHashMap<>(values);
      hidden.replaceAll((name, value) -> SecretMask.MASK);
      masked.put(task, hidden);
    });
    return masked;
  }

  private static void members(Object record, Map<String, @Nullable Object> json) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String name = component.getName();
      // The process API calls nodes tasks.
      json.put(name.equals("nodeId") ? "taskId" : name, value(read(record, component)));
    }
  }

  private static @Nullable Object read(Object record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "the events' records are public, so %s can be read".formatted(component), e);
    }
  }

  private static @Nullable Object value(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Instant at -> at.toEpochMilli();
      case Enum<?> word -> word.name().toLowerCase(Locale.ROOT);
      case InstanceKey key -> key.toString();
      case Record record -> object(record);
      case List<?> list -> list(list);
      case Map<?, ?> map -> map(map);
      case Object plain -> plain;
    };
  }

  private static Map<String, @Nullable Object> object(Record record) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    if (record instanceof Wait || record instanceof CodeEvent) {
      json.put("kind", camelCase(record.getClass().getSimpleName()));
    }
    members(record, json);
    return json;
  }

  private static List<@Nullable Object> list(List<?> list) {
    List<@Nullable Object> json = new ArrayList<>(list.size());
    for (Object element : list) {
      json.add(value(element));
    }
    return json;
  }

  private static Map<String, @Nullable Object> map(Map<?, ?> map) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    map.forEach((key, element) -> json.put(String.valueOf(key), value(element)));
    return json;
  }

  private static String camelCase(String name) {
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }
}
