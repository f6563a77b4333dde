package dev.millrace.data;

import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What belongs together is written together, and told before it is kept. */
@NullUnmarked // Tests give null wherever a caller might.
class TransactionsTest {

  @TempDir Path folder;
  private Database database;
  private final List<Change> changes = new ArrayList<>();

  DatabaseSettings.Location place(Path folder) {
    return Fixture.sqlite(folder);
  }

  @BeforeEach
  void open() {
    database = Fixture.open(place(folder));
    Fixture.blog(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void again() {
    database.close();
    database = Fixture.open(place(folder));
  }

  @Test
  void shouldTellOfEachRow() {
    database.listen((change, transaction) -> changes.add(change));
    Records posts = database.records("posts");
    WriteContext context = WriteContext.of(1).with("stack", list(5L));
    posts.create(map("title", "a", "reads", 3, "comments", list(map("text", "x"))), context);
    assertThat(changes).extracting(Change::collection).containsExactly("comments", "posts");
    assertThat(changes.getLast().kind()).isEqualTo(Change.Kind.CREATE);
    assertThat(changes.getLast().before()).isNull();
    assertThat(changes.getLast().changed()).contains("title", "reads").doesNotContain("body");
    assertThat(changes.getLast().context().attributes()).containsEntry("stack", list(5L));
    posts.create(map("title", "b"), context);
    changes.clear();

    posts.update(Query.where(map("id", map("$gt", 0))), map("title", "b", "reads", "3"), context);
    assertThat(changes).hasSize(2);
    assertThat(changes.getFirst().changed()).containsExactly("title");
    assertThat(changes.getFirst().before()).containsEntry("title", "a");
    assertThat(changes.getFirst().row()).containsEntry("title", "b").containsKey("updatedAt");
    assertThat(changes.getLast().changed()).containsExactly("reads");
    changes.clear();

    posts.update(Query.byKey(1), map("title", "b"), context);
    assertThat(changes).singleElement().extracting(Change::changed).isEqualTo(Set.of());
    database.records("comments").update(Query.byKey(1), map("post", 2), context);
    assertThat(changes.getLast().changed()).containsExactlyInAnyOrder("postId", "post");
    posts.destroy(Query.byKey(1), context);
    assertThat(changes.getLast().kind()).isEqualTo(Change.Kind.DESTROY);
    assertThat(changes.getLast().row()).containsEntry("title", "b");
    assertThat(changes.getLast().after()).isNull();
  }

  @Test
  void shouldUndoWhatAListenerRefuses() {
    database.listen((change, transaction) -> {
      if (change.collection().equals("posts")) {
        transaction.records("comments").create(map("text", "heard"), change.context());
        assertThat(transaction.records("posts").count(Query.where(map("title", "bad"))))
            .isEqualTo(1);
        throw new IllegalStateException("refused");
      }
    });
    assertThatThrownBy(() -> Fixture.create(database, "posts", "title", "bad"))
        .hasMessage("refused");
    assertThat(database.records("posts").count(Query.all())).isZero();
    assertThat(database.records("comments").count(Query.all())).isZero();
    assertThat(Fixture.create(database, "comments", "text", "fine")).containsKey("id");
  }

  @Test
  void shouldEndListenersThatTalkToThemselves() {
    database.listen((change, transaction) ->
        transaction.records("comments").create(map("text", "again"), change.context()));
    assertThatThrownBy(() -> Fixture.create(database, "comments", "text", "once"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("led to each other");
    assertThat(database.records("comments").count(Query.all())).isZero();
  }

  @Test
  void shouldKeepAllOrNothing() {
    AtomicInteger after = new AtomicInteger();
    assertThatThrownBy(() ->
            database.inTransaction(transaction -> {
              transaction.afterCommit(after::incrementAndGet);
              transaction.collections().create(map("name", "gone"));
              transaction.records("gone").create(map(), WriteContext.NONE);
              throw new IllegalStateException("no");
            }))
        .hasMessage("no");
    assertThat(after).hasValue(0);
    assertThat(database.collections().find("gone")).isEmpty();
    database.inTransaction(transaction -> {
      transaction.afterCommit(after::incrementAndGet);
      transaction.collections().create(map("name", "gone"));
      return transaction.records("gone").create(map(), WriteContext.NONE);
    });
    assertThat(after).hasValue(1);
    assertThat(database.records("gone").count(Query.all())).isEqualTo(1);
    Transaction[] leaked = new Transaction[1];
    database.inTransaction(transaction -> leaked[0] = transaction);
    assertThatThrownBy(() -> leaked[0].records("posts")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() ->
            database.inTransaction(transaction -> Fixture.create(database, "posts", "title", "x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a transaction is open on this thread");
  }

  @Test
  void shouldDoOnce() {
    AtomicInteger done = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      Object result =
          database.once(
              "key",
              transaction -> {
                done.incrementAndGet();
                return transaction.records("posts").create(map("title", "a"), WriteContext.NONE);
              });
      assertThat(result).asString().contains("title=a");
      again();
    }
    assertThat(done).hasValue(1);
    assertThat(database.records("posts").count(Query.all())).isEqualTo(1);
    assertThat(database.once("null", transaction -> null)).isNull();
    assertThat(database.once("null", transaction -> 1)).isNull();
    assertThat(database.forget("nu")).isEqualTo(1);
    assertThat(database.once("null", transaction -> 1)).isEqualTo(1L);
    assertThat(database.forgetBefore(Fixture.NOW)).isZero();
    assertThat(database.forgetBefore(Fixture.NOW.plusSeconds(1))).isEqualTo(2);
  }

  @Test
  void shouldDoAgainWhatBrokeOff() {
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() ->
              database.once(
                  "key",
                  transaction -> {
                    transaction.records("posts").create(map("title", "a"), WriteContext.NONE);
                    throw new OutOfMemoryError("as if the process ended here");
                  }))
          .isInstanceOf(OutOfMemoryError.class);
      again();
    }
    assertThat(database.records("posts").count(Query.all())).isZero();
    database.once(
        "key",
        transaction -> transaction.records("posts").create(map("title", "a"), WriteContext.NONE));
    assertThat(database.records("posts").count(Query.all())).isEqualTo(1);
  }

  @Test
  void shouldLetManyWriteAndRead() throws Exception {
    int writers = 8;
    int each = 25;
    Fixture.create(database, "posts", "title", "counter", "reads", 0);
    database.listen((change, transaction) -> {
      if (change.kind() == Change.Kind.CREATE && change.collection().equals("comments")) {
        Records posts = transaction.records("posts");
        long reads = (Long) posts.get(Query.byKey(1)).orElseThrow().get("reads");
        posts.update(Query.byKey(1), map("reads", reads + 1), WriteContext.NONE);
      }
    });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> work = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        String name = "w" + writer;
        work.add(
            threads.submit(() -> {
              for (int i = 0; i < each; i++) {
                int number = i;
                database.once(
                    name + i,
                    transaction ->
                        transaction
                            .records("comments")
                            .create(map("text", name + number, "postId", 1), WriteContext.NONE));
                Page seen = database.records("posts").list(Query.all().appends("comments"));
                assertThat((List<?>) seen.rows().getFirst().get("comments"))
                    .hasSize(((Long) seen.rows().getFirst().get("reads")).intValue());
              }
            }));
      }
      for (Future<?> each1 : work) {
        each1.get();
      }
    }
    assertThat(database.records("posts").get(Query.byKey(1)).orElseThrow())
        .containsEntry("reads", 200L);
    assertThat(database.records("comments").count(Query.all())).isEqualTo(200);
  }
}
