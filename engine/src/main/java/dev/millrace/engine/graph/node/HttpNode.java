package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType;
import dev.millrace.engine.graph.Step;
import java.util.List;
import java.util.Map;

/** An HTTP request, made by the activity {@code http}. */
final class HttpNode implements NodeType {

  @Override
  public String name() {
    return "http";
  }

  @Override
  public List<String> aliases() {
    return List.of("service", "request");
  }

  @Override
  public String summary() {
    return "Makes an HTTP request; its output is {status, headers, body}.";
  }

  @Override
  public Category category() {
    return Category.TASK;
  }

  @Override
  public Nature nature() {
    return Nature.ACTIVITY;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.required("url", "string", "Where to, http or https."),
        ParameterSpec.optional(
                "method",
                "string",
                "GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; GET without it.")
            .of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
        ParameterSpec.optional("headers", "object", "Header fields."),
        ParameterSpec.optional(
            "query", "object", "Query parameters added to the URL; a list repeats one."),
        ParameterSpec.optional(
            "body",
            "any",
            "The body: text as it is, anything else as JSON or, by its content-type, as a form."),
        ParameterSpec.optional(
            "auth", "object", "{type: none, basic or bearer, username, password, token}."),
        ParameterSpec.optional(
            "followRedirects",
            "any",
            "true, false, or how many redirects are followed; true without it."),
        ParameterSpec.optional(
            "expectStatus",
            "any",
            "Statuses that are a success, as 204, 200-299, 2xx or a list; 2xx without it."),
        ParameterSpec.optional(
                "responseType",
                "string",
                "How the body is read: auto, json or text; auto without it.")
            .of("auto", "json", "text"),
        ActivityWait.TIMEOUT);
  }

  @Override
  public Map<String, Object> example() {
    return Map.of("method", "GET", "url", "https://example.org/", "timeout", 10L);
  }

  @Override
  public boolean takesSecrets() {
    return true;
  }

  @Override
  public Step enter(NodeContext context) {
    return ActivityWait.of(context, "http", List.of());
  }
}
