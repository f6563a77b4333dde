package dev.millrace.dialect.nocobase.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Linking rules; a chart is written as {@code id:upstream/downstream#branch}. */
class ChartTest {

  private static Map<String, @Nullable Object> row(
      long id, @Nullable Long upstream, @Nullable Long downstream, @Nullable Long branch) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", id);
    row.put("upstreamId", upstream);
    row.put("downstreamId", downstream);
    row.put("branchIndex", branch);
    return row;
  }

  /** 1 → 2 → 3, where 2 has the branches 0: 4 → 5 and 1: 6, and 5 has the branch 0: 7. */
  private static Chart branched() {
    return Chart.of(
        List.of(
            row(1, null, 2L, null),
            row(2, 1L, 3L, null),
            row(3, 2L, null, null),
            row(4, 2L, 5L, 0L),
            row(5, 4L, null, null),
            row(6, 2L, null, 1L),
            row(7, 5L, null, 0L)));
  }

  private static String drawn(Chart chart, long... ids) {
    List<String> all = new ArrayList<>();
    for (long id : ids) {
      Chart.Place place = chart.place(id);
      all.add(
          "%d:%s/%s#%s"
              .formatted(id, place.upstream(), place.downstream(), place.branch())
              .replace("null", "-"));
    }
    return String.join(" ", all);
  }

  @Test
  void case32ShouldInsertAsHeadBehindAndIntoBranch() {
    Chart chart = Chart.of(List.of());
    chart.insert(1, null, null);
    chart.insert(2, null, null);
    assertThat(drawn(chart, 1, 2)).isEqualTo("1:2/-#- 2:-/1#-");
    chart.insert(3, 2L, null);
    assertThat(drawn(chart, 1, 2, 3)).isEqualTo("1:3/-#- 2:-/3#- 3:2/1#-");
    chart.insert(4, 3L, 0L);
    chart.insert(5, 3L, 0L);
    assertThat(drawn(chart, 3, 4, 5)).isEqualTo("3:2/1#- 4:5/-#- 5:3/4#0");
  }

  @Test
  void case35ShouldRemoveBranchesRecursivelyOrKeepOne() {
    Chart chart = branched();
    chart.remove(2);
    assertThat(drawn(chart, 1, 3)).isEqualTo("1:-/3#- 3:1/-#-");
    assertThat(chart.removed()).containsExactlyInAnyOrder(2L, 4L, 5L, 6L, 7L);

    Chart kept = branched();
    kept.removeKeeping(2, 0);
    assertThat(drawn(kept, 1, 3, 4, 5, 7)).isEqualTo("1:-/4#- 3:5/-#- 4:1/5#- 5:4/3#- 7:5/-#0");
    assertThat(kept.removed()).containsExactlyInAnyOrder(2L, 6L);
  }

  @Test
  void case37ShouldShiftHigherBranches() {
    Chart chart = branched();
    assertThat(chart.removeBranch(2, 0, true)).isEqualTo(4);
    assertThat(drawn(chart, 6)).isEqualTo("6:2/-#0");
    assertThat(chart.removed()).containsExactlyInAnyOrder(4L, 5L, 7L);
    Chart unshifted = branched();
    unshifted.removeBranch(2, 0, false);
    assertThat(drawn(unshifted, 6)).isEqualTo("6:2/-#1");
    Chart empty = branched();
    assertThat(empty.removeBranch(6, 0, true)).isNull();
  }

  @Test
  void case38ShouldMoveWithBranches() {
    Chart toHead = branched();
    toHead.move(2, null, null);
    assertThat(drawn(toHead, 1, 2, 3, 4)).isEqualTo("1:2/3#- 2:-/1#- 3:1/-#- 4:2/5#0");
    Chart toBranch = branched();
    toBranch.move(3, 2L, 1L);
    assertThat(drawn(toBranch, 2, 3, 6)).isEqualTo("2:1/-#- 3:2/6#1 6:3/-#-");
    Chart out = branched();
    out.move(4, 3L, null);
    assertThat(drawn(out, 3, 4, 5)).isEqualTo("3:2/4#- 4:3/-#- 5:2/-#0");
    assertThat(branched().within(2)).contains(4L, 5L, 6L, 7L).doesNotContain(1L, 3L);
  }

  @Test
  void shouldWriteOnlyWhatDiffers() {
    Chart chart = branched();
    chart.move(3, 1L, null);
    assertThat(chart.changes())
        .isEqualTo(
            Map.of(
                1L, Map.of("downstreamId", 3L),
                2L, changed("upstreamId", 3L, "downstreamId", null),
                3L, changed("upstreamId", 1L, "downstreamId", 2L)));
  }

  private static Map<String, @Nullable Object> changed(
      String first, @Nullable Object one, String second, @Nullable Object two) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put(first, one);
    map.put(second, two);
    return map;
  }
}
