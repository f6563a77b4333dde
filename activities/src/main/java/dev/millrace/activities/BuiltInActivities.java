package dev.millrace.activities;

import dev.millrace.activities.http.EgressPolicy;
import dev.millrace.activities.http.HttpActivity;
import dev.millrace.activities.mail.MailActivity;
import dev.millrace.activities.mail.MailSettings;
import dev.millrace.activities.script.ScriptActivity;
import dev.millrace.activities.sql.DatabaseActivity;
import dev.millrace.runtime.activity.Activity;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes the activities that come with the server. */
public final class BuiltInActivities {

  private BuiltInActivities() {}

  /**
   * One of each kind: {@code http}, {@code script}, {@code database-handler}, {@code mail}. Give
   * the list to {@link #close} when no more work comes.
   *
   * @param policy where http may connect
   * @param dataSources by the name under which workflows use them; closed by who made them
   * @param mail null when no SMTP server is configured
   */
  public static List<Activity> all(
      EgressPolicy policy, Map<String, DataSource> dataSources, @Nullable MailSettings mail) {
    return List.of(
        new HttpActivity(policy),
        new ScriptActivity(),
        new DatabaseActivity(dataSources),
        new MailActivity(mail));
  }

  /** Frees connections and script engines; activities without either are passed over. */
  public static void close(List<Activity> activities) {
    for (Activity activity : activities) {
      switch (activity) {
        case HttpActivity http -> http.close();
        case ScriptActivity script -> script.close();
        default -> {}
      }
    }
  }
}
