package dev.millrace.engine.graph;

import java.util.Set;

/** The outcomes that the engine itself knows. Others are normal and named by node types. */
public final class Outcomes {

  public static final String SUCCESS = "success";
  public static final String TRUE = "true";
  public static final String FALSE = "false";
  public static final String APPROVED = "approved";
  public static final String REJECTED = "rejected";
  public static final String ERROR = "error";
  public static final String TIMEOUT = "timeout";

  /** The label of an edge that is taken whatever the outcome is. */
  public static final String ALWAYS = "always";

  private static final Set<String> ABNORMAL = Set.of(ERROR, TIMEOUT, REJECTED);

  private Outcomes() {}

  /** Whether an edge without a label carries it. */
  public static boolean normal(String outcome) {
    return !ABNORMAL.contains(outcome);
  }
}
