package dev.millrace.dialect.nocobase.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeyLengthException;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** Signs and reads tokens: JWTs with HMAC-SHA256 and a key of this server. Thread-safe. */
final class Tokens {
  /** How long a token of a sign-in is good. */
  static final Duration LIFE = Duration.ofDays(1);

  /** How long after its end it is still exchanged for a new one. */
  static final Duration RENEWAL = Duration.ofDays(1);

  /** How long a sign-in lasts, however often its token is renewed. */
  static final Duration SESSION = Duration.ofDays(7);

  /** What "never" means for API keys. */
  private static final Duration NEVER = Duration.ofDays(365_250);

  private final MACSigner signer;
  private final MACVerifier verifier;
  private final InstantSource clock;

  /**
   * Tokens of one key.
   *
   * @param key of at least 32 bytes
   */
  Tokens(byte[] key, InstantSource clock) {
    this.clock = clock;
    try {
      this.signer = new MACSigner(key);
      this.verifier = new MACVerifier(key);
    } catch (KeyLengthException e) {
      throw new IllegalArgumentException("expected a key of 32 bytes, found " + key.length, e);
    } catch (JOSEException e) {
      throw new IllegalStateException("every Java runtime has HMAC-SHA256", e);
    }
  }

  /**
   * A token that was read.
   *
   * @param id names it, to be revoked by
   * @param role forced by an API key; null for a sign-in
   * @param signedInAt when the sign-in was; that of an API key's making
   */
  record Token(
      long userId,
      String id,
      @Nullable String role,
      boolean expired,
      Instant endsAt,
      Instant signedInAt) {

    /** When no token of the same sign-in is good any more. */
    Instant sessionEndsAt() {
      return role == null ? signedInAt.plus(SESSION) : endsAt;
    }
  }

  /** The time by which tokens are dated. */
  Instant now() {
    return clock.instant();
  }

  String forSignIn(long userId, String id) {
    return forSignIn(userId, id, clock.instant());
  }

  /**
   * A new token for one that has expired not long ago, under its name, so that to sign out ends
   * both; null when it is too late, or for an API key.
   */
  @Nullable String renewed(Token token) {
    Instant now = clock.instant();
    boolean due =
        token.expired()
            && token.role() == null
            && now.isBefore(token.endsAt().plus(RENEWAL))
            && now.isBefore(token.sessionEndsAt());
    return due ? forSignIn(token.userId(), token.id(), token.signedInAt()) : null;
  }

  /** Whether the sign-in itself is too long ago. */
  boolean sessionEnded(Token token) {
    return !clock.instant().isBefore(token.sessionEndsAt());
  }

  private String forSignIn(long userId, String id, Instant signedInAt) {
    Instant now = clock.instant();
    return sign(
        new JWTClaimsSet.Builder()
            .claim("userId", userId)
            .claim("temp", true)
            .claim("signInTime", signedInAt.toEpochMilli())
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFE)))
            .jwtID(id)
            .build());
  }

  /**
   * The token of an API key.
   *
   * @param life null for one that never ends
   */
  String forApiKey(long userId, String role, String id, @Nullable Duration life) {
    Instant now = clock.instant();
    return sign(
        new JWTClaimsSet.Builder()
            .claim("userId", userId)
            .claim("roleName", role)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(life == null ? NEVER : life)))
            .jwtID(id)
            .build());
  }

  private String sign(JWTClaimsSet claims) {
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    try {
      jwt.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("the key was checked when it was given", e);
    }
    return jwt.serialize();
  }

  /** What a text says, or null when it was not signed here. */
  @Nullable Token read(String text) {
    try {
      SignedJWT jwt = SignedJWT.parse(text);
      if (!JWSAlgorithm.HS256.equals(jwt.getHeader().getAlgorithm()) || !jwt.verify(verifier)) {
        return null;
      }
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      Long userId = claims.getLongClaim("userId");
      Date end = claims.getExpirationTime();
      String id = claims.getJWTID();
      if (userId == null || end == null || id == null) {
        return null;
      }
      Instant endsAt = end.toInstant();
      Long signedIn = claims.getLongClaim("signInTime");
      return new Token(
          userId,
          id,
          claims.getStringClaim("roleName"),
          !endsAt.isAfter(clock.instant()),
          endsAt,
          signedIn == null ? endsAt.minus(LIFE) : Instant.ofEpochMilli(signedIn));
    } catch (ParseException | JOSEException e) {
      return null;
    }
  }
}
