package dev.millrace.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lists of executions as NocoBase's console asks for them, when there are very many: the first
 * page, neighbours of one, each filter, and one execution with all that its view shows.
 */
record ExecutionsBenchmark(String name, String summary) implements Benchmark {

  private static final int PER_PARKED = 10;
  private static final int AT_ONCE = 64;
  private static final Duration PART = Duration.ofSeconds(5);
  private static final String LIST =
      "/api/executions:list?pageSize=20&sort[]=-id&except[]=context&except[]=output&except[]=stack&";

  @Override
  public void run(Settings settings, Consumer<Result> results) throws Exception {
    long all = (long) settings.parked() * PER_PARKED;
    Path data = settings.work().resolve("data");
    try (ServerProcess server = ServerProcess.start(Installation.of(settings), data)) {
      NocobaseCalls calls = new NocobaseCalls(server.port());
      long workflow = calls.workflow("custom-action", true, Map.of("type", 0), 1);
      long few = calls.workflow("custom-action", true, Map.of("type", 0), 1);
      fill(server, few, AT_ONCE);
      fill(server, workflow, all);
      ask(settings, server, calls, new Filled(workflow, few), results);
    }
  }

  /** A workflow with very many executions, and one with few. */
  private record Filled(long workflow, long few) {}

  private void ask(
      Settings settings,
      ServerProcess server,
      NocobaseCalls calls,
      Filled filled,
      Consumer<Result> results)
      throws Exception {
    long all = calls.ended(filled.workflow);
    Map<String, String> requests = requests(calls, filled.workflow, filled.few, all / 2);
    try (HttpConnection connection = new HttpConnection(server.port())) {
      for (Map.Entry<String, String> request : requests.entrySet()) {
        byte[] bytes = HttpConnection.request("GET", request.getValue(), null);
        Sample sample =
            new BlockingLoop(List.of(() -> connection.send(bytes))).run(1, settings.round());
        Map<String, Object> figures = sample.figures();
        figures.put("executions", all);
        figures.put("bytes", connection.send(bytes).length);
        results.accept(new Result(name, request.getKey(), 1, figures));
      }
    }
  }

  private static void fill(ServerProcess server, long workflow, long count) throws Exception {
    byte[] execute =
        HttpConnection.request(
            "POST",
            "/api/workflows:execute?filterByTk=" + workflow,
            Map.of("data", Map.of("n", 4)));
    long made = 0;
    while (made < count) {
      try (HttpClients clients = new HttpClients(server.port(), AT_ONCE)) {
        Duration time = count - made > AT_ONCE ? PART : Duration.ZERO;
        made +=
            new BlockingLoop(clients.repeating(execute, "\"status\":1"))
                .run(AT_ONCE, time)
                .latencies()
                .count();
      }
    }
  }

  private static Map<String, String> requests(
      NocobaseCalls calls, long workflow, long few, long middle) throws Exception {
    String key = calls.key(workflow);
    Map<String, String> requests = new LinkedHashMap<>();
    requests.put("first page", LIST + NocobaseCalls.filter(Map.of("key", key)));
    requests.put("page 1,000", LIST + "page=1000&" + NocobaseCalls.filter(Map.of("key", key)));
    requests.put("of a rare workflow", LIST + NocobaseCalls.filter(Map.of("key", calls.key(few))));
    requests.put("ended", LIST + NocobaseCalls.filter(Map.of("key", key, "status", 1)));
    requests.put("failed, none", LIST + NocobaseCalls.filter(Map.of("key", key, "status", -1)));
    requests.put("of one version", LIST + NocobaseCalls.filter(Map.of("workflowId", workflow)));
    requests.put(
        "of one version, ended",
        LIST + NocobaseCalls.filter(Map.of("workflowId", workflow, "status", 1)));
    requests.put("processes, none", LIST + NocobaseCalls.filter(Map.of("model", "process")));
    requests.put("of all workflows", LIST + NocobaseCalls.filter(Map.of()));
    requests.put(
        "since a time",
        LIST
            + NocobaseCalls.filter(
                Map.of("key", key, "createdAt", Map.of("$dateAfter", "2000-01-01"))));
    requests.put("before one", neighbours("-id", key, "$lt", middle));
    requests.put("after one", neighbours("id", key, "$gt", middle));
    requests.put(
        "one execution",
        "/api/executions:get?except[]=jobs.result&except[]=workflow.options&appends[]=jobs"
            + "&appends[]=workflow&appends[]=workflow.nodes&appends[]=workflow.versionStats"
            + "&appends[]=workflow.stats&"
            + NocobaseCalls.filter(Map.of("id", Long.toString(middle))));
    return requests;
  }

  private static String neighbours(String sort, String key, String operator, long id) {
    return "/api/executions:list?pageSize=10&fields[]=id&fields[]=status&fields[]=createdAt&sort="
        + sort
        + "&"
        + NocobaseCalls.filter(Map.of("key", key, "id", Map.of(operator, id)));
  }
}
