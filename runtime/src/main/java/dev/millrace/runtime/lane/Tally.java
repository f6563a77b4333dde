package dev.millrace.runtime.lane;

import dev.millrace.runtime.RuntimeCounters;
import java.util.concurrent.atomic.LongAdder;

/** The counters while they count. Thread-safe. */
final class Tally {

  final LongAdder commits = new LongAdder();
  final LongAdder rows = new LongAdder();
  final LongAdder commands = new LongAdder();
  final LongAdder started = new LongAdder();
  final LongAdder ended = new LongAdder();
  final LongAdder ignored = new LongAdder();
  final LongAdder quarantined = new LongAdder();
  final LongAdder busy = new LongAdder();
  final LongAdder loads = new LongAdder();
  final LongAdder timersFired = new LongAdder();
  final LongAdder activities = new LongAdder();
  final LongAdder messages = new LongAdder();
  final LongAdder duplicates = new LongAdder();
  final LongAdder turns = new LongAdder();
  final LongAdder purged = new LongAdder();

  RuntimeCounters read() {
    return new RuntimeCounters(
        commits.sum(),
        rows.sum(),
        commands.sum(),
        started.sum(),
        ended.sum(),
        ignored.sum(),
        quarantined.sum(),
        busy.sum(),
        loads.sum(),
        timersFired.sum(),
        activities.sum(),
        messages.sum(),
        duplicates.sum(),
        turns.sum(),
        purged.sum());
  }
}
