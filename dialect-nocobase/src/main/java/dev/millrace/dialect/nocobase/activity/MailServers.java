package dev.millrace.dialect.nocobase.activity;

import dev.millrace.runtime.activity.Activity;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reaches the mail servers that nodes name. Thread-safe. */
@FunctionalInterface
public interface MailServers {

  /**
   * The activity {@code mail} through a server.
   *
   * @throws IOException when the server must not be reached, or has no address
   */
  Activity through(Provider provider) throws IOException;

  /**
   * A mail server as a node names it.
   *
   * @param secure whether the connection is encrypted from its first byte
   * @param from the sender when a letter names none
   * @param user null when the server wants no login
   * @param password of that user; never printed
   */
  record Provider(
      String host,
      int port,
      boolean secure,
      String from,
      @Nullable String user,
      @Nullable String password) {
    /** All but the password. */
    @Override
    public String toString() {
      return "Provider[%s:%d, user %s]".formatted(host, port, user);
    }
  }
}
