package dev.millrace.benchmarks;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Results as text to be read. */
final class ResultTable {

  private static final MathContext DIGITS = new MathContext(3);
  private static final double WHOLE_FROM = 100;
  private static final String GAP = "  ";

  private ResultTable() {}

  /** One table for each run of results with the same columns. */
  static String of(List<Result> results) {
    StringBuilder text = new StringBuilder();
    List<Result> block = new ArrayList<>();
    for (Result result : results) {
      if (!block.isEmpty() && !columns(block.getFirst()).equals(columns(result))) {
        block(text, block);
        block.clear();
      }
      block.add(result);
    }
    if (!block.isEmpty()) {
      block(text, block);
    }
    return text.toString();
  }

  private static List<String> columns(Result result) {
    return List.copyOf(result.figures().keySet());
  }

  private static void block(StringBuilder text, List<Result> block) {
    Set<String> head = new LinkedHashSet<>(List.of("benchmark", "variant", "in flight"));
    head.addAll(columns(block.getFirst()));
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.copyOf(head));
    for (Result result : block) {
      List<String> row = new ArrayList<>();
      row.add(result.benchmark());
      row.add(result.variant());
      row.add(result.inFlight() == 0 ? "" : Integer.toString(result.inFlight()));
      result.figures().values().forEach(figure -> row.add(shown(figure)));
      rows.add(row);
    }
    int[] widths = new int[head.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        // Names to the left, numbers to the right.
        String format = i < 2 ? "%-" + widths[i] + "s" : "%" + widths[i] + "s";
        line.append(String.format(Locale.ROOT, format, row.get(i))).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    text.append('\n');
  }

  private static String shown(Object figure) {
    if (!(figure instanceof Number number)) {
      return figure.toString();
    }
    double value = number.doubleValue();
    if (value == Math.rint(value) || Math.abs(value) >= WHOLE_FROM) {
      return String.format(Locale.ROOT, "%,d", Math.round(value));
    }
    return new BigDecimal(value).round(DIGITS).toPlainString();
  }
}
