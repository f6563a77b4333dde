package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LoggingTest {

  @Test
  void shouldKeepAnEventOnOneLineWhateverItTells() {
    LogRecord event =
        new LogRecord(Level.INFO, "no process x\r\n2026-01-01 SEVERE forged\u001b[2J");
    event.setLoggerName("test");

    String line = new Logging.OneLine().format(event);

    assertThat(line.lines()).hasSize(1);
    assertThat(line)
        .endsWith("test: no process x 2026-01-01 SEVERE forged [2J" + System.lineSeparator());
  }
}
