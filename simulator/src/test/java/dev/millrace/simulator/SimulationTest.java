package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 24, 26, 46, 84, 100, 108, 171, 237, 257, 278})
  void shouldKeepAllLaws(long seed) {
    SimulationResult result = Simulation.run(seed);
    assertThat(result.instances()).isPositive();
    assertThat(result.commits()).isPositive();
  }

  @Test
  void shouldRunTheSameForTheSameSeed() {
    List<String> first = new ArrayList<>();
    List<String> second = new ArrayList<>();
    SimulationResult one = Simulation.run(11, Subject.AS_IS, first::add);
    SimulationResult two = Simulation.run(11, Subject.AS_IS, second::add);
    assertThat(second).isEqualTo(first);
    assertThat(two.log()).isEqualTo(one.log());
    assertThat(two).hasToString(one.toString());
    assertThat(Simulation.run(12).log()).isNotEqualTo(one.log());
  }

  @Test
  void shouldMeetWhatItIsFor() {
    Coverage sum = new Coverage();
    for (long seed = 1; seed <= 24; seed++) {
      sum.add(Simulation.run(seed).coverage());
    }
    assertThat(
            List.of(
                "ActOnHumanTask",
                "AdmitInstance",
                "ChildEnded",
                "CompleteActivity",
                "CompleteCallback",
                "FailActivity",
                "FireTimer",
                "RaiseEvent",
                "RerunInstance",
                "ResumeInstance",
                "SetVariables",
                "StartInstance",
                "SuspendInstance",
                "TerminateInstance"))
        .allSatisfy(name -> assertThat(sum.of(Coverage.Kind.COMMAND, name)).isPositive());
    assertThat(
            List.of(
                "JoinPassed",
                "LoopClosed",
                "NodeRetryScheduled",
                "TokensReleased",
                "EventConsumed"))
        .allSatisfy(name -> assertThat(sum.of(Coverage.Kind.EVENT, name)).isPositive());
    assertThat(
            List.of(
                "clock jumps back",
                "clock stands still",
                "commit fails",
                "commit of unknown outcome",
                "commit repeated",
                "crash after a commit",
                "crash after replies",
                "crash before a commit",
                "dispatch lost",
                "foreign result",
                "kill",
                "read fails",
                "result repeated",
                "slot awaited",
                "takeover"))
        .allSatisfy(name -> assertThat(sum.of(Coverage.Kind.FAULT, name)).isPositive());
  }

  @Test
  void shouldSayHowToRunAFailingSeedAgain() {
    long seed = Canary.STORE_FORGETS_TIMERS.seed();
    assertThatThrownBy(() -> Simulation.run(seed, Canary.STORE_FORGETS_TIMERS.subject(), _ -> {}))
        .isInstanceOf(SimulationFailure.class)
        .hasMessageStartingWith("seed %d broke a law", seed)
        .hasMessageEndingWith("run it again: ./x sim " + seed);
  }
}
