package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceKey;

/** Which partition an instance belongs to. The answer is stored in rows and must never change. */
public final class Partitions {

  private static final int MIX = 0x9E3779B9;
  private static final int HALF = 16;

  private Partitions() {}

  /** The partition of an instance, from 0: a hash of its uid, whose bits are mixed. */
  public static int of(InstanceKey key, int partitions) {
    int hash = key.uid().hashCode() * MIX;
    return Math.floorMod(hash ^ (hash >>> HALF), partitions);
  }
}
