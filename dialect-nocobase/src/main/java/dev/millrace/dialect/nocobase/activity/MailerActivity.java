package dev.millrace.dialect.nocobase.activity;

import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The node type {@code mailer} in the terms of the activity {@code mail}: letters go through the
 * mail server of the configuration, whatever provider the node names. Thread-safe.
 */
final class MailerActivity implements Activity {
  private final Activity mail;

  MailerActivity(Activity mail) {
    this.mail = mail;
  }

  @Override
  public String name() {
    return "nocobase.mailer";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Map<String, @Nullable Object> config = input.parameters();
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    for (String name : List.of("to", "cc", "bcc", "from", "subject")) {
      Object value = config.get(name);
      boolean nothing = value == null || value.equals("") || value.equals(List.of());
      if (!nothing) {
        parameters.put(name, value);
      }
    }
    String body = JsonValue.text(config, "contentType", "html").equals("text") ? "text" : "html";
    parameters.put(body, JsonValue.text(config, body, ""));
    try {
      return mail.run(
          new ActivityInput(
              parameters, Map.of(), input.idempotencyKey(), input.attempt(), input.timeout()));
    } catch (ActivityException e) {
      Map<String, @Nullable Object> detail = new LinkedHashMap<>();
      detail.put("message", e.getMessage());
      boolean late = e.type().equals("timeout");
      throw new ActivityException(
          late ? "nocobase.aborted" : "nocobase.failed",
          String.valueOf(e.getMessage()),
          false,
          detail,
          null);
    }
  }
}
