package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Records;
import dev.millrace.data.WriteContext;
import dev.millrace.dialect.nocobase.catalog.NotificationCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.http.ActionRequest;
import dev.millrace.dialect.nocobase.http.Answer;
import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Parameters;
import dev.millrace.engine.JsonValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What people were told in the application: everybody reads and marks their own messages. */
final class InAppMessages {
  private static final String STATUS = "status";
  private static final String CHANNEL = "channelName";
  private static final String LATEST = "latestMsgReceiveTimestamp";
  private static final String NEWEST_FIRST = "-receiveTimestamp";
  private static final int MESSAGES = 20;
  private static final int CHANNELS = 30;
  private static final int MOST_MESSAGES = 200;
  private static final int MOST_CHANNELS = 1_000;

  private final Database database;
  private final RecordActions records;

  InAppMessages(Database database, RecordActions records) {
    this.database = database;
    this.records = records;
  }

  void register(Map<String, Action> actions) {
    actions.put("myInAppMessages:list", this::list);
    actions.put("myInAppMessages:count", this::count);
    actions.put("myInAppChannels:list", this::channels);
    actions.put(NotificationCollections.MESSAGES + ":updateMyOwn", this::update);
    actions.put(
        NotificationCollections.MESSAGES + ":create",
        request -> {
          throw Errors.noPermissions();
        });
  }

  private Records messages() {
    return database.records(NotificationCollections.MESSAGES);
  }

  private static Map<String, @Nullable Object> mine(ActionRequest request) {
    Map<String, @Nullable Object> mine = new LinkedHashMap<>();
    mine.put("userId", request.identity().userId());
    return mine;
  }

  private static long limit(ActionRequest request, int usual, int most) {
    Parameters parameters = request.parameters();
    Long limit = Parameters.number(parameters.get("limit"));
    if (limit != null && limit >= 1) {
      return Math.min(limit, most);
    }
    return parameters.has("pageSize") ? Math.min(parameters.pageSize(), most) : usual;
  }

  private Answer list(ActionRequest request) {
    Query query =
        records
            .query(request)
            .and(mine(request))
            .sort(NEWEST_FIRST, "id")
            .page((long) request.parameters().page(), limit(request, MESSAGES, MOST_MESSAGES))
            .simple();
    return Answer.of(Map.of("messages", messages().list(query).rows()));
  }

  /** Unread messages of the channels that there are. */
  private Answer count(ActionRequest request) {
    Map<String, @Nullable Object> unread = mine(request);
    unread.put(STATUS, NotificationCollections.UNREAD);
    unread.put("channel.name", Map.of("$notEmpty", true));
    return Answer.of(Map.of("count", messages().count(Query.where(unread))));
  }

  private Answer update(ActionRequest request) {
    Object status = request.values().get(STATUS);
    if (!NotificationCollections.READ.equals(status)
        && !NotificationCollections.UNREAD.equals(status)) {
      throw Errors.bad("status: expected read or unread, found " + status);
    }
    Query which = records.query(request).and(mine(request));
    return Answer.of(messages().update(which, Map.of(STATUS, status), WriteContext.NONE));
  }

  /** The channels that have told the caller something, the latest first. */
  private Answer channels(ActionRequest request) {
    Object filter = request.parameters().filter();
    Object name = JsonValue.get(filter, "name");
    Object wanted = JsonValue.get(filter, STATUS);
    if (wanted != null && !List.of("all", "read", "unread").contains(wanted)) {
      throw Errors.bad("filter.status: expected all, read or unread, found " + wanted);
    }
    Long before = Parameters.number(JsonValue.get(JsonValue.get(filter, LATEST), "$lt"));
    Map<String, @Nullable Object> which = new LinkedHashMap<>();
    which.put("notificationType", NotificationCollections.IN_APP);
    if (name != null) {
      which.put("name", name);
    }
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Map<String, @Nullable Object> channel :
        database
            .records(NotificationCollections.CHANNELS)
            .list(
                Query.where(which)
                    .except(List.of("options", "meta"))
                    .page(1L, (long) MOST_CHANNELS)
                    .simple())
            .rows()) {
      Map<String, @Nullable Object> row = told(request, channel, wanted);
      if (row != null) {
        rows.add(row);
      }
    }
    long count = rows.size();
    rows.removeIf(row -> before != null && latest(row) >= before);
    rows.sort(Comparator.comparingLong(InAppMessages::latest).reversed());
    int most = (int) Math.min(limit(request, CHANNELS, MOST_CHANNELS), rows.size());
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    meta.put("count", count);
    return new Answer.Rows(rows.subList(0, most), meta);
  }

  private static long latest(Map<?, ?> row) {
    Long latest = Parameters.number(row.get(LATEST));
    return latest == null ? 0 : latest;
  }

  /** A channel with what it has told the caller; null for nothing of what is wanted. */
  private @Nullable Map<String, @Nullable Object> told(
      ActionRequest request, Map<String, @Nullable Object> channel, @Nullable Object wanted) {
    Map<String, @Nullable Object> here = mine(request);
    here.put(CHANNEL, channel.get("name"));
    Optional<Map<String, @Nullable Object>> latest =
        messages()
            .get(Query.where(here).fields(List.of("title", "receiveTimestamp")).sort(NEWEST_FIRST));
    if (latest.isEmpty()) {
      return null;
    }
    long all = messages().count(Query.where(here));
    here.put(STATUS, NotificationCollections.UNREAD);
    long unread = messages().count(Query.where(here));
    boolean without =
        (NotificationCollections.UNREAD.equals(wanted) && unread == 0)
            || (NotificationCollections.READ.equals(wanted) && unread == all);
    if (without) {
      return null;
    }
    Map<String, @Nullable Object> row = new LinkedHashMap<>(channel);
    row.put("totalMsgCnt", all);
    row.put("userId", Long.toString(request.identity().userId()));
    row.put("unreadMsgCnt", unread);
    row.put(LATEST, latest.get().get("receiveTimestamp"));
    row.put("latestMsgTitle", latest.get().get("title"));
    return row;
  }
}
