package dev.millrace.transport;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The one place where a URL is decoded: percent signs once, then never again. What is left over is
 * the normal form used for authentication, routing and handlers alike.
 */
final class RequestPath {
  private static final char DELETE = 0x7f;
  private static final char LAST_C1_CONTROL = 0x9f;
  private static final int HEX_RADIX = 16;
  private static final String ENCODED_SLASH = "%2F";

  private RequestPath() {}

  /**
   * Decoded segments of a raw path; a single slash at the end makes no difference.
   *
   * @throws Problem 400 {@code bad_path} for anything ambiguous
   */
  static List<String> segments(String rawPath) {
    return segments(rawPath, false);
  }

  /**
   * The same for paths of which servers that users know make sense: empty segments are left out,
   * and a segment may hold encoded slashes and backslashes, which are characters as others then and
   * never part the path.
   *
   * @throws Problem 400 {@code bad_path} for anything that remains ambiguous
   */
  static List<String> tolerantSegments(String rawPath) {
    return segments(rawPath, true);
  }

  /** The path of segments as text, in which every slash parts two of them. */
  static String text(List<String> segments) {
    StringBuilder text = new StringBuilder("/");
    for (int i = 0; i < segments.size(); i++) {
      String segment = segments.get(i);
      text.append(i == 0 ? "" : "/")
          .append(segment.indexOf('/') < 0 ? segment : segment.replace("/", ENCODED_SLASH));
    }
    return text.toString();
  }

  private static List<String> segments(String rawPath, boolean tolerant) {
    if (rawPath.isEmpty() || rawPath.charAt(0) != '/') {
      throw bad("expected a path that begins with '/'");
    }
    if (!tolerant && rawPath.contains("//")) {
      throw bad("expected no empty path segment, found '//'");
    }
    List<String> segments = new ArrayList<>();
    int end = rawPath.length();
    if (end > 1 && rawPath.charAt(end - 1) == '/') {
      end--;
    }
    int start = 1;
    while (start < end) {
      int slash = rawPath.indexOf('/', start);
      int stop = slash < 0 ? end : Math.min(slash, end);
      if (stop > start) {
        segments.add(segment(rawPath.substring(start, stop), tolerant));
      }
      start = stop + 1;
    }
    return segments;
  }

  private static String segment(String raw, boolean tolerant) {
    String text = decode(raw, false);
    if (text.equals(".") || text.equals("..")) {
      throw bad("expected a path without '.' and '..' segments");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || (c >= DELETE && c <= LAST_C1_CONTROL)) {
        throw bad("expected a path without control characters");
      }
      if (!tolerant && (c == '/' || c == '\\')) {
        throw bad("expected a path without encoded slashes or backslashes");
      }
    }
    return text;
  }

  /**
   * Decoded query parameters in the order sent; a name without '=' has the empty value.
   *
   * @throws Problem 400 {@code bad_query} for broken escapes or NUL
   */
  static Map<String, List<String>> query(String rawQuery) {
    return query(rawQuery, false);
  }

  /**
   * The same as servers that users know read it: a parameter with broken escapes is left out, bytes
   * that are not UTF-8 are replaced, and NUL is a character as others.
   *
   * @throws Problem 400 {@code bad_query} for characters that must be escaped
   */
  static Map<String, List<String>> tolerantQuery(String rawQuery) {
    return query(rawQuery, true);
  }

  private static Map<String, List<String>> query(String rawQuery, boolean tolerant) {
    if (rawQuery.isEmpty()) {
      return Map.of();
    }
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    int start = 0;
    while (start <= rawQuery.length()) {
      int amp = rawQuery.indexOf('&', start);
      int stop = amp < 0 ? rawQuery.length() : amp;
      if (stop > start) {
        String pair = rawQuery.substring(start, stop);
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        if (!tolerant || (wellEscaped(name) && wellEscaped(value))) {
          parameters
              .computeIfAbsent(queryText(name, tolerant), key -> new ArrayList<>(1))
              .add(queryText(value, tolerant));
        }
      }
      start = stop + 1;
    }
    return parameters;
  }

  private static boolean wellEscaped(String raw) {
    for (int at = raw.indexOf('%'); at >= 0; at = raw.indexOf('%', at + 1)) {
      if (octet(raw, at) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Query text, of which a tolerant reader decodes what the other refuses. */
  private static String queryText(String raw, boolean tolerant) {
    try {
      return decode(raw, true);
    } catch (Problem e) {
      if (!tolerant || !raw.chars().allMatch(c -> c > ' ' && c < DELETE)) {
        throw e;
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        bytes.put((byte) octet(raw, i));
        i += 2;
      } else {
        bytes.put((byte) (c == '+' ? ' ' : c));
      }
    }
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
  }

  private static String decode(String raw, boolean inQuery) {
    boolean plain = true;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c <= ' ' || c >= DELETE) {
        throw bad(inQuery, "expected URL characters, found one that must be percent-encoded");
      }
      plain &= c != '%' && !(inQuery && c == '+');
    }
    return plain ? raw : decodeEscapes(raw, inQuery);
  }

  private static String decodeEscapes(String raw, boolean inQuery) {
    ByteBuffer bytes = ByteBuffer.allocate(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        int octet = octet(raw, i);
        if (octet < 0) {
          throw bad(inQuery, "expected two hexadecimal digits after '%'");
        }
        if (octet == 0) {
          throw bad(inQuery, "expected no NUL character, found %00");
        }
        bytes.put((byte) octet);
        i += 2;
      } else {
        bytes.put((byte) (inQuery && c == '+' ? ' ' : c));
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw bad(inQuery, "expected percent-encoded UTF-8, found other bytes");
    }
  }

  /** The byte of the escape at a place, -1 when it is none. */
  private static int octet(String raw, int at) {
    boolean whole = at + 2 < raw.length();
    int high = whole ? digit(raw.charAt(at + 1)) : -1;
    int low = whole ? digit(raw.charAt(at + 2)) : -1;
    return high < 0 || low < 0 ? -1 : high * HEX_RADIX + low;
  }

  private static int digit(char c) {
    return c < DELETE ? Character.digit(c, HEX_RADIX) : -1;
  }

  private static Problem bad(String message) {
    return bad(false, message);
  }

  private static Problem bad(boolean inQuery, String message) {
    return Problem.badRequest(inQuery ? "bad_query" : "bad_path", message);
  }
}
