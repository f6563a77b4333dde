package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.transport.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SecretMaskTest {
  private static final String SENT =
      """
      {"tasks":[{"instId":"A","parameters":{"key":{"secret":true,"value":"s3cret","default":""},\
      "ref":{"secret":true,"value":"{{secret.token}}"},"url":{"value":"http://h"}}},{"instId":"B"}]}\
      """;

  @Test
  void shouldHideValuesButNotReferences() {
    assertThat(Json.writeText(SecretMask.mask(parse(SENT))))
        .isEqualTo(SENT.replace("s3cret", SecretMask.MASK));
  }

  @Test
  void shouldGiveStoredValuesBack() {
    Map<String, @Nullable Object> masked = SecretMask.mask(parse(SENT));

    assertThat(SecretMask.restore(masked, parse(SENT))).isEqualTo(parse(SENT));
  }

  @Test
  void shouldTakeNewValues() {
    Map<String, @Nullable Object> changed = parse(SENT.replace("s3cret", "new"));

    assertThat(SecretMask.restore(changed, parse(SENT))).isEqualTo(changed);
  }

  @Test
  void shouldLeaveOtherDocumentsAlone() {
    assertThat(SecretMask.mask(parse("{\"a\":1}"))).isEqualTo(parse("{\"a\":1}"));
    assertThat(SecretMask.mask(parse("{\"tasks\":[1,null]}")))
        .isEqualTo(parse("{\"tasks\":[1,null]}"));
  }

  private static Map<String, @Nullable Object> parse(String json) {
    return Parameters.object("the definition", Json.parse(json));
  }
}
