package dev.millrace.engine.code;

import java.util.List;

/**
 * The part of an ended run that another instance begins with.
 *
 * @param history what is replayed, the run's beginning included
 * @param source the application that asked
 */
public record CodeFork(
    CodeEvent.ExecutionStarted started, List<CodeEvent> history, String source) {}
