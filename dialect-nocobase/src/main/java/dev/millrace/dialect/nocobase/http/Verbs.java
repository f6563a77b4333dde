package dev.millrace.dialect.nocobase.http;

import dev.millrace.dialect.nocobase.http.Actions.Relation;
import org.jspecify.annotations.Nullable;

/** What an HTTP method means where the path names no action. */
final class Verbs {
  private Verbs() {}

  /** For a collection, with or without a row. */
  static @Nullable String ofCollection(String method, boolean row) {
    return switch (method) {
      case "GET" -> row ? "get" : "list";
      case "POST" -> row ? null : "create";
      case "PUT", "PATCH" -> row ? "update" : null;
      case "DELETE" -> "destroy";
      default -> null;
    };
  }

  /** For an association of a row, with or without a row of its own. */
  static @Nullable String ofAssociation(Relation relation, String method, boolean row) {
    return switch (relation) {
      case MANY ->
          switch (method) {
            case "GET" -> row ? "get" : "list";
            case "POST" -> "create";
            case "PUT", "PATCH" -> row ? "update" : null;
            case "DELETE" -> "destroy";
            default -> null;
          };
      case ONE ->
          switch (method) {
            case "GET" -> "get";
            case "POST", "PUT", "PATCH" -> "update";
            case "DELETE" -> "destroy";
            default -> null;
          };
      case BELONGS ->
          switch (method) {
            case "GET" -> "get";
            case "POST" -> row ? "set" : null;
            case "DELETE" -> "remove";
            default -> null;
          };
      case LINKED ->
          switch (method) {
            case "GET" -> row ? "get" : "list";
            case "POST" -> row ? "add" : "set";
            case "PUT", "PATCH" -> row ? "update" : null;
            case "DELETE" -> row ? "remove" : null;
            default -> null;
          };
    };
  }
}
