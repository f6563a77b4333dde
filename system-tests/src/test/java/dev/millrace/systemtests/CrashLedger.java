package dev.millrace.systemtests;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of a crash run were promised: every answer that they saw. Safe for all threads.
 */
final class CrashLedger {

  /** More findings than this say nothing new. */
  private static final int FINDINGS_MAX = 200;

  private final Map<Integer, Start> starts = new ConcurrentHashMap<>();
  private final Map<Integer, CrashShape> unanswered = new ConcurrentHashMap<>();
  private final Map<String, String> agreed = new ConcurrentHashMap<>();
  private final Map<Integer, Seen> seen = new ConcurrentHashMap<>();
  private final Queue<String> findings = new ConcurrentLinkedQueue<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger acknowledged = new AtomicInteger();

  /** An acknowledged start. */
  record Start(int number, CrashShape shape, String id) {}

  /** An end that was read. */
  record Seen(String status, @Nullable Object output) {}

  /** The number of the next start. */
  int next() {
    return numbers.incrementAndGet();
  }

  /** Notes an acknowledged start; a second answer to the same one must give the same id. */
  void started(Start start) {
    Start first = starts.putIfAbsent(start.number(), start);
    if (first == null) {
      acknowledged.incrementAndGet();
    } else if (!first.id().equals(start.id())) {
      found(
          "start %d (%s) was answered %s, and again %s"
              .formatted(start.number(), start.shape(), first.id(), start.id()));
    }
  }

  /** Notes a start without a key whose answer was lost: it may or may not have happened. */
  void lost(int number, CrashShape shape) {
    unanswered.put(number, shape);
  }

  /** Notes an acknowledged approval. */
  void agreed(String item, String instance) {
    agreed.put(item, instance);
  }

  boolean hasAgreed(String item) {
    return agreed.containsKey(item);
  }

  /** Notes any other acknowledged request: a signal, a callback, an action. */
  void acknowledged() {
    acknowledged.incrementAndGet();
  }

  /** Notes an end that was read; a later one must be the same. */
  void ended(Start start, Seen end) {
    Seen first = seen.putIfAbsent(start.number(), end);
    if (first != null && !first.equals(end)) {
      found("%s was read as %s, and later as %s".formatted(start, first, end));
    }
  }

  /** Notes a broken promise. */
  void found(String finding) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(finding);
    }
  }

  List<Start> starts() {
    return List.copyOf(starts.values());
  }

  @Nullable Start start(int number) {
    return starts.get(number);
  }

  Map<Integer, CrashShape> unanswered() {
    return Map.copyOf(unanswered);
  }

  /** The acknowledged approvals: instances by item. */
  Map<String, String> agreed() {
    return Map.copyOf(agreed);
  }

  /** How many starts were made, answered or not. */
  int made() {
    return numbers.get();
  }

  /** How many requests other than approvals were acknowledged. */
  int acknowledgedRequests() {
    return acknowledged.get();
  }

  int seenEnds() {
    return seen.size();
  }

  List<String> findings() {
    return List.copyOf(findings);
  }
}
