package dev.millrace.store.codec;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Wait;
import dev.millrace.engine.code.CodeAction;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.store.StoreException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Turns what a store keeps into JSON text and back. For every value that the engine makes, {@code
 * decode(encode(x)).equals(x)}: numbers keep their digits ({@code 1.10} stays {@code 1.10}), absent
 * and null members are told apart inside payloads, instants are whole milliseconds since 1970, or
 * ISO text where they are finer.
 *
 * <p>Reading is tolerant: unknown members are skipped, absent ones become null, zero or false. Text
 * of a later format and text that is no JSON end in a {@link StoreException}. What is read here was
 * written here, so sizes are not limited; text from outside is checked by whoever takes it in.
 *
 * <p>Stateless and safe for use by any number of threads.
 */
public final class Codec {

  /** The format written; all formats from 1 up to it are read. */
  public static final int FORMAT = 1;

  /** Deepest nesting of stored text: the API's limit for payloads plus the engine's own records. */
  private static final int MAX_DEPTH = 1_000;

  private static final int EXCERPT_LENGTH = 80;

  private static final JsonMapper MAPPER = mapper();
  private static final ObjectWriter HISTORY_WRITER = MAPPER.writerFor(History.class);
  private static final ObjectReader HISTORY_READER = MAPPER.readerFor(History.class);
  private static final ObjectWriter STATE_WRITER = MAPPER.writerFor(State.class);
  private static final ObjectReader STATE_READER = MAPPER.readerFor(State.class);
  private static final ObjectWriter EFFECT_WRITER = MAPPER.writerFor(Message.class);
  private static final ObjectReader EFFECT_READER = MAPPER.readerFor(Message.class);
  private static final ObjectReader JSON_READER = MAPPER.readerFor(Object.class);

  private Codec() {}

  private record History(int v, List<HistoryEvent> events) {}

  private record State(int v, InstanceState state) {}

  private record Message(int v, Effect effect) {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.PROPERTY, property = "t")
  private interface Alternative {}

  /** Events of one commit, in order. */
  public static String encodeHistory(List<HistoryEvent> events) {
    return write(HISTORY_WRITER, new History(FORMAT, events));
  }

  /**
   * The events of a chunk.
   *
   * @throws StoreException when the text is damaged or of a later format
   */
  public static List<HistoryEvent> decodeHistory(String text) {
    History history = read(HISTORY_READER, text, History.class);
    requireFormat(history.v(), "history");
    return history.events();
  }

  /** A state, for a snapshot. */
  public static String encodeState(InstanceState state) {
    return write(STATE_WRITER, new State(FORMAT, state));
  }

  /**
   * The state of a snapshot.
   *
   * @throws StoreException when the text is damaged or of a later format
   */
  public static InstanceState decodeState(String text) {
    State state = read(STATE_READER, text, State.class);
    requireFormat(state.v(), "snapshot");
    return state.state();
  }

  /** An effect, for the outbox. */
  public static String encodeEffect(Effect effect) {
    return write(EFFECT_WRITER, new Message(FORMAT, effect));
  }

  /**
   * The effect of a message.
   *
   * @throws StoreException when the text is damaged or of a later format
   */
  public static Effect decodeEffect(String text) {
    Message message = read(EFFECT_READER, text, Message.class);
    requireFormat(message.v(), "message");
    return message.effect();
  }

  /**
   * Plain JSON as text.
   *
   * @throws StoreException for a value that JSON cannot express
   */
  public static String encodeJson(@Nullable Object value) {
    return write(MAPPER.writer(), value);
  }

  /**
   * Text as plain JSON, see {@link dev.millrace.engine.JsonValue}.
   *
   * @throws StoreException when the text is not JSON
   */
  public static @Nullable Object decodeJson(String text) {
    try {
      return JSON_READER.<@Nullable Object>readValue(text);
    } catch (JacksonException e) {
      throw unreadable(text, e);
    }
  }

  private static String write(ObjectWriter writer, @Nullable Object value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new StoreException("cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static <T> T read(ObjectReader reader, String text, Class<T> type) {
    try {
      Object value = reader.readValue(text);
      if (!type.isInstance(value)) {
        throw new StoreException("stored text holds no " + type.getSimpleName());
      }
      return type.cast(value);
    } catch (JacksonException e) {
      throw unreadable(text, e);
    }
  }

  private static StoreException unreadable(String text, JacksonException e) {
    String excerpt =
        text.length() <= EXCERPT_LENGTH ? text : text.substring(0, EXCERPT_LENGTH) + "…";
    return new StoreException(
        "stored text cannot be read: " + e.getOriginalMessage() + "; it begins with " + excerpt, e);
  }

  private static void requireFormat(int found, String what) {
    if (found < 1 || found > FORMAT) {
      throw new StoreException(
          what + " is of format " + found + ", this release reads 1 to " + FORMAT);
    }
  }

  private static JsonMapper mapper() {
    SimpleModule module = new SimpleModule("millrace");
    module.addSerializer(Instant.class, new InstantWriter());
    module.addDeserializer(Instant.class, new InstantReader());
    module.addSerializer(BigDecimal.class, new DecimalWriter());
    module.addDeserializer(Object.class, new PlainReader());
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .streamWriteConstraints(
                StreamWriteConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();
    JsonMapper.Builder builder =
        JsonMapper.builder(factory)
            .addModule(module)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // Methods of records that merely tell something are no members.
            .changeDefaultVisibility(
                visible -> visible.withIsGetterVisibility(JsonAutoDetect.Visibility.NONE))
            // Absent records members are null anyway; nulls inside payloads are values and stay.
            .changeDefaultPropertyInclusion(inclusion ->
                JsonInclude.Value.construct(
                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS));
    register(builder, HistoryEvent.class, TypeNames.EVENTS);
    register(builder, Wait.class, TypeNames.WAITS);
    register(builder, Effect.class, TypeNames.EFFECTS);
    register(builder, Command.class, TypeNames.COMMANDS);
    register(builder, CodeEvent.class, TypeNames.CODE_EVENTS);
    register(builder, CodeAction.class, TypeNames.CODE_ACTIONS);
    return builder.build();
  }

  private static <T> void register(
      JsonMapper.Builder builder, Class<T> type, Map<Class<? extends T>, String> names) {
    builder.addMixIn(type, Alternative.class);
    names.forEach((kind, name) -> builder.registerSubtypes(new NamedType(kind, name)));
  }

  private static final class InstantWriter extends StdSerializer<Instant> {
    InstantWriter() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator out, SerializationContext context) {
      if (value.truncatedTo(ChronoUnit.MILLIS).equals(value)) {
        out.writeNumber(value.toEpochMilli());
      } else {
        out.writeString(value.toString());
      }
    }
  }

  private static final class InstantReader extends StdDeserializer<Instant> {
    InstantReader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) {
      if (in.currentToken() != JsonToken.VALUE_STRING) {
        return Instant.ofEpochMilli(in.getLongValue());
      }
      try {
        return Instant.parse(in.getString());
      } catch (DateTimeParseException e) {
        return (Instant) context.handleWeirdStringValue(Instant.class, in.getString(), "no time");
      }
    }
  }

  /**
   * A decimal without fraction or exponent would be read as an integer, which is not equal to it;
   * the exponent 0 keeps it a decimal.
   */
  private static final class DecimalWriter extends StdSerializer<BigDecimal> {
    DecimalWriter() {
      super(BigDecimal.class);
    }

    @Override
    public void serialize(BigDecimal value, JsonGenerator out, SerializationContext context) {
      String digits = value.toString();
      out.writeNumber(value.scale() == 0 ? digits + "E0" : digits);
    }
  }

  /**
   * Payloads in the plain form. The library's own reader gives either ints and longs by size or
   * longs that overflow; the plain form wants longs, and big integers beyond.
   */
  private static final class PlainReader extends StdDeserializer<Object> {
    PlainReader() {
      super(Object.class);
    }

    @Override
    public @Nullable Object deserialize(JsonParser in, DeserializationContext context) {
      return switch (in.currentToken()) {
        case VALUE_NULL -> null;
        case VALUE_TRUE -> true;
        case VALUE_FALSE -> false;
        case VALUE_STRING -> in.getString();
        case VALUE_NUMBER_INT ->
            in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? (Object) in.getBigIntegerValue()
                : (Object) in.getLongValue();
        case VALUE_NUMBER_FLOAT -> in.getDecimalValue();
        case START_ARRAY -> {
          List<@Nullable Object> list = new ArrayList<>();
          while (in.nextToken() != JsonToken.END_ARRAY) {
            list.add(deserialize(in, context));
          }
          yield list;
        }
        case START_OBJECT -> {
          Map<String, @Nullable Object> map = new LinkedHashMap<>();
          for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            map.put(name, deserialize(in, context));
          }
          yield map;
        }
        case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
            context.handleUnexpectedToken(Object.class, in);
      };
    }
  }
}
