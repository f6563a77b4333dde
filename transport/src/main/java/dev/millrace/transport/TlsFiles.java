package dev.millrace.transport;

import java.nio.file.Path;

/**
 * What a listener proves itself with. Both are read when the listener is made; what they hold is
 * used until it is closed.
 *
 * @param certificate PEM file of the certificate, with those between it and the authority after it
 * @param key PEM file of its private key, PKCS #8 without a password
 */
public record TlsFiles(Path certificate, Path key) {

  /** What to tell when a library could not use them. */
  public IllegalArgumentException unusable(Exception cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new IllegalArgumentException(
        "expected a certificate as PEM in %s and its key (PKCS #8, no password) in %s, found: %s"
            .formatted(certificate, key, root.getMessage()),
        cause);
  }
}
