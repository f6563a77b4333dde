package dev.millrace.expression;

import com.dashjoin.jsonata.Jsonata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression literal as the function it is in JSONata: applied to text it gives the first
 * match as {@code {match,start,end,groups}}, or nothing.
 */
final class RegexFunction extends Jsonata.JFunction {
  private final BoundedPattern pattern;

  RegexFunction(BoundedPattern pattern) {
    super((input, arguments) -> first(pattern, arguments), "<s?:o>");
    this.pattern = pattern;
  }

  BoundedPattern pattern() {
    return pattern;
  }

  private static @Nullable Object first(BoundedPattern pattern, List<?> arguments) {
    if (arguments.isEmpty() || !(arguments.getFirst() instanceof String text)) {
      return null;
    }
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      return null;
    }
    Map<String, @Nullable Object> match = new LinkedHashMap<>();
    match.put("match", matcher.group());
    match.put("start", matcher.start());
    match.put("end", matcher.end());
    match.put("groups", TextFunctions.groups(matcher));
    return match;
  }
}
