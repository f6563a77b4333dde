package dev.millrace.dialect.nocobase.http;

import dev.millrace.engine.code.TraceContext;
import dev.millrace.transport.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call of an action. Belongs to the thread of the request. */
public final class ActionRequest {
  private final Target target;
  private final Identity identity;
  private final Parameters parameters;
  private final @Nullable Object body;
  private final Request http;
  private final List<Object> messages = new ArrayList<>();

  ActionRequest(
      Target target,
      Identity identity,
      Parameters parameters,
      @Nullable Object body,
      Request http) {
    this.target = target;
    this.identity = identity;
    this.parameters = parameters;
    this.body = body;
    this.http = http;
  }

  /**
   * What is called.
   *
   * @param owner the collection whose association is meant, empty for none
   * @param ownerKey its row
   * @param name the collection, or the association of the owner
   */
  public record Target(String owner, String ownerKey, String name, String action) {
    /** The name permissions and actions are known by, as {@code workflows.nodes}. */
    public String resource() {
      return owner.isEmpty() ? name : owner + "." + name;
    }

    /** Whether rows of one owner are meant. */
    public boolean owned() {
      return !owner.isEmpty();
    }
  }

  /** The caller's trace, null for none. */
  public @Nullable TraceContext trace() {
    return TraceContext.ofHeaders(
        http.header(TraceContext.PARENT_HEADER), http.header(TraceContext.STATE_HEADER));
  }

  /** What is called. */
  public Target target() {
    return target;
  }

  /** Who acts. */
  public Identity identity() {
    return identity;
  }

  /** The parameters. */
  public Parameters parameters() {
    return parameters;
  }

  /** The body as JSON: an object, a list, or null for none. */
  public @Nullable Object body() {
    return body;
  }

  /** The body as an object; empty for none. */
  public Map<String, @Nullable Object> values() {
    if (body == null) {
      return new LinkedHashMap<>();
    }
    if (!(body instanceof Map<?, ?> map)) {
      throw Errors.bad("expected an object as the body, found a list");
    }
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    map.forEach((key, value) -> values.put(String.valueOf(key), value));
    return values;
  }

  /** The request below. */
  public Request http() {
    return http;
  }

  /** Messages that go into the envelope; to be added to. */
  public List<Object> messages() {
    return messages;
  }
}
