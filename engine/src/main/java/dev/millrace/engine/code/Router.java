package dev.millrace.engine.code;

import org.jspecify.annotations.Nullable;

/**
 * Which applications an event or action goes between.
 *
 * @param source the application that it comes from
 * @param target the application it is for, null for the same
 * @param targetNamespace carried along; this server knows one namespace only
 */
public record Router(String source, @Nullable String target, @Nullable String targetNamespace) {

  /** Within one application. */
  public static Router of(String source) {
    return new Router(source, null, null);
  }
}
