package dev.millrace.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Sends all logging of the process to standard error, one line an event, libraries from WARNING on.
 */
public final class Logging {
  // Loggers are kept weakly; these references keep the levels set below.
  private static final List<Logger> QUIET =
      List.of(
          Logger.getLogger("io.helidon"),
          Logger.getLogger("com.zaxxer.hikari"),
          Logger.getLogger("com.networknt"),
          Logger.getLogger("org.apache.hc"));

  private static final Logger LISTENER = Logger.getLogger("io.helidon.webserver.LoomServer");

  private Logging() {}

  /** Sets it up; call once, before anything logs. */
  public static void install() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setFormatter(new OneLine());
    root.addHandler(console);
    QUIET.forEach(logger -> logger.setLevel(Level.WARNING));
    // A port that is taken is told once, by us, without a stack trace.
    LISTENER.setLevel(Level.OFF);
  }

  private static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord event) {
      String line =
          "%s %-7s %s: %s%n"
              .formatted(
                  event.getInstant(),
                  event.getLevel(),
                  event.getLoggerName(),
                  formatMessage(event));
      Throwable thrown = event.getThrown();
      if (thrown == null) {
        return line;
      }
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      return line + trace;
    }
  }
}
