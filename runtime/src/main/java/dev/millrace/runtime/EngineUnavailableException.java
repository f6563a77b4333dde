package dev.millrace.runtime;

/**
 * The engine cannot take or finish a command now; trying again later, with the same ids, is safe.
 */
public final class EngineUnavailableException extends RuntimeException {

  public EngineUnavailableException(String message) {
    super(message);
  }
}
