package dev.millrace.transport.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;

/**
 * Strict JSON. Reading yields exactly {@code null}, {@link Boolean}, {@link String}, {@link Long},
 * {@link BigInteger}, {@link BigDecimal}, {@link List} and {@link LinkedHashMap}; numbers keep
 * their digits, so {@code 1.10} is written again as {@code 1.10}.
 *
 * <p>Refused: bytes that are not UTF-8, a repeated key, nesting beyond {@link #MAX_DEPTH}, the NUL
 * character, half of a surrogate pair, numbers beyond {@link #MAX_NUMBER_DIGITS} or {@link
 * #MAX_NUMBER_SCALE}, and anything after the value. All methods are safe on any thread.
 */
public final class Json {
  /** Deepest nesting of arrays and objects that is read. */
  public static final int MAX_DEPTH = 100;

  /** Most significant digits of one number. */
  public static final int MAX_NUMBER_DIGITS = 1_000;

  /** Largest distance of the decimal point from the digits, either way. */
  public static final int MAX_NUMBER_SCALE = 1_000;

  /** Deepest nesting that is written; results may wrap what was read in further levels. */
  public static final int MAX_WRITE_DEPTH = 1_000;

  /** Sign, leading zero, point and exponent around the digits. */
  private static final int MAX_NUMBER_TEXT = MAX_NUMBER_DIGITS + MAX_NUMBER_SCALE + 32;

  /** An integer of so few characters fits a long, whatever its digits. */
  private static final int ALWAYS_LONG_CHARS = 18;

  private static final int INITIAL_OUTPUT_BYTES = 512;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  // Checked here first, with a better message; this is the second line.
                  .maxNestingDepth(2 * MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_TEXT)
                  // The size of the whole document is bounded by whoever read the bytes.
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(MAX_WRITE_DEPTH).build())
          .build();

  private Json() {}

  /**
   * Reads one JSON value.
   *
   * @throws JsonSyntaxException when the bytes are anything else, empty input included
   */
  public static @Nullable Object parse(byte[] utf8) {
    return parse(decode(utf8));
  }

  /** Like {@link #parse(byte[])} for text that is decoded already. */
  public static @Nullable Object parse(String text) {
    return parse(CharBuffer.wrap(text.toCharArray()));
  }

  private static @Nullable Object parse(CharBuffer text) {
    try (JsonParser parser =
        FACTORY.createParser(
            ObjectReadContext.empty(), text.array(), text.arrayOffset(), text.remaining())) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw fault(parser, "expected a JSON value, found the end of the input");
      }
      Object value = value(parser, first, 0);
      JsonToken next = parser.nextToken();
      if (next != null) {
        throw fault(parser, "expected the end of the input after the value, found " + next);
      }
      return value;
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      throw new JsonSyntaxException(
          plain(e.getOriginalMessage()),
          at == null ? 1 : Math.max(1, at.getLineNr()),
          at == null ? 1 : Math.max(1, at.getColumnNr()));
    }
  }

  /**
   * The library's message without where it says that an array or object began: all it says of it is
   * that the source is hidden.
   */
  private static String plain(@Nullable String message) {
    if (message == null) {
      return "not valid JSON";
    }
    int where = message.indexOf(" (start marker at");
    return where < 0 ? message : message.substring(0, where);
  }

  private static @Nullable Object value(JsonParser parser, JsonToken token, int depth) {
    return switch (token) {
      case START_OBJECT -> object(parser, depth + 1);
      case START_ARRAY -> array(parser, depth + 1);
      case VALUE_STRING -> checked(parser, parser.getString());
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> decimal(parser);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw fault(parser, "expected a JSON value, found " + token);
    };
  }

  private static Map<String, @Nullable Object> object(JsonParser parser, int depth) {
    checkDepth(parser, depth);
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (JsonToken token = next(parser); token != JsonToken.END_OBJECT; token = next(parser)) {
      String key = checked(parser, parser.currentName());
      if (map.containsKey(key)) {
        throw fault(parser, "expected every key once, found a second \"" + shorten(key) + "\"");
      }
      map.put(key, value(parser, next(parser), depth));
    }
    return map;
  }

  private static List<@Nullable Object> array(JsonParser parser, int depth) {
    checkDepth(parser, depth);
    List<@Nullable Object> list = new ArrayList<>();
    for (JsonToken token = next(parser); token != JsonToken.END_ARRAY; token = next(parser)) {
      list.add(value(parser, token, depth));
    }
    return list;
  }

  private static JsonToken next(JsonParser parser) {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw fault(parser, "expected more JSON, found the end of the input");
    }
    return token;
  }

  private static void checkDepth(JsonParser parser, int depth) {
    if (depth > MAX_DEPTH) {
      throw fault(parser, "expected at most " + MAX_DEPTH + " levels of nesting, found more");
    }
  }

  private static Object integer(JsonParser parser) {
    String text = parser.getString();
    if (text.length() <= ALWAYS_LONG_CHARS) {
      return Long.parseLong(text);
    }
    int digits = text.charAt(0) == '-' ? text.length() - 1 : text.length();
    if (digits > MAX_NUMBER_DIGITS) {
      throw numberFault(parser);
    }
    BigInteger number = new BigInteger(text);
    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
  }

  private static BigDecimal decimal(JsonParser parser) {
    BigDecimal number;
    try {
      number = new BigDecimal(parser.getString());
    } catch (ArithmeticException | NumberFormatException e) {
      // The grammar was right, so only an exponent beyond 32 bits ends here.
      throw numberFault(parser);
    }
    if (number.precision() > MAX_NUMBER_DIGITS
        || number.scale() > MAX_NUMBER_SCALE
        || number.scale() < -MAX_NUMBER_SCALE) {
      throw numberFault(parser);
    }
    return number;
  }

  private static JsonSyntaxException numberFault(JsonParser parser) {
    return fault(
        parser,
        "expected a number of at most "
            + MAX_NUMBER_DIGITS
            + " digits with an exponent within ±"
            + MAX_NUMBER_SCALE
            + ", found a larger one");
  }

  private static String checked(JsonParser parser, String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw fault(parser, "expected text without the NUL character, found \\u0000");
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < length
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw fault(parser, "expected a whole surrogate pair, found half of one");
        }
        i++;
      }
    }
    return text;
  }

  private static JsonSyntaxException fault(JsonParser parser, String message) {
    TokenStreamLocation at = parser.currentTokenLocation();
    return new JsonSyntaxException(
        message, Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
  }

  private static String shorten(String key) {
    int shown = 100;
    return key.length() <= shown ? key : key.substring(0, shown) + "…";
  }

  private static CharBuffer decode(byte[] utf8) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(utf8);
    CharBuffer out = CharBuffer.allocate(utf8.length);
    CoderResult result = decoder.decode(in, out, true);
    out.flip();
    if (!result.isUnderflow()) {
      int line = 1;
      int lineStart = 0;
      for (int i = 0; i < out.limit(); i++) {
        if (out.get(i) == '\n') {
          line++;
          lineStart = i + 1;
        }
      }
      throw new JsonSyntaxException(
          "expected UTF-8, found the byte 0x%02x out of place"
              .formatted(utf8[in.position()] & 0xff),
          line,
          out.limit() - lineStart + 1);
    }
    return out;
  }

  /**
   * Writes a value as compact UTF-8 JSON. Besides the plain form, other Java numbers and any {@link
   * Iterable} or {@link Map} are taken. Half of a surrogate pair is written as U+FFFD, so that the
   * output can always be read again.
   *
   * @throws IllegalArgumentException for a value JSON cannot express, as NaN or a date
   */
  public static byte[] write(@Nullable Object value) {
    try (ByteArrayBuilder out = new ByteArrayBuilder(INITIAL_OUTPUT_BYTES)) {
      try (JsonGenerator generator =
          FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
        write(generator, value);
      } catch (JacksonException e) {
        throw new IllegalArgumentException(
            "cannot be written as JSON: " + e.getOriginalMessage(), e);
      }
      return out.toByteArray();
    }
  }

  /** Like {@link #write} as text. */
  public static String writeText(@Nullable Object value) {
    return new String(write(value), StandardCharsets.UTF_8);
  }

  private static void write(JsonGenerator generator, @Nullable Object value) {
    switch (value) {
      case null -> generator.writeNull();
      case String text -> generator.writeString(repaired(text));
      case Boolean flag -> generator.writeBoolean(flag);
      case Long number -> generator.writeNumber(number);
      case Integer number -> generator.writeNumber(number);
      case BigInteger number -> generator.writeNumber(number);
      case BigDecimal number -> generator.writeNumber(digits(number));
      case Short number -> generator.writeNumber(number);
      case Byte number -> generator.writeNumber((short) number);
      case Double number -> generator.writeNumber(digits(finite(number)));
      case Float number -> generator.writeNumber(digits(finite(number.doubleValue())));
      case Map<?, ?> map -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          generator.writeName(repaired(String.valueOf(entry.getKey())));
          write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
      case Iterable<?> list -> {
        generator.writeStartArray();
        for (Object element : list) {
          write(generator, element);
        }
        generator.writeEndArray();
      }
      default ->
          throw new IllegalArgumentException(
              "expected a JSON value, found a " + value.getClass().getName());
    }
  }

  private static BigDecimal finite(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw new IllegalArgumentException("expected a JSON number, found " + number);
    }
    return BigDecimal.valueOf(number);
  }

  /** The digits as they were read: without exponent unless zeros would have to be made up. */
  private static String digits(BigDecimal number) {
    boolean plain = number.scale() >= 0 && number.scale() <= MAX_NUMBER_SCALE;
    return plain ? number.toPlainString() : number.toString();
  }

  private static String repaired(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        // Only a text with surrogates pays for this copy.
        StringBuilder out = new StringBuilder(length);
        text.codePoints()
            .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
            .forEach(out::appendCodePoint);
        return out.toString();
      }
    }
    return text;
  }
}
