package dev.millrace.dialect.nocobase;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a server of its own. */
abstract class ServerTest {
  @TempDir Path directory;
  TestServer server;

  @BeforeEach
  void open() {
    server = start();
  }

  /** A server over what the directory holds. */
  TestServer start() {
    return new TestServer(directory);
  }

  @AfterEach
  void close() {
    server.close();
  }
}
