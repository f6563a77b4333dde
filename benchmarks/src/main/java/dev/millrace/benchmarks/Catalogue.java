package dev.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All benchmarks, in the order in which they run. */
final class Catalogue {

  private static final int ALL_LEVELS = Integer.MAX_VALUE;

  /** Instances of a hundred branches are large; more of them at once says nothing new. */
  private static final int FEW = 16;

  private static final List<String> ORDER =
      List.of(
          Peers.PEER,
          "engine",
          "http",
          "fast",
          "start",
          "fanout",
          "fanout-activity",
          "dapr",
          "nocobase",
          "nocobase-list",
          "parked",
          "timers",
          "startup");

  private Catalogue() {}

  /** Every benchmark; several share a name when they differ in the store. */
  static List<Benchmark> all() {
    List<Benchmark> all = new ArrayList<>();
    for (String store : List.of(EngineBenchmark.SQLITE, EngineBenchmark.MEMORY)) {
      all.add(
          new EngineBenchmark(
              "engine",
              "five pure durable steps through the engine API, in this process",
              store,
              Processes.five("standard"),
              ALL_LEVELS,
              false));
      all.add(
          new EngineBenchmark(
              "fast",
              "the same on the fast engine: one write at the end",
              store,
              Processes.five("fast"),
              ALL_LEVELS,
              false));
    }
    all.add(
        new EngineBenchmark(
            "start",
            "a start of one node, until it is durable",
            EngineBenchmark.SQLITE,
            Processes.single(),
            ALL_LEVELS,
            true));
    all.add(
        new EngineBenchmark(
            "fanout",
            "100 branches of a pure step and a join",
            EngineBenchmark.SQLITE,
            Processes.fanOut("transform", Processes.text("expression", "$input.amount + 1")),
            FEW,
            false));
    all.add(
        new EngineBenchmark(
            "fanout-activity",
            "100 branches of an activity that does nothing, and a join",
            EngineBenchmark.SQLITE,
            Processes.fanOut("http", Processes.text("url", "http://localhost/")),
            FEW,
            false));
    all.add(
        new HttpBenchmark(
            "http", "five steps through HTTP and the packaged server, with ?wait=", "standard"));
    for (String sdk : List.of("java", "go")) {
      all.add(
          new DaprBenchmark(
              "dapr", "workflows on a worker of Dapr's Java and Go SDK over gRPC", sdk));
    }
    all.add(
        new NocobaseBenchmark(
            "nocobase", "five calculations through NocoBase's workflow API: executed, triggered"));
    all.add(
        new ExecutionsBenchmark(
            "nocobase-list", "lists of very many executions, as NocoBase's console asks"));
    all.add(
        new ParkedBenchmark(
            "parked", "instances that wait for a call: size, restart after a kill, waking"));
    all.add(new TimersBenchmark("timers", "timers due together: how late they are"));
    all.add(new StartupBenchmark("startup", "serve to ready, with and without the AOT cache"));
    all.add(
        new PeerBenchmark(
            Peers.PEER, "five steps of DBOS Transact on PostgreSQL, to compare with"));
    all.sort(Comparator.comparingInt(benchmark -> ORDER.indexOf(benchmark.name())));
    return all;
  }

  /** Whether it is part of a quick look at everything. */
  static boolean essential(Benchmark benchmark) {
    return switch (benchmark) {
      case EngineBenchmark engine ->
          engine.store().equals(EngineBenchmark.SQLITE) || engine.name().equals("engine");
      // Workers of SDKs take minutes alone.
      case DaprBenchmark dapr -> false;
      case ExecutionsBenchmark executions -> false;
      default -> true;
    };
  }

  /** The names, in order. */
  static Set<String> names(List<Benchmark> benchmarks) {
    Set<String> names = new LinkedHashSet<>();
    benchmarks.forEach(benchmark -> names.add(benchmark.name()));
    return names;
  }

  /** Name and summary of each. */
  static Map<String, String> summaries() {
    Map<String, String> summaries = new LinkedHashMap<>();
    all().forEach(benchmark -> summaries.putIfAbsent(benchmark.name(), benchmark.summary()));
    return summaries;
  }
}
