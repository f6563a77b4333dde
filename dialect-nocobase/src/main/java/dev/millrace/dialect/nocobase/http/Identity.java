package dev.millrace.dialect.nocobase.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who acts.
 *
 * @param userId its id; 0 for nobody
 * @param role the role used for this request, as {@code root}
 * @param user the row without its secrets; empty for nobody
 */
public record Identity(long userId, String role, Map<String, @Nullable Object> user) {
  /** May do everything. */
  public static final String ROOT = "root";

  /** A request that needs nobody signed in. */
  public static final Identity NOBODY = new Identity(0, "", Map.of());

  /** Whether somebody is signed in. */
  public boolean known() {
    return userId != 0;
  }

  /** Whether the role may do everything. */
  public boolean isRoot() {
    return role.equals(ROOT);
  }
}
