package dev.millrace.dialect.nocobase.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import org.jspecify.annotations.Nullable;

/** Hashes of passwords: bcrypt over SHA-512, so that long passwords count whole. Thread-safe. */
final class Passwords {
  /** Two to this power rounds: about a tenth of a second. */
  private static final int COST = 11;

  /** Longer ones are refused before they are hashed. */
  static final int MAX_CHARS = 512;

  private static final BCrypt.Version VERSION = BCrypt.Version.VERSION_2A;

  /** Compared with when there is no such user, so that an answer takes as long. */
  private static final String NOBODYS = hash("nobody has this password");

  private Passwords() {}

  static String hash(String password) {
    byte[] hash =
        BCrypt.with(LongPasswordStrategies.hashSha512(VERSION))
            .hash(COST, password.getBytes(UTF_8));
    return new String(hash, UTF_8);
  }

  /** Whether a password fits a hash; takes as long when there is none. */
  static boolean fits(String password, @Nullable String hash) {
    if (password.length() > MAX_CHARS) {
      return false;
    }
    String compared = hash == null || hash.isEmpty() ? NOBODYS : hash;
    boolean fits =
        BCrypt.verifyer(VERSION, LongPasswordStrategies.hashSha512(VERSION))
            .verify(password.getBytes(UTF_8), compared.getBytes(UTF_8))
            .verified;
    return fits && compared.equals(hash);
  }
}
