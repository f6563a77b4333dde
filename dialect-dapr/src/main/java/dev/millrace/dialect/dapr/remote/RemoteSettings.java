package dev.millrace.dialect.dapr.remote;

import dev.millrace.components.ComponentException;
import dev.millrace.components.ComponentMetadata;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the file of a remote component says.
 *
 * @param appId empty for the remote's own
 */
record RemoteSettings(
    String host,
    int port,
    ChannelCredentials credentials,
    Metadata headers,
    String appId,
    Asking asking) {
  static final String ADDRESS = "address";
  static final String API_TOKEN = "apiToken";
  static final String APP_ID = "appId";
  static final String TLS = "tls";
  static final String CA_FILE = "caFile";
  static final String COMPONENT = "component";
  static final String TIMEOUT_SECONDS = "timeoutSeconds";

  private static final int DEFAULT_SECONDS = 10;
  private static final int MOST_SECONDS = 25;
  private static final int HIGHEST_PORT = 65_535;
  private static final Pattern APP = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern HEADER_TEXT = Pattern.compile("[\\x21-\\x7e]+");

  /** Which component is asked there, and how long an answer is waited for. */
  record Asking(String component, Duration timeout) {}

  static RemoteSettings of(ComponentMetadata metadata) throws ComponentException {
    URI address = address(metadata.property(ADDRESS));
    String appId = metadata.property(APP_ID);
    if (appId != null && !APP.matcher(appId).matches()) {
      throw new ComponentException(
          APP_ID,
          "expected letters, digits, dashes and underscores, at most 64, found \"%s\""
              .formatted(appId));
    }
    String token = metadata.property(API_TOKEN);
    if (token != null && !HEADER_TEXT.matcher(token).matches()) {
      throw new ComponentException(
          API_TOKEN, "expected visible ASCII characters without spaces, found others");
    }
    Metadata headers = new Metadata();
    put(headers, "dapr-api-token", token);
    put(headers, "dapr-app-id", appId);
    return new RemoteSettings(
        address.getHost(),
        address.getPort(),
        credentials(metadata),
        headers,
        appId == null ? "" : appId,
        new Asking(
            orElse(metadata.property(COMPONENT), "dapr"),
            Duration.ofSeconds(seconds(metadata.property(TIMEOUT_SECONDS)))));
  }

  private static void put(Metadata headers, String name, @Nullable String value) {
    if (value != null) {
      headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    }
  }

  private static String orElse(@Nullable String value, String other) {
    return value == null ? other : value;
  }

  private static URI address(@Nullable String text) throws ComponentException {
    try {
      URI uri = new URI("grpc://" + text);
      boolean only =
          uri.getRawPath().isEmpty() && uri.getRawQuery() == null && uri.getUserInfo() == null;
      if (uri.getHost() != null
          && only
          && uri.getRawFragment() == null
          && uri.getPort() > 0
          && uri.getPort() <= HIGHEST_PORT) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Said below, as for an address without a port.
    }
    throw new ComponentException(ADDRESS, "expected host:port, found \"%s\"".formatted(text));
  }

  private static ChannelCredentials credentials(ComponentMetadata metadata)
      throws ComponentException {
    String tls = orElse(metadata.property(TLS), "false");
    String file = metadata.property(CA_FILE);
    switch (tls) {
      case "true" -> {
        try {
          return file == null
              ? TlsChannelCredentials.create()
              : TlsChannelCredentials.newBuilder().trustManager(Path.of(file).toFile()).build();
        } catch (IOException e) {
          throw new ComponentException(
              CA_FILE, "expected a readable file of certificates, found none at " + file, e);
        }
      }
      case "false" -> {
        if (file != null) {
          throw new ComponentException(CA_FILE, "has no effect unless tls is true");
        }
        return InsecureChannelCredentials.create();
      }
      default ->
          throw new ComponentException(TLS, "expected true or false, found \"%s\"".formatted(tls));
    }
  }

  private static int seconds(@Nullable String text) throws ComponentException {
    if (text == null) {
      return DEFAULT_SECONDS;
    }
    try {
      int seconds = Integer.parseInt(text);
      if (seconds >= 1 && seconds <= MOST_SECONDS) {
        return seconds;
      }
    } catch (NumberFormatException e) {
      // Said below, as for a number out of bounds.
    }
    throw new ComponentException(
        TIMEOUT_SECONDS,
        "expected a whole number from 1 to %d, found \"%s\"".formatted(MOST_SECONDS, text));
  }
}
