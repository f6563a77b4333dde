package dev.millrace.systemtests.nocobase;

import dev.millrace.systemtests.Api;
import dev.millrace.systemtests.CrashServers;
import dev.millrace.systemtests.TestServer;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Orders are created while the server is killed and started again. Each order starts a workflow
 * that writes one bill, and each bill one that marks its order as billed. Run once, by one thread.
 */
final class DataCrashCampaign {

  private static final int CLIENTS = 4;
  private static final int PAGE = 200;
  private static final int MOST_MILLIS = 1_200;

  /** Between two orders of a client, so that each kill meets executions under way and at rest. */
  private static final int BETWEEN_MILLIS = 15;

  private static final Duration RETRY = Duration.ofMillis(50);

  private final int kills;
  private final Random random;
  private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
  private final AtomicInteger lostAnswers = new AtomicInteger();
  private final Queue<String> findings = new ConcurrentLinkedQueue<>();
  private final Map<String, Object> figures = new LinkedHashMap<>();
  private volatile boolean creating = true;
  private int killsWhileStarting;

  DataCrashCampaign(int kills, long seed) {
    this.kills = kills;
    this.random = new Random(seed);
  }

  /**
   * Runs.
   *
   * @param javaOptions of the server's Java
   * @return the broken promises, empty when all were kept
   */
  List<String> run(List<String> javaOptions, Path scratch) {
    TestServer server = TestServer.start(javaOptions);
    try {
      Flow flow = Flow.define(server.api());
      cycles(server);
      check(server.api(), flow);
    } finally {
      server.stop();
    }
    CrashServers.checkAndClose(server, scratch, findings);
    return List.copyOf(findings);
  }

  /** The workflows, by id. */
  private record Flow(long ofOrders, long ofBills) {

    static Flow define(Api api) {
      collection(api, "orders", "state", "string");
      collection(api, "bills", "order", "integer");
      long ofOrders = workflow(api, "orders");
      node(
          api,
          ofOrders,
          "create",
          Map.of(
              "collection",
              "bills",
              "params",
              Map.of("values", Map.of("order", "{{$context.data.id}}"))));
      long ofBills = workflow(api, "bills");
      node(
          api,
          ofBills,
          "update",
          Map.of(
              "collection",
              "orders",
              "params",
              Map.of(
                  "filter",
                  Map.of("id", "{{$context.data.order}}"),
                  "values",
                  Map.of("state", "billed"))));
      enable(api, ofOrders);
      enable(api, ofBills);
      return new Flow(ofOrders, ofBills);
    }

    private static void collection(Api api, String name, String field, String type) {
      api.post(
              "/api/collections:create",
              Map.of("name", name, "fields", List.of(Map.of("name", field, "type", type))))
          .expect(200);
    }

    private static long workflow(Api api, String collection) {
      Map<String, Object> config = Map.of("collection", collection, "mode", 1);
      return id(api.post("/api/workflows:create", Map.of("type", "collection", "config", config)));
    }

    private static void node(Api api, long workflow, String type, Map<String, Object> config) {
      api.post(
              "/api/workflows/" + workflow + "/nodes:create",
              Map.of("type", type, "config", config))
          .expect(200);
    }

    private static void enable(Api api, long workflow) {
      api.post("/api/workflows:update?filterByTk=" + workflow, Map.of("enabled", true)).expect(200);
    }
  }

  private static long id(Api.Answer answer) {
    return answer.expect(200).json().at("/data/id").asLong();
  }

  private void cycles(TestServer server) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int client = 0; client < CLIENTS; client++) {
        threads.execute(() -> create(server));
      }
      for (int kill = 1; kill <= kills; kill++) {
        cycle(server);
        System.out.printf(
            "kill %d of %d, records acknowledged %d, answers lost %d, findings %d%n",
            kill, kills, acknowledged.size(), lostAnswers.get(), findings.size());
      }
      creating = false;
    }
  }

  private void create(TestServer server) {
    try (Api api = server.newApi()) {
      while (creating) {
        try {
          Api.Answer answer = api.post("/api/orders:create", Map.of("state", "new"));
          if (answer.status() == 200) {
            acknowledged.add(id(answer));
          } else if (answer.status() != 503) {
            findings.add("a record was refused: " + answer.text());
          }
          pause(Duration.ofMillis(BETWEEN_MILLIS));
        } catch (UncheckedIOException away) {
          if (!(away.getCause() instanceof ConnectException)) {
            lostAnswers.incrementAndGet();
          }
          pause(RETRY);
        }
      }
    }
  }

  private void cycle(TestServer server) {
    int before = acknowledged.size();
    Api.until("records are created after a restart", () -> acknowledged.size() > before);
    pause(Duration.ofMillis(random.nextInt(MOST_MILLIS)));
    if (CrashServers.killAndRestart(server, random, findings)) {
      killsWhileStarting++;
    }
  }

  private static void pause(Duration duration) {
    LockSupport.parkNanos(duration.toNanos());
  }

  private void check(Api api, Flow flow) {
    Map<Long, JsonNode> orders = new HashMap<>();
    pages(api, "orders:list", null).forEach(order -> orders.put(order.path("id").asLong(), order));
    awaitAll(api, flow, orders.size());
    Set<Long> lost = new TreeSet<>(acknowledged);
    lost.removeAll(orders.keySet());
    lost.forEach(id -> findings.add("an acknowledged record is gone: " + id));
    once("execution", orders.keySet(), started(api, flow.ofOrders()));
    List<Long> billed = new ArrayList<>();
    List<Long> bills = new ArrayList<>();
    for (JsonNode bill : pages(api, "bills:list", null)) {
      billed.add(bill.path("order").asLong());
      bills.add(bill.path("id").asLong());
    }
    once("bill", orders.keySet(), billed);
    once("execution of the bill", bills, started(api, flow.ofBills()));
    pages(api, "orders:list", Map.of("state", Map.of("$ne", "billed")))
        .forEach(order -> findings.add("not marked as billed: " + order));
    figures.put("records acknowledged", acknowledged.size());
    figures.put("records", orders.size());
    figures.put("bills", bills.size());
    figures.put("kills", kills + killsWhileStarting);
    figures.put("of them while starting", killsWhileStarting);
    figures.put("answers lost", lostAnswers.get());
  }

  private void awaitAll(Api api, Flow flow, int orders) {
    try {
      Api.until(
          "every order and every bill has its execution, and all have ended",
          () -> ended(api, flow.ofOrders()) >= orders && ended(api, flow.ofBills()) >= orders);
    } catch (ConditionTimeoutException e) {
      findings.add(
          "%d orders, %d and %d executions that ended well"
              .formatted(orders, ended(api, flow.ofOrders()), ended(api, flow.ofBills())));
    }
  }

  private static long ended(Api api, long workflow) {
    Map<String, Object> conditions = Map.of("workflowId", workflow, "status", 1);
    return api.get("/api/executions:list?pageSize=1&" + filter(conditions))
        .expect(200)
        .json()
        .at("/meta/count")
        .asLong();
  }

  /** The ids of the records that started the executions of a workflow. */
  private static List<Long> started(Api api, long workflow) {
    return pages(api, "executions:list", Map.of("workflowId", workflow)).stream()
        .map(execution -> execution.at("/context/data/id").asLong())
        .toList();
  }

  /** Each expected number must be found, and only once; no other. */
  private void once(String what, Iterable<Long> expected, List<Long> found) {
    Map<Long, Integer> counts = new HashMap<>();
    found.forEach(id -> counts.merge(id, 1, Integer::sum));
    for (long id : expected) {
      Integer count = counts.remove(id);
      if (count == null || count != 1) {
        findings.add("expected one %s of %d, found %s".formatted(what, id, count));
      }
    }
    counts.keySet().forEach(id -> findings.add("a %s of %d, which is none".formatted(what, id)));
  }

  private static List<JsonNode> pages(
      Api api, String action, @Nullable Map<String, Object> conditions) {
    String more = conditions == null ? "" : "&" + filter(conditions);
    List<JsonNode> all = new ArrayList<>();
    int before;
    int page = 1;
    do {
      before = all.size();
      String query = "?sort=id&pageSize=%d&page=%d%s".formatted(PAGE, page++, more);
      all.addAll(Api.elements(api.get("/api/" + action + query).expect(200).json().path("data")));
    } while (all.size() - before == PAGE);
    return all;
  }

  private static String filter(Map<String, Object> conditions) {
    return "filter="
        + URLEncoder.encode(
            JsonMapper.shared().writeValueAsString(conditions), StandardCharsets.UTF_8);
  }

  /** The figures, once the run is over. */
  String table() {
    StringBuilder table = new StringBuilder();
    figures.forEach((name, value) -> table.append("  %-28s %s%n".formatted(name, value)));
    return table.toString();
  }
}
