package dev.millrace.expression;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.Jsonata;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The functions that replace the library's for one evaluation. Three reasons: the library's has no
 * bound ({@code $pad}, the pattern functions, pictures with huge widths), reads the clock or chance
 * ({@code $now}, {@code $random}), or runs source from data ({@code $eval}). Only those the source
 * mentions are bound. Used by one thread.
 */
final class JsonataFunctions {

  /** A width of four digits or more in a date picture. */
  private static final Pattern WIDE_PICTURE = Pattern.compile("[,-]\\s*0*[1-9]\\d{3}");

  private static final int ROUND_PRECISION_MAX = 100;

  private final JsonataSource source;
  private final ExpressionScope scope;
  private final Deadline deadline;
  private @Nullable Random random;

  JsonataFunctions(JsonataSource source, ExpressionScope scope, Deadline deadline) {
    this.source = source;
    this.scope = scope;
    this.deadline = deadline;
  }

  void bind(Jsonata.Frame frame) {
    for (int i = 0; i < source.patterns().size(); i++) {
      frame.bind(
          JsonataSource.REGEX_VARIABLE + i,
          (Object) new RegexFunction(new BoundedPattern(source.patterns().get(i), deadline)));
    }
    for (String name : source.variables()) {
      Jsonata.JFunction function = replacement(name);
      if (function != null) {
        frame.bind(name, function);
      }
    }
  }

  private Jsonata.@Nullable JFunction replacement(String name) {
    return switch (name) {
      case "pad" -> function("<s-ns?:s>", TextFunctions::pad);
      case "match" -> function("<s-f<s:o>n?:a<o>>", TextFunctions::match);
      case "contains" -> function("<s-(sf):b>", TextFunctions::contains);
      case "replace" -> function("<s-(sf)(sf)n?:s>", TextFunctions::replace);
      case "split" -> function("<s-(sf)n?:a<s>>", TextFunctions::split);
      case "join" -> function("<a<s>s?:s>", TextFunctions::join);
      case "eval" ->
          function(
              "<sx?:x>",
              arguments -> {
                throw new ExpressionException("$eval isn't available");
              });
      case "now" -> function("<s?s?:s>", this::now);
      case "millis" -> function("<:n>", arguments -> millis());
      case "random" -> function("<:n>", arguments -> random().nextDouble());
      case "shuffle" -> function("<a:a>", this::shuffle);
      case "round" -> function("<n-n?:n>", JsonataFunctions::round);
      case "fromMillis" -> function("<n-s?s?:s>", JsonataFunctions::fromMillis);
      case "toMillis" -> function("<s-s?:n>", JsonataFunctions::toMillis);
      case "formatNumber" -> function("<n-so?:s>", JsonataFunctions::formatNumber);
      case "formatInteger" -> function("<n-s:s>", JsonataFunctions::formatInteger);
      case "formatBase" -> function("<n-n?:s>", JsonataFunctions::formatBase);
      case "parseInteger" -> function("<s-s:n>", JsonataFunctions::parseInteger);
      default -> null;
    };
  }

  /** A function over its arguments as a list, which may be shorter than the signature. */
  @FunctionalInterface
  private interface ListFunction {
    @Nullable Object call(List<?> arguments) throws Throwable;
  }

  @SuppressWarnings("NullAway") // The library's null is its undefined; it isn't annotated.
  private static Jsonata.JFunction function(String signature, ListFunction body) {
    return new Jsonata.JFunction((input, arguments) -> body.call((List<?>) arguments), signature);
  }

  // Time and chance: frozen, so that a repeated evaluation sees the same.

  private long millis() {
    Object now = scope.has("now") ? scope.value("now") : null;
    return switch (now) {
      case Long epochMillis -> epochMillis;
      case String text -> {
        try {
          yield Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
          throw new ExpressionException("expected a moment in ISO 8601, found " + text, e);
        }
      }
      case null, default ->
          throw new ExpressionException("the current moment isn't known where this is evaluated");
    };
  }

  private @Nullable Object now(List<?> arguments) {
    return Functions.dateTimeFromMillis(millis(), picture(arguments, 0), text(arguments, 1));
  }

  private Random random() {
    Random known = random;
    if (known == null) {
      Object instance = scope.has("instance") ? scope.value("instance") : null;
      Object index = scope.has("index") ? scope.value("index") : null;
      long seed =
          Objects.hash(
              String.valueOf(JsonValue.get(instance, "id")),
              String.valueOf(index),
              millis(),
              source.text());
      known = new Random(seed);
      random = known;
    }
    return known;
  }

  private @Nullable Object shuffle(List<?> arguments) {
    if (!(TextFunctions.argument(arguments, 0) instanceof List<?> list)) {
      return TextFunctions.argument(arguments, 0);
    }
    List<@Nullable Object> shuffled = new ArrayList<>(list);
    Collections.shuffle(shuffled, random());
    return shuffled;
  }

  // Numbers and pictures: the library's functions, once the arguments are known to be harmless.

  private static @Nullable Object round(List<?> arguments) {
    Number precision = number(arguments, 1);
    if (precision != null && !(Math.abs(precision.doubleValue()) <= ROUND_PRECISION_MAX)) {
      throw new ExpressionException(
          "$round has a precision of at most " + ROUND_PRECISION_MAX + ", found " + precision);
    }
    return Functions.round(number(arguments, 0), precision == null ? 0 : precision.intValue());
  }

  private static @Nullable Object fromMillis(List<?> arguments) {
    return Functions.dateTimeFromMillis(
        number(arguments, 0), picture(arguments, 1), text(arguments, 2));
  }

  private static @Nullable Object toMillis(List<?> arguments) throws Throwable {
    String text = text(arguments, 0);
    if (text != null && text.length() > ExpressionLimits.PICTURE_LENGTH_MAX) {
      throw new ExpressionException("$toMillis expects a time, found a text too long for one");
    }
    return Functions.dateTimeToMillis(text, picture(arguments, 1));
  }

  private static @Nullable Object formatNumber(List<?> arguments) {
    Object options = TextFunctions.argument(arguments, 2);
    return Functions.formatNumber(
        number(arguments, 0),
        picture(arguments, 1),
        options instanceof java.util.Map<?, ?> map ? map : null);
  }

  private static @Nullable Object formatInteger(List<?> arguments) {
    return Functions.formatInteger(number(arguments, 0), picture(arguments, 1));
  }

  private static @Nullable Object formatBase(List<?> arguments) {
    return Functions.formatBase(number(arguments, 0), number(arguments, 1));
  }

  private static @Nullable Object parseInteger(List<?> arguments) throws Throwable {
    String text = text(arguments, 0);
    if (text != null && text.length() > ExpressionLimits.PICTURE_LENGTH_MAX) {
      throw new ExpressionException(
          "$parseInteger expects a number, found a text too long for one");
    }
    return Functions.parseInteger(text, picture(arguments, 1));
  }

  /** Decimals become doubles here: one like 1e999999999 takes gigabytes to write out. */
  private static @Nullable Number number(List<?> arguments, int index) {
    Object value = TextFunctions.argument(arguments, index);
    return switch (value) {
      case BigDecimal decimal -> finite(decimal);
      case BigInteger integer -> finite(integer);
      case Number number -> number;
      case null, default -> null;
    };
  }

  private static Number finite(Number number) {
    double value = number.doubleValue();
    if (Double.isInfinite(value)) {
      throw new ExpressionException("a number is too large to calculate with");
    }
    return value;
  }

  private static @Nullable String text(List<?> arguments, int index) {
    return TextFunctions.argument(arguments, index) instanceof String text ? text : null;
  }

  private static @Nullable String picture(List<?> arguments, int index) {
    String picture = text(arguments, index);
    if (picture == null) {
      return null;
    }
    if (picture.length() > ExpressionLimits.PICTURE_LENGTH_MAX) {
      throw new ExpressionException(
          "a picture has at most "
              + ExpressionLimits.PICTURE_LENGTH_MAX
              + " characters, found "
              + picture.length());
    }
    if (picture.indexOf('[') >= 0 && WIDE_PICTURE.matcher(picture).find()) {
      throw new ExpressionException("a width in a picture has at most three digits");
    }
    return picture;
  }
}
