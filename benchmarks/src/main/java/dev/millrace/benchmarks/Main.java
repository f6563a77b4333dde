package dev.millrace.benchmarks;

import dev.millrace.transport.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The benchmarks' command line. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures throughput, latency and size. Without names, everything.")
public final class Main implements Callable<Integer> {

  // Loggers are kept weakly; this one is held so that it keeps its level.
  private static final Logger QUIET = Logger.getLogger("");

  private static final int USAGE = 2;
  private static final int HELP_WIDTH = 100;

  @Parameters(paramLabel = "NAMES", description = "what to measure, see below")
  private List<String> names = new ArrayList<>();

  @Option(names = "--quick", description = "fewer levels, one short round: under two minutes")
  private boolean quick;

  @Option(names = "-o", paramLabel = "FORMAT", description = "table (default) or json")
  private String output = "table";

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "on the disk to be measured (benchmarks/target); emptied afterwards")
  private @Nullable Path dir;

  @Option(names = "--home", hidden = true)
  private Path home = Path.of("").toAbsolutePath();

  @Option(names = "--child", hidden = true)
  private int child = -1;

  private Main() {}

  /** Measures, and ends the process with 0, 1 if a benchmark failed, or 2 for wrong usage. */
  public static void main(String[] arguments) {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    Map<String, String> summaries = Catalogue.summaries();
    line.getCommandSpec().usageMessage().footerHeading("%nNames:%n");
    line.getCommandSpec()
        .usageMessage()
        .footer(
            summaries.entrySet().stream()
                .map(entry -> "  %-16s %s".formatted(entry.getKey(), entry.getValue()))
                .toArray(String[]::new));
    line.setUsageHelpWidth(HELP_WIDTH);
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<Benchmark> all = Catalogue.all();
    Set<String> known = Catalogue.names(all);
    for (String name : names) {
      if (!known.contains(name)) {
        System.err.println("expected one of " + String.join(", ", known) + ", found " + name);
        return USAGE;
      }
    }
    if (!Set.of("table", "json").contains(output)) {
      System.err.println("expected -o table or -o json, found " + output);
      return USAGE;
    }
    if (child >= 0 && dir != null) {
      QUIET.setLevel(Level.WARNING);
      all.get(child).run(settings(dir), Child::say);
      return 0;
    }
    Path parent = dir == null ? home.resolve("benchmarks/target") : dir;
    Files.createDirectories(parent);
    Path work = Files.createTempDirectory(parent, "bench");
    try {
      return measure(all, work);
    } finally {
      DiskSize.remove(work);
    }
  }

  private int measure(List<Benchmark> all, Path work) throws IOException, InterruptedException {
    List<Result> results = new ArrayList<>();
    boolean failed = false;
    for (int i = 0; i < all.size(); i++) {
      Benchmark benchmark = all.get(i);
      if (names.isEmpty()
          ? quick && !Catalogue.essential(benchmark)
          : !names.contains(benchmark.name())) {
        continue;
      }
      System.err.println("Measuring " + benchmark.name() + ": " + benchmark.summary() + " …");
      Path own = Files.createDirectories(work.resolve(Integer.toString(i)));
      List<String> arguments = new ArrayList<>();
      arguments.addAll(List.of("--child", Integer.toString(i), "--dir", own.toString()));
      arguments.addAll(List.of("--home", home.toString()));
      if (quick) {
        arguments.add("--quick");
      }
      if (Child.run(arguments, results::add) != 0) {
        failed = true;
        results.add(Result.remark(benchmark.name(), "", "FAILED, see above"));
      }
      DiskSize.remove(own);
    }
    List<Result> compared = Peers.compare(results);
    System.out.println(
        output.equals("json")
            ? Json.writeText(compared.stream().map(Result::toJson).toList())
            : ResultTable.of(compared));
    return failed ? 1 : 0;
  }

  private Settings settings(Path work) {
    return quick ? Settings.quick(home, work) : Settings.full(home, work);
  }
}
