package dev.millrace.data;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;

/** Databases with a few collections, and shorter words for what tests write a lot. */
@NullUnmarked // Tests give null wherever a caller might.
final class Fixture {

  static final Instant NOW = Instant.parse("2026-11-21T09:45:55.123Z");

  private Fixture() {}

  static DatabaseSettings.Location sqlite(Path folder) {
    return new DatabaseSettings.SqliteFile(folder.resolve("data.db"), null);
  }

  static DatabaseSettings settings(DatabaseSettings.Location location) {
    return new DatabaseSettings(
        location,
        system(),
        DatabaseSettings.Limits.DEFAULT,
        InstantSource.fixed(NOW),
        new Random(7));
  }

  static Database open(DatabaseSettings.Location location) {
    return Database.open(settings(location));
  }

  static List<CollectionDefinition> system() {
    CollectionDefinition.Builder users =
        CollectionDefinition.system("users")
            .autoId()
            .timestamps()
            .field("username", FieldType.STRING)
            .field("password", FieldType.PASSWORD);
    CollectionDefinition.Builder workflows =
        CollectionDefinition.system("workflows")
            .snowflakeId()
            .timestamps()
            .userstamps()
            .field("key", FieldType.UID)
            .field("title", FieldType.STRING)
            .field(FieldDefinition.of("enabled", FieldType.BOOLEAN).with("defaultValue", false))
            .field("current", FieldType.BOOLEAN)
            .field(FieldDefinition.of("config", FieldType.JSONB).with("defaultValue", Map.of()))
            .field(
                FieldDefinition.hasMany("nodes", "flow_nodes", "workflowId")
                    .with("onDelete", "CASCADE"))
            .field(
                FieldDefinition.hasMany("revisions", "workflows", "key").with("sourceKey", "key"))
            .field(
                FieldDefinition.belongsTo("stats", "workflowStats", "key").with("targetKey", "key"))
            .index(true, "key", "current");
    CollectionDefinition.Builder nodes =
        CollectionDefinition.system("flow_nodes")
            .snowflakeId()
            .field("title", FieldType.STRING)
            .field("config", FieldType.JSON)
            .field(FieldDefinition.belongsTo("workflow", "workflows", "workflowId"))
            .field(FieldDefinition.belongsTo("upstream", "flow_nodes", "upstreamId"));
    CollectionDefinition.Builder stats =
        CollectionDefinition.system("workflowStats")
            .primaryKey("key", FieldType.STRING)
            .field(FieldDefinition.of("executed", FieldType.BIG_INT).with("defaultValue", 0));
    return List.of(users.build(), workflows.build(), nodes.build(), stats.build());
  }

  /** An object of names and values in turn. */
  static Map<String, Object> map(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  /** A list that may hold null. */
  static List<Object> list(Object... values) {
    return Arrays.asList(values);
  }

  static Map<String, Object> field(String name, String type, Object... options) {
    Map<String, Object> field = map("name", name, "type", type);
    field.putAll(map(options));
    return field;
  }

  /** Posts, tags and comments, with links of each kind. */
  static void blog(Database database) {
    Collections collections = database.collections();
    collections.create(
        map("name", "tags", "fields", list(field("name", "string", "unique", true))));
    collections.create(
        map(
            "name",
            "posts",
            "title",
            "Posts",
            "createdBy",
            true,
            "fields",
            list(
                field("title", "string", "allowNull", false, "uiSchema", map("title", "Title")),
                field("body", "text"),
                field("reads", "integer", "defaultValue", 0),
                field("score", "double"),
                field("price", "decimal"),
                field("done", "boolean"),
                field("at", "datetimeTz"),
                field("local", "datetimeNoTz"),
                field("day", "dateOnly"),
                field("meta", "json"),
                field("labels", "array"),
                field("tags", "belongsToMany", "target", "tags", "through", "postTags"),
                field("comments", "hasMany", "target", "comments", "foreignKey", "postId"))));
    collections.create(
        map(
            "name",
            "comments",
            "fields",
            list(
                field("text", "string"),
                field("post", "belongsTo", "target", "posts", "foreignKey", "postId"))));
  }

  static Map<String, Object> create(Database database, String collection, Object... values) {
    return database.records(collection).create(map(values), WriteContext.NONE);
  }
}
