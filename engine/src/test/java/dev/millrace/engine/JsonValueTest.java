package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class JsonValueTest {

  @Test
  void shouldKeepWholeNumbersAsTheSmallestTypeThatHoldsThem() {
    assertThat(JsonValue.of(7)).isEqualTo(7L);
    assertThat(JsonValue.of(new BigDecimal("7"))).isEqualTo(7L);
    assertThat(JsonValue.of(BigInteger.valueOf(7))).isEqualTo(7L);
    assertThat(JsonValue.of(new BigDecimal("9223372036854775808")))
        .isEqualTo(new BigInteger("9223372036854775808"));
  }

  @Test
  void shouldKeepTheDigitsOfFractionsAndExponents() {
    assertThat(JsonValue.of(new BigDecimal("1.50"))).isEqualTo(new BigDecimal("1.50"));
    assertThat(JsonValue.of(new BigDecimal("1E+30"))).isEqualTo(new BigDecimal("1E+30"));
  }

  @Test
  void shouldRefuseWhatJsonCannotExpress() {
    assertThatIllegalArgumentException().isThrownBy(() -> JsonValue.of(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> JsonValue.of(new Object()));
  }
}
