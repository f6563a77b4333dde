package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.catalog.NotificationCollections;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code messages:send}: sends {@code {channelName, message, receivers}} as a node of type {@code
 * notification} does, and answers the row of {@code notificationSendLogs}. Receivers are ids of
 * users, also as {@code {"type":"userId","value":[…]}}; through a channel of type {@code email}
 * they stand for the addresses of these users.
 */
final class SendAction implements Action {
  private static final String CHANNEL = "channelName";
  private static final String RECEIVERS = "receivers";
  private static final int MOST_RECEIVERS = 1_000;

  private final Database database;
  private final Activity notification;
  private final Supplier<String> ids;

  /**
   * Over the activity of the node type.
   *
   * @param ids draws keys of messages
   */
  SendAction(Database database, Activity notification, Supplier<String> ids) {
    this.database = database;
    this.notification = notification;
    this.ids = ids;
  }

  @Override
  public Answer act(ActionRequest request) throws InterruptedException {
    Map<String, @Nullable Object> values = request.values();
    String channel = JsonValue.text(values, CHANNEL, "");
    if (channel.isEmpty()) {
      throw Errors.bad("channelName is required");
    }
    if (!(values.get("message") instanceof Map<?, ?> message)) {
      throw Errors.bad("message: expected an object");
    }
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    message.forEach((name, value) -> parameters.put(String.valueOf(name), value));
    Object receivers = receivers(values.getOrDefault(RECEIVERS, parameters.get(RECEIVERS)));
    parameters.put(CHANNEL, channel);
    if (receivers != null) {
      parameters.put(RECEIVERS, receivers);
      if (email(channel) && !parameters.containsKey("to")) {
        parameters.put("to", addresses(receivers));
      }
    }
    parameters.put(NotificationCollections.TRIGGER, JsonValue.text(values, "triggerFrom", "api"));
    try {
      return Answer.of(
          notification.run(
              new ActivityInput(parameters, Map.of(), "send/" + ids.get(), 1, Duration.ZERO)));
    } catch (ActivityException e) {
      throw Errors.bad(String.valueOf(e.getMessage()));
    }
  }

  /** The list in an object that says of what type it is. */
  private static @Nullable Object receivers(@Nullable Object given) {
    return given instanceof Map<?, ?> map && map.containsKey("value") ? map.get("value") : given;
  }

  private boolean email(String channel) {
    return database
        .records(NotificationCollections.CHANNELS)
        .get(Query.byKey(channel))
        .map(row -> NotificationCollections.EMAIL.equals(row.get("notificationType")))
        .orElse(false);
  }

  private List<Object> addresses(Object receivers) {
    List<Object> keys = new ArrayList<>();
    if (receivers instanceof List<?> list) {
      list.stream().limit(MOST_RECEIVERS).forEach(keys::add);
    }
    List<Object> addresses = new ArrayList<>();
    if (!keys.isEmpty()) {
      for (Map<String, @Nullable Object> user :
          database
              .records(SystemCollections.USERS)
              .list(Query.all().keys(keys).fields(List.of("email")).unpaged())
              .rows()) {
        Object address = user.get("email");
        if (address != null) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }
}
