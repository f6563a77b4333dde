package dev.millrace.server.cli;

import dev.millrace.server.MillraceServer;
import dev.millrace.server.Version;
import dev.millrace.server.config.Configuration;
import dev.millrace.store.sqlite.SqliteStore;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "serve", description = "Run a server in this process until SIGTERM or Ctrl-C.")
final class ServeCommand implements Callable<Integer> {
  @Mixin private ServerOptions options = new ServerOptions();

  @Override
  public Integer call() throws InterruptedException {
    Configuration configuration = options.configuration();
    MillraceServer server = MillraceServer.open(configuration);
    Serving serving = Serving.of(server);
    try {
      server.start();
    } catch (RuntimeException e) {
      serving.close();
      throw e;
    }
    System.getLogger("dev.millrace.server")
        .log(
            System.Logger.Level.INFO,
            "ready on {0}, gRPC port {1} (millrace {2}, data in {3})",
            server.url(),
            Integer.toString(server.grpcPort()),
            Version.current(),
            configuration.dataDir().resolve(SqliteStore.FILE));
    return serving.untilStopped();
  }
}
