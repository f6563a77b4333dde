package dev.millrace.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.Health;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityInput;
import dev.millrace.runtime.lane.TinyRules;
import dev.millrace.store.memory.MemoryStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NullUnmarked
@Timeout(60)
class EngineRuntimeTest {

  private static final Command.Origin ORIGIN = new Command.Origin("ann", "api", false);

  private final MemoryStore store = new MemoryStore();

  private EngineRuntime open(Activity... activities) {
    return EngineRuntime.open(
        store,
        RuntimeSettings.DEFAULT,
        List.of(TinyRules.FORMAT),
        List.of(activities),
        (graphs, environment) -> new TinyRules(graphs));
  }

  private static String define(EngineApi api, String document) {
    Reply.Accepted reply =
        (Reply.Accepted)
            api.saveDefinition(
                    new EngineApi.SaveDefinition(
                        null, 0, "tiny", new EngineApi.Described("d", "ann", true), document, null))
                .join();
    return JsonValue.text(reply.value(), "id", "");
  }

  private static InstanceKey start(EngineApi api, String definition, Object input) {
    Reply.Accepted reply =
        (Reply.Accepted)
            api.start(new EngineApi.StartRequest(null, definition, 0, input, ORIGIN, null)).join();
    return InstanceKey.of(JsonValue.text(reply.value(), "uid", ""));
  }

  private static Reply tell(EngineApi api, InstanceKey key, String event, Object payload) {
    return api.submit(new Command.RaiseEvent(key, event, "", payload, "", 0)).join();
  }

  private static Activity job(CountDownLatch gate) {
    return new Activity() {
      @Override
      public String name() {
        return "job";
      }

      @Override
      public Object run(ActivityInput input) throws InterruptedException {
        gate.await();
        return "done";
      }
    };
  }

  private static String log(EngineApi api, InstanceKey key) {
    return String.valueOf(api.instance(key).join().orElseThrow().graph().variables().get("log"));
  }

  @Test
  void shouldRunManyInstancesAndKeepThem() throws Exception {
    List<InstanceKey> keys = new ArrayList<>();
    try (EngineRuntime runtime = open()) {
      String definition = define(runtime, "plain");
      List<CompletableFuture<InstanceState>> ends = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        InstanceKey key = start(runtime, definition, null);
        keys.add(key);
        ends.add(runtime.whenEnded(key));
      }
      for (InstanceKey key : keys) {
        assertThat(tell(runtime, key, "end", null)).isEqualTo(Reply.OK);
      }
      for (CompletableFuture<InstanceState> end : ends) {
        assertThat(end.get(30, TimeUnit.SECONDS).life().status()).isEqualTo(Status.COMPLETED);
      }
      assertThat(runtime.counters().started()).isEqualTo(500);
      assertThat(runtime.counters().ended()).isEqualTo(500);
      assertThat(runtime.health().ready()).isTrue();
    }
    try (EngineRuntime again = open()) {
      for (InstanceKey key : keys) {
        assertThat(again.instance(key).join().orElseThrow().life().status())
            .isEqualTo(Status.COMPLETED);
      }
    }
  }

  @Test
  void shouldFireTimersByTheMachinesClock() throws Exception {
    try (EngineRuntime runtime = open()) {
      InstanceKey key = start(runtime, define(runtime, "plain"), null);
      Instant due = Instant.now().plusMillis(50).truncatedTo(ChronoUnit.MILLIS);
      assertThat(tell(runtime, key, "timer", due.toString())).isEqualTo(Reply.OK);
      while (!log(runtime, key).equals("fired")) {
        Thread.onSpinWait();
      }
      assertThat(Instant.now()).isAfterOrEqualTo(due);
    }
  }

  @Test
  void shouldRunAnInterruptedActivityAgainAfterARestart() throws Exception {
    InstanceKey key;
    try (EngineRuntime runtime = open(job(new CountDownLatch(1)))) {
      key = start(runtime, define(runtime, "plain"), "work");
    }
    try (EngineRuntime again = open(job(new CountDownLatch(0)))) {
      while (!log(again, key).equals("result:done")) {
        Thread.onSpinWait();
      }
    }
    try (EngineRuntime third = open()) {
      assertThat(log(third, key)).isEqualTo("result:done");
    }
  }

  @Test
  void shouldSayWhenItIsClosed() {
    EngineRuntime runtime = open();
    runtime.close();
    assertThat(runtime.health().state()).isEqualTo(Health.State.CLOSED);
    assertThatThrownBy(() -> runtime.instance(InstanceKey.of("a")).join())
        .hasMessageContaining("takes no commands");
  }

  @Test
  void shouldLeaveTheStoreToTheNewcomer() {
    try (EngineRuntime old = open()) {
      String definition = define(old, "plain");
      try (EngineRuntime newcomer = open()) {
        assertThatThrownBy(() -> start(old, definition, null))
            .hasMessageContaining("another server owns");
        assertThat(old.health().state()).isEqualTo(Health.State.HALTED);
        assertThat(log(newcomer, start(newcomer, definition, "x"))).isEqualTo("x");
      }
    }
  }
}
