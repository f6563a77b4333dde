package dev.millrace.dialect.nocobase.activity;

import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityInput;
import java.util.Map;

/** Hands a notification over. There are no channels yet, so nothing is sent. */
final class NotificationActivity implements Activity {

  @Override
  public String name() {
    return "nocobase.notification";
  }

  @Override
  public Object run(ActivityInput input) {
    return Map.of("status", "success", "triggerFrom", "workflow", "queued", true);
  }
}
