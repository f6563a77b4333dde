package dev.millrace.engine.code;

/** Why an instance is stalled. */
public enum StallReason {
  PATCH_MISMATCH,
  VERSION_NOT_AVAILABLE,
  PAYLOAD_SIZE_EXCEEDED
}
