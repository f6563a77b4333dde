package dev.millrace.dialect.process;

import dev.millrace.engine.EndReason;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.Status;
import dev.millrace.store.StatusWords;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** The process API's words for the states of an instance, and back. */
final class StatusView {
  private StatusView() {}

  /** The word of an instance's state. */
  static String word(InstanceState state) {
    return StatusWords.process(state.life().status(), state.life().reason(), state.incident());
  }

  /** The states a word stands for; all words for the empty word. 400 for an unknown one. */
  static Set<Status> statuses(String word) {
    Set<Status> found = EnumSet.noneOf(Status.class);
    if (word.isEmpty()) {
      return found;
    }
    Set<String> words = new LinkedHashSet<>();
    for (Status status : Status.values()) {
      String its = StatusWords.process(status, EndReason.NONE, false);
      words.add(its);
      if (its.equals(word)) {
        found.add(status);
      }
    }
    if (found.isEmpty()) {
      throw Parameters.invalid(
          "expected one of %s for status, found %s".formatted(words, Parameters.shown(word)));
    }
    return found;
  }
}
