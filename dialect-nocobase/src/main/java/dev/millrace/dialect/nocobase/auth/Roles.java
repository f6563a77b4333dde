package dev.millrace.dialect.nocobase.auth;

import dev.millrace.data.Change;
import dev.millrace.data.Database;
import dev.millrace.data.Query;
import dev.millrace.data.Transaction;
import dev.millrace.dialect.nocobase.catalog.NotificationCollections;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The roles there are and what they may do. Kept in memory until one is changed. Thread-safe. */
final class Roles {
  static final String ROOT = "root";
  static final String ADMIN = "admin";
  static final String MEMBER = "member";

  /** What everybody who is signed in may do. */
  private static final Map<String, Set<String>> EVERYBODY =
      Map.of(
          "auth", Set.of("check", "signOut", "changePassword"),
          "roles", Set.of("check"),
          "userWorkflowTasks", Set.of("listMine"),
          "userWorkflowTaskStats", Set.of("listMine"),
          "workflowManualTasks", Set.of("listMine", "get", "submit"),
          "workflowCcTasks", Set.of("list", "listMine", "get", "read", "unread"),
          "workflows", Set.of("trigger"),
          "myInAppMessages", Set.of("list", "count"),
          "myInAppChannels", Set.of("list"),
          "notificationInAppMessages", Set.of("updateMyOwn"));

  private static final String NOTIFICATION = "pm.notification";

  /** Resources by the snippets that allow everything with them. */
  private static final Map<String, String> NOTIFICATIONS =
      Map.of(
          NotificationCollections.CHANNELS, NOTIFICATION + ".channels",
          NotificationCollections.LOGS, NOTIFICATION + ".logs");

  /** What who manages workflows may do; an empty set stands for everything. */
  private static final Map<String, Set<String>> WORKFLOWS =
      Map.of(
          "workflows", Set.of(),
          "workflows.nodes", Set.of(),
          "workflows.executions", Set.of("list", "get"),
          "executions", Set.of("list", "get", "cancel", "destroy", "pause", "resume", "logs"),
          "executions.logs", Set.of("list"),
          "flow_nodes", Set.of("update", "destroy", "destroyBranch", "duplicate", "move", "test"),
          "jobs", Set.of("get"),
          "workflowCategories", Set.of());

  /** What who manages the application may do; an empty set stands for everything. */
  private static final Map<String, Set<String>> APPLICATION =
      Map.of(
          "collections", Set.of(),
          "collections.fields", Set.of(),
          "fields", Set.of(),
          "users", Set.of(),
          "users.roles", Set.of(),
          "roles", Set.of(),
          "roles.users", Set.of(),
          "apiKeys", Set.of(),
          "environmentVariables", Set.of());

  private static final Set<String> VIEWING = Set.of("list", "get", "query", "count");
  private static final String OWN = ":own";

  private final Database database;
  private volatile @Nullable Map<String, Map<String, @Nullable Object>> known;

  /** Counts changes, so that what was read before one is not kept behind it. */
  private final AtomicLong changes = new AtomicLong();

  Roles(Database database) {
    this.database = database;
  }

  /** The rows that a new database begins with. */
  static List<Map<String, @Nullable Object>> first() {
    return List.of(
        row(ROOT, "{{t(\"Root\")}}", List.of(), List.of("pm", "pm.*", "ui.*"), false),
        row(
            ADMIN,
            "{{t(\"Admin\")}}",
            List.of(
                "create",
                "view",
                "update",
                "destroy",
                "export",
                "importXlsx",
                "trigger",
                "triggerNew"),
            List.of("pm", "pm.*", "ui.*"),
            false),
        row(
            MEMBER,
            "{{t(\"Member\")}}",
            List.of("view", "update:own", "destroy:own", "create", "trigger", "triggerNew"),
            List.of("!pm", "!pm.*", "!ui.*"),
            true));
  }

  private static Map<String, @Nullable Object> row(
      String name, String title, List<String> actions, List<String> snippets, boolean fallback) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("name", name);
    row.put("title", title);
    row.put("strategy", actions.isEmpty() ? Map.of() : Map.of("actions", actions));
    row.put("default", fallback);
    row.put("hidden", name.equals(ROOT));
    row.put("allowConfigure", name.equals(ADMIN));
    row.put("allowNewMenu", name.equals(ADMIN));
    row.put("snippets", snippets);
    return row;
  }

  /** Forgets what it knew when a role was changed. */
  void changed(Change change, Transaction transaction) {
    if (change.collection().equals(SystemCollections.ROLES)) {
      transaction.afterCommit(() -> {
        changes.incrementAndGet();
        known = null;
      });
    }
  }

  /** The role's row, or null. */
  @Nullable Map<String, @Nullable Object> find(String name) {
    return all().get(name);
  }

  private Map<String, Map<String, @Nullable Object>> all() {
    Map<String, Map<String, @Nullable Object>> roles = known;
    if (roles == null) {
      long before = changes.get();
      roles = new LinkedHashMap<>();
      for (Map<String, @Nullable Object> row :
          database.records(SystemCollections.ROLES).list(Query.all().unpaged()).rows()) {
        roles.put(String.valueOf(row.get("name")), row);
      }
      known = roles;
      if (changes.get() != before) {
        known = null;
      }
    }
    return roles;
  }

  /**
   * Whether a role may do an action.
   *
   * @param records whether the resource is a collection of the users'
   */
  boolean allows(String role, String resource, String action, boolean records) {
    if (role.equals(ROOT) || contains(EVERYBODY, resource, action)) {
      return true;
    }
    Map<String, @Nullable Object> row = find(role);
    if (row == null) {
      return false;
    }
    if (records) {
      return needed(action).stream()
          .allMatch(each -> strategy(row, each) || strategy(row, each + OWN));
    }
    List<?> snippets = row.get("snippets") instanceof List<?> list ? list : List.of();
    boolean everything = snippets.contains("pm.*");
    boolean workflows = everything || snippets.contains("pm.workflow.workflows");
    return (workflows
            && !snippets.contains("!pm.workflow.workflows")
            && contains(WORKFLOWS, resource, action))
        || (snippets.contains("ui.workflows") && (resource + action).equals("workflowslist"))
        || (everything && contains(APPLICATION, resource, action))
        || notifications(snippets, everything, resource);
  }

  private static boolean notifications(List<?> snippets, boolean everything, String resource) {
    String snippet = NOTIFICATIONS.get(resource);
    return snippet != null
        && (everything || snippets.contains(NOTIFICATION) || snippets.contains(snippet))
        && !snippets.contains("!" + NOTIFICATION)
        && !snippets.contains("!" + snippet);
  }

  /** Whether a role may do an action only with rows it created. */
  boolean onlyOwn(String role, String action) {
    Map<String, @Nullable Object> row = role.equals(ROOT) ? null : find(role);
    return row != null
        && needed(action).stream()
            .anyMatch(each -> !strategy(row, each) && strategy(row, each + OWN));
  }

  /** What a role must be allowed to do to do an action with records. */
  private static List<String> needed(String action) {
    return switch (action) {
      case "move" -> List.of("update");
      case "firstOrCreate" -> List.of("view", "create");
      case "updateOrCreate" -> List.of("create", "update");
      default -> List.of(action);
    };
  }

  private static boolean strategy(Map<String, @Nullable Object> row, String action) {
    boolean own = action.endsWith(OWN);
    String bare = own ? action.substring(0, action.length() - OWN.length()) : action;
    String name = (VIEWING.contains(bare) ? "view" : bare) + (own ? OWN : "");
    return row.get("strategy") instanceof Map<?, ?> strategy
        && strategy.get("actions") instanceof List<?> actions
        && actions.contains(name);
  }

  private static boolean contains(Map<String, Set<String>> table, String resource, String action) {
    Set<String> actions = table.get(resource);
    return actions != null && (actions.isEmpty() || actions.contains(action));
  }
}
