package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.catalog.NotificationCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.engine.JsonValue;
import dev.millrace.transport.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Channels of notifications. The password of a mail server goes from {@code options} into a hidden
 * field, so that no answer and no filter tells it. What was sent is only read and removed.
 */
final class ChannelActions {
  private static final String PREFIX = "s_";
  private static final int NAME_LETTERS = 11;
  private static final int HIGHEST_PORT = 65_535;
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,199}");
  private static final String OPTIONS = "options";
  private static final String PASSWORD = "password";

  /** Without the password, these say where it belongs. */
  private static final List<String> SERVER = List.of("host", "port", "account");

  private final Database database;
  private final RecordActions records;
  private final Supplier<String> ids;

  ChannelActions(Database database, RecordActions records, Supplier<String> ids) {
    this.database = database;
    this.records = records;
    this.ids = ids;
  }

  void register(Map<String, Action> actions) {
    actions.put(NotificationCollections.CHANNELS + ":create", this::create);
    actions.put(NotificationCollections.CHANNELS + ":update", this::update);
    for (String action : List.of("create", "update")) {
      actions.put(
          NotificationCollections.LOGS + ":" + action,
          request -> {
            throw Errors.noPermissions();
          });
    }
  }

  private Answer create(ActionRequest request) {
    Map<String, @Nullable Object> values = RecordActions.allowed(request, request.values());
    Object given = values.get("name");
    if (given == null || given.equals("")) {
      values.put("name", PREFIX + ids.get().replace("-", "").substring(0, NAME_LETTERS));
    } else if (!(given instanceof String name && NAME.matcher(name).matches())) {
      throw Errors.bad(
          "name: expected letters, digits and underscores behind a letter, found " + given);
    }
    String type = type(values.get("notificationType"));
    values.remove(NotificationCollections.SECRET);
    values.putIfAbsent(OPTIONS, Map.of());
    setOptions(values, type, Map.of());
    return Answer.of(
        database
            .records(NotificationCollections.CHANNELS)
            .create(values, RecordActions.context(request)));
  }

  private Answer update(ActionRequest request) {
    RecordActions.requireWhich(request, "update");
    Map<String, @Nullable Object> values = request.values();
    Object key = request.parameters().key();
    if (values.containsKey("name") && !Objects.equals(values.get("name"), key)) {
      throw Errors.bad("name: it names the channel for good and cannot be changed");
    }
    values.remove("name");
    values.remove(NotificationCollections.SECRET);
    if (values.containsKey("notificationType")) {
      String _ = type(values.get("notificationType"));
    }
    if (values.containsKey(OPTIONS)) {
      if (key == null) {
        throw Errors.bad("filterByTk is required to change options");
      }
      Map<String, @Nullable Object> known =
          database
              .records(NotificationCollections.CHANNELS)
              .get(Query.byKey(key).withHidden())
              .orElseThrow(Errors::notFound);
      Object type = values.getOrDefault("notificationType", known.get("notificationType"));
      setOptions(values, String.valueOf(type), known);
    }
    return Answer.of(records.update(request, values));
  }

  private static String type(@Nullable Object given) {
    if (NotificationCollections.EMAIL.equals(given)
        || NotificationCollections.IN_APP.equals(given)) {
      return String.valueOf(given);
    }
    throw Errors.bad(
        "notificationType: expected %s or %s, found %s"
            .formatted(NotificationCollections.EMAIL, NotificationCollections.IN_APP, given));
  }

  /**
   * Checks the options and takes the password out of them. Without one the known password stays
   * where host, port and account do: it must not be led to another server.
   */
  private static void setOptions(
      Map<String, @Nullable Object> values, String type, Map<String, @Nullable Object> known) {
    Object given = values.get(OPTIONS);
    if (given != null && !(given instanceof Map)) {
      throw Errors.bad("options: expected an object, found " + given);
    }
    Map<String, @Nullable Object> options = new LinkedHashMap<>();
    if (given instanceof Map<?, ?> map) {
      map.forEach((name, value) -> options.put(String.valueOf(name), value));
    }
    if (type.equals(NotificationCollections.EMAIL)) {
      check(options);
    }
    Object password = options.remove(PASSWORD);
    Object before = known.get(OPTIONS);
    boolean same =
        SERVER.stream()
            .allMatch(name -> Objects.equals(options.get(name), JsonValue.get(before, name)));
    values.put(OPTIONS, options);
    if (password != null && !password.equals("")) {
      values.put(NotificationCollections.SECRET, password);
    } else if (!same) {
      values.put(NotificationCollections.SECRET, null);
    }
  }

  private static void check(Map<String, @Nullable Object> options) {
    for (String name : List.of("host", "account", PASSWORD, "from")) {
      Object value = options.get(name);
      if (value != null && !(value instanceof String)) {
        throw expected(name, "text", name.equals(PASSWORD) ? "something else" : value);
      }
    }
    Object secure = options.get("secure");
    if (secure != null && !(secure instanceof Boolean)) {
      throw expected("secure", "true or false", secure);
    }
    Object port = options.get("port");
    Long number = Parameters.number(port);
    if (port != null && (number == null || number < 1 || number > HIGHEST_PORT)) {
      throw expected("port", "a number from 1 to " + HIGHEST_PORT, port);
    }
  }

  private static Problem expected(String name, String expected, Object found) {
    return Errors.bad("options.%s: expected %s, found %s".formatted(name, expected, found));
  }
}
