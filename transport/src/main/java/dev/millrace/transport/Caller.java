package dev.millrace.transport;

/**
 * Who sent a request, as the {@link Authenticator} found it.
 *
 * @param name name of the caller, for logs and audit; never a secret
 * @param authenticated whether the name was proven
 */
public record Caller(String name, boolean authenticated) {
  /** A caller of whom nothing is known. */
  public static final Caller ANONYMOUS = new Caller("anonymous", false);
}
