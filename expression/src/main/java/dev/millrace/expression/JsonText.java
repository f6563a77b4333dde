package dev.millrace.expression;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Plain JSON values as text and as Jackson trees; decimals keep their digits. */
public final class JsonText {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(ExpressionLimits.JSON_DEPTH_MAX)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private JsonText() {}

  /** The JSON text of a plain value, without blanks. */
  static String write(@Nullable Object value) {
    return tree(value).toString();
  }

  /** How a value appears inside text: text as it is, null as nothing, all else as JSON. */
  static String interpolated(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case String text -> text;
      case Boolean flag -> flag.toString();
      case Number number -> number.toString();
      default -> write(value);
    };
  }

  /**
   * Reads JSON text.
   *
   * @throws ExpressionException when the text isn't JSON
   */
  public static @Nullable Object read(String text) {
    try {
      return JsonValue.of(MAPPER.readValue(text, Object.class));
    } catch (JacksonException e) {
      throw new ExpressionException("expected JSON text: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * The Jackson tree of a plain value.
   *
   * @throws ExpressionException when it nests too deeply or holds what JSON cannot express
   */
  static JsonNode tree(@Nullable Object value) {
    return tree(value, JsonNodeFactory.instance, 0);
  }

  /** The tree with containers from a factory of the caller's. */
  static JsonNode tree(@Nullable Object value, JsonNodeFactory nodes) {
    return tree(value, nodes, 0);
  }

  private static JsonNode tree(@Nullable Object value, JsonNodeFactory nodes, int depth) {
    if (depth > ExpressionLimits.JSON_DEPTH_MAX) {
      throw new ExpressionException(
          "the value nests deeper than " + ExpressionLimits.JSON_DEPTH_MAX + " levels");
    }
    return switch (value) {
      case null -> nodes.nullNode();
      case Boolean flag -> nodes.booleanNode(flag);
      case String text -> nodes.stringNode(text);
      case Integer number -> nodes.numberNode(number.longValue());
      case Long number -> nodes.numberNode(number.longValue());
      case BigInteger number -> nodes.numberNode(number);
      case BigDecimal number -> nodes.numberNode(number);
      case List<?> list -> {
        ArrayNode array = nodes.arrayNode(list.size());
        for (Object element : list) {
          array.add(tree(element, nodes, depth + 1));
        }
        yield array;
      }
      case Map<?, ?> map -> {
        ObjectNode object = nodes.objectNode();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          object.set(String.valueOf(entry.getKey()), tree(entry.getValue(), nodes, depth + 1));
        }
        yield object;
      }
      default ->
          throw new ExpressionException("not a JSON value: " + value.getClass().getSimpleName());
    };
  }
}
