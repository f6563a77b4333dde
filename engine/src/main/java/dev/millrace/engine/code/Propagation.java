package dev.millrace.engine.code;

/** How much of the caller's history an activity or child asks to see; carried along. */
public enum Propagation {
  NONE,
  OWN_HISTORY,
  LINEAGE
}
