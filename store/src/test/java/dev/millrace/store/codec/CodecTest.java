package dev.millrace.store.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Wait;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.store.Samples;
import dev.millrace.store.StoreException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CodecTest {

  private static final int ROUNDS = 60;

  @Test
  void shouldGiveBackEveryEventKind() {
    for (Class<?> kind : HistoryEvent.class.getPermittedSubclasses()) {
      for (int seed = 0; seed < ROUNDS; seed++) {
        HistoryEvent event = (HistoryEvent) new Samples(seed).of(kind);
        List<HistoryEvent> events = List.of(event, event);
        assertThat(Codec.decodeHistory(Codec.encodeHistory(events)))
            .as("%s, seed %d", kind.getSimpleName(), seed)
            .isEqualTo(events);
      }
    }
  }

  @Test
  void shouldGiveBackStates() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      InstanceState state = new Samples(seed).of(InstanceState.class);
      assertThat(Codec.decodeState(Codec.encodeState(state))).as("seed %d", seed).isEqualTo(state);
    }
  }

  @Test
  void shouldGiveBackEveryEffectAndCommand() {
    for (int seed = 0; seed < ROUNDS; seed++) {
      Samples samples = new Samples(seed);
      for (Class<?> kind : Effect.class.getPermittedSubclasses()) {
        Effect effect = (Effect) samples.of(kind);
        assertThat(Codec.decodeEffect(Codec.encodeEffect(effect)))
            .as("%s, seed %d", kind.getSimpleName(), seed)
            .isEqualTo(effect);
      }
      for (Class<?> kind : Command.class.getPermittedSubclasses()) {
        Effect effect = new Effect.SendToInstance((Command) samples.of(kind));
        assertThat(Codec.decodeEffect(Codec.encodeEffect(effect)))
            .as("%s, seed %d", kind.getSimpleName(), seed)
            .isEqualTo(effect);
      }
    }
  }

  @Test
  void shouldGiveBackPlainJson() {
    for (int seed = 0; seed < 50 * ROUNDS; seed++) {
      Object value = new Samples(seed).json();
      assertThat(Codec.decodeJson(Codec.encodeJson(value))).as("seed %d", seed).isEqualTo(value);
    }
  }

  @Test
  void shouldKeepTheDigitsOfNumbers() {
    assertThat(Codec.decodeJson("[1.10, 1, 9223372036854775808, 1e2, -0.0]"))
        .isEqualTo(
            List.of(
                new BigDecimal("1.10"),
                1L,
                new BigInteger("9223372036854775808"),
                new BigDecimal("1E+2"),
                new BigDecimal("-0.0")));
    assertThat(Codec.encodeJson(Map.of("price", new BigDecimal("1.10"))))
        .isEqualTo("{\"price\":1.10}");
    assertThat(Codec.encodeJson(List.of(9007199254740993L))).isEqualTo("[9007199254740993]");
  }

  @Test
  void shouldNameEveryKindOnce() {
    requireNames(HistoryEvent.class, TypeNames.EVENTS);
    requireNames(Wait.class, TypeNames.WAITS);
    requireNames(Effect.class, TypeNames.EFFECTS);
    requireNames(Command.class, TypeNames.COMMANDS);
    requireNames(CodeEvent.class, TypeNames.CODE_EVENTS);
    requireNames(CodeAction.class, TypeNames.CODE_ACTIONS);
  }

  private static <T> void requireNames(Class<T> type, Map<Class<? extends T>, String> names) {
    assertThat(names.keySet().stream().<Class<?>>map(kind -> kind).toList())
        .as("kinds of %s that have a stored name", type.getSimpleName())
        .containsExactlyInAnyOrder(type.getPermittedSubclasses());
    assertThat(Set.copyOf(names.values())).hasSameSizeAs(names.values());
  }

  @Test
  void shouldKeepNanoseconds() {
    Instant fine = Instant.parse("9999-12-31T23:59:59.999999999Z");
    List<HistoryEvent> events =
        List.of(
            new HistoryEvent.CodeArrived(
                Instant.EPOCH, new CodeEvent.EventRaised(fine, null, "Go", null)));
    assertThat(Codec.decodeHistory(Codec.encodeHistory(events))).isEqualTo(events);
  }

  @Test
  void shouldSkipUnknownMembersAndFillAbsentOnes() {
    String text =
        """
        {"v":1,"new":[1],"events":[
          {"t":"scope-closed","at":5,"future":{"a":1}},
          {"t":"suspended","at":6}]}
        """;
    assertThat(Codec.decodeHistory(text))
        .containsExactly(
            new HistoryEvent.ScopeClosed(Instant.ofEpochMilli(5), 0),
            new HistoryEvent.InstanceSuspended(Instant.ofEpochMilli(6)));
  }

  @Test
  void shouldRefuseWhatItCannotRead() {
    assertThatThrownBy(() -> Codec.decodeHistory("{\"v\":2,\"events\":[]}"))
        .isInstanceOf(StoreException.class)
        .hasMessage("history is of format 2, this release reads 1 to 1");
    assertThatThrownBy(() -> Codec.decodeState("{\"v\":1"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("stored text cannot be read");
    assertThatThrownBy(() -> Codec.decodeHistory("{\"v\":1,\"events\":[{\"t\":\"no-such\"}]}"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("no-such");
    assertThatThrownBy(() -> Codec.decodeJson("[1] 2")).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> Codec.decodeHistory("null")).isInstanceOf(StoreException.class);
  }

  @Test
  void shouldCarryLargeAndDeepPayloads() {
    Object deep = 1L;
    for (int i = 0; i < 400; i++) {
      deep = List.of(deep);
    }
    assertThat(Codec.decodeJson(Codec.encodeJson(deep))).isEqualTo(deep);
    BigInteger wide = BigInteger.TEN.pow(5_000);
    assertThat(Codec.decodeJson(Codec.encodeJson(wide))).isEqualTo(wide);
  }
}
