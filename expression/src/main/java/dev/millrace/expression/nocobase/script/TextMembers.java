package dev.millrace.expression.nocobase.script;

import java.text.Collator;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The methods of text. */
final class TextMembers {
  private TextMembers() {}

  static @Nullable ScriptFunction get(String text, String name) {
    return switch (name) {
      case "toUpperCase", "toLocaleUpperCase" -> given -> text.toUpperCase(Locale.ROOT);
      case "toLowerCase", "toLocaleLowerCase" -> given -> text.toLowerCase(Locale.ROOT);
      case "trim" -> given -> text.strip();
      case "trimStart", "trimLeft" -> given -> text.stripLeading();
      case "trimEnd", "trimRight" -> given -> text.stripTrailing();
      case "toString", "valueOf" -> given -> text;
      case "startsWith" ->
          given -> text.startsWith(given.text(0), Math.max(0, given.integer(1, 0)));
      case "endsWith" ->
          given ->
              text.substring(0, ListMembers.bound(given.number(1, text.length()), text.length()))
                  .endsWith(given.text(0));
      case "includes" -> given -> text.indexOf(given.text(0), given.integer(1, 0)) >= 0;
      case "indexOf" -> given -> (double) text.indexOf(given.text(0), given.integer(1, 0));
      case "lastIndexOf" ->
          given -> (double) text.lastIndexOf(given.text(0), given.integer(1, Integer.MAX_VALUE));
      case "concat" ->
          given -> {
            StringBuilder all = new StringBuilder(text);
            for (int i = 0; i < given.size(); i++) {
              all.append(given.text(i));
              given.budget().build(all.length());
            }
            return all.toString();
          };
      case "localeCompare" ->
          given -> (double) Collator.getInstance(Locale.ENGLISH).compare(text, given.text(0));
      case "normalize" -> given -> Normalizer.normalize(text, Normalizer.Form.NFC);
      case "repeat" -> given -> repeat(text, given.number(0, 0), given.budget());
      case "padStart" -> given -> padding(text, given) + text;
      case "padEnd" -> given -> text + padding(text, given);
      default -> part(text, name);
    };
  }

  private static @Nullable ScriptFunction part(String text, String name) {
    return switch (name) {
      case "charAt" ->
          given -> {
            int index = given.integer(0, 0);
            return index >= 0 && index < text.length() ? text.substring(index, index + 1) : "";
          };
      case "at" ->
          given -> {
            int index = given.integer(0, 0);
            int from = index < 0 ? index + text.length() : index;
            return from >= 0 && from < text.length()
                ? text.substring(from, from + 1)
                : Undefined.VALUE;
          };
      case "charCodeAt" ->
          given -> {
            int index = given.integer(0, 0);
            return index >= 0 && index < text.length() ? text.charAt(index) : Double.NaN;
          };
      case "codePointAt" ->
          given -> {
            int index = given.integer(0, 0);
            return index >= 0 && index < text.length()
                ? (Object) (double) text.codePointAt(index)
                : Undefined.VALUE;
          };
      case "slice" ->
          given -> {
            int start = ListMembers.bound(given.number(0, 0), text.length());
            int end = ListMembers.bound(given.number(1, text.length()), text.length());
            return start < end ? text.substring(start, end) : "";
          };
      case "substring" ->
          given -> {
            int start = inside(given.number(0, 0), text);
            int end = inside(given.number(1, text.length()), text);
            return text.substring(Math.min(start, end), Math.max(start, end));
          };
      case "substr" ->
          given -> {
            int start = ListMembers.bound(given.number(0, 0), text.length());
            double length = given.number(1, text.length());
            return text.substring(start, (int) Math.clamp(start + length, start, text.length()));
          };
      case "split" -> given -> split(text, given);
      case "replace" -> given -> replace(text, given, false);
      case "replaceAll" -> given -> replace(text, given, true);
      case "match" -> given -> match(text, given);
      case "matchAll" -> given -> matchAll(text, given);
      case "search" ->
          given -> {
            Matcher matcher = pattern(given.get(0), given.budget()).matcher(text, given.budget());
            return matcher.find() ? (double) matcher.start() : -1.0;
          };
      default -> null;
    };
  }

  private static int inside(double index, String text) {
    return (int) Math.max(0, Math.min(text.length(), index));
  }

  static String repeat(String text, double count, Budget budget) {
    if (count < 0 || Double.isInfinite(count)) {
      throw ScriptException.range("Invalid count value: " + Coercions.toText(count));
    }
    budget.build((long) (text.length() * Math.floor(count)));
    return text.repeat((int) count);
  }

  private static String padding(String text, Arguments given) {
    double missing = given.number(0) - text.length();
    String pad = given.has(1) ? given.text(1) : " ";
    if (!(missing > 0) || pad.isEmpty()) {
      return "";
    }
    given.budget().build((long) missing);
    return pad.repeat((int) (missing / pad.length()) + 1).substring(0, (int) missing);
  }

  private static ScriptList split(String text, Arguments given) {
    int limit = given.has(1) ? Math.max(0, given.integer(1, 0)) : Integer.MAX_VALUE;
    ScriptList parts = new ScriptList();
    given.budget().steps(text.length());
    switch (given.get(0)) {
      case Undefined nothing -> parts.add(text);
      case ScriptRegex regex -> {
        Matcher matcher = regex.matcher(text, given.budget());
        int position = 0;
        while (matcher.find()) {
          if (matcher.end() > position || matcher.start() > position) {
            if (matcher.end() > 0 && !(matcher.start() == text.length())) {
              parts.add(text.substring(position, matcher.start()));
              position = matcher.end();
            }
          }
        }
        parts.add(text.substring(position));
      }
      case String separator when separator.isEmpty() -> {
        for (int i = 0; i < text.length(); i++) {
          parts.add(text.substring(i, i + 1));
        }
      }
      case null, default ->
          parts.addAll(Arrays.asList(text.split(Pattern.quote(given.text(0)), -1)));
    }
    return limit < parts.size() ? new ScriptList(parts.subList(0, limit)) : parts;
  }

  private static ScriptRegex pattern(@Nullable Object value, Budget budget) {
    budget.step();
    return value instanceof ScriptRegex regex
        ? regex
        : ScriptRegex.of(value == Undefined.VALUE ? "" : Coercions.toText(value), "");
  }

  private static @Nullable Object match(String text, Arguments given) {
    ScriptRegex regex = pattern(given.get(0), given.budget());
    Matcher matcher = regex.matcher(text, given.budget());
    if (!regex.global()) {
      return matcher.find() ? Members.groups(matcher) : null;
    }
    ScriptList matches = new ScriptList();
    while (matcher.find()) {
      given.budget().step();
      matches.add(matcher.group());
    }
    return matches.isEmpty() ? null : matches;
  }

  private static ScriptList matchAll(String text, Arguments given) {
    Matcher matcher = pattern(given.get(0), given.budget()).matcher(text, given.budget());
    ScriptList matches = new ScriptList();
    while (matcher.find()) {
      given.budget().step();
      matches.add(Members.groups(matcher));
    }
    return matches;
  }

  private static String replace(String text, Arguments given, boolean all) {
    boolean every;
    Matcher matcher;
    if (given.get(0) instanceof ScriptRegex regex) {
      every = regex.global();
      matcher = regex.matcher(text, given.budget());
    } else {
      every = all;
      matcher = Pattern.compile(Pattern.quote(given.text(0))).matcher(text);
    }
    StringBuilder replaced = new StringBuilder();
    int position = 0;
    while (matcher.find()) {
      replaced.append(text, position, matcher.start());
      if (given.get(1) instanceof ScriptFunction function) {
        ScriptList groups = Members.groups(matcher);
        groups.add((double) matcher.start());
        groups.add(text);
        replaced.append(Coercions.toText(given.invoke(function, groups.toArray())));
      } else {
        expand(given.text(1), matcher, replaced);
      }
      position = matcher.end();
      given.budget().build(replaced.length());
      if (!every) {
        break;
      }
    }
    return replaced.append(text, position, text.length()).toString();
  }

  /** Appends a replacement, in which {@code $1} and {@code $&} stand for parts of the match. */
  private static void expand(String replacement, Matcher matcher, StringBuilder text) {
    int at = 0;
    while (at < replacement.length()) {
      char c = replacement.charAt(at);
      char next = at + 1 < replacement.length() ? replacement.charAt(at + 1) : ' ';
      if (c == '$' && next == '$') {
        text.append('$');
        at += 2;
      } else if (c == '$' && next == '&') {
        text.append(matcher.group());
        at += 2;
      } else if (c == '$' && next >= '1' && next <= '9' && next - '0' <= matcher.groupCount()) {
        String group = matcher.group(next - '0');
        text.append(group == null ? "" : group);
        at += 2;
      } else {
        text.append(c);
        at++;
      }
    }
  }

  /** The characters of a text, as a list. */
  static List<String> characters(String text) {
    return text.codePoints().mapToObj(Character::toString).toList();
  }
}
