package dev.millrace.server.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Everything that can be configured. The key stands in the file; {@code MILLRACE_} and the key in
 * capitals with underscores is the variable; two dashes before the key make the flag, where there
 * is one.
 */
public enum Setting {
  DATA_DIR("data-dir", Kind.TEXT, "directory of the database; one server each"),
  HTTP_ADDRESS("http-address", Kind.TEXT, "address to listen on"),
  HTTP_PORT("http-port", Kind.NUMBER, "port to listen on; 0 takes a free one"),
  GRPC_PORT("grpc-port", Kind.NUMBER, "port for SDKs and their workers; 0 takes a free one"),
  TLS_CERTIFICATE(
      "tls-certificate", Kind.TEXT, "PEM file of the certificate; speaks TLS on both ports"),
  TLS_KEY("tls-key", Kind.TEXT, "PEM file of its private key, PKCS #8 without a password"),
  INSECURE("insecure", Kind.FLAG, "listen beyond loopback although no token is configured"),
  ALLOW_EGRESS("allow-egress", Kind.LIST, "private targets for http tasks, CIDR_OR_HOST[:PORT]"),
  COMPONENTS_PATH(
      "components-path",
      Kind.TEXT,
      "directory of workflow components; components in the data directory, if there"),
  TIME_ZONE("time-zone", Kind.TEXT, "zone of times that are written as text"),
  GRPC_MAX_RECEIVE(
      "grpc-max-receive", Kind.NUMBER, "bytes of the largest message taken from SDKs and workers"),
  GRPC_MAX_SEND(
      "grpc-max-send",
      Kind.NUMBER,
      "bytes of the largest item sent to workers that do not say that they take more"),
  PROJECTION_ACTIVITIES(
      "projection.activities",
      Kind.FLAG,
      "whether activities of workflows written as code have rows in node_inst"),
  OTLP_ENDPOINT(
      "otlp-endpoint", Kind.TEXT, "URL of an OTLP/HTTP receiver of spans; none are made, if empty"),
  TRACE_SAMPLING(
      "trace-sampling",
      Kind.TEXT,
      "how many starts without a trace of their caller are traced, 0 to 1"),
  DRAIN_SECONDS("drain-seconds", Kind.NUMBER, "longest wait for requests in work at shutdown"),
  RETENTION_COMPLETED(
      "retention-completed", Kind.TEXT, "how long completed instances are kept: 30d, 0s, forever"),
  RETENTION_FAILED("retention-failed", Kind.TEXT, "how long failed instances are kept"),
  RETENTION_TERMINATED(
      "retention-terminated", Kind.TEXT, "how long terminated and canceled instances are kept"),
  RETENTION_NOTIFICATIONS(
      "retention-notifications",
      Kind.TEXT,
      "how long it is kept what was sent through channels of NocoBase's API"),
  RETENTION_APPS(
      "retention-apps", Kind.OBJECT, "retention of Dapr applications, by app id instead"),
  TOKENS("tokens", Kind.MAP, "SHA-256 hashes of bearer tokens, by the name of the caller"),
  APPS("apps", Kind.MAP, "the one Dapr application that a caller speaks for, by the caller's name"),
  ACT_FOR_OTHERS("act-for-others", Kind.LIST, "callers that may name another user in a header"),
  AUTH("auth", Kind.TEXT, "none, or local: whether NocoBase's workflow API asks for a sign-in"),
  ADMIN_EMAIL("admin-email", Kind.TEXT, "of the root user that a new database begins with"),
  ADMIN_PASSWORD("admin-password", Kind.SECRET, "of that user; env:NAME and file:PATH work"),
  WORKFLOW_NODES_LIMIT(
      "workflow-nodes-limit", Kind.NUMBER, "most nodes of a NocoBase workflow; 0 for any number"),
  SECRETS("secrets", Kind.SECRET_MAP, "values of {{secret.NAME}}; env:NAME and file:PATH work"),
  DATASOURCES("datasources", Kind.OBJECT, "databases for database-handler tasks, by name"),
  DATA(
      "data",
      Kind.OBJECT,
      "PostgreSQL for the records of NocoBase's collections; data.db in the data directory, if"
          + " none"),
  SMTP("smtp", Kind.OBJECT, "server for mail tasks");

  private static final String VARIABLE_PREFIX = "MILLRACE_";

  private final String key;
  private final Kind kind;
  private final String summary;

  Setting(String key, Kind kind, String summary) {
    this.key = key;
    this.kind = kind;
    this.summary = summary;
  }

  /** What a value looks like. */
  enum Kind {
    TEXT,
    NUMBER,
    FLAG,
    /** Comma-separated in a variable. */
    LIST,
    /** {@code name=value}, comma-separated, in a variable. */
    MAP,
    /** Text that is never printed. */
    SECRET,
    /** As a map, and never printed. */
    SECRET_MAP,
    /** Only in the file. */
    OBJECT
  }

  /** The key in the file. */
  public String key() {
    return key;
  }

  Kind kind() {
    return kind;
  }

  /** A line for people. */
  public String summary() {
    return summary;
  }

  /** The environment variable. */
  public String variable() {
    return VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
  }

  static Optional<Setting> ofKey(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  static Optional<Setting> ofVariable(String name) {
    return Arrays.stream(values()).filter(setting -> setting.variable().equals(name)).findFirst();
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Setting::key).toList();
  }
}
