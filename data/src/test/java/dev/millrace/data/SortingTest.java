package dev.millrace.data;

import static dev.millrace.data.Fixture.field;
import static dev.millrace.data.Fixture.list;
import static dev.millrace.data.Fixture.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The places of records in fields that sort. */
@NullUnmarked // Tests give null wherever a caller might.
class SortingTest {

  @TempDir Path folder;
  private Database database;
  private Records cards;

  DatabaseSettings.Location place(Path folder) {
    return Fixture.sqlite(folder);
  }

  @BeforeEach
  void open() {
    database = Fixture.open(place(folder));
    database
        .collections()
        .create(
            map(
                "name",
                "cards",
                "sortable",
                true,
                "fields",
                list(
                    field("title", "string"),
                    field("list", "string"),
                    field("place", "sort", "scopeKey", "list"))));
    cards = database.records("cards");
    for (String title : List.of("a", "b", "c", "p", "q")) {
      Fixture.create(
          database, "cards", "title", title, "list", title.compareTo("c") > 0 ? "y" : "x");
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  private String order(String field, Object filter) {
    return cards.list(Query.where(filter).sort(field).unpaged()).rows().stream()
        .map(row -> String.valueOf(row.get("title")))
        .collect(Collectors.joining());
  }

  private String all() {
    return order("sort", null);
  }

  private String in(String list) {
    return order("place", map("list", list));
  }

  private List<Object> places(String field, Object filter) {
    List<Object> places = new ArrayList<>();
    cards
        .list(Query.where(filter).sort(field).unpaged())
        .rows()
        .forEach(row -> places.add(row.get(field)));
    return places;
  }

  private void move(String field, long source, Long target, boolean behind) {
    cards.move(
        new Placement(field, source, target, behind, target == null, Map.of()), WriteContext.NONE);
  }

  @Test
  void shouldPutRecordsToThePlacesOfOthers() {
    assertThat(all()).isEqualTo("abcpq");
    move("sort", 3, 1L, false);
    assertThat(all()).isEqualTo("cabpq");
    move("sort", 3, 2L, false);
    assertThat(all()).isEqualTo("abcpq");
    move("sort", 1, 2L, true);
    assertThat(all()).isEqualTo("bacpq");
    move("sort", 5, 2L, true);
    assertThat(all()).isEqualTo("bqacp");
    move("sort", 4, null, false);
    assertThat(all()).isEqualTo("pbqac");
    move("sort", 4, null, false);
    assertThat(places("sort", null)).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void shouldCountPlacesInEachScope() {
    assertThat(places("place", map("list", "x"))).containsExactly(1L, 2L, 3L);
    assertThat(places("place", map("list", "y"))).containsExactly(1L, 2L);
    move("place", 2, 1L, false);
    assertThat(in("x")).isEqualTo("bac");
    assertThat(in("y")).isEqualTo("pq");
  }

  @Test
  void shouldJoinTheScopeOfTheTarget() {
    move("place", 1, 4L, false);
    assertThat(in("x")).isEqualTo("bc");
    assertThat(in("y")).isEqualTo("apq");
    cards.move(new Placement("place", 1L, null, false, false, map("list", "x")), WriteContext.NONE);
    assertThat(in("x")).isEqualTo("bca");
    cards.move(new Placement("place", 5L, null, false, true, map("list", "x")), WriteContext.NONE);
    assertThat(in("x")).isEqualTo("qbca");
  }

  @Test
  void shouldPutRecordsThatChangeTheirScopeLast() {
    cards.update(Query.byKey(1L), map("list", "y"), WriteContext.NONE);
    assertThat(in("y")).isEqualTo("pqa");
    assertThat(places("place", map("list", "y"))).containsExactly(1L, 2L, 3L);
  }

  @Test
  void shouldTellNobodyOfPlaces() {
    List<Change> changes = new ArrayList<>();
    database.listen((change, transaction) -> changes.add(change));
    move("place", 2, 1L, false);
    assertThat(changes).isEmpty();
    move("place", 2, 4L, false);
    assertThat(changes).hasSize(1);
  }

  @Test
  void shouldGivePlacesToRecordsThatAreThereAlready() {
    database.collections().createField("cards", field("later", "sort", "scopeKey", "list"));
    assertThat(places("later", map("list", "x"))).containsExactly(1L, 2L, 3L);
    assertThat(places("later", map("list", "y"))).containsExactly(1L, 2L);
  }

  @Test
  void shouldOrderWhatHasOnePlaceForSeveral() {
    for (long id = 1; id <= 5; id++) {
      cards.update(Query.byKey(id), map("sort", id == 2 ? null : 7), WriteContext.NONE);
    }
    move("sort", 2, 3L, false);
    assertThat(all()).isEqualTo("abcpq");
  }

  @Test
  void shouldRefuseToMoveWhatCannotBe() {
    assertThatThrownBy(() -> move("title", 1, 2L, false))
        .hasMessage("title is not a sort field of collection cards");
    assertThatThrownBy(() -> move("sort", 99, 2L, false))
        .hasMessage("no record of cards has the key 99");
    assertThatThrownBy(() -> move("sort", 1, 99L, false))
        .hasMessage("no record of cards has the key 99");
  }
}
