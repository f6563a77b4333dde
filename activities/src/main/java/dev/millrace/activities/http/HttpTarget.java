package dev.millrace.activities.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes, taken apart once so that the check and the connection see the same host.
 *
 * @param uri the whole address
 * @param scheme {@code http} or {@code https}
 * @param host a name or an IP address without brackets
 * @param port never the default marker
 * @param path the raw path and query, starting with a slash
 */
record HttpTarget(URI uri, String scheme, String host, int port, String path) {

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;
  private static final int HIGHEST_PORT = 65_535;

  /** Also takes names with an underscore, which {@link URI#getHost} does not. */
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+)(?::([0-9]{0,5}))?");

  /**
   * Takes an absolute address apart.
   *
   * @throws IllegalArgumentException with the reason when a request cannot go there
   */
  static HttpTarget parse(String text) {
    try {
      return of(new URI(text.strip()));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("the url is not valid: " + e.getReason(), e);
    }
  }

  /** The target of a {@code Location} header, relative ones included. */
  HttpTarget redirect(String location) {
    try {
      return of(uri.resolve(new URI(location.strip())));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("the redirect is not valid: " + e.getReason(), e);
    }
  }

  boolean sameOrigin(HttpTarget other) {
    return scheme.equals(other.scheme) && host.equals(other.host) && port == other.port;
  }

  private static HttpTarget of(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException(
          "the url must start with http:// or https://, found scheme \"" + scheme + "\"");
    }
    String authority = uri.getRawAuthority();
    if (authority != null && authority.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "the url must not hold a user name or password; use the parameter auth");
    }
    Matcher parts = AUTHORITY.matcher(authority == null ? "" : authority);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "the url must name a host and perhaps a port, found \"" + authority + "\"");
    }
    String host = parts.group(1).toLowerCase(Locale.ROOT);
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = port(parts.group(2), scheme.equals("https") ? HTTPS_PORT : HTTP_PORT);
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new HttpTarget(uri, scheme, host, port, ascii(path + query));
  }

  private static int port(@Nullable String text, int fallback) {
    if (text == null || text.isEmpty()) {
      return fallback;
    }
    int port = Integer.parseInt(text);
    if (port < 1 || port > HIGHEST_PORT) {
      throw new IllegalArgumentException("the port must be from 1 to 65535, found " + port);
    }
    return port;
  }

  private static String ascii(String path) {
    return URI.create("x:" + path).toASCIIString().substring(2);
  }
}
