package dev.millrace.server.config;

import dev.millrace.activities.mail.MailSettings;
import dev.millrace.runtime.retention.RetentionPolicy;
import dev.millrace.transport.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A checked configuration. Immutable. Made by {@link ConfigurationLoader}.
 *
 * @param retention how long is kept what nothing needs any more
 * @param shown every setting as {@code config show} prints it, passwords hidden
 */
public record Configuration(
    Path dataDir,
    Listening listening,
    Access access,
    Connections connections,
    ComponentSources components,
    CodeWorkflows code,
    Retention retention,
    Traces traces,
    List<Shown> shown) {

  /**
   * How long is kept what nothing needs any more.
   *
   * @param instances that have ended
   * @param sendLogs rows of notificationSendLogs; null for ever
   */
  public record Retention(RetentionPolicy instances, @Nullable Duration sendLogs) {}

  /**
   * Where spans go.
   *
   * @param endpoint of OTLP over HTTP, with its path; null when no spans are made
   * @param sampling how many of the starts without a trace of their caller are traced, 0 to 1
   */
  public record Traces(@Nullable URI endpoint, double sampling) {}

  /**
   * What concerns workflows written as code.
   *
   * @param maxReceiveBytes the largest message taken from SDKs and workers
   * @param maxSendBytes the largest item sent to workers that do not say that they take more
   * @param activityRows whether their activities have rows in node_inst
   */
  public record CodeWorkflows(int maxReceiveBytes, int maxSendBytes, boolean activityRows) {}

  /**
   * Where and how the server listens, and its ways.
   *
   * @param grpcPort for SDKs and their workers; 0 takes a free one
   * @param tls null to speak without encryption
   * @param drain longest wait for requests in work at shutdown
   */
  public record Listening(
      String httpAddress,
      int httpPort,
      int grpcPort,
      @Nullable TlsFiles tls,
      ZoneId timeZone,
      Duration drain) {}

  /**
   * Who may call, and how much a caller may make.
   *
   * @param tokenHashes SHA-256 in hexadecimal by the caller's name; empty for no authentication
   * @param actForOthers callers that may name another user
   * @param apps the one Dapr application that a caller speaks for, by the caller's name
   * @param signIn of people
   * @param workflowNodes most nodes of a workflow of NocoBase's API; 0 for any number
   */
  public record Access(
      Map<String, String> tokenHashes,
      Set<String> actForOthers,
      Map<String, String> apps,
      SignIn signIn,
      int workflowNodes) {
    /** Names only. */
    @Override
    public String toString() {
      return "Access[tokens of "
          + tokenHashes.keySet()
          + ", act for others "
          + actForOthers
          + ", "
          + signIn
          + "]";
    }
  }

  /**
   * Sign-in of people.
   *
   * @param needed whether NocoBase's workflow API asks for it
   * @param everywhere whether the other APIs ask for it too, as there is no other protection
   * @param adminEmail of the root user that a new database begins with
   * @param adminPassword of that user, null for none
   */
  public record SignIn(
      boolean needed, boolean everywhere, String adminEmail, @Nullable String adminPassword) {
    /** Without the password. */
    @Override
    public String toString() {
      return "sign-in needed: " + needed + ", root user " + adminEmail;
    }
  }

  /**
   * What tasks may reach.
   *
   * @param data where the records of NocoBase's collections are; null for the data directory
   * @param smtp null when no mail can be sent
   */
  public record Connections(
      List<String> allowEgress,
      Map<String, Database> databases,
      @Nullable Database data,
      @Nullable MailSettings smtp,
      Map<String, String> secrets) {
    /** Without the secrets. */
    @Override
    public String toString() {
      return "Connections[egress %s, databases %s, data %s, smtp %s, secrets %s]"
          .formatted(allowEgress, databases.keySet(), data, smtp, secrets.keySet());
    }
  }

  /**
   * Where workflow components and their secrets come from.
   *
   * @param directory null for none
   * @param secrets of the configuration
   * @param environment for what a component file refers to
   */
  public record ComponentSources(
      @Nullable Path directory, Map<String, String> secrets, Map<String, String> environment) {
    /** Without values. */
    @Override
    public String toString() {
      return "ComponentSources[%s, secrets %s]".formatted(directory, secrets.keySet());
    }
  }

  /** A database for tasks: a JDBC URL and, if needed, a login. */
  public record Database(String url, @Nullable String username, @Nullable String password) {
    /** All but the password. */
    @Override
    public String toString() {
      return "Database[%s, user %s]".formatted(url, username);
    }
  }

  /**
   * One setting for people.
   *
   * @param value plain JSON, passwords hidden
   */
  public record Shown(Setting setting, Object value, String origin) {}
}
