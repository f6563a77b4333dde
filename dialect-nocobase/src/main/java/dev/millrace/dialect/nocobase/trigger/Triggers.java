package dev.millrace.dialect.nocobase.trigger;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of triggers there are. Immutable. */
public final class Triggers {
  private final Map<String, Trigger> byType = new LinkedHashMap<>();

  /** All kinds. */
  public Triggers(Sources sources, InstantSource clock) {
    for (Trigger trigger :
        List.of(
            new CollectionTrigger(sources),
            new ScheduleTrigger(sources, clock),
            new ActionTrigger(sources),
            new CustomActionTrigger(sources),
            new InterceptionTrigger(sources),
            new WebhookTrigger())) {
      byType.put(trigger.type(), trigger);
    }
  }

  /** The kind of a name, or null. */
  public @Nullable Trigger find(@Nullable Object type) {
    return type instanceof String name ? byType.get(name) : null;
  }
}
