package dev.millrace.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Collects settings from their defaults, then {@code millrace.yaml}, then {@code MILLRACE_*}, then
 * flags; the later wins. The file is the one named by {@code --config} or {@code MILLRACE_CONFIG},
 * else {@code millrace.yaml} in the data directory if it exists.
 */
public final class ConfigurationLoader {
  /** The file in the data directory. */
  public static final String FILE = "millrace.yaml";

  private static final String PREFIX = "MILLRACE_";
  private static final String CONFIG_VARIABLE = "MILLRACE_CONFIG";

  /** What component files refer to; see the guide of workflow components. */
  private static final String SECRET_PREFIX = "MILLRACE_SECRET_";

  /** Variables of the launcher and of the client commands, which are no settings. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          CONFIG_VARIABLE,
          "MILLRACE_CA",
          "MILLRACE_TOKEN",
          "MILLRACE_SERVER",
          "MILLRACE_USER",
          "MILLRACE_HOME",
          "MILLRACE_JAVA_OPTIONS");

  private final Map<String, String> environment;

  /** A loader that reads these environment variables. */
  public ConfigurationLoader(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * Reads and checks everything.
   *
   * @param file null to look in the data directory
   * @param flags values from the command line
   * @throws ConfigurationException for anything that cannot be used
   */
  public Configuration load(@Nullable Path file, Map<Setting, Object> flags) {
    Map<Setting, Sourced> values = defaults();
    Map<Setting, Sourced> variables = variables();
    Path chosen = file == null ? fileOf(variables, flags) : file;
    if (chosen != null) {
      values.putAll(read(chosen));
    }
    values.putAll(variables);
    flags.forEach(
        (setting, value) -> values.put(setting, new Sourced(value, "--" + setting.key())));
    return new ConfigurationCheck(values, environment).configuration();
  }

  /**
   * The PostgreSQL database that has the records of a data directory, without its password and
   * without a look at anything else in the configuration; null when it is not configured.
   *
   * @param file null to look in the data directory
   * @throws ConfigurationException when the file cannot be read
   */
  public Configuration.@Nullable Database records(@Nullable Path file, Path dataDir) {
    Path chosen = file == null ? fileOf(Map.of(), Map.of(Setting.DATA_DIR, dataDir)) : file;
    Sourced given = chosen == null ? null : read(chosen).get(Setting.DATA);
    if (given == null) {
      return null;
    }
    Map<String, @Nullable Object> members =
        Values.object(given.value(), List.of("url", "username", "password"), given.origin());
    if (members.isEmpty()) {
      return null;
    }
    Object user = members.get("username");
    return new Configuration.Database(
        Values.text(members.get("url"), given.origin() + ".url"),
        user == null ? null : Values.text(user, given.origin() + ".username"),
        null);
  }

  private static Map<Setting, Sourced> defaults() {
    Map<Setting, Sourced> values = new EnumMap<>(Setting.class);
    Map<Setting, Object> defaults = new EnumMap<>(Setting.class);
    defaults.put(Setting.AUTH, "none");
    defaults.put(Setting.ADMIN_EMAIL, "admin@nocobase.com");
    defaults.put(Setting.DATA_DIR, ".data");
    defaults.put(Setting.HTTP_ADDRESS, "127.0.0.1");
    defaults.put(Setting.HTTP_PORT, 3_500);
    defaults.put(Setting.GRPC_PORT, 50_001);
    defaults.put(Setting.GRPC_MAX_RECEIVE, 64 << 20);
    defaults.put(Setting.GRPC_MAX_SEND, 4 << 20);
    defaults.put(Setting.INSECURE, false);
    defaults.put(Setting.TIME_ZONE, "UTC");
    defaults.put(Setting.DRAIN_SECONDS, 10);
    defaults.put(Setting.TRACE_SAMPLING, "1");
    defaults.put(Setting.PROJECTION_ACTIVITIES, false);
    defaults.put(Setting.WORKFLOW_NODES_LIMIT, 0);
    defaults.put(Setting.RETENTION_COMPLETED, "30d");
    defaults.put(Setting.RETENTION_FAILED, "forever");
    defaults.put(Setting.RETENTION_TERMINATED, "forever");
    defaults.put(Setting.RETENTION_NOTIFICATIONS, "30d");
    for (Setting setting : Setting.values()) {
      Object value =
          switch (setting.kind()) {
            case LIST -> List.of();
            case MAP, SECRET_MAP, OBJECT -> Map.of();
            case TEXT, SECRET, NUMBER, FLAG -> defaults.getOrDefault(setting, "");
          };
      values.put(setting, new Sourced(value, "default"));
    }
    return values;
  }

  private Map<Setting, Sourced> variables() {
    Map<Setting, Sourced> values = new EnumMap<>(Setting.class);
    environment.forEach((name, value) -> {
      if (!name.startsWith(PREFIX)
          || name.startsWith(SECRET_PREFIX)
          || OTHER_VARIABLES.contains(name)) {
        return;
      }
      Setting setting =
          Setting.ofVariable(name)
              .filter(known -> known.kind() != Setting.Kind.OBJECT)
              .orElseThrow(() ->
                  new ConfigurationException(
                      "environment: unknown variable %s%s"
                          .formatted(name, Nearest.hint(name, knownVariables()))));
      values.put(setting, new Sourced(value, name));
    });
    return values;
  }

  private static List<String> knownVariables() {
    List<String> names = new ArrayList<>(OTHER_VARIABLES);
    for (Setting setting : Setting.values()) {
      if (setting.kind() != Setting.Kind.OBJECT) {
        names.add(setting.variable());
      }
    }
    names.sort(null);
    return names;
  }

  private @Nullable Path fileOf(Map<Setting, Sourced> variables, Map<Setting, Object> flags) {
    String named = environment.get(CONFIG_VARIABLE);
    if (named != null) {
      return Path.of(named);
    }
    Sourced variable = variables.get(Setting.DATA_DIR);
    Object directory = flags.get(Setting.DATA_DIR);
    if (directory == null) {
      directory = variable == null ? ".data" : variable.value();
    }
    Path inDataDir = Path.of(directory.toString()).resolve(FILE);
    return Files.exists(inDataDir) ? inDataDir : null;
  }

  private static Map<Setting, Sourced> read(Path file) {
    Object document = parse(file);
    Map<Setting, Sourced> values = new EnumMap<>(Setting.class);
    if (document == null) {
      return values;
    }
    Map<String, @Nullable Object> members =
        new LinkedHashMap<>(Values.object(document, Setting.keys(), file.toString()));
    Set<String> seen = new HashSet<>();
    members.forEach((key, value) -> {
      Setting setting = Setting.ofKey(key).orElseThrow();
      if (value == null) {
        throw Values.expected("a value", null, file + ": " + key);
      }
      if (seen.add(key)) {
        values.put(setting, new Sourced(value, file + ": " + key));
      }
    });
    return values;
  }

  private static @Nullable Object parse(Path file) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(file.toString()).setAllowDuplicateKeys(false).build();
    try {
      return new Load(settings).loadFromString(Files.readString(file));
    } catch (IOException e) {
      throw new ConfigurationException(
          "expected a readable configuration file %s, found %s".formatted(file, Problems.of(e)), e);
    } catch (MarkedYamlEngineException e) {
      throw new ConfigurationException(
          "expected YAML in %s, found at %s: %s".formatted(file, position(e), e.getProblem()), e);
    } catch (YamlEngineException e) {
      throw new ConfigurationException(
          "expected YAML in %s, found: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String position(MarkedYamlEngineException e) {
    return e.getProblemMark()
        .map(mark -> "line %d, column %d".formatted(mark.getLine() + 1, mark.getColumn() + 1))
        .orElse("some place");
  }
}
