package dev.millrace.expression;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import com.networknt.schema.path.PathType;
import com.networknt.schema.regex.RegularExpression;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.Schemas;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Validation by JSON Schema (2020-12 unless {@code $schema} names an older draft) and by the
 * process API's field schemas. A schema is read as the latter when each member is an object whose
 * {@code type} is one of its four words, or when nothing in it looks like JSON Schema. Compiled
 * schemas are kept in a bounded cache by their value.
 *
 * <p>References to other documents aren't followed. {@code pattern} is matched within a second and
 * over at most 64 Ki characters. Thread-safe.
 */
public final class JsonSchemas implements Schemas {
  private static final Pattern JSON_SCHEMA_SITE = Pattern.compile("https?://json-schema\\.org/.*");
  private static final Set<String> KEYWORDS_OF_PARENT =
      Set.of("required", "additionalProperties", "unevaluatedProperties", "dependentRequired");

  /** Holds the schemas of JSON Schema itself, which come with the library. */
  private final SchemaRegistry metaSchemas = registry();

  private final BoundedCache<Object, Compiled> compiled =
      new BoundedCache<>(ExpressionLimits.SCHEMA_CACHE_ENTRIES);

  @Override
  public Validation validate(@Nullable Object schema, @Nullable Object value) {
    if (schema == null || acceptsAll(schema)) {
      return new Validation(value, List.of());
    }
    return compiled.get(schema, this::compile).validate(value);
  }

  @Override
  public List<Violation> check(@Nullable Object schema) {
    return schema == null || acceptsAll(schema)
        ? List.of()
        : compiled.get(schema, this::compile).faults();
  }

  private static boolean acceptsAll(Object schema) {
    return Boolean.TRUE.equals(schema) || (schema instanceof Map<?, ?> map && map.isEmpty());
  }

  private static SchemaRegistry registry() {
    SchemaRegistryConfig config =
        SchemaRegistryConfig.builder()
            .locale(Locale.ENGLISH)
            .pathType(PathType.JSON_PATH)
            .regularExpressionFactory(JsonSchemas::pattern)
            .build();
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12,
        registry ->
            registry
                .schemaRegistryConfig(config)
                .schemaCacheEnabled(true)
                .schemaLoader(loader ->
                    loader.allow(
                        location -> JSON_SCHEMA_SITE.matcher(location.toString()).matches())));
  }

  private static RegularExpression pattern(String source) {
    Pattern pattern = BoundedPattern.compile(source, 0);
    return text -> new BoundedPattern(pattern, Deadline.start()).find(text);
  }

  private Compiled compile(Object schema) {
    if (schema instanceof Map<?, ?> map && FieldSchema.isFieldSchema(map)) {
      List<Violation> faults = FieldSchema.check(map);
      if (!faults.isEmpty()) {
        return new Compiled(null, null, null, faults);
      }
      FieldSchema fields = FieldSchema.compile(map);
      Compiled standard = compileStandard(fields.jsonSchema());
      return new Compiled(standard.schema(), standard.defaults(), fields, standard.faults());
    }
    if (!(schema instanceof Map) && !(schema instanceof Boolean)) {
      String message = "expected a schema object, found " + Conditions.kind(schema);
      return new Compiled(null, null, null, List.of(new Violation("$", "type", message)));
    }
    return compileStandard(schema);
  }

  private Compiled compileStandard(Object document) {
    try {
      SchemaLoad.check(document);
      JsonNode tree = JsonText.tree(document);
      Schema meta = metaSchemas.getSchema(SchemaLocation.of(dialect(document)));
      List<Violation> faults = violations(meta.validate(tree));
      if (!faults.isEmpty()) {
        return new Compiled(null, null, null, faults);
      }
      // Its own registry, because one keeps every document under the $id it claims.
      Schema schema = registry().getSchema(tree);
      schema.initializeValidators();
      return new Compiled(schema, new SchemaDefaults(document), null, List.of());
    } catch (RuntimeException | StackOverflowError e) {
      return new Compiled(null, null, null, List.of(fault("$schema", "the schema", e)));
    }
  }

  private static String dialect(Object document) {
    return document instanceof Map<?, ?> map && map.get("$schema") instanceof String named
        ? named
        : SpecificationVersion.DRAFT_2020_12.getDialectId();
  }

  private static Violation fault(String keyword, String what, Throwable cause) {
    String reason =
        cause instanceof StackOverflowError ? "it nests too deeply" : cause.getMessage();
    return new Violation("$", keyword, what + " can't be used: " + reason);
  }

  private static List<Violation> violations(List<Error> errors) {
    List<Violation> violations = new ArrayList<>();
    for (Error error : errors) {
      String path = path(error.getInstanceLocation());
      String property = error.getProperty();
      if (property != null && KEYWORDS_OF_PARENT.contains(error.getKeyword())) {
        path = JsonPaths.member(path, property);
      }
      violations.add(new Violation(path, error.getKeyword(), error.getMessage()));
    }
    return violations;
  }

  private static String path(NodePath location) {
    String path = "$";
    for (int i = 0; i < location.getNameCount(); i++) {
      path =
          location.getElement(i) instanceof Integer index
              ? JsonPaths.element(path, index)
              : JsonPaths.member(path, location.getName(i));
    }
    return path;
  }

  /**
   * A schema ready for use.
   *
   * @param schema null when the schema has faults
   * @param defaults null when the schema has faults
   * @param fields what the process API's language adds, or null for a JSON Schema
   */
  private record Compiled(
      @Nullable Schema schema,
      @Nullable SchemaDefaults defaults,
      @Nullable FieldSchema fields,
      List<Violation> faults) {

    private Validation validate(@Nullable Object given) {
      if (schema == null || defaults == null) {
        return new Validation(given, faults);
      }
      // A start without a body is an object without fields.
      Object value = given == null && fields != null ? Map.of() : given;
      try {
        refuseHugeScales(value, 0);
        Object filled = defaults.fill(value);
        List<Violation> found =
            violations(schema.validate(new DeadlineTree(Deadline.start()).of(filled)));
        return new Validation(fields == null ? filled : withEmptyDefaults(filled, fields), found);
      } catch (RuntimeException | StackOverflowError e) {
        return new Validation(given, List.of(fault("schema", "the value with this schema", e)));
      }
    }

    private static @Nullable Object withEmptyDefaults(@Nullable Object value, FieldSchema fields) {
      if (!(value instanceof Map<?, ?> object) || fields.emptyDefaults().isEmpty()) {
        return value;
      }
      Map<String, @Nullable Object> filled = new LinkedHashMap<>();
      object.forEach((name, member) -> filled.put(String.valueOf(name), member));
      for (String name : fields.emptyDefaults()) {
        if (!filled.containsKey(name)) {
          filled.put(name, "");
        }
      }
      return Collections.unmodifiableMap(filled);
    }

    /** A number like 1e999999999 is short to write and gigabytes long to divide. */
    private static void refuseHugeScales(@Nullable Object value, int depth) {
      if (depth > ExpressionLimits.JSON_DEPTH_MAX) {
        throw EvaluationGuard.tooDeep();
      }
      switch (value) {
        case BigDecimal number
            when Math.abs((long) number.scale()) > ExpressionLimits.DECIMAL_SCALE_MAX ->
            throw new ExpressionException(
                "a number has an exponent of at most " + ExpressionLimits.DECIMAL_SCALE_MAX);
        case List<?> list -> list.forEach(element -> refuseHugeScales(element, depth + 1));
        case Map<?, ?> map -> map.values().forEach(member -> refuseHugeScales(member, depth + 1));
        case null, default -> {}
      }
    }
  }
}
