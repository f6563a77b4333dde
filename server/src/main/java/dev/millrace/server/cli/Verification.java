package dev.millrace.server.cli;

import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.interpreter.Engine;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.server.DataDirectory;
import dev.millrace.store.sqlite.SqliteVerification;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Everything that can be checked of a data directory at rest. Stateless. */
final class Verification {
  private static final int THREADS_MAX = 8;

  private Verification() {}

  /** One line per violation, empty when all is well; what it is at goes to a writer. */
  static List<String> of(Path directory, PrintWriter progress) {
    Engine engine =
        new Engine(
            ref -> {
              throw new IllegalStateException("folding needs no graph, asked for " + ref);
            },
            Environment.EMPTY,
            new NodeTypes(List.of()),
            new ProcessExpressions(),
            new JsonSchemas());
    int threads = Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors());
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      return of(
          directory,
          engine,
          new SqliteVerification.Means(
              workers,
              threads,
              System::nanoTime,
              line -> {
                progress.println(line);
                progress.flush();
              }));
    }
  }

  private static List<String> of(Path directory, Engine engine, SqliteVerification.Means means) {
    List<String> violations =
        new ArrayList<>(SqliteVerification.run(directory, engine::fold, means));
    violations.addAll(SqliteVerification.file(directory.resolve(DataDirectory.RECORDS)));
    return violations;
  }
}
