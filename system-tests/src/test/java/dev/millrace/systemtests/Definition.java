package dev.millrace.systemtests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds a process definition; {@code engine} is standard unless said. Used by one thread. */
final class Definition {

  private final Map<String, @Nullable Object> body;

  private Definition(String name, List<Object> tasks) {
    body = Json.object("name", name, "engine", "standard", "tasks", tasks);
  }

  static Definition of(String name, Task... tasks) {
    List<Object> bodies = new ArrayList<>();
    for (Task task : tasks) {
      bodies.add(task.body());
    }
    return new Definition(name, bodies);
  }

  Definition with(String field, @Nullable Object value) {
    body.put(field, value);
    return this;
  }

  Map<String, @Nullable Object> body() {
    return body;
  }
}
