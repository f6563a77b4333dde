package dev.millrace.runtime;

/**
 * What the runtime has counted since it was opened.
 *
 * @param commits batches made durable
 * @param rows rows they wrote
 * @param commands commands decided, internal ones included
 * @param started instances started
 * @param ended instances that reached a terminal state
 * @param ignored results and timers that were stale
 * @param quarantined instances set aside after an exception in the rules
 * @param busy commands refused because the mailbox was full
 * @param loads instances read from the store
 * @param timersFired timers whose time had come
 * @param activities attempts handed to activities
 * @param messages messages between instances that were consumed
 * @param duplicates messages dropped because they had been consumed before
 * @param turns turns of code workflows offered to workers
 * @param purged instances removed
 */
public record RuntimeCounters(
    long commits,
    long rows,
    long commands,
    long started,
    long ended,
    long ignored,
    long quarantined,
    long busy,
    long loads,
    long timersFired,
    long activities,
    long messages,
    long duplicates,
    long turns,
    long purged) {}
