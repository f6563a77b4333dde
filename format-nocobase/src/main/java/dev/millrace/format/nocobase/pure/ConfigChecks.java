package dev.millrace.format.nocobase.pure;

import dev.millrace.format.nocobase.pure.ConfigShape.Anything;
import dev.millrace.format.nocobase.pure.ConfigShape.Either;
import dev.millrace.format.nocobase.pure.ConfigShape.Elements;
import dev.millrace.format.nocobase.pure.ConfigShape.Fault;
import dev.millrace.format.nocobase.pure.ConfigShape.Flag;
import dev.millrace.format.nocobase.pure.ConfigShape.Forbidden;
import dev.millrace.format.nocobase.pure.ConfigShape.Member;
import dev.millrace.format.nocobase.pure.ConfigShape.Members;
import dev.millrace.format.nocobase.pure.ConfigShape.Numeric;
import dev.millrace.format.nocobase.pure.ConfigShape.OrNull;
import dev.millrace.format.nocobase.pure.ConfigShape.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the configurations of nodes must be when they are saved, in the words of NocoBase's workflow
 * API. Members that no rule names are allowed, and a node without a configuration is not checked.
 */
public final class ConfigChecks {
  private static final ConfigShape ANYTHING = new Anything();
  private static final ConfigShape OBJECT = new Members(List.of());
  private static final ConfigShape TEXT = new Text(List.of());
  private static final ConfigShape TEXTS = new Elements(TEXT);
  private static final ConfigShape FLAG = new Flag(List.of());
  private static final ConfigShape END_STATUS = Numeric.of(1L, -1L);
  private static final String COLLECTION = "collection";

  private static final long PRECISION_MAX = 14;

  private static final Map<String, Members> RULES = rules();

  private ConfigChecks() {}

  /**
   * Checks the configuration of a node.
   *
   * @param type as NocoBase names it
   * @return what is wrong, as {@code "rejectOnFalse" is required}; empty when it may be saved. Only
   *     the first fault of each member is told
   */
  public static List<String> check(String type, Map<?, ?> config) {
    List<Fault> faults = new ArrayList<>();
    Members rules = RULES.get(type);
    if (rules != null) {
      rules.check(config, "", faults);
    }
    if (type.equals("aggregate")) {
      association(config).check(config, "", faults);
    }
    Map<String, String> first = new LinkedHashMap<>();
    for (Fault fault : faults) {
      boolean unconfigured = fault.path().equals(COLLECTION) && fault.text().equals("is required");
      first.putIfAbsent(
          fault.path(), unconfigured ? "Collection is not configured" : fault.message());
    }
    return List.copyOf(first.values());
  }

  /** What leads from a record to what is aggregated, only where that is asked for. */
  private static Members association(Map<?, ?> config) {
    boolean associated = "true".equals(String.valueOf(config.get("associated")));
    return object(
        Member.of(
            "association",
            associated
                ? object(
                    Member.required("associatedCollection", TEXT),
                    Member.required("name", TEXT),
                    Member.required("associatedKey", TEXT))
                : new Forbidden()));
  }

  private static Members object(Member... members) {
    return new Members(List.of(members));
  }

  private static ConfigShape oneOf(String... texts) {
    return new Text(List.of(texts));
  }

  /** Elements as {@code {name, value}}. */
  private static ConfigShape pairs(boolean named, ConfigShape value) {
    return new Elements(object(new Member("name", TEXT, named), Member.of("value", value)));
  }

  private static Map<String, Members> rules() {
    Map<String, Members> rules = new LinkedHashMap<>();
    branches(rules);
    records(rules);
    calls(rules);
    return rules;
  }

  private static void branches(Map<String, Members> rules) {
    rules.put(
        "condition",
        object(
            Member.required("rejectOnFalse", FLAG),
            Member.of("engine", oneOf("basic", "math.js", "formula.js")),
            Member.of("calculation", OBJECT),
            Member.of("expression", TEXT)));
    rules.put(
        "multi-conditions",
        object(
            Member.of(
                "conditions",
                new Elements(
                    object(
                        Member.of("uid", TEXT),
                        Member.of("title", TEXT),
                        Member.of("engine", TEXT),
                        Member.of("expression", TEXT)))),
            Member.of("continueOnNoMatch", FLAG)));
    rules.put(
        "loop",
        object(
            // Null is no round at all.
            Member.of("target", new OrNull(Either.of(Numeric.any(), new Elements(ANYTHING), TEXT))),
            Member.of(
                "condition",
                Either.of(
                    object(
                        Member.of("checkpoint", Numeric.of(0L, 1L)),
                        Member.of("continueOnFalse", FLAG),
                        Member.of("calculation", OBJECT)),
                    new Flag(List.of(false)))),
            Member.of("exit", Numeric.of(0L, 1L, 2L))));
    rules.put(
        "delay",
        object(
            // A text may be a variable, which is a number only when the node runs.
            Member.of("duration", Either.of(new Numeric(List.of(), 1L, null, false), TEXT)),
            Member.of("endStatus", END_STATUS),
            Member.of("unit", Numeric.of(1_000L, 60_000L, 3_600_000L, 86_400_000L, 604_800_000L))));
    rules.put("end", object(Member.of("endStatus", END_STATUS)));
    rules.put("parallel", object(Member.of("mode", oneOf("all", "any", "race", "allSettled"))));
    rules.put("variable", object(Member.of("target", new OrNull(TEXT))));
    rules.put("response-message", object(Member.of("message", TEXT)));
    rules.put("dateCalculation", object(Member.of("inputType", oneOf("date", "number"))));
  }

  private static void records(Map<String, Members> rules) {
    Member collection = Member.required(COLLECTION, TEXT);
    Member filter = Member.of("filter", OBJECT);
    Member values = Member.of("values", OBJECT);
    rules.put(
        "create",
        object(collection, Member.of("params", object(values, Member.of("appends", TEXTS)))));
    rules.put(
        "update",
        object(
            collection,
            Member.of("params", object(Member.of("individualHooks", FLAG), filter, values))));
    rules.put("destroy", object(collection, Member.of("params", object(filter))));
    ConfigShape page = Either.of(Numeric.any(), TEXT);
    rules.put(
        "query",
        object(
            collection,
            Member.of("multiple", FLAG),
            Member.of(
                "params",
                object(
                    filter,
                    Member.of("appends", TEXTS),
                    Member.of("page", page),
                    Member.of("pageSize", page),
                    Member.of(
                        "sort",
                        new Elements(
                            object(Member.of("field", TEXT), Member.of("direction", TEXT)))))),
            Member.of("failOnEmpty", FLAG)));
    rules.put(
        "aggregate",
        object(
            Member.of("aggregator", oneOf("count", "sum", "avg", "min", "max")),
            Member.of(COLLECTION, TEXT),
            Member.of("associated", FLAG),
            Member.of(
                "params",
                object(Member.required("field", TEXT), Member.of("filter", new OrNull(OBJECT)))),
            Member.of("precision", new Numeric(List.of(), 0L, PRECISION_MAX, true))));
    rules.put(
        "sql",
        object(
            Member.of("dataSource", TEXT),
            Member.of("sql", TEXT),
            Member.of("withMeta", FLAG),
            Member.of("unsafeInjection", FLAG),
            Member.of("variables", pairs(true, ANYTHING))));
  }

  private static void calls(Map<String, Members> rules) {
    rules.put(
        "request",
        object(
            Member.of("url", TEXT),
            Member.of("method", oneOf("GET", "POST", "PUT", "PATCH", "DELETE")),
            Member.of(
                "contentType",
                oneOf(
                    "application/json",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data",
                    "application/xml",
                    "text/plain")),
            Member.of("headers", pairs(false, TEXT)),
            Member.of("params", pairs(false, TEXT)),
            Member.of("data", Either.of(OBJECT, new Elements(ANYTHING), TEXT)),
            Member.of("timeout", new Numeric(List.of(), 1L, null, true)),
            Member.of("ignoreFail", FLAG),
            Member.of("onlyData", FLAG)));
    rules.put(
        "script",
        object(
            Member.of("content", TEXT),
            Member.of("timeout", Numeric.any()),
            Member.of("continue", FLAG),
            Member.of("arguments", pairs(true, ANYTHING))));
    rules.put(
        "mailer",
        object(
            Member.of(
                "provider",
                object(
                    Member.of("host", TEXT),
                    Member.of("port", Either.of(Numeric.port(), TEXT)),
                    Member.of("secure", Either.of(FLAG, TEXT)),
                    Member.of("auth", object(Member.of("user", TEXT), Member.of("pass", TEXT))))),
            Member.of("from", TEXT),
            Member.of("to", TEXTS),
            Member.of("cc", TEXTS),
            Member.of("bcc", TEXTS),
            Member.of("subject", TEXT),
            Member.of("contentType", oneOf("html", "text")),
            Member.of("html", TEXT),
            Member.of("text", TEXT),
            Member.of("ignoreFail", FLAG)));
    rules.put(
        "notification", object(Member.of("channelName", TEXT), Member.of("ignoreFail", FLAG)));
  }
}
