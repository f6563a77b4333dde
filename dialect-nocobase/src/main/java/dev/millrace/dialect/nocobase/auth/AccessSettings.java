package dev.millrace.dialect.nocobase.auth;

import org.jspecify.annotations.Nullable;

/**
 * Who may use the API.
 *
 * @param signIn whether a sign-in is needed; otherwise everybody is the root user
 * @param signingKey of tokens, at least 32 characters
 * @param adminEmail of the root user that a new database begins with
 * @param adminPassword of that user; null for none, with which nobody can sign in
 */
public record AccessSettings(
    boolean signIn, String signingKey, String adminEmail, @Nullable String adminPassword) {
  /** The e-mail address of the root user when nothing is said. */
  public static final String ADMIN_EMAIL = "admin@nocobase.com";

  /** Without secrets. */
  @Override
  public String toString() {
    return "AccessSettings[signIn=" + signIn + ", adminEmail=" + adminEmail + "]";
  }
}
