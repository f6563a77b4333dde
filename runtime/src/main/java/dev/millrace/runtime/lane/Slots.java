package dev.millrace.runtime.lane;

import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Slot;
import dev.millrace.store.Rows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Who holds the slots of processes that limit how many instances run at once, and who waits for
 * one. It follows from the states of the instances alone: one that has begun and not ended holds a
 * slot, one that has not begun waits. So a restart counts what this one counted, and there is
 * nothing to be lost or to be given back twice. Lane thread only.
 */
final class Slots {

  /** Most that wait in one group; a start beyond is refused. */
  static final int WAITING_MAX = 100_000;

  private final Map<String, Group> groups = new HashMap<>();
  private final Map<InstanceKey, Member> members = new HashMap<>();
  private final Consumer<InstanceKey> call;
  private final Predicate<InstanceKey> aside;

  private record Member(InstanceKey key, long id, String group, int limit) {}

  /** Those who share slots, by their ids, which is the order of their starts. */
  private static final class Group {
    private final NavigableMap<Long, Member> holders = new TreeMap<>();
    private final NavigableMap<Long, Member> waiting = new TreeMap<>();

    /** Those who wait and were told to begin. */
    private final Set<Long> called = new HashSet<>();

    /** Those who were told to end. */
    private final Set<Long> stopped = new HashSet<>();
  }

  /**
   * Counts what an earlier server left.
   *
   * @param call tells an instance that waits to begin; what it does it does later
   * @param aside whether an instance cannot begin now, for all that others need not wait for it
   */
  Slots(List<Rows.SlotRow> rows, Consumer<InstanceKey> call, Predicate<InstanceKey> aside) {
    this.call = call;
    this.aside = aside;
    for (Rows.SlotRow row : rows) {
      Member member = new Member(row.key(), row.id(), row.group(), row.limit());
      Group group = groups.computeIfAbsent(row.group(), _ -> new Group());
      (row.waits() ? group.waiting : group.holders).put(row.id(), member);
      members.put(row.key(), member);
    }
  }

  /** Calls all that may begin, after a start of the server. */
  void begin() {
    groups.values().forEach(this::callNext);
  }

  /** Whether a start may begin at once: a slot is free, and nobody waits for it. */
  boolean free(Slot slot) {
    Group group = groups.get(slot.group());
    return group == null || (group.waiting.isEmpty() && group.holders.size() < slot.limit());
  }

  /** Whether no more may wait. */
  boolean full(Slot slot) {
    Group group = groups.get(slot.group());
    return group != null && group.waiting.size() >= WAITING_MAX;
  }

  /** Notes how far an instance has got by what was decided last. */
  void follow(InstanceState state) {
    Slot slot = state.header().slot();
    if (slot == null) {
      return;
    }
    InstanceKey key = state.header().key();
    if (state.life().status().terminal()) {
      gone(key);
      return;
    }
    long id = state.header().id();
    Group group = groups.computeIfAbsent(slot.group(), _ -> new Group());
    Member member = new Member(key, id, slot.group(), slot.limit());
    members.put(key, member);
    if (state.awaitedSlot() != null) {
      group.waiting.put(id, member);
    } else {
      group.holders.put(id, member);
      group.waiting.remove(id);
      group.called.remove(id);
    }
    callNext(group);
  }

  /** An instance has ended, or there is no trace of it any more. */
  void gone(InstanceKey key) {
    Member member = members.remove(key);
    Group group = member == null ? null : groups.get(member.group());
    if (member == null || group == null) {
      return;
    }
    group.holders.remove(member.id());
    group.waiting.remove(member.id());
    group.called.remove(member.id());
    group.stopped.remove(member.id());
    if (group.holders.isEmpty() && group.waiting.isEmpty()) {
      groups.remove(member.group());
    } else {
      callNext(group);
    }
  }

  /** Whether an instance was told to begin and has not. */
  boolean called(InstanceKey key) {
    Member member = members.get(key);
    Group group = member == null ? null : groups.get(member.group());
    return member != null && group != null && group.called.contains(member.id());
  }

  /** An instance that was told to begin cannot; the next one is. */
  void missed(InstanceKey key) {
    Member member = members.get(key);
    Group group = member == null ? null : groups.get(member.group());
    if (member != null && group != null && group.called.remove(member.id())) {
      callNext(group);
    }
  }

  /**
   * The oldest instances of a group that must end so that the others are within the limit, without
   * those that were named before.
   */
  List<InstanceKey> surplus(Slot slot) {
    Group group = groups.get(slot.group());
    if (group == null) {
      return List.of();
    }
    List<Member> oldest = new ArrayList<>(group.holders.values());
    oldest.addAll(group.waiting.values());
    int count = Math.max(0, oldest.size() - slot.limit());
    return oldest.subList(0, count).stream()
        .filter(member -> group.stopped.add(member.id()))
        .map(Member::key)
        .toList();
  }

  private void callNext(Group group) {
    for (Member member : group.waiting.values()) {
      if (group.called.contains(member.id()) || aside.test(member.key())) {
        continue;
      }
      if (group.holders.size() + group.called.size() >= member.limit()) {
        return;
      }
      group.called.add(member.id());
      call.accept(member.key());
    }
  }
}
