package dev.millrace.server.cli;

import dev.millrace.server.MillraceServer;
import dev.millrace.server.Version;
import dev.millrace.server.config.Configuration;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "serve", description = "Run a server in this process until SIGTERM or Ctrl-C.")
final class ServeCommand implements Callable<Integer> {
  @Mixin private ServerOptions options = new ServerOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Commands.out(spec);
    Configuration configuration = options.configuration();
    MillraceServer server = MillraceServer.open(configuration);
    Serving serving = Serving.of(server, out);
    try {
      server.start();
    } catch (RuntimeException e) {
      serving.close(false);
      throw e;
    }
    out.printf(
        "Millrace %s serves %s%n  gRPC  port %d%n  data  %s%n  try   curl %s/readyz%n",
        Version.current(),
        server.url(),
        server.grpcPort(),
        configuration.dataDir().resolve("millrace.db"),
        server.url());
    out.flush();
    return serving.untilStopped();
  }
}
