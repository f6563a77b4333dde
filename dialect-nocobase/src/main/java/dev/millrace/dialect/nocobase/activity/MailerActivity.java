package dev.millrace.dialect.nocobase.activity;

import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The node type {@code mailer} in the terms of the activity {@code mail}: letters go through the
 * mail server that the node names, otherwise through that of the configuration. Thread-safe.
 */
final class MailerActivity implements Activity {
  private static final int USUAL_PORT = 465;
  private static final int HIGHEST_PORT = 65_535;
  private static final String FAILED = "nocobase.failed";

  private final Activity mail;
  private final MailServers servers;

  MailerActivity(Activity mail, MailServers servers) {
    this.mail = mail;
    this.servers = servers;
  }

  @Override
  public String name() {
    return "nocobase.mailer";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    Map<String, @Nullable Object> config = input.parameters();
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    for (String name : List.of("to", "cc", "bcc", "replyTo", "from", "subject")) {
      Object value = config.get(name);
      boolean nothing = value == null || value.equals("") || value.equals(List.of());
      if (!nothing) {
        parameters.put(name, value);
      }
    }
    String body = JsonValue.text(config, "contentType", "html").equals("text") ? "text" : "html";
    parameters.put(body, JsonValue.text(config, body, ""));
    try {
      return mailOf(config)
          .run(
              new ActivityInput(
                  parameters, Map.of(), input.idempotencyKey(), input.attempt(), input.timeout()));
    } catch (ActivityException e) {
      Map<String, @Nullable Object> detail = new LinkedHashMap<>();
      detail.put("message", e.getMessage());
      boolean late = e.type().equals("timeout");
      throw new ActivityException(
          late ? "nocobase.aborted" : FAILED, String.valueOf(e.getMessage()), false, detail, null);
    }
  }

  private Activity mailOf(Map<String, @Nullable Object> config) throws ActivityException {
    Object provider = config.get("provider");
    String host = JsonValue.text(provider, "host", "");
    if (host.isBlank()) {
      return mail;
    }
    Long given = Parameters.number(JsonValue.get(provider, "port"));
    long port = given == null ? USUAL_PORT : given;
    if (port < 1 || port > HIGHEST_PORT) {
      throw new ActivityException(FAILED, "provider.port: expected a port, found " + port, false);
    }
    Object login = JsonValue.get(provider, "auth");
    String user = JsonValue.text(login, "user", "");
    try {
      return servers.through(
          new MailServers.Provider(
              host.strip(),
              (int) port,
              !Boolean.FALSE.equals(JsonValue.get(provider, "secure")),
              JsonValue.text(config, "from", ""),
              user.isEmpty() ? null : user,
              user.isEmpty() ? null : JsonValue.text(login, "pass", "")));
    } catch (IOException e) {
      throw new ActivityException(FAILED, "provider.host: " + e.getMessage(), false);
    }
  }
}
