package dev.millrace.server.config;

import dev.millrace.server.config.Configuration.Traces;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads where spans go. Stateless. */
final class TracesCheck {
  /** Where receivers take spans, below the address that is configured. */
  private static final String PATH = "/v1/traces";

  private TracesCheck() {}

  static Traces traces(Object endpoint, String endpointAt, Object sampling, String samplingAt) {
    return new Traces(
        endpoint(Values.text(endpoint, endpointAt).strip(), endpointAt),
        ratio(Values.text(sampling, samplingAt).strip(), samplingAt));
  }

  private static @Nullable URI endpoint(String text, String where) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      URI uri = new URI(text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getQuery() == null && uri.getFragment() == null) {
        String path = uri.getPath();
        return path.isEmpty() || path.equals("/") ? uri.resolve(PATH) : uri;
      }
    } catch (URISyntaxException e) {
      // Told below, as any other text that is no such URL is.
    }
    throw Values.expected("an http or https URL as http://127.0.0.1:4318", text, where);
  }

  private static double ratio(String text, String where) {
    try {
      double ratio = Double.parseDouble(text);
      if (ratio >= 0 && ratio <= 1) {
        return ratio;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number out of bounds is.
    }
    throw Values.expected("a number from 0 to 1", text, where);
  }
}
