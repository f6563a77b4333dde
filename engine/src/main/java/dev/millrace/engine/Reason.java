package dev.millrace.engine;

/** Why a command was rejected. Each dialect has one table from these to its status codes. */
public enum Reason {
  NOT_FOUND,
  ALREADY_EXISTS,
  INVALID_INPUT,
  INVALID_STATE,
  NOT_STARTABLE,
  ALREADY_SUBMITTED,
  FORBIDDEN,
  RATE_LIMITED,
  TOO_LARGE,
  BUSY,
  QUARANTINED
}
