package dev.millrace.activities.mail;

import static dev.millrace.activities.ActivityCalls.failure;
import static dev.millrace.activities.ActivityCalls.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.ActivityException;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class MailActivityTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private GreenMail server;
  private MailActivity mail;

  @BeforeEach
  void start() {
    server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    server.setUser("robot@example.org", "robot", "pass");
    mail =
        new MailActivity(
            settings(server.getSmtp().getPort(), "pass"), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private static MailSettings settings(int port, String password) {
    return new MailSettings(
        "127.0.0.1", port, "Robot <robot@example.org>", "robot", password, MailSettings.Tls.NONE);
  }

  @Test
  void shouldSendTextAndHtml() throws Exception {
    Object output =
        run(
            mail,
            Map.of(
                "to",
                List.of("Ann <ann@example.org>", "bob@example.org"),
                "cc",
                "cy@example.org",
                "bcc",
                "di@example.org",
                "subject",
                "Größe \u2603",
                "text",
                "Grüße",
                "html",
                "<p>Grüße</p>"));
    MimeMessage[] received = server.getReceivedMessages();
    assertThat(received).hasSize(4);
    MimeMessage message = received[0];
    assertThat(message.getSubject()).isEqualTo("Größe \u2603");
    assertThat(message.getFrom()[0]).hasToString("Robot <robot@example.org>");
    assertThat(message.getRecipients(RecipientType.TO)).hasSize(2);
    assertThat(message.getRecipients(RecipientType.BCC)).isNull();
    assertThat(message.getSentDate()).isEqualTo(Date.from(NOW));
    assertThat(message.getContentType()).startsWith("multipart/alternative");
    assertThat(JsonValue.get(output, "messageId")).isEqualTo(message.getMessageID());
    assertThat(message.getMessageID()).matches("<[0-9a-f]{32}@example\\.org>");
  }

  @Test
  void shouldKeepTheMessageIdOverAttempts() throws Exception {
    Map<String, Object> parameters = Map.of("to", "a@example.org", "text", "x");
    assertThat(run(mail, parameters)).isEqualTo(run(mail, parameters));
    assertThat(GreenMailUtil.getBody(server.getReceivedMessages()[0])).isEqualTo("x");
  }

  @ParameterizedTest
  @CsvSource({
    "subject, 'a\r\nBcc: evil@example.org'",
    "subject, 'a\nb'",
    "to, 'a@example.org\r\nBcc: evil@example.org'",
    "to, 'a@example.org, b@example.org'",
    "to, nobody",
    "cc, 'a b@example.org'",
    "from, 'x@example.org\nX-Evil: 1'"
  })
  void shouldRefuseBadHeaders(String name, String value) {
    Map<String, Object> parameters =
        new java.util.LinkedHashMap<>(Map.of("to", "a@example.org", "text", "x"));
    parameters.put(name, value);
    ActivityException failure = failure(mail, parameters);
    assertThat(failure.type()).isEqualTo("constraint");
    assertThat(failure).hasMessageContaining("\"" + name + "\"");
    assertThat(server.getReceivedMessages()).isEmpty();
  }

  @Test
  void shouldExplainWhatIsMissing() {
    assertThat(failure(mail, Map.of("text", "x"))).hasMessageContaining("from 1 to 500 addresses");
    assertThat(failure(mail, Map.of("to", "a@example.org"))).hasMessageContaining("text or html");
    ActivityException unconfigured =
        failure(new MailActivity(null), Map.of("to", "a@example.org", "text", "x"));
    assertThat(unconfigured.type()).isEqualTo("constraint");
    assertThat(unconfigured).hasMessageContaining("no SMTP server is configured");
  }

  @Test
  void shouldTellARefusedLogin() {
    MailActivity wrong = new MailActivity(settings(server.getSmtp().getPort(), "wrong"));
    ActivityException failure = failure(wrong, Map.of("to", "a@example.org", "text", "x"));
    assertThat(failure.type()).isEqualTo("mail.auth");
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void shouldNotSendInTheClearWhenTlsIsDemanded() {
    MailSettings starttls =
        new MailSettings(
            "127.0.0.1",
            server.getSmtp().getPort(),
            "robot@example.org",
            null,
            null,
            MailSettings.Tls.STARTTLS);
    ActivityException failure =
        failure(new MailActivity(starttls), Map.of("to", "a@example.org", "text", "x"));
    assertThat(failure.type()).isEqualTo("io");
    assertThat(server.getReceivedMessages()).isEmpty();
  }

  @Test
  void shouldTellAnUnreachableServer() throws Exception {
    int unused;
    try (ServerSocket socket = new ServerSocket(0)) {
      unused = socket.getLocalPort();
    }
    ActivityException failure =
        failure(
            new MailActivity(settings(unused, "pass")), Map.of("to", "a@example.org", "text", "x"));
    assertThat(failure.type()).isEqualTo("io");
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void shouldStopAtTheTimeLimit() throws Exception {
    // Accepts connections in its backlog and never says a word.
    try (ServerSocket silent = new ServerSocket(0)) {
      ActivityException failure =
          failure(
              new MailActivity(settings(silent.getLocalPort(), "pass")),
              Map.of(
                  "to", "a@example.org", "text", "x", "timeout", new java.math.BigDecimal("0.3")));
      assertThat(failure.type()).isEqualTo("timeout");
      assertThat(failure.retryable()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"450, true", "550, false"})
  void shouldNameTheReplyOfTheServer(int reply, boolean retryable) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.ofVirtual().start(() -> refuseRecipients(socket, reply));
      MailSettings anonymous =
          new MailSettings(
              "127.0.0.1",
              socket.getLocalPort(),
              "robot@example.org",
              null,
              null,
              MailSettings.Tls.NONE);
      ActivityException failure =
          failure(new MailActivity(anonymous), Map.of("to", "a@example.org", "text", "x"));
      assertThat(failure.type()).isEqualTo("mail." + reply);
      assertThat(failure.retryable()).isEqualTo(retryable);
      assertThat(failure).hasMessageContaining("mailbox says no");
    }
  }

  private static void refuseRecipients(ServerSocket server, int reply) {
    try (Socket socket = server.accept();
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      answer(socket, "220 ready");
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answer(socket, line.startsWith("RCPT") ? reply + " mailbox says no" : "250 ok");
      }
    } catch (IOException e) {
      // The client has hung up.
    }
  }

  private static void answer(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }
}
