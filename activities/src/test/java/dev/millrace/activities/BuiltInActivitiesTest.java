package dev.millrace.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.activities.http.EgressPolicy;
import dev.millrace.runtime.activity.Activity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BuiltInActivitiesTest {

  @Test
  void shouldOfferOneOfEachKind() {
    List<Activity> all = BuiltInActivities.all(EgressPolicy.publicOnly(), Map.of(), null);
    assertThat(all)
        .extracting(Activity::name)
        .containsExactly("http", "script", "database-handler", "mail");
    BuiltInActivities.close(all);
  }
}
