package dev.millrace.engine.interpreter;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Moment;
import dev.millrace.engine.NodeRun;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Names children by the run that starts them. A name follows from its run, so a start that is sent
 * again names the same child, and a parent finds the children it no longer waits for.
 */
final class ChildUids {

  private static final long FNV_BASIS = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  private ChildUids() {}

  /** The uid of the child that the present attempt of a run starts, or started. */
  static String of(InstanceKey parent, NodeRun run) {
    long hash = FNV_BASIS;
    String name = parent + "/" + run.id() + "/" + run.attempt();
    for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ letter) * FNV_PRIME;
    }
    return new Moment(Instant.EPOCH, hash).drawUid(0);
  }
}
