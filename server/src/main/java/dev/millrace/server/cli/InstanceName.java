package dev.millrace.server.cli;

import dev.millrace.server.client.ApiClient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The instance that a command is for: a process's, or a workflow's that workers hold as code. */
final class InstanceName {
  @Parameters(paramLabel = "ID", description = "the instance's id")
  private @Nullable String id;

  @Option(
      names = "--namespace",
      paramLabel = "APP",
      description = "the application whose instance it is (default: default)")
  private @Nullable String namespace;

  /** The id as given; a missing one is a misuse. */
  String id() {
    return Commands.given(id);
  }

  /**
   * The path of something of the instance.
   *
   * @param below what follows the id, with a query or without
   */
  String path(String below) {
    String path = "/api/processInst/" + ApiClient.encoded(id()) + below;
    return namespace == null
        ? path
        : path + (below.contains("?") ? "&" : "?") + "namespace=" + ApiClient.encoded(namespace);
  }
}
