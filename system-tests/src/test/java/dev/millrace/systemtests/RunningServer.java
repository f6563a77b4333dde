package dev.millrace.systemtests;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A {@link TestServer} for JUnit. Registered in a static field, one server serves the whole class;
 * in an instance field, each test gets its own. When a test fails, the exchanges with the server
 * and the server's log are printed.
 */
public final class RunningServer
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  private static final int PRINTED_LOG = 20_000;

  private final Map<String, String> environment;
  private @Nullable TestServer server;
  private boolean shared;

  /** A server as it is without any configuration. */
  public RunningServer() {
    this(Map.of());
  }

  /** A server that finds these variables in its environment. */
  public RunningServer(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    shared = true;
    server = TestServer.start(List.of(), environment);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (server == null) {
      server = TestServer.start(List.of(), environment);
    }
    server.api().forget();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      print(context.getDisplayName());
    }
    if (!shared) {
      stop();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    stop();
  }

  private void stop() {
    if (server != null) {
      server.close();
      server = null;
    }
  }

  private void print(String test) {
    String log = get().log();
    String tail = log.length() > PRINTED_LOG ? log.substring(log.length() - PRINTED_LOG) : log;
    System.out.printf(
        "==== %s failed; exchanges:%n%s%n==== server log:%n%s%n====%n",
        test, get().api().story(), tail);
  }

  public TestServer get() {
    if (server == null) {
      throw new IllegalStateException("no server is running");
    }
    return server;
  }

  public Api api() {
    return get().api();
  }
}
