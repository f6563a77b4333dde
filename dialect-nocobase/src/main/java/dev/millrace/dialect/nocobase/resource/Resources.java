package dev.millrace.dialect.nocobase.resource;

import dev.millrace.data.Database;
import dev.millrace.dialect.nocobase.auth.Access;
import dev.millrace.dialect.nocobase.catalog.SystemCollections;
import dev.millrace.dialect.nocobase.http.Action;
import dev.millrace.dialect.nocobase.run.Calls;
import dev.millrace.dialect.nocobase.run.Counters;
import dev.millrace.dialect.nocobase.run.Dispatcher;
import dev.millrace.dialect.nocobase.run.Versions;
import dev.millrace.dialect.nocobase.trigger.Triggers;
import dev.millrace.format.nocobase.pure.Languages;
import dev.millrace.format.nocobase.pure.NodeTests;
import dev.millrace.runtime.activity.Activity;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Puts the resources together. */
public final class Resources {

  private static final String NOTIFICATION = "nocobase.notification";

  private Resources() {}

  /** What is stored, and who may see it. */
  public record Storage(Database database, Access access, Versions versions, Counters counters) {}

  /** What starts executions. */
  public record Starting(Calls calls, Dispatcher dispatcher, Triggers triggers) {}

  /** What {@code workflows:execute} runs with. */
  record Running(Dispatcher dispatcher, Counters counters, OtherModels others) {}

  /**
   * What the operator decides, and what is drawn outside.
   *
   * @param version of the server
   * @param mostNodes of a workflow; 0 for any number
   * @param ids draws keys of events
   * @param activities that single nodes can be tried with
   */
  public record Surroundings(
      ZoneId zone,
      String version,
      int mostNodes,
      InstantSource clock,
      Supplier<String> ids,
      List<Activity> activities) {}

  /** All actions. */
  public static Registry registry(Storage storage, Starting starting, Surroundings surroundings) {
    Database database = storage.database();
    RecordActions records =
        new RecordActions(
            database, storage.access().control(), surroundings.clock(), surroundings.zone());
    WorkflowActions workflows =
        new WorkflowActions(
            database,
            records,
            storage.versions(),
            storage.counters(),
            starting.dispatcher(),
            starting.triggers());
    OtherModels others = new OtherModels(starting.calls(), starting.dispatcher().patience());
    Languages languages = new Languages(surroundings.zone());
    RequestEvents events =
        new RequestEvents(database, storage.versions(), starting.dispatcher(), surroundings.ids());
    Map<String, Action> own = new LinkedHashMap<>(storage.access().actions());
    workflows.register(own);
    new PeopleActions(database, records, storage.access()).register(own);
    own.put(
        "workflows:execute",
        new ExecuteAction(
            storage.versions(),
            starting.triggers(),
            new Running(starting.dispatcher(), storage.counters(), others),
            workflows,
            surroundings.ids()));
    new TransferActions(database, records, starting.triggers()).register(own);
    own.put("workflows:trigger", events::trigger);
    own.put("app:getInfo", Registry.appInfo(surroundings.version()));
    own.put(
        "webhook:trigger",
        new WebhookAction(storage.versions(), starting.dispatcher(), surroundings.ids()));
    new NodeActions(
            database,
            storage.counters(),
            new NodeTrials(
                new NodeTests(languages),
                surroundings.activities(),
                surroundings.clock(),
                surroundings.ids()),
            surroundings.mostNodes())
        .register(own);
    new ExecutionActions(
            database,
            records,
            storage.counters(),
            starting.calls(),
            new ExecutionLogs(starting.calls(), storage.versions()),
            others)
        .register(own);
    new CollectionActions(database).register(own);
    new ChannelActions(database, records, surroundings.ids()).register(own);
    new InAppMessages(database, records).register(own);
    surroundings.activities().stream()
        .filter(activity -> activity.name().equals(NOTIFICATION))
        .forEach(activity ->
            own.put("messages:send", new SendAction(database, activity, surroundings.ids())));
    own.put(SystemCollections.CATEGORIES + ":move", new MoveAction(records));
    new TaskActions(
            database,
            records,
            starting.calls(),
            surroundings.clock(),
            new ManualForms(database, languages))
        .register(own);
    return new Registry(database, own, records, events);
  }
}
