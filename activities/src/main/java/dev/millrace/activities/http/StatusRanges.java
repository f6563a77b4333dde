package dev.millrace.activities.http;

import dev.millrace.activities.call.Parameters;
import dev.millrace.runtime.activity.ActivityException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The statuses that count as success: {@code 204}, {@code "200-299"}, {@code "2xx"}, {@code
 * "200,404"} or a list of these.
 */
record StatusRanges(List<Range> ranges) {

  /** Inclusive. */
  record Range(int least, int most) {}

  private static final String NAME = "expectStatus";
  private static final Range SUCCESS = new Range(200, 299);
  private static final Pattern CLASS = Pattern.compile("([1-5])xx");
  private static final Pattern RANGE = Pattern.compile("([1-5]\\d\\d)(?:\\s*-\\s*([1-5]\\d\\d))?");
  private static final int PER_CLASS = 100;

  static StatusRanges of(Parameters parameters) throws ActivityException {
    Object value = parameters.value(NAME);
    List<Range> ranges = new ArrayList<>();
    List<?> parts =
        value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
    for (Object part : parts) {
      for (String text : String.valueOf(part).split(",", -1)) {
        if (!text.isBlank()) {
          ranges.add(range(parameters, text.strip(), value));
        }
      }
    }
    return new StatusRanges(ranges.isEmpty() ? List.of(SUCCESS) : ranges);
  }

  boolean contains(int status) {
    return ranges.stream().anyMatch(range -> status >= range.least && status <= range.most);
  }

  private static Range range(Parameters parameters, String text, @Nullable Object value)
      throws ActivityException {
    Matcher whole = CLASS.matcher(text);
    if (whole.matches()) {
      int least = Integer.parseInt(whole.group(1)) * PER_CLASS;
      return new Range(least, least + PER_CLASS - 1);
    }
    Matcher range = RANGE.matcher(text);
    if (!range.matches()) {
      throw parameters.mismatch(NAME, "statuses as 204, \"200-299\" or a list of them", value);
    }
    int least = Integer.parseInt(range.group(1));
    return new Range(least, range.group(2) == null ? least : Integer.parseInt(range.group(2)));
  }
}
