package dev.millrace.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that was probably meant. */
public final class Nearest {
  /** More edits than this, and the two words have nothing to do with each other. */
  private static final int MOST_EDITS = 4;

  private Nearest() {}

  /** {@code ; did you mean "x"?}, or the list of what is known when nothing comes near. */
  public static String hint(String found, Collection<String> known) {
    Optional<String> nearest =
        known.stream()
            .filter(word -> distance(found, word) <= MOST_EDITS)
            .min(Comparator.comparingInt(word -> distance(found, word)));
    return nearest
        .map(word -> "; did you mean \"" + word + "\"?")
        .orElseGet(() -> "; known are " + String.join(", ", known));
  }

  /** Levenshtein's distance. */
  static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[right.length()];
  }
}
