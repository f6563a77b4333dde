package dev.millrace.dialect.nocobase.run;

import dev.millrace.engine.InstanceState;
import dev.millrace.engine.NodeRun;
import dev.millrace.store.StatusWords;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An execution as it is once it has settled.
 *
 * @param document of its version
 */
public record Execution(
    Version version, Map<String, @Nullable Object> document, InstanceState state) {

  /** Its number. */
  public long id() {
    return state.header().id();
  }

  /** Its status in the numbers of the API; null when it has not begun. */
  public @Nullable Integer status() {
    return StatusWords.nocobase(state.life().status(), state.life().reason(), state.incident());
  }

  /** Whether it ended well. */
  public boolean resolved() {
    Integer status = status();
    return status != null && status > 0;
  }

  /** Whether it waits for something. */
  public boolean pending() {
    Integer status = status();
    return status == null || status == 0;
  }

  /** Whether a node of the type {@code end} ended it. */
  public boolean endedByNode() {
    return state.graph().runs().values().stream()
        .filter(run -> !run.open())
        .max(Comparator.comparingInt(NodeRun::id))
        .map(run -> type(run.place().nodeId()).equals("end"))
        .orElse(false);
  }

  /** What its nodes of the type {@code response-message} said. */
  public List<Map<String, Object>> messages() {
    List<Map<String, Object>> messages = new ArrayList<>();
    for (NodeRun run : state.graph().runs().values()) {
      NodeRun.Result result = run.result();
      if (result != null
          && result.output() != null
          && type(run.place().nodeId()).equals("response-message")) {
        messages.add(Map.of("message", result.output()));
      }
    }
    return messages;
  }

  /** What its node of the type {@code response} answers; null when none ran. */
  public @Nullable Object response() {
    for (NodeRun run : state.graph().runs().values()) {
      NodeRun.Result result = run.result();
      if (result != null && type(run.place().nodeId()).equals("response")) {
        return result.output();
      }
    }
    return null;
  }

  private String type(String key) {
    return node(document, key).map(node -> String.valueOf(node.get("type"))).orElse("");
  }

  private static Optional<Map<?, ?>> node(Map<String, @Nullable Object> document, String key) {
    if (document.get("nodes") instanceof List<?> nodes) {
      for (Object node : nodes) {
        if (node instanceof Map<?, ?> map && key.equals(map.get("key"))) {
          return Optional.of(map);
        }
      }
    }
    return Optional.empty();
  }
}
