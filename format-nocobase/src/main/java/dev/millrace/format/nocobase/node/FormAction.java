package dev.millrace.format.nocobase.node;

import dev.millrace.engine.JsonValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The buttons of a form of a manual node: {@code {key, status, values}}. */
public final class FormAction {

  private FormAction() {}

  /** The button of a form with a key; null when the form, or the button, is not there. */
  public static @Nullable Object of(@Nullable Object form, String key) {
    if (JsonValue.get(form, "actions") instanceof List<?> actions) {
      for (Object action : actions) {
        if (key.equals(JsonValue.get(action, "key"))) {
          return action;
        }
      }
    }
    return null;
  }
}
