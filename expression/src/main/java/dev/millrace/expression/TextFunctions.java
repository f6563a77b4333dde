package dev.millrace.expression;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.Utils;
import dev.millrace.engine.expression.ExpressionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * The text functions of JSONata that search, cut or lengthen text, with bounds. They replace the
 * library's: those match without a deadline, and take a plain text for a pattern in places.
 */
final class TextFunctions {

  private TextFunctions() {}

  static @Nullable Object contains(List<?> arguments) {
    String text = text(arguments, 0);
    if (text == null) {
      return null;
    }
    return switch (argument(arguments, 1)) {
      case String token -> text.contains(token);
      case RegexFunction regex -> regex.pattern().find(text);
      case null, default -> throw wantsPattern("$contains");
    };
  }

  static @Nullable Object match(List<?> arguments) {
    String text = text(arguments, 0);
    if (text == null) {
      return null;
    }
    if (!(argument(arguments, 1) instanceof RegexFunction regex)) {
      throw wantsPattern("$match");
    }
    int limit = limit(arguments, 2, "$match");
    List<Object> found = Utils.createSequence();
    Matcher matcher = regex.pattern().matcher(text);
    while (found.size() < limit && matcher.find()) {
      Map<String, @Nullable Object> match = new LinkedHashMap<>();
      match.put("match", matcher.group());
      match.put("index", matcher.start());
      match.put("groups", groups(matcher));
      found.add(match);
    }
    return found;
  }

  static @Nullable Object split(List<?> arguments) {
    String text = text(arguments, 0);
    if (text == null) {
      return null;
    }
    int limit = limit(arguments, 2, "$split");
    List<Object> parts = new ArrayList<>();
    switch (argument(arguments, 1)) {
      case String separator when separator.isEmpty() -> {
        text.codePoints().limit(limit).forEach(c -> parts.add(Character.toString(c)));
      }
      case String separator -> {
        int start = 0;
        int end = text.indexOf(separator);
        while (end >= 0 && parts.size() < limit) {
          parts.add(text.substring(start, end));
          start = end + separator.length();
          end = text.indexOf(separator, start);
        }
        addLast(parts, text.substring(start), limit);
      }
      case RegexFunction regex -> {
        Matcher matcher = regex.pattern().matcher(text);
        int start = 0;
        while (parts.size() < limit && matcher.find()) {
          if (matcher.end() == 0) {
            continue;
          }
          parts.add(text.substring(start, matcher.start()));
          start = matcher.end();
        }
        addLast(parts, text.substring(start), limit);
      }
      case null, default -> throw wantsPattern("$split");
    }
    return parts;
  }

  private static void addLast(List<Object> parts, String rest, int limit) {
    if (parts.size() < limit) {
      parts.add(rest);
    }
  }

  static @Nullable Object replace(List<?> arguments) throws Throwable {
    String text = text(arguments, 0);
    if (text == null) {
      return null;
    }
    Object pattern = argument(arguments, 1);
    Object replacement = argument(arguments, 2);
    int limit = limit(arguments, 3, "$replace");
    StringBuilder result = new StringBuilder();
    int start = 0;
    int count = 0;
    if (pattern instanceof String token) {
      if (token.isEmpty()) {
        throw new ExpressionException("$replace expects a pattern that isn't empty");
      }
      if (!(replacement instanceof String with)) {
        throw new ExpressionException("$replace of a text expects a text as the replacement");
      }
      for (int at = text.indexOf(token); at >= 0 && count < limit; count++) {
        append(result, text, start, at, with);
        start = at + token.length();
        at = text.indexOf(token, start);
      }
    } else if (pattern instanceof RegexFunction regex) {
      Matcher matcher = regex.pattern().matcher(text);
      for (; count < limit && matcher.find(); count++) {
        append(result, text, start, matcher.start(), replacement(replacement, matcher));
        start = matcher.end();
      }
    } else {
      throw wantsPattern("$replace");
    }
    append(result, text, start, text.length(), "");
    return result.toString();
  }

  private static void append(StringBuilder result, String text, int start, int end, String with) {
    EvaluationGuard.refuseOver(
        (long) result.length() + (end - start) + with.length(), ExpressionLimits.VALUE_WEIGHT_MAX);
    result.append(text, start, end).append(with);
  }

  private static String replacement(@Nullable Object replacement, Matcher matcher)
      throws Throwable {
    if (replacement instanceof String template) {
      return expanded(template, matcher);
    }
    if (replacement == null) {
      throw new ExpressionException("$replace expects a text or a function as the replacement");
    }
    Map<String, @Nullable Object> match = new LinkedHashMap<>();
    match.put("match", matcher.group());
    match.put("start", matcher.start());
    match.put("end", matcher.end());
    match.put("groups", groups(matcher));
    if (Functions.funcApply(replacement, List.of(match)) instanceof String text) {
      return text;
    }
    throw new ExpressionException("$replace expects its function to give text");
  }

  /** Puts groups in: {@code $0} the match, {@code $1} a group, {@code $$} a dollar. */
  private static String expanded(String template, Matcher matcher) {
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < template.length()) {
      char c = template.charAt(i++);
      if (c != '$' || i == template.length()) {
        text.append(c);
      } else if (template.charAt(i) == '$') {
        text.append('$');
        i++;
      } else {
        int end = endOfGroupNumber(template, i, matcher.groupCount());
        if (end == i) {
          text.append('$');
          continue;
        }
        int group = Integer.parseInt(template.substring(i, end));
        i = end;
        String found = group <= matcher.groupCount() ? matcher.group(group) : "";
        text.append(found == null ? "" : found);
      }
      EvaluationGuard.refuseOver(text.length(), ExpressionLimits.VALUE_WEIGHT_MAX);
    }
    return text.toString();
  }

  /** Takes one digit, and further ones as long as the pattern has a group of that number. */
  private static int endOfGroupNumber(String template, int start, int groups) {
    int end = start;
    int number = 0;
    while (end < template.length()
        && template.charAt(end) >= '0'
        && template.charAt(end) <= '9'
        && (end == start || number * 10 + (template.charAt(end) - '0') <= groups)) {
      number = number * 10 + (template.charAt(end) - '0');
      end++;
    }
    return end;
  }

  static @Nullable Object join(List<?> arguments) {
    Object parts = argument(arguments, 0);
    if (parts == null) {
      return null;
    }
    String separator = argument(arguments, 1) instanceof String text ? text : "";
    List<?> list = parts instanceof List<?> several ? several : List.of(parts);
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Object part : list) {
      String text = String.valueOf(part);
      EvaluationGuard.refuseOver(
          (long) joined.length() + separator.length() + text.length(),
          ExpressionLimits.VALUE_WEIGHT_MAX);
      joined.append(first ? "" : separator).append(text);
      first = false;
    }
    return joined.toString();
  }

  static @Nullable Object pad(List<?> arguments) {
    String text = text(arguments, 0);
    if (text == null || !(argument(arguments, 1) instanceof Number number)) {
      return text;
    }
    double width = number.doubleValue();
    if (!(Math.abs(width) <= ExpressionLimits.PAD_WIDTH_MAX)) {
      throw new ExpressionException(
          "$pad has a width of at most " + ExpressionLimits.PAD_WIDTH_MAX + ", found " + number);
    }
    String filler =
        argument(arguments, 2) instanceof String given && !given.isEmpty() ? given : " ";
    int missing = (int) Math.abs(width) - text.codePointCount(0, text.length());
    if (missing <= 0) {
      return text;
    }
    int[] fill = filler.codePoints().limit(missing).toArray();
    StringBuilder padding = new StringBuilder();
    for (int i = 0; i < missing; i++) {
      padding.appendCodePoint(fill[i % fill.length]);
    }
    return width < 0 ? padding + text : text + padding;
  }

  static List<@Nullable Object> groups(Matcher matcher) {
    List<@Nullable Object> groups = new ArrayList<>();
    for (int i = 1; i <= matcher.groupCount(); i++) {
      groups.add(matcher.group(i));
    }
    return groups;
  }

  static @Nullable Object argument(List<?> arguments, int index) {
    return index < arguments.size() ? arguments.get(index) : null;
  }

  private static @Nullable String text(List<?> arguments, int index) {
    return argument(arguments, index) instanceof String text ? text : null;
  }

  private static int limit(List<?> arguments, int index, String function) {
    if (!(argument(arguments, index) instanceof Number number)) {
      return Integer.MAX_VALUE;
    }
    if (number.doubleValue() < 0) {
      throw new ExpressionException(function + " expects a limit of 0 or more, found " + number);
    }
    return (int) Math.min(number.doubleValue(), Integer.MAX_VALUE);
  }

  private static ExpressionException wantsPattern(String function) {
    return new ExpressionException(
        function + " expects a text or a regular expression as its second argument");
  }
}
