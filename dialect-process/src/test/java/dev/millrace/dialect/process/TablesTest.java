package dev.millrace.dialect.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.runtime.EngineApi;
import dev.millrace.transport.Caller;
import dev.millrace.transport.Problem;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small tables: reasons, pages, words, users, times, revisions. */
class TablesTest {

  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, 404, not_found",
    "ALREADY_EXISTS, 409, conflict",
    "INVALID_INPUT, 400, invalid_input",
    "INVALID_STATE, 409, conflict",
    "NOT_STARTABLE, 409, not_startable",
    "ALREADY_SUBMITTED, 409, already_submitted",
    "FORBIDDEN, 403, forbidden",
    "RATE_LIMITED, 429, rate_limited",
    "TOO_LARGE, 413, too_large",
    "BUSY, 503, busy",
    "QUARANTINED, 409, quarantined"
  })
  void shouldMapReasons(Reason reason, int status, String code) {
    Problem problem =
        Reasons.problem(new Reply.Rejected(reason, "why", List.of(Map.of("path", "$.a"))));

    assertThat(problem.status()).isEqualTo(status);
    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.getMessage()).isEqualTo("why");
    assertThat(problem.details()).containsExactly(Map.of("path", "$.a"));
    assertThat(problem.headers().containsKey("Retry-After"))
        .isEqualTo(status == 429 || status == 503);
  }

  @Test
  void shouldReadPages() {
    assertThat(Paging.of(null, null, null)).isEqualTo(new Paging(20, 0, null));
    assertThat(Paging.of("1000", "40", "")).isEqualTo(new Paging(1000, 40, null));
    assertThat(Paging.of("1", null, "99")).isEqualTo(new Paging(1, 0, 99L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1001", "x", "", "1.0", "99999999999999999999"})
  void shouldRefuseOtherLimits(String limit) {
    invalid(() -> Paging.of(limit, null, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "2147483648"})
  void shouldRefuseOtherOffsets(String offset) {
    invalid(() -> Paging.of(null, offset, null));
  }

  @Test
  void shouldRefuseOtherCursors() {
    invalid(() -> Paging.of(null, null, "-1"));
    invalid(() -> Paging.of(null, null, "abc"));
  }

  @Test
  void shouldFindStatesOfWords() {
    assertThat(StatusView.statuses("")).isEmpty();
    assertThat(StatusView.statuses("started"))
        .containsExactlyInAnyOrder(Status.PENDING, Status.RUNNING);
    assertThat(StatusView.statuses("stopped"))
        .containsExactlyInAnyOrder(Status.TERMINATED, Status.CANCELED);
    invalid(() -> StatusView.statuses("done"));
  }

  @Test
  void shouldTakeUserFromHeaderWithoutAuthentication() {
    Users users = new Users(caller -> false);

    assertThat(users.resolve(Caller.ANONYMOUS, "")).isEmpty();
    assertThat(users.resolve(Caller.ANONYMOUS, "zhangsan")).isEqualTo("zhangsan");
    assertThat(Users.decode("%E5%BC%A0%E4%B8%89")).isEqualTo("张三");
    assertThat(Users.decode("a+b")).isEqualTo("a+b");
    invalid(() -> Users.decode("%zz"));
    invalid(() -> Users.decode("%ff"));
    invalid(() -> Users.decode("a%0Ab"));
    invalid(() -> Users.decode("x".repeat(101)));
  }

  @Test
  void shouldHoldProvenCallersToTheirName() {
    Caller bob = new Caller("bob", true);

    assertThat(new Users(caller -> false).resolve(bob, "")).isEqualTo("bob");
    assertThat(new Users(caller -> false).resolve(bob, "bob")).isEqualTo("bob");
    assertThat(new Users(bob::equals).resolve(bob, "eve")).isEqualTo("eve");
    assertThatThrownBy(() -> new Users(caller -> false).resolve(bob, "eve"))
        .isInstanceOfSatisfying(Problem.class, p -> assertThat(p.status()).isEqualTo(403));
  }

  @Test
  void shouldWriteAndReadTimes() {
    Times times = new Times(ZoneId.of("Asia/Shanghai"));
    Instant at = Instant.parse("2023-12-01T02:00:00Z");

    assertThat(times.text(at)).isEqualTo("2023-12-01 10:00:00");
    assertThat(times.parse("from", "2023-12-01 10:00:00")).isEqualTo(at);
    assertThat(times.parse("from", "2023-12-01T10:00:00+08:00")).isEqualTo(at);
    assertThat(times.parse("from", Long.toString(at.toEpochMilli()))).isEqualTo(at);
    invalid(() -> times.parse("from", "yesterday"));
    invalid(() -> times.parse("from", "9".repeat(30)));
    invalid(() -> times.parse("from", "2023-02-30 10:00:00"));
  }

  @Test
  void shouldReadRevisionOfIfMatch() {
    assertThat(Requests.revision("\"3\"")).isEqualTo(3);
    assertThat(Requests.revision("W/\"3\"")).isEqualTo(3);
    assertThat(Requests.revision("3")).isEqualTo(3);
    assertThat(Requests.revision("*")).isZero();
    invalid(() -> Requests.revision("\"\""));
    invalid(() -> Requests.revision("\"abc\""));
  }

  @Test
  void shouldNameRequestsByKeyAndContent() {
    EngineApi.RequestId first = Requests.id("k", new byte[] {1}, "a");

    assertThat(Requests.id("k", new byte[] {1}, "a")).isEqualTo(first);
    assertThat(Requests.id("k", new byte[] {2}, "a")).isNotEqualTo(first);
    assertThat(Requests.id("k", new byte[] {1}, "b")).isNotEqualTo(first);
    invalid(() -> Requests.id(" ", new byte[0]));
    invalid(() -> Requests.id("k".repeat(256), new byte[0]));
  }

  @Test
  void shouldReadFlagsStrictly() {
    assertThat(Parameters.flag("force", null)).isFalse();
    assertThat(Parameters.flag("force", "false")).isFalse();
    assertThat(Parameters.flag("force", "")).isTrue();
    assertThat(Parameters.flag("force", "true")).isTrue();
    invalid(() -> Parameters.flag("force", "yes"));
  }

  @Test
  void shouldReadLifetimesOfSignals() {
    assertThat(ActionRoutes.ttlMillis(null)).isNegative();
    assertThat(ActionRoutes.ttlMillis(0L)).isZero();
    assertThat(ActionRoutes.ttlMillis(new BigDecimal("1.5"))).isEqualTo(1_500);
    invalid(() -> ActionRoutes.ttlMillis(-1L));
    invalid(() -> ActionRoutes.ttlMillis("1"));
    invalid(() -> ActionRoutes.ttlMillis(new BigDecimal("1e900")));
  }

  @Test
  void shouldReadChangedParameters() {
    assertThat(ActionRoutes.parameters(null)).isEmpty();
    assertThat(ActionRoutes.parameters(Map.of("A", Map.of("url", "x"))))
        .isEqualTo(Map.of("A", Map.of("url", "x")));
    invalid(() -> ActionRoutes.parameters(Map.of("A", "x")));
    invalid(() -> ActionRoutes.parameters(List.of()));
  }

  private static void invalid(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(400);
              assertThat(problem.code()).isEqualTo("invalid_input");
            });
  }
}
