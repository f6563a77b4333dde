package dev.millrace.engine.interpreter;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.Moment;
import dev.millrace.engine.NodeRun;
import java.time.Instant;

/**
 * Names children by the run that starts them. A name follows from its run, so a start that is sent
 * again names the same child, and a parent finds the children it no longer waits for.
 */
final class ChildKeys {

  private static final long FNV_BASIS = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  private ChildKeys() {}

  /** The key of the child of a definition that the present attempt of a run starts, or started. */
  static InstanceKey of(InstanceKey parent, NodeRun run, String definition) {
    String app = DefinitionRef.codeApp(definition);
    return new InstanceKey(app == null ? parent.namespace() : app, uid(parent, run));
  }

  /** The key of what is started because a generation of an instance failed. */
  static InstanceKey ofFailure(InstanceKey failed, int generation, String definition) {
    String app = DefinitionRef.codeApp(definition);
    return new InstanceKey(
        app == null ? failed.namespace() : app, uid(failed + "/failure/" + generation));
  }

  private static String uid(InstanceKey parent, NodeRun run) {
    // The index tells a run from one that was discarded and had its number.
    return uid(parent + "/" + run.id() + "/" + run.place().index() + "/" + run.attempt());
  }

  private static String uid(String name) {
    long hash = FNV_BASIS;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * FNV_PRIME;
    }
    return new Moment(Instant.EPOCH, hash).drawUid(0);
  }
}
