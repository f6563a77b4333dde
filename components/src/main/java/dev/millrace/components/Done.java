package dev.millrace.components;

/** The answer of an operation that has nothing to say. */
public enum Done {
  DONE
}
