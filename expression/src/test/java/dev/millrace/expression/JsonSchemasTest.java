package dev.millrace.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.expression.Schemas.Validation;
import dev.millrace.engine.expression.Schemas.Violation;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemasTest {
  private final JsonSchemas schemas = new JsonSchemas();

  private static final String FIELDS =
      """
      {"n": {"type": "integer", "min": 0, "max": 200, "required": true},
       "s": {"type": "string", "min": 2, "max": 3, "required": false, "default": "ab"}}
      """;
  private static final String STANDARD =
      """
      {"$schema": "https://json-schema.org/draft/2020-12/schema",
       "type": "object", "required": ["n"],
       "properties": {
         "n": {"type": "integer", "minimum": 0, "maximum": 200},
         "s": {"type": "string", "minLength": 2, "maxLength": 3, "default": "ab"}}}
      """;

  private Validation validate(String schema, String value) {
    return schemas.validate(JsonText.read(schema), JsonText.read(value));
  }

  private List<String> faults(String schema, String value) {
    return validate(schema, value).violations().stream()
        .map(violation -> violation.path() + " " + violation.keyword())
        .toList();
  }

  private List<Violation> check(String schema) {
    return schemas.check(JsonText.read(schema));
  }

  private static @Nullable Object json(String text) {
    return JsonText.read(text);
  }

  @Test
  void shouldJudgeBothLanguagesAlike() {
    for (String schema : List.of(FIELDS, STANDARD)) {
      assertThat(check(schema)).isEmpty();
      assertThat(faults(schema, "{}")).containsExactly("$.n required");
      assertThat(faults(schema, "{\"n\":\"5\"}")).containsExactly("$.n type");
      assertThat(faults(schema, "{\"n\":201}")).containsExactly("$.n maximum");
      assertThat(faults(schema, "{\"n\":-1}")).containsExactly("$.n minimum");
      assertThat(faults(schema, "{\"n\":5.5}")).containsExactly("$.n type");
      assertThat(faults(schema, "{\"n\":5,\"s\":\"x\"}")).containsExactly("$.s minLength");
      assertThat(faults(schema, "{\"n\":5,\"s\":\"xxxx\"}")).containsExactly("$.s maxLength");
      assertThat(faults(schema, "[1]")).containsExactly("$ type");
      Validation good = validate(schema, "{\"n\":5,\"other\":1}");
      assertThat(good.valid()).isTrue();
      assertThat(good.value()).isEqualTo(json("{\"n\":5,\"other\":1,\"s\":\"ab\"}"));
    }
  }

  @Test
  void shouldGiveMessagesThatSayWhatWasExpected() {
    assertThat(validate(FIELDS, "{\"n\":\"5\"}").violations().getFirst().message())
        .contains("string")
        .contains("integer");
  }

  @Test
  void shouldTreatAnAbsentStartBodyAsNoFields() {
    assertThat(schemas.validate(json(FIELDS), null).violations())
        .extracting(Violation::path)
        .containsExactly("$.n");
    assertThat(schemas.validate(json("{\"s\":{\"type\":\"string\",\"default\":\"x\"}}"), null))
        .isEqualTo(new Validation(Map.of("s", "x"), List.of()));
  }

  @Test
  void shouldAcceptAllWithoutASchema() {
    for (Object value : new Object[] {1L, "x", List.of(), Map.of()}) {
      assertThat(schemas.validate(Map.of(), value).valid()).isTrue();
      assertThat(schemas.validate(null, value).value()).isEqualTo(value);
    }
    assertThat(schemas.validate(Map.of(), null).valid()).isTrue();
    assertThat(schemas.validate(true, 1L).valid()).isTrue();
    assertThat(schemas.validate(false, 1L).valid()).isFalse();
    assertThat(schemas.check(Map.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        // A field may have the name of a keyword, as long as its value describes a field.
        "{\"properties\":{\"type\":\"string\",\"required\":true}}; true",
        "{\"type\":{\"type\":\"integer\"}}; true",
        "{\"items\":{\"type\":\"float\"},\"n\":{\"type\":\"boolean\"}}; true",
        "{\"n\":{\"type\":\"number\"}}; true",
        "{\"n\":1}; true",
        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"}; false",
        "{\"$schema\":{\"type\":\"string\"}}; false",
        "{\"type\":\"object\"}; false",
        "{\"type\":[\"object\",\"null\"]}; false",
        "{\"properties\":{\"n\":{\"type\":\"string\"}}}; false",
        "{\"$ref\":\"#/x\"}; false",
        "{\"allOf\":[]}; false",
        "{\"required\":[\"n\"]}; false",
        "{\"enum\":[1]}; false",
      })
  void shouldTellTheLanguagesApart(String schema, boolean fields) {
    assertThat(json(schema) instanceof Map<?, ?> map && FieldSchema.isFieldSchema(map))
        .isEqualTo(fields);
  }

  @Test
  void shouldCompileEachTypeOfField() {
    String schema =
        """
        {"s": {"type": "string"}, "i": {"type": "integer", "min": "", "max": null},
         "f": {"type": "float", "min": 0.5, "max": 1.5}, "b": {"type": "boolean"}}
        """;
    assertThat(faults(schema, "{\"s\":\"x\",\"i\":3,\"f\":1,\"b\":true}")).isEmpty();
    assertThat(faults(schema, "{\"f\":1.25}")).isEmpty();
    assertThat(faults(schema, "{\"s\":1}")).containsExactly("$.s type");
    assertThat(faults(schema, "{\"i\":1.5}")).containsExactly("$.i type");
    assertThat(faults(schema, "{\"f\":2}")).containsExactly("$.f maximum");
    assertThat(faults(schema, "{\"f\":0.25}")).containsExactly("$.f minimum");
    assertThat(faults(schema, "{\"b\":\"true\"}")).containsExactly("$.b type");
    assertThat(faults(schema, "{\"s\":null}")).containsExactly("$.s type");
  }

  @Test
  void shouldNotValidateTheEmptyDefaultOfAField() {
    String schema =
        """
        {"s": {"type": "string", "min": 10, "default": ""},
         "i": {"type": "integer", "default": ""}}
        """;
    assertThat(validate(schema, "{}")).isEqualTo(new Validation(Map.of("s", ""), List.of()));
    assertThat(faults(schema, "{\"s\":\"\"}")).containsExactly("$.s minLength");
  }

  @Test
  void shouldIgnoreTheDefaultOfARequiredField() {
    String fields = "{\"s\":{\"type\":\"string\",\"required\":true,\"default\":\"x\"}}";
    String standard =
        "{\"type\":\"object\",\"required\":[\"s\"],\"properties\":{\"s\":{\"default\":\"x\"}}}";
    assertThat(faults(fields, "{}")).containsExactly("$.s required");
    assertThat(faults(standard, "{}")).containsExactly("$.s required");
  }

  @Test
  void shouldFindFaultsInFieldSchemas() {
    assertThat(
            check(
                "{\"n\":{\"type\":\"number\"},\"m\":1,"
                    + "\"o\":{\"type\":\"string\",\"min\":\"x\",\"required\":\"yes\"}}"))
        .extracting(Violation::path)
        .containsExactly("$.n.type", "$.m", "$.o.min", "$.o.required");
    assertThat(check("{\"s\":{\"type\":\"string\",\"min\":-1}}")).isNotEmpty();
    assertThat(check("[1]")).isNotEmpty();
    assertThat(check("\"x\"")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"strange\"}",
        "{\"type\":\"object\",\"required\":\"n\"}",
        "{\"type\":\"string\",\"pattern\":\"(\"}",
        "{\"type\":\"string\",\"minLength\":-1}",
        "{\"$schema\":\"https://example.com/own\",\"type\":\"object\"}",
        "{\"$schema\":5,\"type\":\"object\"}",
        "{\"$ref\":\"#\"}",
        "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"}]}}}",
        "{\"$ref\":\"https://example.com/other.json\"}",
        "{\"$ref\":\"file:///etc/hostname\"}",
        "{\"$ref\":\"classpath:draft-07/schema\"}",
        "{\"$ref\":\"http://127.0.0.1:1/x\"}",
        "{\"$ref\":\"#/$defs/missing\"}",
      })
  void shouldRefuseSchemasThatCannotBeUsed(String schema) {
    assertThat(check(schema)).isNotEmpty();
    assertThat(validate(schema, "{}").valid()).isFalse();
  }

  @Test
  void shouldRefuseSchemasThatDoubleWithEachReference() {
    StringBuilder schema = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
    for (int i = 0; i < 40; i++) {
      String next = "{\"$ref\":\"#/$defs/a" + (i + 1) + "\"}";
      schema.append("\"a%d\":{\"anyOf\":[%s,%s]},".formatted(i, next, next));
    }
    schema.append("\"a40\":{\"type\":\"string\"}}}");
    assertThat(check(schema.toString()))
        .singleElement()
        .extracting(Violation::message)
        .asString()
        .contains("subschemas to one place");
  }

  @Test
  void shouldFillDefaultsAtEveryDepth() {
    String schema =
        """
        {"type": "object",
         "properties": {
           "list": {"type": "array", "items": {"$ref": "#/$defs/line"}},
           "made": {"type": "object", "default": {}, "properties": {"x": {"default": 1}}},
           "given": {"allOf": [{"properties": {"x": {"default": 2.50}}}]}},
         "$defs": {"line": {"properties": {"qty": {"type": "integer", "default": 1}}}}}
        """;
    Validation validation = validate(schema, "{\"list\":[{\"qty\":5},{}],\"given\":{\"y\":0}}");
    assertThat(validation.valid()).isTrue();
    assertThat(validation.value())
        .isEqualTo(
            json(
                "{\"list\":[{\"qty\":5},{\"qty\":1}],\"given\":{\"y\":0,\"x\":2.50},"
                    + "\"made\":{}}"));
  }

  @Test
  void shouldValidateTheDefaultsOfAJsonSchema() {
    assertThat(
            faults(
                "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"default\":\"\"}}}",
                "{}"))
        .containsExactly("$.n type");
  }

  @Test
  void shouldGivePathsIntoListsAndOddNames() {
    String schema =
        """
        {"type": "object", "additionalProperties": false,
         "properties": {"items": {"items": {"required": ["a b"], "type": "object"}}}}
        """;
    assertThat(faults(schema, "{\"items\":[{\"a b\":1},{}],\"x-y\":1}"))
        .containsExactlyInAnyOrder("$.items[1]['a b'] required", "$['x-y'] additionalProperties");
  }

  @Test
  void shouldReadOlderDrafts() {
    assertThat(
            faults(
                "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"integer\"}",
                "\"x\""))
        .containsExactly("$ type");
  }

  @Test
  void shouldRefuseHostileValues() {
    assertThat(faults("{\"type\":\"string\",\"pattern\":\"((a|a)+)+b\"}", quoted(40))).hasSize(1);
    assertThat(faults("{\"type\":\"string\",\"pattern\":\"a\"}", quoted(70_000))).hasSize(1);
    assertThat(
            schemas
                .validate(
                    json("{\"multipleOf\":0.01,\"type\":\"number\"}"),
                    new BigDecimal("1e999999999"))
                .valid())
        .isFalse();
    Object deep = 1L;
    for (int i = 0; i < 10_000; i++) {
      deep = List.of(deep);
    }
    assertThat(schemas.validate(json("{\"items\":{\"$ref\":\"#\"}}"), deep).valid()).isFalse();
  }

  @Test
  void shouldStopASchemaThatDoublesWithEachLevelOfTheValue() {
    String self = "{\"$ref\":\"#\"}";
    String both = "{\"oneOf\":[" + self + "," + self + "," + self + "]}";
    for (String schema :
        List.of("{\"properties\":{\"c\":" + both + "}}", "{\"items\":" + both + "}")) {
      Object value = 1L;
      for (int i = 0; i < 60; i++) {
        value = schema.contains("items") ? List.of(value) : Map.of("c", value);
      }
      assertThat(schemas.validate(json(schema), value).violations())
          .extracting(Violation::message)
          .singleElement()
          .asString()
          .contains("took longer");
    }
  }

  @Test
  void shouldNotMixSchemasThatClaimTheSameId() {
    String one = "{\"$id\":\"https://example.com/a\",\"type\":\"string\"}";
    String two = "{\"$id\":\"https://example.com/a\",\"type\":\"integer\"}";
    assertThat(validate(one, "\"x\"").valid()).isTrue();
    assertThat(validate(two, "1").valid()).isTrue();
    assertThat(validate(two, "\"x\"").valid()).isFalse();
  }

  private static String quoted(int length) {
    return "\"" + "a".repeat(length) + "!\"";
  }
}
