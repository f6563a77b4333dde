package dev.millrace.server.config;

import dev.millrace.activities.http.EgressPolicy;
import dev.millrace.activities.mail.MailSettings;
import dev.millrace.runtime.retention.RetentionPolicy;
import dev.millrace.server.config.Configuration.Access;
import dev.millrace.server.config.Configuration.CodeWorkflows;
import dev.millrace.server.config.Configuration.ComponentSources;
import dev.millrace.server.config.Configuration.Connections;
import dev.millrace.server.config.Configuration.Database;
import dev.millrace.server.config.Configuration.Listening;
import dev.millrace.server.config.Configuration.Shown;
import dev.millrace.server.config.Configuration.SignIn;
import dev.millrace.transport.TlsFiles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns collected values into a configuration, or says what is wrong with them. */
final class ConfigurationCheck {
  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final int HIGHEST_PORT = 65_535;
  private static final int MOST_DRAIN_SECONDS = 3_600;
  private static final int LEAST_MESSAGE = 1 << 16;
  private static final int MOST_MESSAGE = 1 << 30;
  private static final int MOST_WORKFLOW_NODES = 10_000;
  private static final int STARTTLS_PORT = 587;
  private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");
  private static final String COMPONENTS = "components";
  private static final String HIDDEN = "***";

  private final Map<Setting, Sourced> values;
  private final Map<String, String> environment;

  ConfigurationCheck(Map<Setting, Sourced> values, Map<String, String> environment) {
    this.values = values;
    this.environment = environment;
  }

  Configuration configuration() {
    Listening listening = listening();
    boolean open =
        !Values.flag(value(Setting.INSECURE), where(Setting.INSECURE))
            && !loopback(listening.httpAddress(), where(Setting.HTTP_ADDRESS));
    Access access = access(open);
    if (access.tokenHashes().isEmpty() && open && !access.signIn().needed()) {
      throw new ConfigurationException(
          """
          %s: expected a loopback address, found %s, and no token is configured. \
          Configure tokens, or say --insecure to let everyone who reaches it in.\
          """
              .formatted(where(Setting.HTTP_ADDRESS), listening.httpAddress()));
    }
    Connections connections = connections();
    return new Configuration(
        dataDir(),
        listening,
        access,
        connections,
        components(connections.secrets()),
        code(),
        new Configuration.Retention(retention(), keep(Setting.RETENTION_NOTIFICATIONS)),
        TracesCheck.traces(
            value(Setting.OTLP_ENDPOINT),
            where(Setting.OTLP_ENDPOINT),
            value(Setting.TRACE_SAMPLING),
            where(Setting.TRACE_SAMPLING)),
        shown());
  }

  private CodeWorkflows code() {
    return new CodeWorkflows(
        messageBytes(Setting.GRPC_MAX_RECEIVE),
        messageBytes(Setting.GRPC_MAX_SEND),
        Values.flag(value(Setting.PROJECTION_ACTIVITIES), where(Setting.PROJECTION_ACTIVITIES)));
  }

  private int messageBytes(Setting setting) {
    return Values.number(value(setting), LEAST_MESSAGE, MOST_MESSAGE, where(setting));
  }

  private RetentionPolicy retention() {
    return RetentionCheck.policy(
        new RetentionPolicy.Keep(
            keep(Setting.RETENTION_COMPLETED),
            keep(Setting.RETENTION_FAILED),
            keep(Setting.RETENTION_TERMINATED)),
        value(Setting.RETENTION_APPS),
        where(Setting.RETENTION_APPS));
  }

  private @Nullable Duration keep(Setting setting) {
    return RetentionCheck.time(value(setting), where(setting));
  }

  private Path dataDir() {
    return path(Setting.DATA_DIR, text(Setting.DATA_DIR));
  }

  private Path path(Setting setting, String text) {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new ConfigurationException(
          "%s: expected a path, found \"%s\"".formatted(where(setting), text), e);
    }
  }

  private ComponentSources components(Map<String, String> secrets) {
    Setting setting = Setting.COMPONENTS_PATH;
    String text = Values.text(value(setting), where(setting));
    if (text.isBlank()) {
      Path usual = dataDir().resolve(COMPONENTS);
      return new ComponentSources(Files.isDirectory(usual) ? usual : null, secrets, environment);
    }
    Path directory = path(setting, text);
    if (!Files.isDirectory(directory)) {
      throw Values.expected("a directory", text, where(setting));
    }
    return new ComponentSources(directory, secrets, environment);
  }

  private Listening listening() {
    String zone = text(Setting.TIME_ZONE);
    try {
      int httpPort = number(Setting.HTTP_PORT, HIGHEST_PORT);
      int grpcPort = number(Setting.GRPC_PORT, HIGHEST_PORT);
      if (httpPort == grpcPort && grpcPort != 0) {
        throw new ConfigurationException(
            "%s: expected another port than that of %s, found %d for both"
                .formatted(where(Setting.GRPC_PORT), Setting.HTTP_PORT.key(), grpcPort));
      }
      return new Listening(
          text(Setting.HTTP_ADDRESS),
          httpPort,
          grpcPort,
          tls(),
          ZoneId.of(zone),
          Duration.ofSeconds(number(Setting.DRAIN_SECONDS, MOST_DRAIN_SECONDS)));
    } catch (DateTimeException e) {
      throw new ConfigurationException(
          "%s: expected a time zone as Asia/Shanghai, found \"%s\""
              .formatted(where(Setting.TIME_ZONE), zone),
          e);
    }
  }

  private @Nullable TlsFiles tls() {
    Path certificate = file(Setting.TLS_CERTIFICATE);
    Path key = file(Setting.TLS_KEY);
    if (certificate == null && key == null) {
      return null;
    }
    if (certificate == null || key == null) {
      Setting given = certificate == null ? Setting.TLS_KEY : Setting.TLS_CERTIFICATE;
      throw new ConfigurationException(
          "%s: expected both %s and %s, found one of them"
              .formatted(where(given), Setting.TLS_CERTIFICATE.key(), Setting.TLS_KEY.key()));
    }
    return new TlsFiles(certificate, key);
  }

  private @Nullable Path file(Setting setting) {
    String text = Values.text(value(setting), where(setting));
    if (text.isBlank()) {
      return null;
    }
    Path file = path(setting, text);
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw Values.expected("a file that can be read", text, where(setting));
    }
    return file;
  }

  private SignIn signIn(boolean unprotected) {
    String auth = text(Setting.AUTH);
    boolean needed =
        switch (auth.toLowerCase(Locale.ROOT)) {
          case "none" -> false;
          case "local" -> true;
          default -> throw Values.expected("none or local", auth, where(Setting.AUTH));
        };
    String password = Values.text(value(Setting.ADMIN_PASSWORD), where(Setting.ADMIN_PASSWORD));
    return new SignIn(
        needed,
        needed && unprotected,
        text(Setting.ADMIN_EMAIL),
        password.isEmpty()
            ? null
            : Values.secret(password, environment, where(Setting.ADMIN_PASSWORD)));
  }

  private Access access(boolean beyondLoopback) {
    Map<String, String> hashes = Values.map(value(Setting.TOKENS), where(Setting.TOKENS));
    hashes.forEach((name, hash) -> {
      if (!HASH.matcher(hash).matches()) {
        throw new ConfigurationException(
            "%s: expected the SHA-256 of the token of %s as 64 hexadecimal digits, found %d"
                    .formatted(where(Setting.TOKENS), name, hash.length())
                + " characters");
      }
    });
    return new Access(
        Map.copyOf(hashes),
        Set.copyOf(Values.list(value(Setting.ACT_FOR_OTHERS), where(Setting.ACT_FOR_OTHERS))),
        apps(hashes.keySet()),
        signIn(beyondLoopback && hashes.isEmpty()),
        number(Setting.WORKFLOW_NODES_LIMIT, MOST_WORKFLOW_NODES));
  }

  private Map<String, String> apps(Set<String> callers) {
    Map<String, String> apps = Values.map(value(Setting.APPS), where(Setting.APPS));
    apps.keySet()
        .forEach(caller -> {
          if (!callers.contains(caller)) {
            throw new ConfigurationException(
                "%s: expected a caller that has a token, one of %s, found %s"
                    .formatted(where(Setting.APPS), callers, caller));
          }
        });
    return Map.copyOf(apps);
  }

  private Connections connections() {
    List<String> egress = Values.list(value(Setting.ALLOW_EGRESS), where(Setting.ALLOW_EGRESS));
    try {
      EgressPolicy.allowing(egress);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(where(Setting.ALLOW_EGRESS) + ": " + e.getMessage(), e);
    }
    Map<String, String> secrets = new LinkedHashMap<>();
    Values.map(value(Setting.SECRETS), where(Setting.SECRETS))
        .forEach((name, text) ->
            secrets.put(
                name, Values.secret(text, environment, where(Setting.SECRETS) + "." + name)));
    return new Connections(egress, databases(), data(), smtp(), secrets);
  }

  private Map<String, Database> databases() {
    String where = where(Setting.DATASOURCES);
    Map<String, Database> databases = new LinkedHashMap<>();
    Values.object(value(Setting.DATASOURCES), List.of(), where)
        .forEach((name, value) -> databases.put(name, database(value, where + "." + name)));
    return databases;
  }

  private Database database(@Nullable Object value, String where) {
    Map<String, @Nullable Object> members =
        Values.object(value, List.of("url", "username", "password"), where);
    return new Database(
        Values.text(members.get("url"), where + ".url"),
        optional(members, "username", where),
        optionalSecret(members, "password", where));
  }

  private @Nullable Database data() {
    String where = where(Setting.DATA);
    if (Values.object(value(Setting.DATA), List.of(), where).isEmpty()) {
      return null;
    }
    Database data = database(value(Setting.DATA), where);
    if (!data.url().startsWith(POSTGRESQL)) {
      throw Values.expected("a URL that begins with " + POSTGRESQL, data.url(), where + ".url");
    }
    return data;
  }

  private @Nullable MailSettings smtp() {
    String where = where(Setting.SMTP);
    Map<String, @Nullable Object> members =
        Values.object(
            value(Setting.SMTP),
            List.of("host", "port", "from", "username", "password", "tls"),
            where);
    if (members.isEmpty()) {
      return null;
    }
    String tls = members.get("tls") instanceof String word ? word : "starttls";
    return new MailSettings(
        Values.text(members.get("host"), where + ".host"),
        Values.number(
            members.getOrDefault("port", STARTTLS_PORT), 1, HIGHEST_PORT, where + ".port"),
        Values.text(members.get("from"), where + ".from"),
        optional(members, "username", where),
        optionalSecret(members, "password", where),
        switch (tls.toLowerCase(Locale.ROOT)) {
          case "none" -> MailSettings.Tls.NONE;
          case "starttls" -> MailSettings.Tls.STARTTLS;
          case "implicit" -> MailSettings.Tls.IMPLICIT;
          default -> throw Values.expected("none, starttls or implicit", tls, where + ".tls");
        });
  }

  private static @Nullable String optional(
      Map<String, @Nullable Object> members, String name, String where) {
    Object value = members.get(name);
    return value == null ? null : Values.text(value, where + "." + name);
  }

  private @Nullable String optionalSecret(
      Map<String, @Nullable Object> members, String name, String where) {
    Object value = members.get(name);
    return value == null ? null : Values.secret(value, environment, where + "." + name);
  }

  private List<Shown> shown() {
    List<Shown> shown = new ArrayList<>();
    values.forEach((setting, sourced) ->
        shown.add(new Shown(setting, shown(setting, sourced.value()), sourced.origin())));
    return List.copyOf(shown);
  }

  private static Object shown(Setting setting, Object value) {
    String where = setting.key();
    return switch (setting.kind()) {
      case TEXT -> Values.text(value, where);
      case SECRET -> Values.text(value, where).isEmpty() ? "" : HIDDEN;
      case NUMBER -> (long) Values.number(value, 0, Integer.MAX_VALUE, where);
      case FLAG -> Values.flag(value, where);
      case LIST -> Values.list(value, where);
      case MAP -> Values.map(value, where);
      case SECRET_MAP -> {
        Map<String, String> names = new LinkedHashMap<>();
        Values.map(value, where).forEach((name, text) -> names.put(name, HIDDEN));
        yield names;
      }
      case OBJECT -> hidden(value);
    };
  }

  private static Object hidden(Object value) {
    if (!(value instanceof Map<?, ?> members)) {
      return value;
    }
    Map<String, Object> copy = new LinkedHashMap<>();
    members.forEach((name, member) -> {
      boolean secret = String.valueOf(name).equals("password");
      copy.put(
          String.valueOf(name), secret ? HIDDEN : member == null ? "" : hidden((Object) member));
    });
    return copy;
  }

  private static boolean loopback(String address, String where) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigurationException(
          "%s: expected an address or a name that resolves, found \"%s\"".formatted(where, address),
          e);
    }
  }

  private Object value(Setting setting) {
    return sourced(setting).value();
  }

  private String text(Setting setting) {
    String text = Values.text(value(setting), where(setting));
    if (text.isBlank()) {
      throw Values.expected("text", text, where(setting));
    }
    return text;
  }

  private int number(Setting setting, int most) {
    return Values.number(value(setting), 0, most, where(setting));
  }

  private String where(Setting setting) {
    String origin = sourced(setting).origin();
    return origin.equals("default") ? setting.key() : origin;
  }

  private Sourced sourced(Setting setting) {
    Sourced found = values.get(setting);
    if (found == null) {
      throw new IllegalStateException("every setting has a default, found none for " + setting);
    }
    return found;
  }
}
