package dev.millrace.dialect.nocobase.activity;

import dev.millrace.data.Database;
import dev.millrace.runtime.activity.Activity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Makes the activities of NocoBase's node types. */
public final class NocobaseActivities {

  private NocobaseActivities() {}

  /**
   * One for each type of node that touches the world.
   *
   * @param database may wait until it is open
   * @param builtIn the activities of the server, of which {@code http, script, mail} and {@code
   *     database-handler} are used
   * @param servers for letters whose node or channel names a mail server
   */
  public static List<Activity> all(
      Supplier<Database> database, List<Activity> builtIn, MailServers servers) {
    List<Activity> all = new ArrayList<>();
    for (RecordActivity.Kind kind : RecordActivity.Kind.values()) {
      all.add(new RecordActivity(kind, database));
    }
    all.addAll(TransactionActivity.all(database));
    all.add(new CopyActivity(database));
    for (Activity activity : builtIn) {
      if (activity.name().equals("http")) {
        all.add(new RequestActivity(activity));
      } else if (activity.name().equals("script")) {
        all.add(new ScriptingActivity(activity));
      } else if (activity.name().equals("database-handler")) {
        all.add(new SqlActivity(activity));
      } else if (activity.name().equals("mail")) {
        Activity mailer = new MailerActivity(activity, servers);
        all.add(mailer);
        all.add(new NotificationActivity(database, mailer));
      }
    }
    return all;
  }
}
