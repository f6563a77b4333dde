package dev.millrace.dialect.dapr;

import dev.millrace.components.WorkflowComponent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A name under which requests ask for a component.
 *
 * @param type with {@code workflow.} before it
 * @param component initialized; null for this server's own engine
 * @param scopes the applications that may ask for it; empty for all
 */
public record ComponentBinding(
    String name,
    String type,
    String version,
    @Nullable WorkflowComponent component,
    Set<String> scopes) {

  /** Keeps its own copy of the scopes. */
  public ComponentBinding {
    scopes = Set.copyOf(scopes);
  }

  boolean openTo(String app) {
    return scopes.isEmpty() || scopes.contains(app);
  }
}
