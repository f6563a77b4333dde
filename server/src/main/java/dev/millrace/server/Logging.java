package dev.millrace.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
  private static final List<String> LIBRARIES =
      List.of("io.helidon", "com.zaxxer.hikari", "org.apache.hc");

  // Loggers are kept weakly; these references keep the levels set below.
  private static final List<Logger> LIMITED = new ArrayList<>();

  private Logging() {}

  /** Sets it up; call once, before anything logs. */
  public static void install() {
    System.setProperty("java.util.logging.manager", LastingLogs.class.getName());
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setFormatter(new OneLine());
    root.addHandler(console);
    for (String library : LIBRARIES) {
      limit(library, Level.WARNING);
    }
    // It tells of schemas that users sent in, who are told themselves.
    limit("com.networknt", Level.OFF);
    // A message that is too large; its sender is told.
    limit("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream", Level.OFF);
    // A port that is taken is told once, by us, without a stack trace.
    limit("io.helidon.webserver.LoomServer", Level.OFF);
  }

  private static void limit(String name, Level level) {
    Logger logger = Logger.getLogger(name);
    logger.setLevel(level);
    LIMITED.add(logger);
  }

  /** An event as a line; what a user sent in and is told of here cannot begin another one. */
  static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord event) {
      String line =
          "%s %-7s %s: %s%n"
              .formatted(
                  event.getInstant().truncatedTo(ChronoUnit.MILLIS),
                  event.getLevel(),
                  event.getLoggerName(),
                  formatMessage(event).replaceAll("\\p{Cntrl}+", " "));
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
