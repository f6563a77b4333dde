package dev.millrace.dialect.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Query;
import dev.millrace.dialect.nocobase.TestServer.Reply;
import dev.millrace.dialect.nocobase.run.Housekeeping;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityInput;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Channels, what is sent through them, and what people read of it. */
class NotificationsTest extends ServerTest {

  private void channel(String name, String type, Map<String, Object> options) {
    Reply created =
        server.post(
            "/api/notificationChannels:create",
            Map.of(
                "name", name, "title", "T " + name, "notificationType", type, "options", options));
    assertThat(created.status()).as(created.text()).isEqualTo(200);
  }

  private Map<String, Object> mail(TestMail mail) {
    Map<String, Object> options = new HashMap<>();
    options.put("host", "127.0.0.1");
    options.put("port", mail.port());
    options.put("secure", false);
    options.put("account", "me");
    options.put("password", "pa55word");
    options.put("from", "me@example.org");
    return options;
  }

  private static Map<String, Object> letter(String channel) {
    return Map.of(
        "channelName",
        channel,
        "to",
        List.of("you@example.org", List.of(" her@example.org ")),
        "replyTo",
        "desk@example.org",
        "subject",
        "Hello",
        "contentType",
        "text",
        "text",
        "Hi {{$context.data.name}}");
  }

  private static Map<String, Object> note(String channel, Object receivers) {
    return Map.of(
        "channelName",
        channel,
        "receivers",
        receivers,
        "title",
        "For {{$context.data.name}}",
        "content",
        "Look at it",
        "options",
        Map.of("url", "/admin/1"));
  }

  private Reply run(boolean sync, Map<String, Object> config) {
    long id =
        server.workflow(Map.of("type", "schedule", "sync", sync, "config", Map.of("mode", 0)));
    server.node(id, "notification", null, config);
    long execution =
        server
            .post("/api/workflows:execute?filterByTk=" + id, Map.of("data", Map.of("name", "Ada")))
            .number("data.execution.id");
    return server.until(
        () -> server.get("/api/executions:get?filterByTk=" + execution + "&appends=jobs"),
        reply -> reply.number("data.status") != 0);
  }

  @Test
  void shouldSendWhatAProgramAsksFor() {
    channel("news", "in-app-message", Map.of());
    Map<String, Object> message = Map.of("title", "Hello", "content", "It works");
    Reply sent =
        server.post(
            "/api/messages:send",
            Map.of(
                "channelName",
                "news",
                "triggerFrom",
                "shop",
                "receivers",
                Map.of("type", "userId", "value", List.of(1)),
                "message",
                message));
    assertThat(sent.at("data.status")).as(sent.text()).isEqualTo("success");
    assertThat(sent.at("data.triggerFrom")).isEqualTo("shop");
    assertThat(server.get("/api/myInAppMessages:list").at("data.messages.0.title"))
        .isEqualTo("Hello");
    assertThat(server.get("/api/notificationSendLogs:list").at("data.0.triggerFrom"))
        .isEqualTo("shop");
    Reply nobody =
        server.post("/api/messages:send", Map.of("channelName", "news", "message", message));
    assertThat(nobody.status()).isEqualTo(400);
    assertThat(nobody.error()).isEqualTo("receivers: expected a list of users, found none");
    Reply unknown =
        server.post("/api/messages:send", Map.of("channelName", "x", "message", message));
    assertThat(unknown.error()).isEqualTo("channel not found: x");
    assertThat(server.post("/api/messages:send", Map.of("message", message)).error())
        .isEqualTo("channelName is required");
    assertThat(server.get("/api/notificationSendLogs:list").number("meta.count")).isEqualTo(3);
  }

  @Test
  void shouldSendLettersToTheAddressesOfUsers() throws Exception {
    try (TestMail mail = new TestMail()) {
      channel("letters", "email", mail(mail));
      Reply sent =
          server.post(
              "/api/messages:send",
              Map.of(
                  "channelName",
                  "letters",
                  "receivers",
                  Map.of("type", "userId", "value", List.of(1)),
                  "message",
                  Map.of("subject", "Hello", "contentType", "text", "text", "It works")));
      assertThat(sent.at("data.status")).as(sent.text()).isEqualTo("success");
      assertThat(sent.at("data.message.to.0")).isEqualTo("admin@nocobase.com");
    }
  }

  @Test
  void shouldForgetWhatWasSentLongAgo() {
    channel("news", "in-app-message", Map.of());
    run(false, note("news", List.of(1)));
    Instant now = Instant.now();
    Duration kept = Duration.ofDays(30);
    keepHouse(now.plus(kept).minusSeconds(60), kept);
    assertThat(server.get("/api/notificationSendLogs:list").number("meta.count")).isEqualTo(1);
    keepHouse(now.plus(kept).plusSeconds(60), null);
    assertThat(server.get("/api/notificationSendLogs:list").number("meta.count")).isEqualTo(1);
    keepHouse(now.plus(kept).plusSeconds(60), kept);
    assertThat(server.get("/api/notificationSendLogs:list").number("meta.count")).isZero();
    // What people have to read stays.
    assertThat(server.get("/api/myInAppMessages:count").number("data.count")).isEqualTo(1);
  }

  private void keepHouse(Instant now, @Nullable Duration kept) {
    new Housekeeping(server.database(), InstantSource.fixed(now), kept).run();
  }

  @Test
  void shouldTellUsersInTheApplication() {
    channel("news", "in-app-message", Map.of());
    Reply told =
        run(false, note("news", List.of(1, Map.of("filter", Map.of("username", "nocobase")))));
    assertThat(told.number("data.status")).as(told.text()).isEqualTo(1);
    assertThat(told.at("data.jobs.0.result.status")).isEqualTo("success");
    assertThat(told.at("data.jobs.0.result.notificationType")).isEqualTo("in-app-message");
    Reply mine = server.get("/api/myInAppMessages:list");
    assertThat(mine.at("data.messages.size")).isEqualTo(1);
    assertThat(mine.at("data.messages.0.title")).isEqualTo("For Ada");
    assertThat(mine.at("data.messages.0.status")).isEqualTo("unread");
    assertThat(mine.at("data.messages.0.options.url")).isEqualTo("/admin/1");
    assertThat(server.get("/api/myInAppMessages:count").number("data.count")).isEqualTo(1);
    Reply channels = server.get("/api/myInAppChannels:list");
    assertThat(channels.number("meta.count")).isEqualTo(1);
    assertThat(channels.at("data.0.name")).isEqualTo("news");
    assertThat(channels.number("data.0.unreadMsgCnt")).isEqualTo(1);
    assertThat(channels.number("data.0.totalMsgCnt")).isEqualTo(1);
    assertThat(channels.at("data.0.latestMsgTitle")).isEqualTo("For Ada");
    Reply log = server.get("/api/notificationSendLogs:list");
    assertThat(log.number("meta.count")).isEqualTo(1);
    assertThat(log.at("data.0.status")).isEqualTo("success");
    assertThat(log.at("data.0.channelTitle")).isEqualTo("T news");
    assertThat(log.at("data.0.triggerFrom")).isEqualTo("workflow");
    assertThat(log.text()).doesNotContain("$job", "stack");

    String id = String.valueOf(mine.at("data.messages.0.id"));
    Reply read =
        server.post(
            "/api/notificationInAppMessages:updateMyOwn?filterByTk=" + id,
            Map.of("status", "read", "title", "forged"));
    assertThat(read.at("data.0.status")).isEqualTo("read");
    assertThat(read.at("data.0.title")).isEqualTo("For Ada");
    assertThat(server.get("/api/myInAppMessages:count").number("data.count")).isZero();
    assertThat(
            server
                .get("/api/myInAppChannels:list", "filter", "{\"status\":\"unread\"}")
                .number("meta.count"))
        .isZero();
    assertThat(
            server
                .post("/api/notificationInAppMessages:updateMyOwn", Map.of("status", "gone"))
                .status())
        .isEqualTo(400);
  }

  @Test
  void shouldSendLettersThroughTheServerOfTheChannel() throws Exception {
    try (TestMail mail = new TestMail()) {
      channel("post", "email", mail(mail));
      for (boolean sync : new boolean[] {true, false}) {
        Reply sent = run(sync, letter("post"));
        assertThat(sent.number("data.status")).as(sent.text()).isEqualTo(1);
        assertThat(sent.text()).doesNotContain("pa55word");
        assertThat(mail.letter())
            .contains(
                "AUTH ",
                "MAIL FROM:<me@example.org>",
                "RCPT TO:<you@example.org>",
                "RCPT TO:<her@example.org>",
                "Reply-To: desk@example.org",
                "Hi Ada");
      }
    }
    Reply log = server.get("/api/notificationSendLogs:list");
    assertThat(log.number("meta.count")).isEqualTo(2);
    assertThat(log.text()).contains("success").doesNotContain("pa55word", "failure");
  }

  @Test
  void shouldFailWhereNobodyCanBeTold() {
    Reply unknown = run(true, note("nosuch", List.of(1)));
    assertThat(unknown.number("data.status")).isEqualTo(-1);
    assertThat(unknown.number("data.jobs.0.status")).isEqualTo(-1);
    assertThat(unknown.at("data.jobs.0.result.reason")).isEqualTo("channel not found: nosuch");
    Map<String, Object> ignoring = new HashMap<>(note("nosuch", List.of(1)));
    ignoring.put("ignoreFail", true);
    Reply ignored = run(true, ignoring);
    assertThat(ignored.number("data.jobs.0.status")).isEqualTo(1);
    assertThat(ignored.at("data.jobs.0.result.status")).isEqualTo("failure");
    channel(
        "away", "email", Map.of("host", "127.0.0.1", "port", 1, "secure", false, "from", "a@b.c"));
    Reply away = run(true, letter("away"));
    assertThat(away.number("data.jobs.0.status")).isEqualTo(-1);
    assertThat(String.valueOf(away.at("data.jobs.0.result.reason"))).contains("cannot be reached");
    channel("news", "in-app-message", Map.of());
    Reply wrong = run(true, note("news", List.of(Map.of("filter", Map.of("nosuch", 1)))));
    assertThat(wrong.number("data.jobs.0.status")).as(wrong.text()).isEqualTo(-2);
    assertThat(
            server
                .get("/api/notificationSendLogs:list", "filter", "{\"status\":\"failure\"}")
                .number("meta.count"))
        .isEqualTo(4);
  }

  @Test
  void shouldTryNodesOfTypeNotification() {
    channel("news", "in-app-message", Map.of());
    Map<String, Object> config =
        Map.of("channelName", "news", "receivers", List.of(1), "title", "t");
    Reply tried =
        server.post("/api/flow_nodes:test", Map.of("type", "notification", "config", config));
    assertThat(tried.number("data.status")).as(tried.text()).isEqualTo(1);
    assertThat(tried.at("data.result.status")).isEqualTo("success");
    assertThat(server.get("/api/myInAppMessages:count").number("data.count")).isEqualTo(1);
  }

  @Test
  void shouldTellOnceHoweverOftenItIsRepeatedAfterACrash() throws Exception {
    channel("news", "in-app-message", Map.of());
    try (TestMail mail = new TestMail()) {
      channel("post", "email", mail(mail));
      Activity sending = server.activity("nocobase.notification");
      ActivityInput note =
          new ActivityInput(
              Map.of("channelName", "news", "receivers", List.of(1L), "title", "t"),
              Map.of(),
              "an execution/0/n/0",
              1,
              Duration.ZERO);
      assertThat(sending.run(note)).isEqualTo(sending.run(note));
      ActivityInput letter =
          new ActivityInput(
              Map.of(
                  "channelName",
                  "post",
                  "to",
                  List.of("a@b.c"),
                  "subject",
                  "s",
                  "html",
                  "<b>h</b>"),
              Map.of(),
              "an execution/0/l/0",
              1,
              Duration.ZERO);
      assertThat(sending.run(letter)).isEqualTo(sending.run(letter));
      assertThat(mail.letter()).contains("<b>h</b>");
      assertThat(mail.quiet()).isTrue();
    }
    assertThat(server.database().records("notificationInAppMessages").count(Query.all()))
        .isEqualTo(1);
    assertThat(server.database().records("notificationSendLogs").count(Query.all())).isEqualTo(2);
  }

  @Test
  void shouldTellTogetherWithTheTransactionThatTheNodeLiesIn() {
    channel("news", "in-app-message", Map.of());
    for (long status : new long[] {-1, 1}) {
      long id =
          server.workflow(Map.of("type", "schedule", "sync", true, "config", Map.of("mode", 0)));
      long transaction = server.node(id, "transaction", null, Map.of());
      long note = server.node(id, "notification", transaction, 1L, note("news", List.of(1)));
      if (status < 0) {
        server.node(id, "end", note, Map.of("endStatus", -1));
      }
      Reply ended =
          server.post("/api/workflows:execute?filterByTk=" + id, Map.of("data", Map.of()));
      assertThat(ended.number("data.execution.status")).as(ended.text()).isEqualTo(status);
      assertThat(server.get("/api/myInAppMessages:count").number("data.count"))
          .isEqualTo(status < 0 ? 0 : 1);
    }
  }

  @Test
  void shouldNeverShowThePasswordOfAChannel() throws Exception {
    try (TestMail mail = new TestMail()) {
      Map<String, Object> options = mail(mail);
      Reply made =
          server.post(
              "/api/notificationChannels:create",
              Map.of("title", "P", "notificationType", "email", "options", options));
      String name = String.valueOf(made.at("data.name"));
      assertThat(name).matches("s_[0-9a-z]{11}");
      String channel = "/api/notificationChannels:update?filterByTk=" + name;
      options.remove("password");
      options.put("from", "other@example.org");
      Reply kept = server.post(channel, Map.of("name", name, "options", options));
      assertThat(kept.status()).as(kept.text()).isEqualTo(200);
      assertThat(secret(name)).isEqualTo("pa55word");
      for (Reply shown :
          List.of(
              made,
              kept,
              server.get("/api/notificationChannels:list"),
              server.get("/api/notificationChannels:get?filterByTk=" + name),
              server.get("/api/notificationChannels:list?fields=secret,options&sort=secret"),
              server.get("/api/notificationInAppMessages:list?appends=channel"))) {
        assertThat(shown.text()).doesNotContain("pa55word");
      }
      assertThat(
              server
                  .get(
                      "/api/notificationChannels:list",
                      "filter",
                      "{\"secret\":{\"$includes\":\"pa55\"}}")
                  .text())
          .doesNotContain(name);
      options.put("host", "elsewhere.example.org");
      assertThat(server.post(channel, Map.of("options", options)).status()).isEqualTo(200);
      assertThat(secret(name)).isNull();
    }
  }

  private @Nullable Object secret(String name) {
    return server
        .database()
        .records("notificationChannels")
        .get(Query.byKey(name).withHidden())
        .orElseThrow()
        .get("secret");
  }

  @Test
  void shouldRefuseChannelsThatCannotWork() {
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of("title", "no type"),
            Map.of("notificationType", "pigeon"),
            Map.of("notificationType", "email", "name", "1st"),
            Map.of("notificationType", "email", "options", "host"),
            Map.of("notificationType", "email", "options", Map.of("port", "often")),
            Map.of("notificationType", "email", "options", Map.of("password", 1)))) {
      Reply refused = server.post("/api/notificationChannels:create", wrong);
      assertThat(refused.status()).as(refused.text()).isEqualTo(400);
      assertThat(refused.error()).contains("expected");
    }
    channel("news", "in-app-message", Map.of());
    assertThat(
            server
                .post("/api/notificationChannels:update?filterByTk=news", Map.of("name", "other"))
                .status())
        .isEqualTo(400);
    assertThat(server.post("/api/notificationSendLogs:create", Map.of()).status()).isEqualTo(403);
    assertThat(server.post("/api/notificationChannels:destroy?filterByTk=news", null).at("data"))
        .isEqualTo(1L);
  }
}
