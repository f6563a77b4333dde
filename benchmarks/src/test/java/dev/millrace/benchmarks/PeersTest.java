package dev.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.transport.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeersTest {

  private static Result result(String benchmark, int inFlight, double perSecond, double cpu) {
    return new Result(
        benchmark, "any", inFlight, Map.of(Result.PER_SECOND, perSecond, Result.CPU, cpu));
  }

  @Test
  void shouldPutTheRatioBesideTheSameLevel() {
    List<Result> compared =
        Peers.compare(
            List.of(
                result("peer", 1, 10, 4), result("engine", 1, 50, 1), result("engine", 2, 9, 1)));

    assertThat(compared.get(1).figure("x_peer")).isEqualTo(5);
    assertThat(compared.get(1).figure("cpu_vs_peer")).isEqualTo(0.25);
    assertThat(compared.get(2).figures()).doesNotContainKey("x_peer");
  }

  @Test
  void shouldTakeTheRoundInTheMiddle() {
    Result median =
        Result.median(List.of(result("a", 1, 30, 0), result("a", 1, 10, 0), result("a", 1, 20, 0)));

    assertThat(median.figure(Result.PER_SECOND)).isEqualTo(20);
  }

  @Test
  void shouldReadWhatItWrote() {
    Result result = result("engine", 64, 1234.5, 0.25).with(Result.NOTE, "text");

    Result read = Result.fromJson(Json.parse(Json.writeText(result.toJson())));

    assertThat(read.inFlight()).isEqualTo(64);
    assertThat(read.figure(Result.PER_SECOND)).isEqualTo(1234.5);
    assertThat(read.figures()).containsEntry(Result.NOTE, "text");
  }

  @Test
  void shouldFindQuantiles() {
    Latencies some = new Latencies();
    for (int millis = 100; millis >= 1; millis--) {
      some.add(millis * 1_000_000L);
    }

    Latencies sorted = Latencies.merged(List.of(some, new Latencies()));

    assertThat(sorted.millis(0.5)).isEqualTo(50);
    assertThat(sorted.millis(0.99)).isEqualTo(99);
    assertThat(sorted.millis(1)).isEqualTo(100);
    assertThat(new Latencies().millis(1)).isZero();
  }

  @Test
  void shouldShowResultsOfTheSameColumnsInOneTable() {
    String table =
        ResultTable.of(
            List.of(
                new Result("a", "x", 1, Map.of("n", 1234.56)),
                new Result("b", "x", 0, Map.of("n", 1.2345)),
                Result.remark("c", "", "nothing")));

    assertThat(table.split("\n\n")).hasSize(2);
    assertThat(table).contains("1,235").contains("1.23").contains("nothing");
  }
}
