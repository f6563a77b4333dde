package dev.millrace.transport;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Accepts {@code Authorization: Bearer <token>}, or {@code dapr-api-token: <token>} as the clients
 * of that API send it, for a fixed set of tokens. Only SHA-256 hashes of the tokens are kept; every
 * hash is compared in full on every request, so the time taken tells nothing of which token was
 * nearly right. Tokens must be long random text: the hash is not salted.
 */
public final class BearerTokens implements Authenticator {
  private static final String SCHEME = "bearer ";
  private static final String API_TOKEN = "dapr-api-token";
  private static final int SHA256_BYTES = 32;

  private final List<Entry> entries;

  private BearerTokens(List<Entry> entries) {
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("expected at least one bearer token, found none");
    }
    this.entries = List.copyOf(entries);
  }

  /** Tokens in clear text, by the name of the caller each stands for. */
  public static BearerTokens ofTokens(Map<String, String> tokensByCaller) {
    List<Entry> entries = new ArrayList<>();
    tokensByCaller.forEach((name, token) -> {
      if (token.isBlank()) {
        throw new IllegalArgumentException("expected a token for " + name + ", found none");
      }
      entries.add(new Entry(new Caller(name, true), sha256(token)));
    });
    return new BearerTokens(entries);
  }

  /**
   * SHA-256 hashes of tokens in hexadecimal, by the name of the caller each stands for.
   *
   * @throws IllegalArgumentException for a hash that is not 64 hexadecimal digits
   */
  public static BearerTokens ofHashes(Map<String, String> hashesByCaller) {
    List<Entry> entries = new ArrayList<>();
    hashesByCaller.forEach((name, hex) -> {
      if (hex.length() != 2 * SHA256_BYTES) {
        throw new IllegalArgumentException(
            "expected 64 hexadecimal digits as the token hash of %s, found %d characters"
                .formatted(name, hex.length()));
      }
      entries.add(new Entry(new Caller(name, true), HexFormat.of().parseHex(hex)));
    });
    return new BearerTokens(entries);
  }

  @Override
  public Caller authenticate(Request head) {
    List<String> apiTokens = head.headerValues(API_TOKEN);
    if (!apiTokens.isEmpty()) {
      Caller caller = apiTokens.size() > 1 ? null : caller(apiTokens.getFirst());
      if (caller == null) {
        throw refusal("expected one known token in " + API_TOKEN + ", found another", "");
      }
      return caller;
    }
    List<String> headers = head.headerValues("authorization");
    if (headers.isEmpty()) {
      throw refusal("expected an Authorization header with a bearer token, found none", "");
    }
    String value = headers.getFirst();
    if (headers.size() > 1 || !value.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      throw refusal("expected one Authorization header of the form 'Bearer <token>'", "");
    }
    Caller found = caller(value.substring(SCHEME.length()).trim());
    if (found == null) {
      throw refusal("expected a known bearer token, found another", ", error=\"invalid_token\"");
    }
    return found;
  }

  /** Whose token it is; null for an unknown one. */
  public @Nullable Caller caller(String token) {
    byte[] hash = sha256(token);
    @Nullable Caller found = null;
    for (Entry entry : entries) {
      // No early end: every entry costs the same.
      if (MessageDigest.isEqual(entry.hash, hash)) {
        found = entry.caller;
      }
    }
    return found;
  }

  private static Problem refusal(String message, String parameters) {
    return Problem.of(401, "unauthorized", message)
        .withHeader("WWW-Authenticate", "Bearer realm=\"millrace\"" + parameters);
  }

  private static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private static final class Entry {
    private final Caller caller;
    private final byte[] hash;

    Entry(Caller caller, byte[] hash) {
      this.caller = caller;
      this.hash = hash;
    }
  }
}
