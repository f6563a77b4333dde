package dev.millrace.engine.interpreter;

import dev.millrace.engine.Failure;
import dev.millrace.engine.NodeRun;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Node;
import dev.millrace.engine.graph.NodeType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a node for one run: resolved, typed as declared, and as they may be recorded.
 * The first fault is kept as {@link #failure}.
 */
final class Parameters {

  /** What is stored and shown of a secret. */
  static final String MASK = "***";

  /** Numbers are written out in full up to this many digits, beyond it with an exponent. */
  private static final int PLAIN_DIGITS_MAX = 1_000;

  private static final int LONG_DIGITS_MAX = 18;

  private final Map<String, @Nullable Object> resolved = new LinkedHashMap<>();
  private Map<String, @Nullable Object> recorded = new LinkedHashMap<>();
  private final Map<String, @Nullable Object> known;
  private final boolean takesSecrets;
  private @Nullable Failure failure;

  Parameters(Turn turn, Node node, RunScope scope) {
    this(turn, node, scope, Map.of());
  }

  /**
   * The parameters of an open run that is asked again: as recorded, but for those that hold
   * secrets, which are not; all anew once an attempt has failed.
   */
  static Parameters again(Turn turn, Node node, RunScope scope) {
    NodeRun run = scope.run();
    return new Parameters(turn, node, scope, run.attempts().isEmpty() ? run.input() : Map.of());
  }

  private Parameters(Turn turn, Node node, RunScope scope, Map<String, @Nullable Object> known) {
    this.known = known;
    NodeType type = turn.ports.types().find(node.type()).orElse(null);
    takesSecrets = type != null && type.takesSecrets();
    Set<String> raw = new TreeSet<>();
    Set<String> required = new TreeSet<>();
    if (type != null) {
      for (NodeType.ParameterSpec spec : type.parameters()) {
        if (spec.raw()) {
          raw.add(spec.name());
        }
        if (spec.required()) {
          required.add(spec.name());
        }
      }
    }
    Map<String, @Nullable Object> overrides = turn.draft.parametersOf(node.id());
    Map<String, Node.Parameter> declared = new LinkedHashMap<>(node.parameters());
    for (String name : overrides.keySet()) {
      declared.computeIfAbsent(name, any -> Node.Parameter.absent(false));
    }
    for (String name : required) {
      declared.computeIfAbsent(name, any -> Node.Parameter.absent(true));
    }
    for (Map.Entry<String, Node.Parameter> entry : declared.entrySet()) {
      Node.Parameter parameter = entry.getValue();
      Object template =
          overrides.containsKey(entry.getKey()) ? overrides.get(entry.getKey()) : parameter.value();
      add(turn, scope, entry.getKey(), parameter, template, raw.contains(entry.getKey()));
      if (required.contains(entry.getKey()) || parameter.required()) {
        require(entry.getKey());
      }
    }
  }

  private void add(
      Turn turn,
      RunScope scope,
      String name,
      Node.Parameter parameter,
      @Nullable Object template,
      boolean raw) {
    boolean mentions = !raw && SecretScope.mentioned(template);
    boolean secret = parameter.secret() || mentions;
    if (!secret && known.containsKey(name)) {
      resolved.put(name, known.get(name));
      recorded.put(name, known.get(name));
      return;
    }
    Object value;
    try {
      value = raw ? template : resolve(turn, scope, template, mentions);
      value = coerce(name, parameter.type(), value);
    } catch (ExpressionException fault) {
      fail("expression", "parameter " + name + ": " + fault.getMessage());
      return;
    }
    if (value == null && template == null) {
      return;
    }
    if (value != null) {
      bound(turn.ports.schemas(), name, parameter, value);
    }
    resolved.put(name, value);
    recorded.put(name, secret ? MASK : value);
  }

  private @Nullable Object resolve(
      Turn turn, RunScope scope, @Nullable Object template, boolean mentionsSecrets) {
    if (!mentionsSecrets) {
      return turn.ports.expressions().resolve(template, scope);
    }
    if (!takesSecrets) {
      throw new ExpressionException("secrets are for nodes that hand them outside, as http");
    }
    SecretScope secrets = new SecretScope(scope, turn.ports.environment().secrets());
    secrets.check(template);
    return turn.ports.expressions().resolve(template, secrets);
  }

  private void bound(Schemas schemas, String name, Node.Parameter parameter, Object value) {
    for (Schemas.Violation fault : schemas.validate(parameter.bounds(), value).violations()) {
      fail("constraint", "parameter " + name + fault.path().substring(1) + ": " + fault.message());
    }
  }

  private void require(String name) {
    Object value = resolved.get(name);
    if (value == null || value.equals("")) {
      fail("constraint", "parameter " + name + " is required and empty");
    }
  }

  private void fail(String type, String message) {
    if (failure == null) {
      failure = Failure.of(type, message);
    }
  }

  private @Nullable Object coerce(String name, String type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    try {
      return switch (type) {
        case "string" -> value instanceof List || value instanceof Map ? value : text(value);
        case "integer" -> value.equals("") ? null : decimal(value).longValueExact();
        case "float", "number" -> value.equals("") ? null : number(decimal(value));
        case "boolean" -> bool(value);
        case "array" -> value instanceof List || value.equals("") ? emptyToNull(value) : one(value);
        default -> value;
      };
    } catch (ArithmeticException | IllegalArgumentException fault) {
      fail("constraint", "parameter " + name + ": expected " + type + ", found " + value);
      return null;
    }
  }

  private static @Nullable Object emptyToNull(Object value) {
    return value.equals("") ? null : value;
  }

  private static List<Object> one(Object value) {
    List<Object> list = new ArrayList<>();
    list.add(value);
    return list;
  }

  private static String text(Object value) {
    boolean plain =
        value instanceof BigDecimal decimal
            && Math.abs((long) decimal.precision() - decimal.scale()) <= PLAIN_DIGITS_MAX
            && decimal.scale() <= PLAIN_DIGITS_MAX;
    return plain ? ((BigDecimal) value).toPlainString() : value.toString();
  }

  private static BigDecimal decimal(Object value) {
    return new BigDecimal(value.toString().strip());
  }

  private static Object number(BigDecimal value) {
    boolean fits =
        value.scale() <= 0 && (long) value.precision() - value.scale() <= LONG_DIGITS_MAX;
    return fits ? (Object) value.longValueExact() : value;
  }

  private static Object bool(Object value) {
    return switch (value.toString()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException();
    };
  }

  Map<String, @Nullable Object> resolved() {
    return resolved;
  }

  /** What may be stored and shown: secrets are masked. */
  Map<String, @Nullable Object> recorded() {
    return recorded;
  }

  /** The same, something else being recorded. */
  Parameters recordedAs(Map<String, @Nullable Object> input) {
    recorded = input;
    return this;
  }

  @Nullable Failure failure() {
    return failure;
  }
}
