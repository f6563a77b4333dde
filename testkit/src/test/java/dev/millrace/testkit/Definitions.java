package dev.millrace.testkit;

import dev.millrace.dialect.process.definition.DefinitionCheck;
import dev.millrace.dialect.process.definition.ProcessFormat;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.graph.NodeTypes;
import dev.millrace.engine.graph.node.BuiltInNodeTypes;
import dev.millrace.expression.JsonSchemas;
import dev.millrace.expression.ProcessExpressions;
import dev.millrace.store.codec.Codec;
import java.util.Objects;

/** Makes harnesses from process definitions written as JSON with single quotes. */
final class Definitions {

  private static final NodeTypes TYPES = new NodeTypes(BuiltInNodeTypes.all());
  private static final ProcessFormat FORMAT =
      new ProcessFormat(TYPES, new ProcessExpressions(), new JsonSchemas());

  private Definitions() {}

  /** A process of tasks; {@code tasks} is the inside of the array. */
  static EngineHarness tasks(String tasks) {
    return process("{'name':'p','tasks':[" + tasks + "]}");
  }

  static EngineHarness process(String json) {
    Object document = Objects.requireNonNull(Codec.decodeJson(json.replace('\'', '"')));
    DefinitionCheck check = FORMAT.check(document);
    if (!check.errors().isEmpty()) {
      throw new AssertionError("definition refused: " + check.errors());
    }
    return new EngineHarness(
        FORMAT.compile(
            new DefinitionRef("proc-test0001", 1),
            Objects.requireNonNull(FORMAT.normalise(document))),
        TYPES);
  }

  /** A transform task. */
  static String transform(String id, String expression, String more) {
    return task(id, "transform", "'expression':{'value':'" + expression + "'}", more);
  }

  /** A script task: an activity. */
  static String script(String id, String more) {
    return task(id, "script", "'code':{'value':'return 1'}", more);
  }

  static String task(String id, String template, String parameters, String more) {
    return "{'instId':'"
        + id
        + "','name':'"
        + id
        + "','template':'"
        + template
        + "','parameters':{"
        + parameters
        + "}"
        + (more.isEmpty() ? "" : "," + more)
        + "}";
  }

  static String to(String... ids) {
    return "'connections':['" + String.join("','", ids) + "']";
  }
}
