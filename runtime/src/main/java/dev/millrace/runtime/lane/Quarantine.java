package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.Effect;
import dev.millrace.engine.InstanceKey;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The instances set aside after an error of ours, and the messages held for them. A start finds
 * those of earlier servers too. Lane thread only.
 */
final class Quarantine {

  private final Map<InstanceKey, SetAside> instances = new HashMap<>();

  /** An instance that is set aside; {@code held} in the order of arrival. */
  private record SetAside(Rows.QuarantineRow row, List<Command> held) {}

  Quarantine(Store store) {
    for (Rows.QuarantineRow row : store.quarantined()) {
      instances.put(row.key(), new SetAside(row, new ArrayList<>()));
    }
    for (Rows.HeldRow row : store.held()) {
      SetAside aside = instances.get(row.key());
      if (aside != null) {
        aside.held().add(row.message().command());
      }
    }
  }

  boolean contains(InstanceKey key) {
    return !instances.isEmpty() && instances.containsKey(key);
  }

  /** Sets an instance aside; false when it is already. */
  boolean add(Rows.QuarantineRow row) {
    return instances.putIfAbsent(row.key(), new SetAside(row, new ArrayList<>())) == null;
  }

  /** Keeps a message for the release. */
  Rows.HeldRow hold(Effect.SendToInstance message) {
    InstanceKey key = message.command().key();
    SetAside aside = instances.get(key);
    if (aside == null) {
      throw new IllegalArgumentException("expected an instance that is set aside, found " + key);
    }
    aside.held().add(message.command());
    return new Rows.HeldRow(key, aside.held().size(), message);
  }

  /** Why an instance is set aside, or null when it is not. */
  @Nullable String cause(InstanceKey key) {
    SetAside aside = instances.get(key);
    return aside == null ? null : aside.row().cause();
  }

  /** Forgets an instance; null when it is not set aside. */
  @Nullable Released remove(InstanceKey key) {
    SetAside aside = instances.remove(key);
    return aside == null ? null : new Released(aside.row(), List.copyOf(aside.held()));
  }

  /**
   * An instance that goes on.
   *
   * @param held the messages for it, in the order of arrival
   */
  record Released(Rows.QuarantineRow row, List<Command> held) {}
}
