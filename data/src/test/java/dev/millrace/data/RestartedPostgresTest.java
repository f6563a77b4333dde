package dev.millrace.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Connections that broke while nobody used them. */
@EnabledIf("dev.millrace.data.TestingPostgres#available")
class RestartedPostgresTest {
  private TestingPostgres.Own postgres;
  private Database database;

  @BeforeEach
  void open() {
    postgres = new TestingPostgres.Own();
    database = Fixture.open(postgres.database());
    Fixture.blog(database);
    Fixture.create(database, "tags", "name", "a");
  }

  @AfterEach
  void close() {
    database.close();
    postgres.close();
  }

  /** Leaves as many idle connections as there can be. */
  private void readAtOnce() throws InterruptedException {
    int readers = DatabaseSettings.Limits.DEFAULT.readers();
    CountDownLatch all = new CountDownLatch(readers);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < readers; i++) {
      threads.add(
          Thread.startVirtualThread(() ->
              database.read(session -> {
                long count = session.records("tags").count(Query.all());
                all.countDown();
                try {
                  assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                return count;
              })));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(all.getCount()).isZero();
  }

  @Test
  void shouldReadOnNewConnectionsAfterARestart() throws InterruptedException {
    readAtOnce();
    postgres.stop();
    postgres.start();
    for (int i = 0; i < DatabaseSettings.Limits.DEFAULT.readers() + 1; i++) {
      assertThat(database.records("tags").count(Query.all())).isEqualTo(1);
    }
  }

  @Test
  void shouldWriteOnANewConnectionAfterARestart() {
    postgres.stop();
    postgres.start();
    assertThat(Fixture.create(database, "tags", "name", "b")).containsEntry("name", "b");
    assertThat(database.records("tags").count(Query.all())).isEqualTo(2);
  }

  @Test
  void shouldSayThatItIsAwayWhileItIs() {
    assertThat(database.records("tags").count(Query.all())).isEqualTo(1);
    postgres.stop();
    assertThatThrownBy(() -> database.records("tags").count(Query.all()))
        .isInstanceOfSatisfying(DatabaseFailure.class, e -> assertThat(e.away()).isTrue());
    assertThatThrownBy(() -> Fixture.create(database, "tags", "name", "b"))
        .isInstanceOfSatisfying(DatabaseFailure.class, e -> assertThat(e.away()).isTrue());
    postgres.start();
    assertThat(Fixture.create(database, "tags", "name", "b")).containsEntry("name", "b");
  }
}
