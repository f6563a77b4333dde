package dev.millrace.dialect.process.definition;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.JsonValue;
import dev.millrace.engine.graph.Graph;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.Outcomes;
import dev.millrace.engine.graph.Step;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Documents for tests, and a format with node types that declare but don't run. */
final class Documents {
  static final DefinitionRef REF = new DefinitionRef("proc-aaaaaaaa", 1);

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(
              JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private static final ProcessFormat FORMAT =
      new ProcessFormat(types(), new ProcessExpressions(), new JsonSchemas());

  private Documents() {}

  static ProcessFormat format() {
    return FORMAT;
  }

  static NodeTypes types() {
    List<NodeType> types = new ArrayList<>();
    types.add(new Declared("manual", Set.of(Outcomes.SUCCESS), "start-trigger", "start"));
    types.add(new Declared("cron-timer", Set.of(Outcomes.SUCCESS), "crontab", "cron"));
    types.add(new Declared("webhook", Set.of(Outcomes.SUCCESS), "async-api"));
    types.add(new Declared("form", Set.of(Outcomes.SUCCESS)));
    types.add(new Declared("approval", Set.of(Outcomes.APPROVED, Outcomes.REJECTED)));
    types.add(new Declared("condition", Set.of(Outcomes.TRUE, Outcomes.FALSE)));
    types.add(new Declared("switch", Set.of("*")));
    types.add(new Declared("aggregation", Set.of(Outcomes.SUCCESS), "join"));
    for (String name :
        List.of(
            "sync-api",
            "interval",
            "callback",
            "sub-workflow",
            "script",
            "transform",
            "variable",
            "parallel",
            "event-gateway",
            "loop",
            "http",
            "mail",
            "error-catch",
            "throw",
            "end",
            "terminate")) {
      types.add(new Declared(name, Set.of(Outcomes.SUCCESS)));
    }
    return new NodeTypes(types);
  }

  /** JSON in which quotes may be single and names bare. */
  static Object json(String text) {
    return Objects.requireNonNull(JsonValue.of(JSON.readValue(text, Object.class)));
  }

  static Object file(Path path) {
    try {
      return json(Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Object process(String tasks) {
    return process(tasks, "");
  }

  /**
   * A process with a name.
   *
   * @param members more members, each followed by a comma
   */
  static Object process(String tasks, String members) {
    return json("{name:'n'," + members + "tasks:[" + tasks + "]}");
  }

  static Object with(Object document, String member, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>();
    ((Map<?, ?>) document).forEach((key, old) -> changed.put(key.toString(), old));
    changed.put(member, value);
    return changed;
  }

  static Graph compile(Object document) {
    assertAccepted(document);
    return FORMAT.compile(REF, document);
  }

  private static void assertAccepted(Object document) {
    List<Problem> errors = FORMAT.check(document).errors();
    if (!errors.isEmpty()) {
      throw new AssertionError("expected an accepted document, found " + errors);
    }
  }

  /**
   * A process of tasks written as {@code F>A,B; A>J; B>J; J}, of template script. Those whose names
   * begin with J join all, with W wait, with X take one edge only.
   */
  static Object flow(String flow) {
    return flow(flow, "");
  }

  static Object flow(String flow, String members) {
    List<String> tasks = new ArrayList<>();
    for (String part : flow.split(";", -1)) {
      List<String> sides = List.of(part.strip().split(">", -1));
      String id = sides.getFirst();
      String template =
          switch (id.charAt(0)) {
            case 'J' -> "aggregation";
            case 'W' -> "interval";
            default -> "script";
          };
      String edges = sides.size() == 1 ? "" : "'" + sides.get(1).replace(",", "','") + "'";
      String split = id.startsWith("X") ? ",split:'xor'" : "";
      tasks.add(
          "{instId:'"
              + id
              + "',template:'"
              + template
              + "',connections:["
              + edges
              + "]"
              + split
              + "}");
    }
    return process(String.join(",", tasks), members);
  }

  private record Declared(String name, Set<String> outcomes, List<String> aliases)
      implements NodeType {
    private static final Set<String> WAITING =
        Set.of("interval", "callback", "approval", "form", "sub-workflow", "loop");
    private static final Set<String> ACTIVITIES = Set.of("script", "http", "mail");

    Declared(String name, Set<String> outcomes, String... aliases) {
      this(name, outcomes, List.of(aliases));
    }

    @Override
    public String summary() {
      return name;
    }

    @Override
    public Category category() {
      return Category.TASK;
    }

    @Override
    public Nature nature() {
      if (WAITING.contains(name)) {
        return Nature.WAIT;
      }
      return ACTIVITIES.contains(name) ? Nature.ACTIVITY : Nature.PURE;
    }

    @Override
    public List<ParameterSpec> parameters() {
      return switch (name) {
        case "script" -> List.of(ParameterSpec.optional("code", "string", "the code").asRaw());
        case "webhook" -> List.of(ParameterSpec.optional("value", "integer", "a value"));
        default -> List.of();
      };
    }

    @Override
    public Map<String, Object> example() {
      return Map.of();
    }

    @Override
    public Step enter(dev.millrace.engine.graph.NodeContext context) {
      return Step.Done.of(null);
    }
  }
}
