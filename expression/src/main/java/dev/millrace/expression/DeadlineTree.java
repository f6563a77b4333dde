package dev.millrace.expression;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes Jackson trees whose containers look at a deadline when they are read. The schema validator
 * has no time bound, and a schema that applies itself twice to a member doubles its work with each
 * level of the value; but all of that work goes through the containers.
 */
final class DeadlineTree {
  private final Deadline deadline;

  DeadlineTree(Deadline deadline) {
    this.deadline = deadline;
  }

  JsonNode of(@Nullable Object value) {
    return JsonText.tree(value, new Factory(deadline));
  }

  private static final class Factory extends JsonNodeFactory {
    private final transient Deadline deadline;

    private Factory(Deadline deadline) {
      this.deadline = deadline;
    }

    @Override
    public ObjectNode objectNode() {
      return new DeadlineObject(this, deadline);
    }

    @Override
    public ArrayNode arrayNode(int capacity) {
      return new DeadlineArray(this, deadline);
    }
  }

  private static final class DeadlineObject extends ObjectNode {
    private final transient Deadline deadline;

    private DeadlineObject(JsonNodeFactory nodes, Deadline deadline) {
      super(nodes);
      this.deadline = deadline;
    }

    @Override
    public JsonNode get(String name) {
      deadline.check();
      return super.get(name);
    }

    @Override
    public Set<Map.Entry<String, JsonNode>> properties() {
      deadline.check();
      return super.properties();
    }
  }

  private static final class DeadlineArray extends ArrayNode {
    private final transient Deadline deadline;

    private DeadlineArray(JsonNodeFactory nodes, Deadline deadline) {
      super(nodes);
      this.deadline = deadline;
    }

    @Override
    public JsonNode get(int index) {
      deadline.check();
      return super.get(index);
    }

    @Override
    public int size() {
      deadline.check();
      return super.size();
    }

    @Override
    public Collection<JsonNode> values() {
      deadline.check();
      return super.values();
    }
  }
}
