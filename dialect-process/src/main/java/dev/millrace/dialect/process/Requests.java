package dev.millrace.dialect.process;

import dev.millrace.runtime.EngineApi.RequestId;
import dev.millrace.transport.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What HTTP says about repeating a request and about the revision it is meant for. */
final class Requests {
  static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final int MAX_KEY_CHARS = 255;

  private Requests() {}

  /**
   * The name of a request, null without {@code Idempotency-Key}.
   *
   * @param variant what besides the body makes two requests differ
   */
  static @Nullable RequestId id(Request request, String... variant) {
    String key = request.header(IDEMPOTENCY_KEY);
    return key == null ? null : id(key, request.body(), variant);
  }

  static RequestId id(String key, byte[] body, String... variant) {
    if (key.isBlank() || key.length() > MAX_KEY_CHARS) {
      throw Parameters.invalid(
          "expected 1 to %d characters in %s, found %d"
              .formatted(MAX_KEY_CHARS, IDEMPOTENCY_KEY, key.strip().length()));
    }
    MessageDigest digest = sha256();
    for (String part : variant) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return new RequestId(key, HexFormat.of().formatHex(digest.digest(body)));
  }

  /** The revision in {@code If-Match}; 0 when it was not sent or is {@code *}. */
  static int expectedRevision(Request request) {
    String header = request.header("If-Match");
    return header == null ? 0 : revision(header);
  }

  static int revision(String ifMatch) {
    String tag = ifMatch.strip();
    if (tag.equals("*")) {
      return 0;
    }
    if (tag.startsWith("W/")) {
      tag = tag.substring("W/".length());
    }
    if (tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"")) {
      tag = tag.substring(1, tag.length() - 1);
    }
    return (int) Parameters.number("the revision in If-Match", tag, 1, Integer.MAX_VALUE, 0);
  }

  /** The {@code ETag} of a revision. */
  static String tag(int revision) {
    return "\"" + revision + "\"";
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
