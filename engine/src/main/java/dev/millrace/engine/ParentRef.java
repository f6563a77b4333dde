package dev.millrace.engine;

/**
 * Who started a child instance and waits for it.
 *
 * @param generation the parent's generation at the start; answers for another are ignored
 * @param runId the node run that started the child
 * @param waits whether the parent's node waits for the end
 * @param depth how many instances lie above the child
 */
public record ParentRef(InstanceKey key, int generation, int runId, boolean waits, int depth) {}
