package dev.millrace.engine;

/** Why an instance is in its state, where the state alone does not say it. */
public enum EndReason {
  /** No particular reason: it runs, or it ended as it should. */
  NONE,
  /** The definition decided to fail: output schema, fail node. */
  DECIDED,
  /** An error that nobody handled. */
  ERROR,
  /** An error that an operator may retry. */
  RETRY_NEEDED,
  /** The system ended it: process timeout, terminate node, parent gone. */
  SYSTEM,
  /** An approval was rejected and no branch takes the rejection. */
  REJECTED,
  /** A person ended it. */
  PERSON
}
