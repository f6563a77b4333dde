package dev.millrace.engine.graph;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Failure;
import dev.millrace.engine.Slot;
import dev.millrace.engine.Status;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One compiled revision of a definition.
 *
 * @param nodes by id, in the order of the definition
 * @param roots where tokens are put at the start
 */
public record Graph(
    DefinitionRef ref, Map<String, Node> nodes, List<String> roots, Settings settings) {

  /**
   * What holds for the whole process.
   *
   * @param name of the definition
   * @param owner whose environment variables it sees
   * @param fast whether no step is written
   * @param timeoutMillis 0 for none
   * @param endNode the run ends after this node; empty for the natural end
   * @param errorNode the global exception node, empty for none
   * @param inputSchema what starts must fit, plain JSON, or null
   * @param outputSchema plain JSON, or null
   * @param output template of the output, or null for the output of the end nodes reached
   * @param ends what holds for the end
   */
  public record Settings(
      String name,
      String owner,
      boolean fast,
      long timeoutMillis,
      String endNode,
      String errorNode,
      @Nullable Object inputSchema,
      @Nullable Object outputSchema,
      @Nullable Object output,
      Rules rules,
      Ends ends) {

    /** Settings with any input and ends as usual. */
    public Settings(
        String name,
        String owner,
        boolean fast,
        long timeoutMillis,
        String endNode,
        String errorNode,
        @Nullable Object outputSchema,
        @Nullable Object output,
        Rules rules) {
      this(
          name,
          owner,
          fast,
          timeoutMillis,
          endNode,
          errorNode,
          null,
          outputSchema,
          output,
          rules,
          Ends.DEFAULT);
    }
  }

  /**
   * What holds for the end of instances.
   *
   * @param fault why each instance fails at its start; null where it can run
   * @param forgotten the ends that leave no row of the instance
   * @param setOutputOnly whether the output is what a node set as it ({@link Step.SetOutput}), or
   *     null
   * @param onFailure the definition that is started when an instance failed, empty for none
   * @param kept how long ended instances are kept
   */
  public record Ends(
      @Nullable Failure fault,
      Set<Failure.End> forgotten,
      boolean setOutputOnly,
      String onFailure,
      Kept kept) {
    public static final Ends DEFAULT = new Ends(null, Set.of(), false);

    /** Ends after which nothing is started, of instances that are kept as the server keeps them. */
    public Ends(@Nullable Failure fault, Set<Failure.End> forgotten, boolean setOutputOnly) {
      this(fault, forgotten, setOutputOnly, "", Kept.DEFAULT);
    }
  }

  /**
   * How long ended instances are kept, by how they ended; null where the server's own times hold.
   *
   * @param terminated also of canceled ones
   */
  public record Kept(
      @Nullable Duration completed, @Nullable Duration failed, @Nullable Duration terminated) {
    /** As long as the server keeps them. */
    public static final Kept DEFAULT = new Kept(null, null, null);

    /** For ever, whatever the server's times are. */
    public static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    /** How long instances in a state are kept; null where the server decides or they live. */
    public @Nullable Duration of(Status status) {
      return switch (status) {
        case COMPLETED -> completed;
        case FAILED -> failed;
        case TERMINATED, CANCELED -> terminated;
        case PENDING, RUNNING, SUSPENDED -> null;
      };
    }
  }

  /**
   * How many instances run at once.
   *
   * @param limit of each group
   * @param key template over the input; instances of equal values are a group. Null where all are
   *     one
   */
  public record Concurrency(int limit, Slot.OnLimit onLimit, @Nullable Object key) {}

  /**
   * Rules that an author may change.
   *
   * @param errors the process-wide error policy, asked after a node's own
   * @param siblingsFinish whether other branches end first when one fails
   * @param maxVisits how often a node may run before {@code loop_limit}
   * @param loopLimitFails whether reaching a loop's maximum is an error
   * @param concurrency how many instances run at once, null for any number
   */
  public record Rules(
      ErrorPolicy errors,
      boolean siblingsFinish,
      int maxVisits,
      boolean loopLimitFails,
      @Nullable Concurrency concurrency) {
    public static final int DEFAULT_MAX_VISITS = 10_000;
    public static final Rules DEFAULT =
        new Rules(ErrorPolicy.STOP, false, DEFAULT_MAX_VISITS, false);

    /** Rules for any number of instances at once. */
    public Rules(
        ErrorPolicy errors, boolean siblingsFinish, int maxVisits, boolean loopLimitFails) {
      this(errors, siblingsFinish, maxVisits, loopLimitFails, null);
    }
  }

  /**
   * The node of an id.
   *
   * @throws IllegalArgumentException when there is none; a compiled graph has no dangling edge
   */
  public Node node(String id) {
    Node node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException("no node " + id + " in " + ref);
    }
    return node;
  }

  /**
   * Which nodes lie in bodies, and whose: node id to the id of the node that opens the body it lies
   * directly in. Nodes outside bodies are missing. Walks the graph at each call.
   */
  public Map<String, String> openers() {
    Map<String, String> openers = new LinkedHashMap<>();
    for (Node opener : nodes.values()) {
      Deque<String> reached = new ArrayDeque<>(opener.bodies().values());
      for (String id; (id = reached.poll()) != null; ) {
        if (openers.putIfAbsent(id, opener.id()) == null) {
          reached.addAll(node(id).next());
        }
      }
    }
    return openers;
  }
}
