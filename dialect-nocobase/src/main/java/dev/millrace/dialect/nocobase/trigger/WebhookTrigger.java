package dev.millrace.dialect.nocobase.trigger;

import dev.millrace.dialect.nocobase.http.Identity;
import dev.millrace.dialect.nocobase.run.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call from outside: {@code webhook:trigger/<key>}. */
final class WebhookTrigger implements Trigger {
  static final String TYPE = "webhook";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<String> faults(Map<String, @Nullable Object> config) {
    return List.of();
  }

  @Override
  public Manual manual(Version version, Map<String, @Nullable Object> values, Identity caller) {
    Map<String, @Nullable Object> context = new LinkedHashMap<>();
    context.put("headers", values.getOrDefault("headers", Map.of()));
    context.put("query", values.getOrDefault("query", Map.of()));
    context.put("body", values.containsKey("body") ? values.get("body") : values);
    return new Manual.Run(context);
  }
}
