package dev.millrace.activities.mail;

import org.jspecify.annotations.Nullable;

/**
 * The SMTP server that mail goes out through.
 *
 * @param from the sender when a mail names none
 * @param username null when the server wants no login
 * @param password null when the server wants no login; never printed
 */
public record MailSettings(
    String host,
    int port,
    String from,
    @Nullable String username,
    @Nullable String password,
    Tls tls) {

  /** How the connection is protected; where it is, the server's certificate is checked. */
  public enum Tls {
    /** Not at all. */
    NONE,
    /** Starts in the clear and must switch before anything else. */
    STARTTLS,
    /** From the first byte. */
    IMPLICIT
  }

  /** All but the password. */
  @Override
  public String toString() {
    return "MailSettings[%s:%d, from %s, user %s, tls %s]"
        .formatted(host, port, from, username, tls);
  }
}
