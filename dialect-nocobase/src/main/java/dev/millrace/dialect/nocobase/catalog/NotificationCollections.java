package dev.millrace.dialect.nocobase.catalog;

import static dev.millrace.data.CollectionDefinition.system;
import static dev.millrace.data.FieldType.BIG_INT;
import static dev.millrace.data.FieldType.JSON;
import static dev.millrace.data.FieldType.PASSWORD;
import static dev.millrace.data.FieldType.STRING;
import static dev.millrace.data.FieldType.TEXT;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.FieldDefinition;
import dev.millrace.data.FieldType;
import java.util.List;
import java.util.Map;

/** The collections of notifications: channels, what was sent through them, people's messages. */
public final class NotificationCollections {
  public static final String CHANNELS = "notificationChannels";
  public static final String LOGS = "notificationSendLogs";
  public static final String MESSAGES = "notificationInAppMessages";

  /** Type of the channels that reach people by e-mail. */
  public static final String EMAIL = "email";

  /** Type of the channels whose messages people read through this API. */
  public static final String IN_APP = "in-app-message";

  /** The hidden field with the password of a channel: answers never have it. */
  public static final String SECRET = "secret";

  /** The parameter that says what a message was sent by, where it was not a workflow. */
  public static final String TRIGGER = "$triggerFrom";

  public static final String READ = "read";
  public static final String UNREAD = "unread";

  private NotificationCollections() {}

  static List<CollectionDefinition> all() {
    return List.of(channels(), logs(), messages());
  }

  private static CollectionDefinition channels() {
    return system(CHANNELS)
        .timestamps()
        .primaryKey("name", STRING)
        .field("title", STRING)
        .field(FieldDefinition.of("options", JSON).with("defaultValue", Map.of()))
        .field("meta", JSON)
        .field("notificationType", STRING)
        .field("description", TEXT)
        .field(SECRET, PASSWORD)
        .userstamps()
        .build();
  }

  private static CollectionDefinition logs() {
    return system(LOGS)
        .timestamps()
        .primaryKey("id", FieldType.UUID)
        .field("channelName", STRING)
        .field("channelTitle", STRING)
        .field("triggerFrom", STRING)
        .field("notificationType", STRING)
        .field("status", STRING)
        .field("message", JSON)
        .field("reason", TEXT)
        .index(false, "createdAt")
        .build();
  }

  private static CollectionDefinition messages() {
    return system(MESSAGES)
        .timestamps()
        .primaryKey("id", FieldType.UUID)
        .field("userId", BIG_INT)
        .field("channelName", STRING)
        .field(
            FieldDefinition.belongsTo("channel", CHANNELS, "channelName").with("targetKey", "name"))
        .field("title", TEXT)
        .field("content", TEXT)
        .field(FieldDefinition.of("contentType", STRING).with("defaultValue", "text"))
        .field("status", STRING)
        .field("receiveTimestamp", BIG_INT)
        .field(FieldDefinition.of("options", JSON).with("defaultValue", Map.of()))
        .index(false, "userId", "channelName", "receiveTimestamp")
        .index(false, "userId", "receiveTimestamp")
        .build();
  }
}
