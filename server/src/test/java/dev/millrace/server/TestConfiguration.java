package dev.millrace.server;

import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.ConfigurationLoader;
import dev.millrace.server.config.Setting;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** Configurations of servers that tests start: on ports that are free. */
public final class TestConfiguration {

  private TestConfiguration() {}

  public static Configuration of(Path dataDirectory) {
    return of(dataDirectory, Map.of());
  }

  /** With other settings, which win. */
  public static Configuration of(Path dataDirectory, Map<Setting, ?> more) {
    return of(dataDirectory, more, Map.of());
  }

  public static Configuration of(
      Path dataDirectory, Map<Setting, ?> more, Map<String, String> environment) {
    Map<Setting, Object> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.DATA_DIR, dataDirectory.toString());
    flags.put(Setting.HTTP_PORT, "0");
    flags.put(Setting.GRPC_PORT, "0");
    flags.putAll(more);
    return new ConfigurationLoader(environment).load(null, flags);
  }
}
