package dev.millrace.activities.http;

import dev.millrace.runtime.activity.ActivityException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request of a chain of redirects.
 *
 * @param headers by lower-case name; never holds a header that the client itself sets
 * @param body sent as UTF-8, null for none
 */
record HttpCall(
    String method, HttpTarget target, Map<String, String> headers, @Nullable String body) {

  private static final int SEE_OTHER = 303;
  private static final Set<Integer> KEEPING_METHOD = Set.of(307, 308);
  private static final List<String> CREDENTIAL_HEADERS = List.of("authorization", "cookie");

  /** The request that a redirect asks for; credentials stay with the first origin. */
  HttpCall redirected(int status, String location) throws ActivityException {
    HttpTarget next;
    try {
      next = target.redirect(location);
    } catch (IllegalArgumentException e) {
      throw new ActivityException("constraint", "http: redirect: " + e.getMessage(), false);
    }
    Map<String, String> kept = new LinkedHashMap<>(headers);
    if (!next.sameOrigin(target)) {
      CREDENTIAL_HEADERS.forEach(kept::remove);
    }
    boolean reading = method.equals("GET") || method.equals("HEAD");
    boolean becomesGet = !reading && (status == SEE_OTHER || method.equals("POST"));
    if (KEEPING_METHOD.contains(status) || !becomesGet) {
      return new HttpCall(method, next, kept, body);
    }
    kept.remove("content-type");
    return new HttpCall("GET", next, kept, null);
  }
}
