package dev.millrace.testkit;

import static dev.millrace.testkit.Definitions.process;
import static dev.millrace.testkit.Definitions.script;
import static dev.millrace.testkit.Definitions.task;
import static dev.millrace.testkit.Definitions.tasks;
import static dev.millrace.testkit.Definitions.to;
import static dev.millrace.testkit.Definitions.transform;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Status;
import dev.millrace.testkit.EngineHarness.ActivityFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LoopNodeTest {

  private static String loop(String id, String body, String handler, String more) {
    return task(
        id,
        "loop",
        "'body':{'value':'" + body + "'}",
        "'loopHandler':{" + handler + "}" + (more.isEmpty() ? "" : "," + more));
  }

  private static String forEach(String items, String more) {
    return "'loopType':'forEach','items':'{{" + items + "}}'" + more;
  }

  @Test
  void shouldRunItsBodyOncePerItem() {
    EngineHarness run =
        tasks(
                loop("l", "a", forEach("input", ""), to("z"))
                    + ","
                    + transform("a", "$index", to("b"))
                    + ","
                    + transform("b", "$item & $string($tasks.a) & $string($total)", "")
                    + ","
                    + transform("z", "$tasks.l", ""))
            .start(List.of("x", "y", "z"));

    assertThat(run.output("z")).isEqualTo(List.of("x03", "y13", "z23"));
    assertThat(run.runs("b").stream().map(r -> r.place().loopIndex())).containsExactly(0, 1, 2);
    assertThat(run.runs("z").getFirst().place().loopIndex()).isEqualTo(-1);
    assertThat(run.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(run.state().graph().scopes()).isEmpty();
  }

  @Test
  void shouldJoinWhatTheLoopsOfItsOwnRoundGave() {
    String work = "'code':{'value':'1'},'work':{'value':'%s'}";
    EngineHarness run =
        tasks(
            String.join(
                ",",
                loop("l", "p", forEach("input", ",'concurrency':2"), ""),
                task("p", "parallel", "", to("x", "y", "n")),
                task(
                    "x",
                    "script",
                    work.formatted("{{l.item}}{{item}}"),
                    to("j") + ",'loopHandler':{'loopType':'forEach','items':['1']}"),
                task("y", "script", work.formatted("{{l.item}}"), to("j")),
                task(
                    "n",
                    "script",
                    work.formatted("none"),
                    to("j")
                        + ",'loopHandler':{'loopType':'forEach','items':"
                        + "'{% $item = \\\"b\\\" ? [\\\"2\\\"] : [] %}'}"),
                task("j", "aggregation", "", "")));
    run.start(List.of("a", "b"));
    for (String next : List.of("a1", "b1", "none", "a", "b")) {
      Effect.DispatchActivity one =
          run.inFlight().stream()
              .filter(dispatched -> next.equals(dispatched.parameters().get("work")))
              .findFirst()
              .orElseThrow();
      run.forget(one);
      run.send(new Command.CompleteActivity(run.key(), one.token(), next));
    }

    assertThat(run.state().life().output())
        .isEqualTo(
            List.of(
                Map.of("x", List.of("a1"), "y", "a", "n", List.of()),
                Map.of("x", List.of("b1"), "y", "b", "n", List.of("none"))));
  }

  @Test
  void shouldGoOnAfterALoopOverNothing() {
    EngineHarness run =
        tasks(
                loop("l", "a", forEach("input", ""), to("z"))
                    + ","
                    + transform("a", "$item", "")
                    + ","
                    + transform("z", "$tasks.l", ""))
            .start(List.of());

    assertThat(run.runs("a")).isEmpty();
    assertThat(run.output("z")).isEqualTo(List.of());
  }

  @Test
  void shouldCountRounds() {
    EngineHarness run =
        tasks(loop("l", "a", "'loopType':'for','times':3", "") + "," + transform("a", "$item", ""))
            .start(null);

    assertThat(run.outputs("a")).isEqualTo(List.of(0L, 1L, 2L));
    assertThat(run.state().life().output()).isEqualTo(List.of(0L, 1L, 2L));
  }

  @Test
  void shouldTestItsConditionOnWhatTheLastRoundDid() {
    for (String handler :
        List.of(
            "'loopType':'do_while','while':'$tasks.a < 3'",
            "'loopType':'until','until':'$tasks.a = 3'",
            "'loopType':'while','while':'$index < 2 or $tasks.a < 3'")) {
      EngineHarness run =
          tasks(loop("l", "a", handler, "") + "," + transform("a", "$index + 1", "")).start(null);

      assertThat(run.outputs("a")).as(handler).isEqualTo(List.of(1L, 2L, 3L));
    }
  }

  @Test
  void shouldNestAndKeepRoundsAtOnceApart() {
    EngineHarness run =
        tasks(
                loop("outer", "inner", forEach("input", ",'concurrency':3"), "")
                    + ","
                    + loop(
                        "inner",
                        "ask",
                        "'loopType':'do_while','while':'$tasks.ask.n < 2'",
                        to("sum"))
                    + ","
                    + script("ask", "")
                    + ","
                    + transform("sum", "$item & $string($tasks.ask.n)", ""))
            .start(List.of("x", "y", "z"));
    assertThat(run.inFlight()).hasSize(3);

    int turn = 0;
    while (!run.inFlight().isEmpty()) {
      // Not in order, so that rounds overtake each other.
      Effect.DispatchActivity next = run.inFlight().get(turn++ % run.inFlight().size());
      long inner = (Long) Objects.requireNonNull(next.roots().get("index"));
      run.send(new Command.CompleteActivity(run.key(), next.token(), Map.of("n", inner + 1)));
      run.forget(next);
    }

    assertThat(run.state().life().output()).isEqualTo(List.of("x2", "y2", "z2"));
    assertThat(run.runs("ask")).hasSize(6);
  }

  @Test
  void shouldSeeTheRoundsFurtherOut() {
    EngineHarness run =
        tasks(
                loop("outer", "inner", forEach("input", ""), "")
                    + ","
                    + loop("inner", "a", "'loopType':'forEach','items':'{{item.parts}}'", "")
                    + ","
                    + task(
                        "a",
                        "transform",
                        "'template':{'value':'{{outer.item.name}}{{item}}{{outer.index}}'}",
                        ""))
            .start(
                List.of(
                    Map.of("name", "n", "parts", List.of("x", "y")),
                    Map.of("name", "m", "parts", List.of("z"))));

    assertThat(run.state().life().output())
        .isEqualTo(List.of(List.of("nx0", "ny0"), List.of("mz1")));
  }

  @Test
  void shouldTreatTheFailureOfARoundAsItsHandlerSays() {
    assertThat(withFailure("stop").state().life().status()).isEqualTo(Status.FAILED);
    assertThat(withFailure("stop").runs("b")).hasSize(1);

    EngineHarness goesOn = withFailure("continue");
    assertThat(goesOn.state().life().status()).isEqualTo(Status.COMPLETED);
    List<Object> outputs = new ArrayList<>();
    outputs.add(1L);
    outputs.add(null);
    outputs.add(3L);
    assertThat(goesOn.output("e")).isEqualTo(outputs);
    assertThat(goesOn.words("l")).containsExactly("done", "failed", "done");

    EngineHarness broken = withFailure("break");
    assertThat(broken.state().life().status()).isEqualTo(Status.COMPLETED);
    assertThat(broken.runs("b")).hasSize(1);
  }

  private static EngineHarness withFailure(String onItemError) {
    return tasks(
            loop("l", "a", forEach("input", ",'onItemError':'" + onItemError + "'"), to("e"))
                + ","
                + transform(
                    "a",
                    "$item",
                    "'split':'xor','connections':[{'to':'t','when':'$item = 2'},"
                        + "{'to':'b','default':true}]")
                + ","
                + task("t", "throw", "'type':{'value':'constraint'}", "")
                + ","
                + transform("b", "$item", "")
                + ","
                + transform("e", "$tasks.l", ""))
        .start(List.of(1L, 2L, 3L));
  }

  @Test
  void shouldHoldStillWhileSuspendedAndGoOn() {
    EngineHarness run =
        tasks(
                loop("l", "a", forEach("input", ""), to("z"))
                    + ","
                    + script("a", to("b"))
                    + ","
                    + transform("b", "$item", "")
                    + ","
                    + transform("z", "$tasks.l", ""))
            .start(List.of("x", "y"));
    run.send(new Command.SuspendInstance(run.key()));
    Effect.DispatchActivity first = run.inFlight().getFirst();
    run.send(new Command.CompleteActivity(run.key(), first.token(), null));
    run.forget(first);
    assertThat(run.runs("b")).isEmpty();

    run.send(new Command.ResumeInstance(run.key()));
    Effect.DispatchActivity second = run.inFlight().getFirst();
    run.send(new Command.CompleteActivity(run.key(), second.token(), null));

    assertThat(run.output("z")).isEqualTo(List.of("x", "y"));
  }

  @Test
  void shouldCompensateWhatRoundsDid() {
    EngineHarness run =
        tasks(
                loop("l", "a", forEach("input", ",'concurrency':2"), to("e"))
                    + ","
                    + transform("a", "$item", "'compensate':'u'," + to("j"))
                    + ","
                    + task("j", "signal", "'name':{'value':'never'}", "'timeout':30")
                    + ","
                    + transform("u", "$tasks.a", "")
                    + ","
                    + transform("e", "1", "")
                    + ","
                    + script("w", "'errorHandler':{'operation':'compensate'}"))
            .activity(
                "script",
                roots -> {
                  throw new ActivityFailure("constraint", "no");
                })
            .start(List.of("x", "y"))
            .settle();

    assertThat(run.state().life().status()).isEqualTo(Status.FAILED);
    assertThat(run.outputs("u")).containsExactly("y", "x");
    assertThat(run.state().graph().scopes()).isEmpty();
    assertThat(run.timers()).isEmpty();
  }

  @Test
  void shouldRunInAFastProcess() {
    EngineHarness run =
        process(
                "{'name':'p','engine':'fast','tasks':["
                    + loop("l", "a", forEach("input", ""), "")
                    + ","
                    + transform("a", "$item", "")
                    + "]}")
            .start(List.of(1L, 2L));

    assertThat(run.state().life().output()).isEqualTo(List.of(1L, 2L));
  }
}
