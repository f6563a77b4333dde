package dev.millrace.activities.http;

import static dev.millrace.activities.ActivityCalls.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runtime.activity.ActivityException;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that reach no server. */
@Timeout(60)
class HttpFailuresTest {

  private static final String URL = "http://127.0.0.1:1/";

  @Test
  void shouldTellConnectionErrors() throws Exception {
    int unused;
    try (ServerSocket socket = new ServerSocket(0)) {
      unused = socket.getLocalPort();
    }
    EgressPolicy policy = EgressPolicy.allowing(List.of("127.0.0.1"));
    EgressPolicy nameless =
        policy.withResolver(host -> {
          throw new UnknownHostException(host);
        });
    try (HttpActivity open = new HttpActivity(policy);
        HttpActivity lost = new HttpActivity(nameless)) {
      ActivityException refused = failure(open, Map.of("url", "http://127.0.0.1:" + unused));
      assertThat(refused.type()).isEqualTo("io");
      assertThat(refused.retryable()).isTrue();
      ActivityException unknown = failure(lost, Map.of("url", "http://nowhere.example/"));
      assertThat(unknown.type()).isEqualTo("io");
      assertThat(unknown).hasMessageContaining("unknown host nowhere.example");
    }
  }

  @Test
  void shouldExplainBadParameters() {
    try (HttpActivity http = new HttpActivity(EgressPolicy.allowing(List.of("127.0.0.1")))) {
      assertThat(failure(http, Map.of()))
          .hasMessage("http: parameter \"url\" is required, found nothing");
      assertThat(failure(http, Map.of("url", URL, "method", "BREW")))
          .hasMessageContaining("method");
      assertThat(failure(http, Map.of("url", URL, "timeout", -1L)))
          .hasMessageContaining("zero for no limit");
      assertThat(failure(http, Map.of("url", URL, "followRedirects", 9L)))
          .hasMessageContaining("from 0 to 3, found 9");
      assertThat(failure(http, Map.of("url", URL, "expectStatus", "ok")))
          .hasMessageContaining("expectStatus");
      assertThat(failure(http, Map.of("url", URL, "headers", "x")))
          .hasMessageContaining("an object");
      assertThat(failure(http, Map.of("url", URL, "auth", Map.of("type", "ntlm"))))
          .hasMessageContaining("none, basic or bearer");
    }
  }
}
