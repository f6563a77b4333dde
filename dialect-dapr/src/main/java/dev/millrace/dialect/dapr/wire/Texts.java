package dev.millrace.dialect.dapr.wire;

import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Optional texts and times. */
public final class Texts {
  /** The time that stands for none, the first instant of year 1. */
  public static final Instant NO_TIME = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private Texts() {}

  /** A text that is there, though it may be empty. */
  public static StringValue of(String text) {
    return StringValue.of(text);
  }

  /** The text of a message; null when it is not there. */
  public static @Nullable String orNull(boolean present, StringValue text) {
    return present ? text.getValue() : null;
  }

  /** A time with all its nanoseconds. */
  public static Timestamp of(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  /** A time of years 1 to 9999; what lies outside becomes the nearest of these. */
  public static Instant time(Timestamp time) {
    if (time.getSeconds() < NO_TIME.getEpochSecond()) {
      return NO_TIME;
    }
    if (time.getSeconds() > LAST_TIME.getEpochSecond()) {
      return LAST_TIME;
    }
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
