package dev.millrace.server.cli;

import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.ConfigurationLoader;
import dev.millrace.server.config.Setting;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of a server; what is not given comes from variables, the file or the defaults. */
final class ServerOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "configuration (default: millrace.yaml in the data directory, if there)")
  private @Nullable Path config;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "database directory (.data; of demo .demo)")
  private @Nullable String dataDir;

  @Option(
      names = "--http-address",
      paramLabel = "ADDRESS",
      description = "address to listen on (127.0.0.1)")
  private @Nullable String httpAddress;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "port to listen on (3500; 0 takes a free one)")
  private @Nullable String httpPort;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      description = "port for SDKs and their workers; 0 takes a free one (50001)")
  private @Nullable String grpcPort;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "certificate as PEM; with --tls-key both ports speak TLS")
  private @Nullable String tlsCertificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "its private key as PEM")
  private @Nullable String tlsKey;

  @Option(
      names = "--allow-egress",
      paramLabel = "CIDR_OR_HOST[:PORT]",
      description = "private target that http tasks may call; repeatable")
  private @Nullable List<String> allowEgress;

  @Option(
      names = "--components-path",
      paramLabel = "DIR",
      description = "workflow components (default: components in the data directory, if there)")
  private @Nullable String componentsPath;

  @Option(
      names = "--auth",
      paramLabel = "none|local",
      description = "whether NocoBase's workflow API asks for a sign-in (none)")
  private @Nullable String auth;

  @Option(
      names = "--otlp-endpoint",
      paramLabel = "URL",
      description = "receiver of spans over OTLP/HTTP, as http://127.0.0.1:4318 (none)")
  private @Nullable String otlpEndpoint;

  @Option(
      names = "--trace-sampling",
      paramLabel = "RATIO",
      description = "how many starts without a trace of their caller are traced, 0 to 1 (1)")
  private @Nullable String traceSampling;

  @Option(names = "--time-zone", paramLabel = "ZONE", description = "zone of text times (UTC)")
  private @Nullable String timeZone;

  @Option(
      names = "--insecure",
      description = "listen beyond loopback although no token is configured")
  private boolean insecure;

  Configuration configuration() {
    return configuration(Map.of());
  }

  /** The configuration, with other flags where none were given. */
  Configuration configuration(Map<Setting, Object> instead) {
    Map<Setting, Object> flags = new EnumMap<>(Setting.class);
    flags.putAll(instead);
    put(flags, Setting.DATA_DIR, dataDir);
    put(flags, Setting.HTTP_ADDRESS, httpAddress);
    put(flags, Setting.HTTP_PORT, httpPort);
    put(flags, Setting.GRPC_PORT, grpcPort);
    put(flags, Setting.TLS_CERTIFICATE, tlsCertificate);
    put(flags, Setting.TLS_KEY, tlsKey);
    put(flags, Setting.ALLOW_EGRESS, allowEgress);
    put(flags, Setting.COMPONENTS_PATH, componentsPath);
    put(flags, Setting.AUTH, auth);
    put(flags, Setting.OTLP_ENDPOINT, otlpEndpoint);
    put(flags, Setting.TRACE_SAMPLING, traceSampling);
    put(flags, Setting.TIME_ZONE, timeZone);
    put(flags, Setting.INSECURE, insecure ? "true" : null);
    return new ConfigurationLoader(System.getenv()).load(config, flags);
  }

  boolean namesDataDir() {
    return dataDir != null;
  }

  private static void put(Map<Setting, Object> flags, Setting setting, @Nullable Object value) {
    if (value != null) {
      flags.put(setting, value);
    }
  }
}
