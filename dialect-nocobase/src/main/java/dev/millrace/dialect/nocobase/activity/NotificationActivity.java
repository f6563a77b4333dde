package dev.millrace.dialect.nocobase.activity;

import dev.millrace.engine.JsonValue;
import dev.millrace.runtime.activity.Activity;
import dev.millrace.runtime.activity.ActivityException;
import dev.millrace.runtime.activity.ActivityInput;
import java.util.Map;

/**
 * The node type {@code notification}. This server has no channels: a node that names one fails, and
 * says so. Without one nobody is told, as in NocoBase, whose answer this is.
 */
final class NotificationActivity implements Activity {

  @Override
  public String name() {
    return "nocobase.notification";
  }

  @Override
  public Object run(ActivityInput input) throws ActivityException {
    String channel = JsonValue.text(input.parameters(), "channelName", "");
    if (!channel.isEmpty()) {
      throw new ActivityException(
          "nocobase.failed",
          "channelName: expected a channel of this server, which has none, found " + channel,
          false);
    }
    return Map.of("status", "success", "triggerFrom", "workflow", "queued", true);
  }
}
