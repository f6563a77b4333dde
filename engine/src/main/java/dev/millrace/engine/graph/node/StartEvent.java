package dev.millrace.engine.graph.node;

import dev.millrace.engine.graph.NodeContext;
import dev.millrace.engine.graph.NodeType.ParameterSpec;
import dev.millrace.engine.graph.Step;
import java.util.List;

/**
 * What start events have in common: the trigger ran before the instance, they hand on its input.
 */
final class StartEvent {

  private static final String INPUT = "input";

  /** Who may call over HTTP, and under which address. */
  static final List<ParameterSpec> HTTP_PARAMETERS =
      List.of(
          ParameterSpec.optional(
              "path", "string", "The address under /hook; instead of module and function."),
          ParameterSpec.optional(
              "module", "string", "First part of the address; unique together with function."),
          ParameterSpec.optional("function", "string", "Second part of the address."),
          ParameterSpec.optional("method", "string", "The HTTP method, POST without it."),
          ParameterSpec.optional(
              "login_verification", "string", "none, token or password; none without it."),
          ParameterSpec.optional(
              "header_token", "string", "The token that callers must send, for token."),
          ParameterSpec.optional(
              "header_user", "string", "The user that callers must send, for password."),
          ParameterSpec.optional(
              "header_password", "string", "The password that callers must send, for password."),
          ParameterSpec.optional(
              "allow_remote_ips",
              "array",
              "Addresses or networks that may call; empty or absent for all."));

  private StartEvent() {}

  static Step handOnInput(NodeContext context) {
    return Step.Done.of(context.scope().value(INPUT));
  }
}
