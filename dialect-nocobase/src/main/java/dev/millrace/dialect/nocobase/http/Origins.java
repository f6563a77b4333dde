package dev.millrace.dialect.nocobase.http;

import dev.millrace.transport.Request;
import dev.millrace.transport.Response;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pages whose scripts send requests. Browsers say so in headers that scripts cannot change;
 * other programs send none of them.
 */
public final class Origins {
  private static final String METHODS = "GET,HEAD,PUT,POST,DELETE,PATCH";
  private static final String EXPOSED = "content-disposition, x-new-token";
  private static final Set<String> OWN = Set.of("same-origin", "none");

  private Origins() {}

  /** Whether a page of somebody else's sends a request. */
  public static boolean foreign(Request request) {
    String site = request.header("sec-fetch-site");
    if (site != null) {
      return !OWN.contains(site);
    }
    String page = request.header("origin");
    if (page == null) {
      page = request.header("referer");
    }
    String host = request.header("host");
    if (page == null || host == null) {
      return false;
    }
    String from = authority(page);
    // A proxy may have been asked by the name that the page has, and ask by another one.
    return !host.equals(from) && (from == null || !from.equals(request.header("x-forwarded-host")));
  }

  private static @Nullable String authority(String page) {
    try {
      return URI.create(page).getAuthority();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether a browser only asks what it may send. */
  static boolean asks(Request request) {
    return request.method().equals("OPTIONS")
        && request.header("origin") != null
        && request.header("access-control-request-method") != null;
  }

  /** What a browser that asks may send: anything, as it needs a token that its page has to know. */
  static Response permission(Request request) {
    String headers = request.header("access-control-request-headers");
    Response response = Response.empty(204).withHeader("access-control-allow-methods", METHODS);
    return headers == null || headers.isBlank()
        ? response
        : response.withHeader("access-control-allow-headers", headers);
  }

  /** The answer for the page that sent a request, which may read it. */
  static Response readable(Request request, Response response) {
    String origin = request.header("origin");
    return origin == null
        ? response
        : response
            .withHeader("access-control-allow-origin", origin)
            .withHeader("access-control-expose-headers", EXPOSED)
            .withHeader("vary", "Origin");
  }
}
