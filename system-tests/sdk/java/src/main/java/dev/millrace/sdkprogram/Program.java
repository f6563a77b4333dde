package dev.millrace.sdkprogram;

import static dev.millrace.sdkprogram.Session.object;

import io.dapr.workflows.client.DaprWorkflowClient;
import io.dapr.workflows.runtime.WorkflowRuntime;
import io.dapr.workflows.runtime.WorkflowRuntimeBuilder;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A Dapr application: a workflow worker and a client that runs named scenarios.
 *
 * <p>Arguments are scenario names; without arguments the names are read from standard input, one a
 * line, until it ends. For each name one line of JSON goes to standard output: {@code scenario} and
 * {@code result}, or {@code error}. The first line, {@code {"ready":true}}, says that the worker
 * has been started. The server is found as every Dapr application finds its sidecar: by {@code
 * DAPR_GRPC_PORT}.
 */
public final class Program {

  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private Program() {}

  /** Runs the scenarios and ends the process. */
  public static void main(String[] arguments) throws Exception {
    WorkflowRuntimeBuilder builder = new WorkflowRuntimeBuilder();
    Activities.register(builder);
    Workflows.register(builder);
    WorkflowRuntime runtime = builder.build();
    runtime.start(false);
    Session session = new Session(new DaprWorkflowClient());
    OUT.println(Session.text(object("ready", true)));
    Map<String, Scenarios.Scenario> scenarios = Scenarios.all();
    if (arguments.length > 0) {
      for (String name : List.of(arguments)) {
        perform(scenarios, name, session);
      }
    } else {
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String name = lines.readLine(); name != null; name = lines.readLine()) {
        perform(scenarios, name.strip(), session);
      }
    }
    System.exit(0);
  }

  @SuppressWarnings("CatchAndPrintStackTrace") // Whatever goes wrong is the scenario's result.
  private static void perform(
      Map<String, Scenarios.Scenario> scenarios, String name, Session session) {
    try {
      Scenarios.Scenario scenario = scenarios.get(name);
      if (scenario == null) {
        throw new IllegalArgumentException("no such scenario");
      }
      OUT.println(Session.text(object("scenario", name, "result", scenario.play(session))));
    } catch (Exception e) {
      e.printStackTrace();
      OUT.println(Session.text(object("scenario", name, "error", e.toString())));
    }
  }
}
