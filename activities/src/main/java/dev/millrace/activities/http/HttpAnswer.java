package dev.millrace.activities.http;

import dev.millrace.activities.call.Json;
import dev.millrace.runtime.activity.ActivityException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.ContentType;
import org.jspecify.annotations.Nullable;

/**
 * A response read to its end.
 *
 * @param headers by lower-case name, repeated ones joined by a comma
 * @param text the body decoded by its declared character set, UTF-8 without one
 */
record HttpAnswer(int status, Map<String, String> headers, String text) {

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Pattern JSON_TYPE = Pattern.compile("(?i)(application|text)/(.+\\+)?json");

  static HttpAnswer of(int status, Map<String, String> headers, byte[] body) {
    ContentType type = ContentType.parseLenient(headers.get("content-type"));
    Charset declared = type == null ? null : type.getCharset();
    return new HttpAnswer(
        status, headers, new String(body, declared == null ? StandardCharsets.UTF_8 : declared));
  }

  /** Where a redirect leads, null when this is none. */
  @Nullable String location() {
    return REDIRECTS.contains(status) ? headers.get("location") : null;
  }

  /** The body as {@code auto}, {@code json} or {@code text}; only text knows an empty body. */
  @Nullable Object value(String responseType) throws ActivityException {
    if (!responseType.equals("text") && text.isBlank()) {
      return null;
    }
    String type = headers.getOrDefault("content-type", "").split(";", -1)[0].strip();
    boolean declared = JSON_TYPE.matcher(type).matches();
    if (responseType.equals("text") || (responseType.equals("auto") && !declared)) {
      return text;
    }
    try {
      return Json.read(text);
    } catch (IllegalArgumentException e) {
      if (responseType.equals("auto")) {
        return text;
      }
      String message = "http: the response is " + e.getMessage();
      throw new ActivityException("constraint", message, false);
    }
  }
}
