package dev.millrace.server;

import java.util.logging.LogManager;

/**
 * Keeps the log open while the process ends. The usual one takes all handlers away as soon as a
 * signal has come, at the same time as the server is stopped, and the last lines would be lost.
 * Public for {@link LogManager}, which makes it by name.
 */
public final class LastingLogs extends LogManager {
  /** Made by {@link LogManager}. */
  public LastingLogs() {}

  @Override
  public void reset() {
    // Handlers are set once, by Logging, and hold nothing that must be given back.
  }
}
