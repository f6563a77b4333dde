package dev.millrace.dialect.nocobase.activity;

import dev.millrace.data.DataException;
import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.SharedTransaction;
import dev.millrace.data.Transaction;
import dev.millrace.data.TransactionOverException;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.NotificationCollections;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The node type {@code notification}: tells people something through a channel, and keeps a row of
 * {@code notificationSendLogs} about it. Without a channel nobody is told, as in NocoBase, whose
 * answer this is.
 *
 * <p>The rows have ids made from the idempotency key: a repeat after a crash finds messages in the
 * application as they are, and answers what was answered when the log was written. A letter whose
 * log was not written yet is sent again with the same message id. Thread-safe.
 */
final class NotificationActivity implements Activity {
  private static final String FAILED = "nocobase.failed";
  private static final String SUCCESS = "success";
  private static final int MOST_USERS = 1_000;
  private static final long TLS_PORT = 465;
  private static final long SUBMISSION_PORT = 587;

  /** What an activity is given beside the configuration of its node. */
  private static final List<String> SURROUNDINGS =
      List.of("stack", "$job", "$transaction", NotificationCollections.TRIGGER);

  private final Supplier<Database> database;
  private final Activity mailer;

  /**
   * Over the channels of a database.
   *
   * @param database may wait until it is open
   * @param mailer sends letters, given the configuration of a node of that type
   */
  NotificationActivity(Supplier<Database> database, Activity mailer) {
    this.database = database;
    this.mailer = mailer;
  }

  /** A message on its way. */
  private record Sending(
      ActivityInput input,
      Map<String, @Nullable Object> message,
      Map<String, @Nullable Object> channel,
      Place place) {

    UUID id(String part) {
      String key = input.idempotencyKey() + "/notification" + part;
      return UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
    }

    String logId() {
      return id("").toString();
    }
  }

  /** Where rows are written: in the open transaction that the node lies in, or in one each. */
  private record Place(Database database, @Nullable SharedTransaction open) {
    <T extends @Nullable Object> T write(Function<Transaction, T> work)
        throws InterruptedException {
      return open == null ? database.inTransaction(work) : open.run(work);
    }
  }

  @Override
  public String name() {
    return "nocobase.notification";
  }

  @Override
  public Object run(ActivityInput input) throws ActivityException, InterruptedException {
    String name = JsonValue.text(input.parameters(), "channelName", "");
    if (name.isEmpty()) {
      return Map.of("status", SUCCESS, "triggerFrom", "workflow", "queued", true);
    }
    Database opened = database.get();
    SharedTransaction open = RecordActivity.open(opened, input);
    // An open transaction of another database does not reach the rows of notifications.
    Place place = new Place(opened, opened.equals(opened.ofUsers()) ? open : null);
    Map<String, @Nullable Object> message = new LinkedHashMap<>(input.parameters());
    message.keySet().removeAll(SURROUNDINGS);
    Optional<Map<String, @Nullable Object>> channel =
        opened.records(NotificationCollections.CHANNELS).get(Query.byKey(name).withHidden());
    Sending sending = new Sending(input, message, channel.orElse(Map.of("name", name)), place);
    if (channel.isEmpty()) {
      throw failed(sending, "channel not found: " + name, FAILED);
    }
    try {
      return JsonValue.text(channel.get(), "notificationType", "")
              .equals(NotificationCollections.EMAIL)
          ? mailed(sending)
          : told(sending);
    } catch (DataException refused) {
      throw failed(sending, String.valueOf(refused.getMessage()), RecordActivity.ERROR);
    } catch (TransactionOverException over) {
      throw RecordActivity.failure(RecordActivity.ERROR, RecordActivity.ENDED);
    }
  }

  private static Object told(Sending sending) throws ActivityException, InterruptedException {
    Object receivers = sending.message().get("receivers");
    if (receivers == null) {
      throw failed(sending, "receivers: expected a list of users, found none", FAILED);
    }
    Object answer = sending.place().write(same -> told(same, sending, receivers));
    if (answer == null) {
      String reason = "receivers: expected at most %d users, found more".formatted(MOST_USERS);
      throw failed(sending, reason, FAILED);
    }
    return answer;
  }

  /** A row for each receiver, unless it is there; null for too many. */
  private static @Nullable Object told(Transaction transaction, Sending sending, Object receivers) {
    Map<String, @Nullable Object> message = sending.message();
    Set<Long> users = Receivers.of(transaction, receivers, MOST_USERS);
    if (users.size() > MOST_USERS) {
      return null;
    }
    Records messages = transaction.records(NotificationCollections.MESSAGES);
    for (Long user : users) {
      String id = sending.id("/" + user).toString();
      if (messages.get(Query.byKey(id)).isEmpty()) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", id);
        row.put("userId", user);
        row.put("channelName", sending.channel().get("name"));
        row.put("title", JsonValue.text(message, "title", ""));
        row.put("content", JsonValue.text(message, "content", ""));
        row.put("contentType", JsonValue.text(message, "contentType", "text"));
        row.put("status", NotificationCollections.UNREAD);
        row.put("receiveTimestamp", transaction.now().toEpochMilli());
        row.put("options", message.get("options") instanceof Map<?, ?> map ? map : Map.of());
        messages.create(row, WriteContext.NONE);
      }
    }
    return logged(transaction, sending, SUCCESS, null);
  }

  private Object mailed(Sending sending) throws ActivityException, InterruptedException {
    Optional<Map<String, @Nullable Object>> known =
        sending
            .place()
            .database()
            .records(NotificationCollections.LOGS)
            .get(Query.byKey(sending.logId()));
    if (known.isPresent() && SUCCESS.equals(known.get().get("status"))) {
      return answer(sending, SUCCESS, null);
    }
    try {
      Object _ = mailer.run(letter(sending));
    } catch (ActivityException e) {
      throw failed(sending, String.valueOf(e.getMessage()), e.type());
    }
    return sending.place().write(same -> logged(same, sending, SUCCESS, null));
  }

  /** The message as a node of type {@code mailer} that names the channel's server. */
  private static ActivityInput letter(Sending sending) {
    Object options = sending.channel().get("options");
    boolean secure = !Boolean.FALSE.equals(JsonValue.get(options, "secure"));
    Object port = JsonValue.get(options, "port");
    Map<String, @Nullable Object> login = new LinkedHashMap<>();
    login.put("user", JsonValue.get(options, "account"));
    login.put("pass", sending.channel().get(NotificationCollections.SECRET));
    Map<String, @Nullable Object> provider = new LinkedHashMap<>();
    provider.put("host", JsonValue.get(options, "host"));
    provider.put("port", port == null ? secure ? TLS_PORT : SUBMISSION_PORT : port);
    provider.put("secure", secure);
    provider.put("auth", login);
    Map<String, @Nullable Object> letter = new LinkedHashMap<>(sending.message());
    for (String name : List.of("to", "cc", "bcc")) {
      List<String> addresses = new ArrayList<>();
      flatten(letter.get(name), addresses);
      letter.put(name, addresses);
    }
    letter.put("provider", provider);
    letter.put("from", JsonValue.get(options, "from"));
    ActivityInput input = sending.input();
    return new ActivityInput(
        letter, Map.of(), input.idempotencyKey(), input.attempt(), input.timeout());
  }

  private static void flatten(@Nullable Object given, List<String> addresses) {
    switch (given) {
      case null -> {}
      case List<?> list -> list.forEach(one -> flatten(one, addresses));
      default -> {
        if (!given.toString().isBlank()) {
          addresses.add(given.toString().strip());
        }
      }
    }
  }

  private static ActivityException failed(Sending sending, String reason, String type)
      throws InterruptedException {
    Object detail = sending.place().write(same -> logged(same, sending, "failure", reason));
    return new ActivityException(type, reason, false, detail, null);
  }

  private static Map<String, @Nullable Object> logged(
      Transaction transaction, Sending sending, String status, @Nullable String reason) {
    Map<String, @Nullable Object> answer = answer(sending, status, reason);
    Records logs = transaction.records(NotificationCollections.LOGS);
    Map<String, @Nullable Object> row = new LinkedHashMap<>(answer);
    row.put("reason", reason);
    if (logs.get(Query.byKey(sending.logId())).isPresent()) {
      logs.update(Query.byKey(sending.logId()), row, WriteContext.NONE);
    } else {
      row.put("id", sending.logId());
      logs.create(row, WriteContext.NONE);
    }
    return answer;
  }

  /** What the job shows: the row of the log. */
  private static Map<String, @Nullable Object> answer(
      Sending sending, String status, @Nullable String reason) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put(
        "triggerFrom",
        JsonValue.text(sending.input().parameters(), NotificationCollections.TRIGGER, "workflow"));
    answer.put("channelName", sending.channel().get("name"));
    answer.put("message", sending.message());
    answer.put("channelTitle", sending.channel().get("title"));
    answer.put("notificationType", sending.channel().get("notificationType"));
    answer.put("status", status);
    if (reason != null) {
      answer.put("reason", reason);
    }
    return answer;
  }
}
