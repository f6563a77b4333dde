package dev.millrace.transport.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void shouldReadThePlainForm() {
    Object value =
        Json.parse(" {\"z\":null,\"a\":[true,false,\"ü😀\",1,-9223372036854775808,1.5]} ");
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("z", null);
    expected.put("a", List.of(true, false, "ü😀", 1L, Long.MIN_VALUE, new BigDecimal("1.5")));
    assertThat(value).isEqualTo(expected);
    assertThat(Json.writeText(value)).startsWith("{\"z\":null,\"a\":[");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.10",
        "0",
        "-1",
        "9007199254740993",
        "9223372036854775807",
        "9223372036854775808",
        "-123456789012345678901234567890",
        "0.10000000000000000000000000001",
        "0.0000000001",
        "1E+2",
        "1.000",
        "\"ü😀\\n\\\"\"",
        "[]",
        "{\"b\":1,\"a\":{}}",
        "null"
      })
  void shouldWriteWhatItReadDigitByDigit(String text) {
    assertThat(Json.writeText(Json.parse(text))).isEqualTo(text);
  }

  @Test
  void shouldKeepNumberTypes() {
    assertThat(Json.parse("9223372036854775808")).isEqualTo(new BigInteger("9223372036854775808"));
    assertThat(Json.parse("1.0")).isEqualTo(new BigDecimal("1.0"));
    assertThat(Json.parse("1e3")).isEqualTo(new BigDecimal("1e3"));
    assertThat(Json.parse("1")).isEqualTo(1L);
    assertThat(Json.parse("9".repeat(Json.MAX_NUMBER_DIGITS))).isInstanceOf(BigInteger.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e999999",
        "1e-999999",
        "1e99999999999999999999",
        "1e1001",
        "",
        "  ",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\":1}x",
        "1 2",
        "01",
        ".5",
        "5.",
        "+1",
        "NaN",
        "Infinity",
        "'a'",
        "{a:1}",
        "// c\n1",
        "\"a\nb\"",
        "\"\\u0000\"",
        "{\"\\u0000\":1}",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud800x\"",
        "\uFEFF1",
        "tru",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "]"
      })
  void shouldRefuse(String text) {
    assertThatThrownBy(() -> Json.parse(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(JsonSyntaxException.class)
        .hasMessageNotContaining("tools.jackson");
  }

  @Test
  void shouldRefuseLongNumbers() {
    for (String text :
        List.of(
            "9".repeat(Json.MAX_NUMBER_DIGITS + 1),
            "0." + "9".repeat(Json.MAX_NUMBER_DIGITS + 1),
            "9".repeat(1_000_000))) {
      assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(JsonSyntaxException.class);
    }
  }

  @Test
  void shouldRefuseBrokenUtf8WithPosition() {
    byte[][] broken = {
      {'"', (byte) 0xff, '"'},
      {'"', (byte) 0xc0, (byte) 0x80, '"'},
      {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
      {'"', (byte) 0xe2, (byte) 0x82},
      "\"a\"".getBytes(StandardCharsets.UTF_16LE),
      "[1]".getBytes(StandardCharsets.UTF_16BE),
    };
    for (byte[] bytes : broken) {
      assertThatThrownBy(() -> Json.parse(bytes)).isInstanceOf(JsonSyntaxException.class);
    }
    byte[] secondLine = {'[', '\n', '1', ',', (byte) 0xff, ']'};
    JsonSyntaxException fault =
        catchThrowableOfType(JsonSyntaxException.class, () -> Json.parse(secondLine));
    assertThat(fault.line()).isEqualTo(2);
    assertThat(fault.column()).isEqualTo(3);
    assertThat(fault).hasMessageContaining("0xff");
  }

  @Test
  void shouldBoundTheDepth() {
    int most = Json.MAX_DEPTH;
    assertThat(Json.parse("[".repeat(most) + "]".repeat(most))).isInstanceOf(List.class);
    assertThatThrownBy(() -> Json.parse("[".repeat(most + 1) + "]".repeat(most + 1)))
        .isInstanceOf(JsonSyntaxException.class)
        .hasMessageContaining("100 levels");
    assertThatThrownBy(() -> Json.parse("{\"a\":".repeat(1_000_000)))
        .isInstanceOf(JsonSyntaxException.class);
  }

  @Test
  void shouldTellWhere() {
    JsonSyntaxException fault =
        catchThrowableOfType(
            JsonSyntaxException.class, () -> Json.parse("{\n  \"a\": 1,\n  \"a\": 2\n}"));
    assertThat(fault.line()).isEqualTo(3);
    assertThat(fault.column()).isEqualTo(3);
    assertThat(fault).hasMessageContaining("second \"a\"");
  }

  @Test
  void shouldWriteOtherNumbersAndRepairHalfPairs() {
    assertThat(Json.writeText(Arrays.asList(1, (short) 2, (byte) 3, 0.5, 1.5f, null)))
        .isEqualTo("[1,2,3,0.5,1.5,null]");
    assertThat(Json.parse(Json.write("a\ud800b😀"))).isEqualTo("a\ufffdb😀");
    assertThatThrownBy(() -> Json.write(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.write(new Object())).isInstanceOf(IllegalArgumentException.class);
  }
}
