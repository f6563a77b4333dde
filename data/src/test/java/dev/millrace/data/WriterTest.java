package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that shares commits, with commits that fail. */
class WriterTest {

  @TempDir Path folder;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger commits = new AtomicInteger();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Writer writer;

  /** Connections whose next commits fail, as often as wanted. */
  private final class Faulty implements Connections {
    private final Connections real;

    Faulty(Connections real) {
      this.real = real;
    }

    @Override
    public Opened writer() throws SQLException {
      Opened opened = real.writer();
      Connection faulty =
          (Connection)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                      commits.incrementAndGet();
                      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        throw new SQLException("the disk is full");
                      }
                    }
                    try {
                      return method.invoke(opened.connection(), arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  });
      return new Opened(faulty, opened.watch());
    }

    @Override
    public Opened reader() throws SQLException {
      return real.reader();
    }

    @Override
    public Dialect dialect() {
      return real.dialect();
    }
  }

  private static Connections at(Path file) {
    return new SqliteConnections(
        new DatabaseSettings.SqliteFile(file, null),
        DatabaseSettings.Limits.DEFAULT,
        InstantSource.system());
  }

  @BeforeEach
  void open() {
    writer = new Writer(new Faulty(at(folder.resolve("data.db"))));
    write("CREATE TABLE t (a INTEGER)");
  }

  @AfterEach
  void close() {
    writer.close();
  }

  private int write(String sql) {
    return writer.transaction((connection, first) -> execute(connection, sql), () -> {});
  }

  private static int execute(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    } catch (SQLException e) {
      throw new DatabaseFailure("no", e);
    }
  }

  private int rows() {
    return writer.transaction(
        (connection, first) -> {
          try (Statement statement = connection.createStatement()) {
            return statement.executeQuery("SELECT count(*) FROM t").getInt(1);
          } catch (SQLException e) {
            throw new DatabaseFailure("no", e);
          }
        },
        () -> {});
  }

  @Test
  void shouldTellAllOfACommitThatFailed() {
    failures.set(1);
    assertThatThrownBy(() -> write("INSERT INTO t VALUES (1)"))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageContaining("the disk is full");
    assertThat(rows()).isZero();
    write("INSERT INTO t VALUES (1)");
    assertThat(rows()).isEqualTo(1);
  }

  @Test
  void shouldShareCommitsAndTheirFailures() throws Exception {
    int threads = 16;
    CountDownLatch all = new CountDownLatch(threads);
    AtomicInteger kept = new AtomicInteger();
    AtomicInteger told = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    commits.set(0);
    failures.set(1);
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        work.add(
            pool.submit(() -> {
              all.countDown();
              try {
                writer.transaction(
                    (connection, first) -> {
                      awaitAll(all);
                      return execute(connection, "INSERT INTO t VALUES (1)");
                    },
                    told::incrementAndGet);
                kept.incrementAndGet();
              } catch (DatabaseFailure e) {
                lost.incrementAndGet();
              }
              return null;
            }));
      }
      for (Future<?> one : work) {
        one.get();
      }
    }
    assertThat(lost.get()).isPositive();
    assertThat(kept.get() + lost.get()).isEqualTo(threads);
    assertThat(told).hasValue(kept.get());
    assertThat(commits.get()).isLessThanOrEqualTo(threads);
    assertThat(rows()).isEqualTo(kept.get());
  }

  private static void awaitAll(CountDownLatch all) {
    try {
      all.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldCommitWhenThoseWhoWaitedGiveUp() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Thread waiter = Thread.ofVirtual().unstarted(() -> write("INSERT INTO t VALUES (2)"));
    waiter.setUncaughtExceptionHandler((thread, failure) -> {});
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> first =
          pool.submit(() ->
              writer.transaction(
                  (connection, begun) -> {
                    inside.countDown();
                    awaitAll(go);
                    return execute(connection, "INSERT INTO t VALUES (1)");
                  },
                  () -> {}));
      inside.await();
      waiter.start();
      waiter.interrupt();
      waiter.join();
      go.countDown();
      assertThat(first.get()).isEqualTo(1);
    }
    assertThat(rows()).isEqualTo(1);
  }
}
