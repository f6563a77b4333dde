package dev.millrace.store.query;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.EndReason;
import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.HumanTask;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads for lists and searches. Answers are committed rows; a page holds at most 1,000. */
public interface Queries {

  /** The most rows of a page; a greater limit is cut to it. */
  int PAGE_MAX = 1_000;

  /** A revision of a definition; revision 0 asks for the newest. Removed ones are not found. */
  Optional<DefinitionView> definition(String id, int revision);

  /** Any revision that an instance may be pinned to, removed ones included. */
  Optional<DefinitionView> pinnedDefinition(DefinitionRef ref);

  /** The definition with a numeric id, newest revision. */
  Optional<DefinitionView> definitionByNumber(long number);

  /** Newest revisions, in order of creation. */
  Page<DefinitionView> definitions(DefinitionFilter filter, int limit, int offset);

  /** All revisions of a definition, newest first. */
  List<DefinitionView> versions(String id);

  /** Instances, newest first. */
  InstancePage instances(InstanceFilter filter, int limit, @Nullable Long beforeId);

  /**
   * The instances of a namespace in order of their uid.
   *
   * @param after begin behind this uid; null for the first page
   */
  default List<InstanceKey> keys(String namespace, @Nullable String after, int limit) {
    return keys(KeyFilter.of(namespace), after, limit);
  }

  /**
   * Some instances of a namespace in order of their uid.
   *
   * @param after begin behind this uid; null for the first page
   */
  List<InstanceKey> keys(KeyFilter filter, @Nullable String after, int limit);

  /** How many instances of a definition have not ended. */
  long liveInstances(String definitionId);

  /** Open work items of a user, oldest first. */
  Page<HumanTaskView> humanTasks(String user, int limit, int offset);

  /** A work item in any state. */
  Optional<HumanTaskView> humanTask(String taskId);

  /** A work item in any state, by its number. */
  Optional<HumanTaskView> humanTask(long number);

  /** The instance of an execution uid, for callbacks; only while it has not ended. */
  Optional<InstanceKey> byExecution(String executionUid);

  /** How an instance came to be set aside; empty when it is not. */
  Optional<QuarantineView> quarantine(InstanceKey key);

  /** Events of an instance after a number, oldest first. */
  List<NumberedEvent> history(InstanceKey key, long afterSeq, int limit);

  /**
   * An instance set aside after an error of ours.
   *
   * @param cause what went wrong, for the operator
   */
  record QuarantineView(String cause, Instant at) {}

  /** A page and the count of all. */
  record Page<T>(List<T> rows, long total) {}

  /**
   * A page of instances.
   *
   * @param next give it as {@code beforeId} for the next page; null at the end
   */
  record InstancePage(List<InstanceView> rows, long total, @Nullable Long next) {}

  /** A revision of a definition. */
  record DefinitionView(
      DefinitionRef ref,
      long number,
      String format,
      String name,
      String owner,
      boolean enabled,
      Object document,
      Instant createdAt) {}

  /**
   * Which definitions.
   *
   * @param name part of the name, upper and lower case told apart; empty for any
   * @param enabled null for both
   */
  record DefinitionFilter(String name, @Nullable Boolean enabled) {}

  /**
   * Which instances; empty or null members do not restrict.
   *
   * @param from the earliest start
   * @param to the first start that is too late
   * @param quarantined only those that are set aside
   * @param metadata members of the {@code metadata} of the definition and what they are: a text, a
   *     whole number below 2^63, true or false, as text
   */
  record InstanceFilter(
      String definitionId,
      Set<Status> statuses,
      String executor,
      @Nullable Instant from,
      @Nullable Instant to,
      boolean quarantined,
      Map<String, String> metadata) {
    public static final InstanceFilter ALL =
        new InstanceFilter("", Set.of(), "", null, null, false);

    /** A filter that takes any metadata. */
    public InstanceFilter(
        String definitionId,
        Set<Status> statuses,
        String executor,
        @Nullable Instant from,
        @Nullable Instant to,
        boolean quarantined) {
      this(definitionId, statuses, executor, from, to, quarantined, Map.of());
    }
  }

  /**
   * Which instances of a namespace; empty or null members do not restrict.
   *
   * @param definitions ids, one of which it has; {@link DefinitionRef#code} makes them for
   *     workflows written as code
   * @param prefix what the uid begins with
   * @param parent the uid of the instance that started it
   * @param span from the earliest start to the first one that is too late
   */
  record KeyFilter(
      String namespace,
      Set<String> definitions,
      Set<Status> statuses,
      String prefix,
      String parent,
      Span span) {

    /** Between two times, each null for none. */
    public record Span(@Nullable Instant from, @Nullable Instant to) {
      public static final Span ALWAYS = new Span(null, null);
    }

    /** All of a namespace. */
    public static KeyFilter of(String namespace) {
      return new KeyFilter(namespace, Set.of(), Set.of(), "", "", Span.ALWAYS);
    }
  }

  /** An instance in a list. */
  record InstanceView(
      InstanceKey key,
      long id,
      DefinitionRef definition,
      String name,
      String executor,
      Status status,
      EndReason reason,
      boolean incident,
      Instant startAt,
      @Nullable Instant endAt) {}

  /**
   * A work item in a list.
   *
   * @param number unique among all work items, rising, never given again
   */
  record HumanTaskView(
      long number,
      InstanceKey key,
      int runId,
      String nodeId,
      String title,
      String content,
      Instant createdAt,
      HumanTask task) {}

  /** An event and its number. */
  record NumberedEvent(long seq, int generation, HistoryEvent event) {}
}
