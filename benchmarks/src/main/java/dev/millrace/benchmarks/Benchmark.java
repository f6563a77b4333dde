package dev.millrace.benchmarks;

import java.util.function.Consumer;

/** One thing that is measured, in a process of its own. */
interface Benchmark {

  /** What it is called on the command line. */
  String name();

  /** One line for {@code --help}. */
  String summary();

  /**
   * Measures.
   *
   * @param results takes each result as soon as it is there
   */
  void run(Settings settings, Consumer<Result> results) throws Exception;
}
