package dev.millrace.dialect.nocobase.catalog;

import static dev.millrace.data.CollectionDefinition.system;
import static dev.millrace.data.CollectionDefinition.view;
import static dev.millrace.data.FieldType.BIG_INT;
import static dev.millrace.data.FieldType.BOOLEAN;
import static dev.millrace.data.FieldType.DATETIME;
import static dev.millrace.data.FieldType.INTEGER;
import static dev.millrace.data.FieldType.JSON;
import static dev.millrace.data.FieldType.JSONB;
import static dev.millrace.data.FieldType.PASSWORD;
import static dev.millrace.data.FieldType.SORT;
import static dev.millrace.data.FieldType.STRING;
import static dev.millrace.data.FieldType.TEXT;
import static dev.millrace.data.FieldType.UID;

import dev.millrace.data.CollectionDefinition;
import dev.millrace.data.FieldDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The collections that come with the API: workflows and what belongs to them, people and roles,
 * beside those of {@link NotificationCollections}. The executions, jobs and tasks of people are
 * views of the engine's store and only read.
 */
public final class SystemCollections {
  public static final String WORKFLOWS = "workflows";
  public static final String NODES = "flow_nodes";
  public static final String STATS = "workflowStats";
  public static final String VERSION_STATS = "workflowVersionStats";
  public static final String CATEGORIES = "workflowCategories";
  public static final String CATEGORY_RELATIONS = "workflowCategoryRelations";
  public static final String EXECUTIONS = "executions";
  public static final String JOBS = "jobs";
  public static final String MANUAL_TASKS = "workflowManualTasks";
  public static final String CC_TASKS = "workflowCcTasks";
  public static final String USER_TASKS = "userWorkflowTasks";
  public static final String USER_TASK_STATS = "userWorkflowTaskStats";
  public static final String USERS = "users";
  public static final String ROLES = "roles";
  public static final String ROLES_USERS = "rolesUsers";
  public static final String API_KEYS = "apiKeys";
  public static final String ENVIRONMENT = "environmentVariables";
  public static final String EVENTS = "workflowEvents";
  public static final String BLOCKED_TOKENS = "tokenBlacklist";
  public static final String COUNTED = "workflowCounted";
  public static final String COLLECTIONS = "collections";
  public static final String FIELDS = "fields";

  /** Collections that are never answered by generic actions. */
  public static final Set<String> INTERNAL = Set.of(EVENTS, BLOCKED_TOKENS, COUNTED);

  /**
   * First path segments that belong to other APIs and to this one's own actions; no collection may
   * have such a name.
   */
  public static final Set<String> RESERVED =
      Set.of(
          "api",
          "app",
          "approvals",
          "approvalRecords",
          "auth",
          "callback",
          "console",
          "healthz",
          "livez",
          "logger",
          "metrics",
          "process",
          "processInst",
          "processInsts",
          "processes",
          "readyz",
          "resourcer",
          "taskInst",
          "taskInsts",
          "templates",
          "v1",
          "v1.0",
          "v1.0-alpha1",
          "v1.0-beta1",
          "webhook",
          "webhooks",
          COLLECTIONS,
          FIELDS);

  /** Of these, the ones that other APIs serve below {@code /api}. */
  public static final Set<String> RESERVED_BY_OTHERS =
      Set.of(
          "process",
          "processInst",
          "processInsts",
          "processes",
          "taskInst",
          "taskInsts",
          "templates");

  /** Resources without a table, served without a prefix too. */
  public static final Set<String> TABLELESS =
      Set.of("auth", "app", "webhook", "myInAppMessages", "myInAppChannels", COLLECTIONS, FIELDS);

  private static final String ENGINE = "engine";
  private static final String CREATED = "createdMillis";
  private static final String UPDATED = "updatedMillis";

  private SystemCollections() {}

  private static final Set<String> NAMES =
      Set.of(
          WORKFLOWS,
          NODES,
          STATS,
          VERSION_STATS,
          CATEGORIES,
          CATEGORY_RELATIONS,
          EXECUTIONS,
          JOBS,
          MANUAL_TASKS,
          CC_TASKS,
          USER_TASKS,
          USER_TASK_STATS,
          USERS,
          ROLES,
          ROLES_USERS,
          API_KEYS,
          ENVIRONMENT,
          NotificationCollections.CHANNELS,
          NotificationCollections.LOGS,
          NotificationCollections.MESSAGES);

  /** Whether a name is that of a collection that comes with the API and is served. */
  public static boolean isSystem(String name) {
    return NAMES.contains(name);
  }

  /** All of them, in an order in which tables can be made. */
  public static List<CollectionDefinition> all() {
    List<CollectionDefinition> all = new ArrayList<>(ofWorkflows());
    all.addAll(NotificationCollections.all());
    return List.copyOf(all);
  }

  private static List<CollectionDefinition> ofWorkflows() {
    return List.of(
        users(),
        roles(),
        rolesUsers(),
        apiKeys(),
        blockedTokens(),
        environment(),
        stats(STATS, "key"),
        stats(VERSION_STATS, "id"),
        categories(),
        relations(),
        workflows(),
        nodes(),
        executions(),
        jobs(),
        manualTasks(),
        ccTasks(),
        userTasks(),
        userTaskStats(),
        counted(),
        events());
  }

  /** One row: up to which execution the counters count. */
  private static CollectionDefinition counted() {
    return system(COUNTED).primaryKey("id", BIG_INT).field("upTo", BIG_INT).build();
  }

  private static FieldDefinition defaulted(
      String name, dev.millrace.data.FieldType type, Object value) {
    return FieldDefinition.of(name, type).with("defaultValue", value);
  }

  /** A link whose rows stay as they are when the row they are linked to goes. */
  private static FieldDefinition kept(FieldDefinition link) {
    return link.with("onDelete", "NO ACTION");
  }

  private static CollectionDefinition workflows() {
    return system(WORKFLOWS)
        .snowflakeId()
        .timestamps()
        .field("key", UID)
        .field("title", STRING)
        .field(defaulted("enabled", BOOLEAN, false))
        .field("description", TEXT)
        .field(FieldDefinition.of("type", STRING).with("allowNull", false))
        .field("triggerTitle", STRING)
        .field(defaulted("config", JSONB, Map.of()))
        .field(defaulted("invalid", BOOLEAN, false))
        .field(defaulted("executed", INTEGER, 0L))
        .field(defaulted("allExecuted", INTEGER, 0L))
        .field("current", BOOLEAN)
        .field(defaulted("sync", BOOLEAN, false))
        .field(defaulted("options", JSONB, Map.of("timeout", 0L)))
        .userstamps()
        .field(FieldDefinition.hasMany("nodes", NODES, "workflowId").with("onDelete", "CASCADE"))
        .field(kept(FieldDefinition.hasMany("executions", EXECUTIONS, "workflowId")))
        .field(
            kept(FieldDefinition.hasMany("revisions", WORKFLOWS, "key").with("sourceKey", "key")))
        .field(FieldDefinition.belongsTo("stats", STATS, "key").with("targetKey", "key"))
        .field(
            FieldDefinition.belongsTo("versionStats", VERSION_STATS, "id").with("targetKey", "id"))
        .field(
            FieldDefinition.belongsToMany(
                "categories", CATEGORIES, CATEGORY_RELATIONS, "workflowId", "categoryId"))
        .index(true, "key", "current")
        .index(false, "key")
        .build();
  }

  private static CollectionDefinition nodes() {
    return system(NODES)
        .snowflakeId()
        .timestamps()
        .field("key", UID)
        .field("title", STRING)
        .field("upstreamId", BIG_INT)
        .field("branchIndex", INTEGER)
        .field("downstreamId", BIG_INT)
        .field("type", STRING)
        .field(defaulted("config", JSON, Map.of()))
        .field("workflowId", BIG_INT)
        .field(FieldDefinition.belongsTo("workflow", WORKFLOWS, "workflowId"))
        .field(FieldDefinition.belongsTo("upstream", NODES, "upstreamId"))
        .field(FieldDefinition.belongsTo("downstream", NODES, "downstreamId"))
        .field(kept(FieldDefinition.hasMany("branches", NODES, "upstreamId")))
        .index(false, "workflowId")
        .build();
  }

  private static FieldDefinition moment(String name) {
    return FieldDefinition.of(name, DATETIME);
  }

  /** A time that a view shows as text, and has as a number in another column, to be compared. */
  private static FieldDefinition moment(String name, String column) {
    return moment(name).with("storage", "epochMillis").with("column", column);
  }

  private static CollectionDefinition executions() {
    return view(EXECUTIONS, ENGINE, EXECUTIONS)
        .primaryKey("id", BIG_INT)
        .field(moment("createdAt", CREATED))
        .field(moment("updatedAt", UPDATED))
        .field("workflowId", BIG_INT)
        .field("key", STRING)
        .field("eventKey", STRING)
        .field("context", JSON)
        .field("status", INTEGER)
        .field("reason", STRING)
        .field("dispatched", BOOLEAN)
        .field("parentExecutionId", BIG_INT)
        .field("stack", JSON)
        .field("output", JSON)
        .field(moment("startedAt", CREATED))
        .field(moment("expiresAt"))
        .field("manually", BOOLEAN)
        .field("model", STRING)
        .field("namespace", STRING)
        .field("engine", STRING)
        .field("paused", BOOLEAN)
        .field(FieldDefinition.belongsTo("workflow", WORKFLOWS, "workflowId"))
        .field(kept(FieldDefinition.hasMany("jobs", JOBS, "executionId")))
        .build();
  }

  private static CollectionDefinition jobs() {
    return view(JOBS, ENGINE, JOBS)
        .primaryKey("id", BIG_INT)
        .field(moment("createdAt", CREATED))
        .field(moment("updatedAt", UPDATED))
        .field("executionId", BIG_INT)
        .field("nodeId", BIG_INT)
        .field("nodeKey", STRING)
        .field("upstreamId", BIG_INT)
        .field("status", INTEGER)
        .field("meta", JSON)
        .field("result", JSON)
        .field(moment("startedAt", CREATED))
        .field("log", TEXT)
        .field(FieldDefinition.belongsTo("execution", EXECUTIONS, "executionId"))
        .field(FieldDefinition.belongsTo("node", NODES, "nodeId"))
        .build();
  }

  private static CollectionDefinition manualTasks() {
    return view(MANUAL_TASKS, ENGINE, MANUAL_TASKS)
        .primaryKey("id", BIG_INT)
        .field(moment("createdAt"))
        .field(moment("updatedAt"))
        .field("jobId", BIG_INT)
        .field("userId", BIG_INT)
        .field("title", STRING)
        .field("executionId", BIG_INT)
        .field("nodeId", BIG_INT)
        .field("workflowId", BIG_INT)
        .field("status", INTEGER)
        .field("result", JSON)
        .field(FieldDefinition.belongsTo("user", USERS, "userId"))
        .field(FieldDefinition.belongsTo("job", JOBS, "jobId"))
        .field(FieldDefinition.belongsTo("execution", EXECUTIONS, "executionId"))
        .field(FieldDefinition.belongsTo("node", NODES, "nodeId"))
        .field(FieldDefinition.belongsTo("workflow", WORKFLOWS, "workflowId"))
        .build();
  }

  private static CollectionDefinition ccTasks() {
    return system(CC_TASKS)
        .snowflakeId()
        .timestamps()
        .field("jobId", BIG_INT)
        .field("userId", BIG_INT)
        .field("title", STRING)
        .field("executionId", BIG_INT)
        .field("nodeId", BIG_INT)
        .field("workflowId", BIG_INT)
        .field(defaulted("status", INTEGER, 0L))
        .field("readAt", DATETIME)
        .field(FieldDefinition.belongsTo("user", USERS, "userId"))
        .field(FieldDefinition.belongsTo("job", JOBS, "jobId"))
        .field(FieldDefinition.belongsTo("execution", EXECUTIONS, "executionId"))
        .field(FieldDefinition.belongsTo("node", NODES, "nodeId"))
        .field(FieldDefinition.belongsTo("workflow", WORKFLOWS, "workflowId"))
        .index(false, "userId", "status")
        .build();
  }

  private static CollectionDefinition userTasks() {
    return system(USER_TASKS)
        .autoId()
        .timestamps()
        .field("userId", BIG_INT)
        .field("type", STRING)
        .field(defaulted("stats", JSON, Map.of()))
        .index(true, "userId", "type")
        .build();
  }

  private static CollectionDefinition userTaskStats() {
    return system(USER_TASK_STATS)
        .autoId()
        .timestamps()
        .field("userId", BIG_INT)
        .field("workflowKey", STRING)
        .field("type", STRING)
        .field(defaulted("pending", INTEGER, 0L))
        .field(defaulted("all", INTEGER, 0L))
        .index(true, "userId", "workflowKey", "type")
        .build();
  }

  private static CollectionDefinition stats(String name, String key) {
    return system(name)
        .timestamps()
        .primaryKey(key, key.equals("id") ? BIG_INT : STRING)
        .field(defaulted("executed", BIG_INT, 0L))
        .build();
  }

  private static CollectionDefinition categories() {
    return system(CATEGORIES)
        .autoId()
        .timestamps()
        .field("title", STRING)
        .field(defaulted("color", STRING, "default"))
        .field("sort", SORT)
        .userstamps()
        .build();
  }

  private static CollectionDefinition relations() {
    return system(CATEGORY_RELATIONS)
        .autoId()
        .timestamps()
        .field("workflowId", BIG_INT)
        .field("categoryId", BIG_INT)
        .index(true, "workflowId", "categoryId")
        .build();
  }

  private static CollectionDefinition users() {
    return system(USERS)
        .autoId()
        .timestamps()
        .field("nickname", STRING)
        .field(FieldDefinition.of("username", STRING).with("unique", true))
        .field(FieldDefinition.of("email", STRING).with("unique", true))
        .field("phone", STRING)
        .field("password", PASSWORD)
        .field("passwordChangeTz", BIG_INT)
        .field("appLang", STRING)
        .field(defaulted("systemSettings", JSON, Map.of()))
        .userstamps()
        .field(FieldDefinition.belongsToMany("roles", ROLES, ROLES_USERS, "userId", "roleName"))
        .build();
  }

  private static CollectionDefinition roles() {
    return system(ROLES)
        .timestamps()
        .primaryKey("name", STRING)
        .field("title", STRING)
        .field("description", STRING)
        .field(defaulted("strategy", JSON, Map.of()))
        .field(defaulted("default", BOOLEAN, false))
        .field(defaulted("hidden", BOOLEAN, false))
        .field(defaulted("allowConfigure", BOOLEAN, false))
        .field(defaulted("allowNewMenu", BOOLEAN, false))
        .field(defaulted("snippets", JSON, List.of()))
        .field(FieldDefinition.belongsToMany("users", USERS, ROLES_USERS, "roleName", "userId"))
        .build();
  }

  private static CollectionDefinition rolesUsers() {
    return system(ROLES_USERS)
        .autoId()
        .timestamps()
        .field("roleName", STRING)
        .field("userId", BIG_INT)
        .field("default", BOOLEAN)
        .index(true, "roleName", "userId")
        .build();
  }

  private static CollectionDefinition apiKeys() {
    return system(API_KEYS)
        .autoId()
        .timestamps()
        .field("name", STRING)
        .field("expiresIn", STRING)
        .field(FieldDefinition.of("tokenId", STRING).with("hidden", true))
        .field("roleName", STRING)
        .field(FieldDefinition.belongsTo("role", ROLES, "roleName").with("targetKey", "name"))
        .userstamps()
        .build();
  }

  private static CollectionDefinition blockedTokens() {
    return system(BLOCKED_TOKENS)
        .autoId()
        .timestamps()
        .field(FieldDefinition.of("token", STRING).with("unique", true))
        .field("expiration", BIG_INT)
        .build();
  }

  private static CollectionDefinition environment() {
    return system(ENVIRONMENT)
        .timestamps()
        .primaryKey("name", STRING)
        .field(defaulted("type", STRING, "default"))
        .field("value", TEXT)
        .userstamps()
        .build();
  }

  /** What happened to records and is to start executions: written with the record itself. */
  private static CollectionDefinition events() {
    return system(EVENTS)
        .autoId()
        .timestamps()
        .field("workflowId", BIG_INT)
        .field("eventKey", STRING)
        .field("context", JSON)
        .field("stack", JSON)
        .field("userId", BIG_INT)
        .field(defaulted("held", BOOLEAN, false))
        .index(true, "eventKey")
        .build();
  }
}
