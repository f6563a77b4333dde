package dev.millrace.components;

import java.util.Map;

/**
 * Asks for a new instance.
 *
 * @param instanceId never empty: the server makes one when the caller gives none
 * @param options as the caller gave them over gRPC; empty over HTTP
 */
public record StartRequest(
    String instanceId, Map<String, String> options, String workflowName, Payload workflowInput) {

  /** Keeps its own copy of the options. */
  public StartRequest {
    options = Map.copyOf(options);
  }
}
