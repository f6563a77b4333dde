package dev.millrace.dialect.process;

import dev.millrace.transport.Caller;
import dev.millrace.transport.Problem;
import dev.millrace.transport.Request;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/**
 * Which user stands behind a request. A proven caller is the user; the header {@code
 * X-Millrace-User} (percent-encoded UTF-8) names another one where that is allowed, and is the only
 * source on a server without authentication.
 */
final class Users {
  static final String HEADER = "X-Millrace-User";

  /** The length of the columns that hold users. */
  private static final int MAX_CHARS = 100;

  private final Predicate<Caller> mayActForOthers;

  Users(Predicate<Caller> mayActForOthers) {
    this.mayActForOthers = mayActForOthers;
  }

  /** The user, empty when nobody says. 403 when the caller may not be who it says. */
  String of(Request request) {
    String header = request.header(HEADER);
    return resolve(request.caller(), header == null ? "" : decode(header));
  }

  /** Who starts something: the named user if the caller may name it, else the caller's user. */
  String executor(Request request) {
    String named = request.query("executor");
    String user = of(request);
    if (named == null || named.isEmpty()) {
      return user;
    }
    return resolve(request.caller(), checked("executor", named));
  }

  /** The user of a caller who says to be {@code named}; empty for saying nothing. */
  String resolve(Caller caller, String named) {
    if (!caller.authenticated()) {
      return named;
    }
    if (named.isEmpty() || named.equals(caller.name())) {
      return caller.name();
    }
    if (mayActForOthers.test(caller)) {
      return named;
    }
    throw Problem.of(
        403,
        "forbidden",
        "expected the authenticated user %s, found %s".formatted(caller.name(), named));
  }

  static String decode(String header) {
    try {
      // A plus sign stands for itself: this is percent-encoding, not a form.
      String plain = URLDecoder.decode(header.replace("+", "%2B"), StandardCharsets.UTF_8);
      return checked(HEADER, plain.strip());
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(
          "invalid_input",
          "expected percent-encoded UTF-8 in " + HEADER + ", found something else");
    }
  }

  private static String checked(String what, String user) {
    boolean bad =
        user.length() > MAX_CHARS
            || user.chars().anyMatch(c -> Character.isISOControl(c) || c == '\uFFFD');
    if (bad) {
      throw Problem.badRequest(
          "invalid_input",
          "expected at most %d characters without control characters in %s"
              .formatted(MAX_CHARS, what));
    }
    return user;
  }
}
