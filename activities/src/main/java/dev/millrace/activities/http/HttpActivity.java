package dev.millrace.activities.http;

import dev.millrace.activities.call.BoundedCall;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The activity {@code http}: one HTTP/1.1 request.
 *
 * <p>Parameters: {@code method} (GET), {@code url}, {@code headers}, {@code query}, {@code body}
 * (text as it is, anything else as JSON), {@code auth} ({@code {type: basic, username, password}}
 * or {@code {type: bearer, token}}), {@code timeout} in seconds (30), {@code followRedirects} (a
 * boolean, or 0 to 3), {@code expectStatus} (200-299), {@code responseType} (auto, json, text). The
 * output is {@code {status, headers, body}} with lower-case header names.
 *
 * <p>Every connection, redirects included, goes to an address that the {@link EgressPolicy} has
 * checked, with the name kept for {@code Host} and TLS. No proxy, cookie or credential of the
 * machine is used. Errors: {@code http.<status>}, {@code io}, {@code timeout}, {@code too_large},
 * {@code constraint}. Thread-safe.
 */
public final class HttpActivity implements Activity, AutoCloseable {

  /** The largest response body after decompression, bytes. */
  public static final int RESPONSE_LIMIT = 5 * 1024 * 1024;

  private static final int ERROR_BODY_CHARACTERS = 16 * 1024;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofDays(1);
  private static final int MOST_CONNECTIONS = 200;
  private static final int MOST_CONNECTIONS_PER_HOST = 50;

  private static final Set<Integer> RETRYABLE = Set.of(408, 425, 429);
  private static final int SERVER_ERROR = 500;

  private final EgressPolicy policy;
  private final Clock clock;
  private @Nullable CloseableHttpClient client;

  /** Uses the policy for every connection. */
  public HttpActivity(EgressPolicy policy) {
    this(policy, Clock.systemUTC());
  }

  /**
   * Uses the policy for every connection.
   *
   * @param clock reads the time for {@code Retry-After} dates
   */
  public HttpActivity(EgressPolicy policy, Clock clock) {
    this.policy = policy;
    this.clock = clock;
  }

  /** Made when first needed: reading the trusted certificates would slow every start down. */
  private synchronized CloseableHttpClient client() {
    CloseableHttpClient made = client;
    if (made == null) {
      made = connect(policy);
      client = made;
    }
    return made;
  }

  private static CloseableHttpClient connect(EgressPolicy policy) {
    ConnectionConfig connections =
        ConnectionConfig.custom().setConnectTimeout(Timeout.of(CONNECT_TIMEOUT)).build();
    PoolingHttpClientConnectionManager pool =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(new CheckedResolver(policy))
            .setDefaultConnectionConfig(connections)
            .setMaxConnTotal(MOST_CONNECTIONS)
            .setMaxConnPerRoute(MOST_CONNECTIONS_PER_HOST)
            .build();
    return HttpClients.custom()
        .setConnectionManager(pool)
        // Direct routes only: a proxy would resolve the name again, unchecked.
        .setRoutePlanner(new DefaultRoutePlanner(null))
        .setUserAgent("Millrace")
        .disableRedirectHandling()
        .disableAutomaticRetries()
        .disableCookieManagement()
        .disableAuthCaching()
        .build();
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public @Nullable Object run(ActivityInput input) throws ActivityException, InterruptedException {
    HttpParameters parameters = HttpParameters.of(input);
    AtomicReference<@Nullable HttpUriRequestBase> current = new AtomicReference<>();
    return BoundedCall.run(
        () -> follow(parameters, current),
        parameters.timeout(),
        worker -> {
          worker.interrupt();
          HttpUriRequestBase request = current.get();
          if (request != null) {
            request.cancel();
          }
        });
  }

  /** Closes the connections. */
  @Override
  public synchronized void close() {
    CloseableHttpClient made = client;
    if (made == null) {
      return;
    }
    try {
      made.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, @Nullable Object> follow(
      HttpParameters parameters, AtomicReference<@Nullable HttpUriRequestBase> current)
      throws ActivityException {
    HttpCall call = parameters.call();
    int left = parameters.redirects();
    while (true) {
      HttpUriRequestBase request = request(call, parameters.timeout());
      current.set(request);
      HttpAnswer answer = send(call, request);
      String location = answer.location();
      if (location == null || parameters.redirects() == 0) {
        return output(parameters, answer);
      }
      if (left == 0) {
        String message =
            "http: more than %d redirects, the last one to %s"
                .formatted(parameters.redirects(), location);
        throw new ActivityException("constraint", message, false);
      }
      left--;
      call = call.redirected(answer.status(), location);
    }
  }

  private static HttpUriRequestBase request(HttpCall call, Duration timeout) {
    HttpUriRequestBase request = new HttpUriRequestBase(call.method(), URI.create("/"));
    HttpTarget target = call.target();
    request.setScheme(target.scheme());
    request.setAuthority(new URIAuthority(target.host(), target.port()));
    request.setPath(target.path());
    call.headers().forEach(request::setHeader);
    String body = call.body();
    if (body != null) {
      // The type is among the headers.
      request.setEntity(new ByteArrayEntity(body.getBytes(StandardCharsets.UTF_8), null));
    }
    request.setConfig(
        RequestConfig.custom()
            .setResponseTimeout(Timeout.of(timeout))
            .setConnectionRequestTimeout(Timeout.of(timeout))
            .build());
    return request;
  }

  private HttpAnswer send(HttpCall call, HttpUriRequestBase request) throws ActivityException {
    HttpTarget target = call.target();
    HttpHost host = new HttpHost(target.scheme(), target.host(), target.port());
    String where = target.host() + ":" + target.port();
    // The open call, because a handler would read a refused body to its end.
    try (ClassicHttpResponse response = client().executeOpen(host, request, null)) {
      Map<String, String> headers = new LinkedHashMap<>();
      for (Header header : response.getHeaders()) {
        String name = header.getName().toLowerCase(Locale.ROOT);
        headers.merge(name, String.valueOf(header.getValue()), (a, b) -> a + ", " + b);
      }
      byte[] body = body(response.getEntity());
      if (body.length > RESPONSE_LIMIT) {
        // Otherwise closing would read the rest, however long it is.
        request.cancel();
        String message = "http: the response body is larger than " + RESPONSE_LIMIT + " bytes";
        throw new ActivityException("too_large", message, false);
      }
      return HttpAnswer.of(response.getCode(), headers, body);
    } catch (EgressRefusedException e) {
      throw new ActivityException("constraint", "http: " + e.getMessage(), false);
    } catch (UnknownHostException e) {
      throw new ActivityException("io", "http: unknown host " + target.host(), true);
    } catch (SocketTimeoutException e) {
      throw new ActivityException("timeout", "http: no answer in time from " + where, true);
    } catch (SSLException e) {
      throw new ActivityException("io", "http: TLS with " + where + ": " + reason(e), true);
    } catch (IOException e) {
      throw new ActivityException("io", "http: " + where + ": " + reason(e), true);
    }
  }

  /** At most one byte more than allowed. */
  private static byte[] body(@Nullable HttpEntity entity) throws IOException {
    if (entity == null) {
      return new byte[0];
    }
    // Closed with the response.
    InputStream stream = entity.getContent();
    return stream == null ? new byte[0] : stream.readNBytes(RESPONSE_LIMIT + 1);
  }

  private Map<String, @Nullable Object> output(HttpParameters parameters, HttpAnswer answer)
      throws ActivityException {
    boolean expected = parameters.expected().contains(answer.status());
    Map<String, @Nullable Object> output = new LinkedHashMap<>();
    output.put("status", (long) answer.status());
    output.put("headers", new LinkedHashMap<>(answer.headers()));
    if (expected) {
      output.put("body", answer.value(parameters.responseType()));
      return output;
    }
    boolean brief = answer.text().length() <= ERROR_BODY_CHARACTERS;
    Object shown = brief ? answer.value("auto") : answer.text().substring(0, ERROR_BODY_CHARACTERS);
    output.put("body", shown);
    boolean retryable = answer.status() >= SERVER_ERROR || RETRYABLE.contains(answer.status());
    throw new ActivityException(
        "http." + answer.status(),
        "http: %s %s answered %d"
            .formatted(
                parameters.call().method(), parameters.call().target().host(), answer.status()),
        retryable,
        output,
        retryAfter(answer.headers().get("retry-after")));
  }

  private @Nullable Duration retryAfter(@Nullable String header) {
    if (header == null) {
      return null;
    }
    String text = header.strip();
    Duration asked;
    if (text.matches("\\d{1,9}")) {
      asked = Duration.ofSeconds(Long.parseLong(text));
    } else {
      try {
        Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        asked = Duration.between(clock.instant(), date);
      } catch (DateTimeException e) {
        return null;
      }
    }
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked;
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** The only way a host of this client becomes an address. */
  private record CheckedResolver(EgressPolicy policy) implements DnsResolver {
    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
      return policy.addresses(host, port).stream()
          .map(address -> new InetSocketAddress(address, port))
          .toList();
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      throw new EgressRefusedException("no connection without a port: " + host);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }
}
