package dev.millrace.engine.code;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER = "00-" + TRACE + "-b7ad6b7169203331-01";
  private static final String SPAN = "00f067aa0ba902b7";

  @Test
  void shouldHangSpansBelowItsOwn() {
    TraceContext own = new TraceContext(CALLER, "", "v=1").recording(SPAN);

    TraceContext below = own.below(3);

    assertThat(below.traceId()).isEqualTo(TRACE);
    assertThat(below.parentSpan()).isEqualTo(SPAN);
    assertThat(below.traceState()).isEqualTo("v=1");
    assertThat(below.ownSpan()).matches("[0-9a-f]{16}").isNotEqualTo(own.below(4).ownSpan());
    assertThat(below).isEqualTo(own.below(3));
  }

  @Test
  void shouldCarryAlongWhatIsNotRecorded() {
    TraceContext carried = new TraceContext(CALLER, "", null);

    assertThat(carried.below(3)).isSameAs(carried);
    assertThat(carried.within()).isSameAs(carried);
    assertThat(carried.told()).isSameAs(carried);
  }

  @Test
  void shouldTellOthersOfTheRootItself() {
    TraceContext root = TraceContext.root(TRACE, SPAN);

    assertThat(root.told().traceParent()).isEqualTo("00-" + TRACE + "-" + SPAN + "-01");
    assertThat(root.below(1).told()).isEqualTo(root.below(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        TRACE,
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-" + TRACE + "-B7AD6B7169203331-01"
      })
  void shouldIgnoreHeadersThatNameNoTrace(String header) {
    assertThat(TraceContext.ofHeaders(header, null)).isNull();
  }

  @Test
  void shouldReadWhetherTheCallerMakesSpans() {
    assertThat(new TraceContext(CALLER, "", null).sampled()).isTrue();
    assertThat(new TraceContext(CALLER.replace("-01", "-00"), "", null).sampled()).isFalse();
    assertThat(new TraceContext("nothing", "", null).sampled()).isFalse();
  }
}
