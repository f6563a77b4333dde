package dev.millrace.expression.nocobase.script;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Formulas of text. */
final class TextFormulas {
  private static final int ASCII_END = 128;

  private static final Pattern BLANKS = Pattern.compile(" {2,}");
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f]");
  private static final int PATTERN_LENGTH_MAX = 100;

  private TextFormulas() {}

  static Map<String, ScriptFunction> all() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.putAll(parts());
    all.putAll(searches());
    all.put("CONCATENATE", TextFormulas::concatenate);
    all.put("CONCAT", TextFormulas::concatenate);
    all.put("TEXTJOIN", TextFormulas::join);
    all.put("LOWER", given -> Formulas.text(given, 0).toLowerCase(Locale.ROOT));
    all.put("UPPER", given -> Formulas.text(given, 0).toUpperCase(Locale.ROOT));
    all.put("PROPER", given -> proper(Formulas.text(given, 0)));
    all.put("TRIM", given -> BLANKS.matcher(Formulas.text(given, 0)).replaceAll(" ").strip());
    all.put("CLEAN", given -> CONTROL.matcher(Formulas.text(given, 0)).replaceAll(""));
    all.put("EXACT", given -> Coercions.strictlyEqual(given.get(0), given.get(1)));
    ScriptFunction character =
        given -> {
          int code = (int) Formulas.number(given, 0);
          if (!Character.isValidCodePoint(code) || code == 0) {
            throw FormulaError.VALUE.fault();
          }
          return Character.toString(code);
        };
    all.put("CHAR", character);
    all.put("UNICHAR", character);
    ScriptFunction code =
        given -> {
          String text = Formulas.text(given, 0);
          return text.isEmpty() ? FormulaError.NA : (Object) (double) text.codePointAt(0);
        };
    all.put("CODE", code);
    all.put("UNICODE", code);
    all.put(
        "REPT",
        given ->
            TextMembers.repeat(Formulas.text(given, 0), Formulas.number(given, 1), given.budget()));
    all.put("T", given -> given.get(0) instanceof String text ? text : "");
    all.put("VALUE", TextFormulas::value);
    all.put("NUMBERVALUE", TextFormulas::separated);
    all.put("TEXT", TextFormulas::formatted);
    all.put(
        "FIXED",
        given -> {
          int decimals = Math.clamp(Formulas.integer(given, 1, 2), 0, PATTERN_LENGTH_MAX);
          String pattern =
              (Coercions.truthy(given.has(2) ? given.get(2) : false) ? "0" : "#,##0")
                  + (decimals > 0 ? "." + "0".repeat(decimals) : "");
          return Numbers.format(Formulas.number(given, 0), pattern);
        });
    return all;
  }

  private static Map<String, ScriptFunction> parts() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put(
        "LEN",
        given ->
            given.get(0) instanceof List<?> list
                ? (double) list.size()
                : (double) Formulas.text(given, 0).length());
    all.put(
        "LEFT",
        given -> {
          String text = Formulas.text(given, 0);
          return text.substring(0, count(given, 1, text.length()));
        });
    all.put(
        "RIGHT",
        given -> {
          String text = Formulas.text(given, 0);
          return text.substring(text.length() - count(given, 1, text.length()));
        });
    all.put(
        "MID",
        given -> {
          String text = Formulas.text(given, 0);
          double start = Formulas.number(given, 1) - 1;
          if (start < 0) {
            throw FormulaError.VALUE.fault();
          }
          int from = (int) Math.min(start, text.length());
          return text.substring(from, from + count(given, 2, text.length() - from));
        });
    all.put(
        "REPLACE",
        given -> {
          String text = Formulas.text(given, 0);
          int from = (int) Math.clamp(Formulas.number(given, 1) - 1, 0, text.length());
          int to = from + count(given, 2, text.length() - from);
          return text.substring(0, from) + Formulas.text(given, 3) + text.substring(to);
        });
    all.put("SUBSTITUTE", TextFormulas::substitute);
    all.put(
        "SPLIT",
        given ->
            new ScriptList(
                List.of(
                    Formulas.text(given, 0).split(Pattern.quote(Formulas.text(given, 1)), -1))));
    return all;
  }

  private static int count(Arguments given, int index, int max) {
    double count = Formulas.number(given, index, 1);
    if (count < 0) {
      throw FormulaError.VALUE.fault();
    }
    return (int) Math.min(count, max);
  }

  private static Map<String, ScriptFunction> searches() {
    Map<String, ScriptFunction> all = new HashMap<>();
    all.put("FIND", given -> find(Formulas.text(given, 0), Formulas.text(given, 1), given));
    all.put(
        "SEARCH",
        given ->
            find(
                Formulas.text(given, 0).toLowerCase(Locale.ROOT),
                Formulas.text(given, 1).toLowerCase(Locale.ROOT),
                given));
    all.put(
        "REGEXMATCH",
        given ->
            regex(given, Coercions.truthy(given.get(2)) ? "i" : "")
                .matcher(Formulas.text(given, 0), given.budget())
                .find());
    all.put(
        "REGEXEXTRACT",
        given -> {
          Matcher matcher = regex(given, "").matcher(Formulas.text(given, 0), given.budget());
          if (!matcher.find()) {
            return null;
          }
          String group = matcher.group(Math.min(1, matcher.groupCount()));
          return group == null ? "" : group;
        });
    all.put(
        "REGEXREPLACE",
        given -> {
          String text = Formulas.text(given, 0);
          Matcher matcher = regex(given, "").matcher(text, given.budget());
          StringBuilder replaced = new StringBuilder();
          int position = 0;
          while (matcher.find()) {
            replaced.append(text, position, matcher.start()).append(Formulas.text(given, 2));
            position = matcher.end();
            given.budget().build(replaced.length());
          }
          return replaced.append(text, position, text.length()).toString();
        });
    return all;
  }

  private static ScriptRegex regex(Arguments given, String flags) {
    return ScriptRegex.of(Formulas.text(given, 1), flags);
  }

  private static Object find(String part, String text, Arguments given) {
    int from = Math.max(0, Formulas.integer(given, 2, 1) - 1);
    int found = text.indexOf(part, from);
    return found < 0 ? FormulaError.VALUE : (Object) (found + 1.0);
  }

  private static String concatenate(Arguments given) {
    StringBuilder text = new StringBuilder();
    for (Object value : Formulas.flat(given)) {
      text.append(shown(value));
      given.budget().build(text.length());
    }
    return text.toString();
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case Boolean flag -> flag ? "TRUE" : "FALSE";
      case null, default -> Undefined.orNull(value) ? "" : Coercions.toText(value);
    };
  }

  private static String join(Arguments given) {
    String separator = Formulas.text(given, 0);
    boolean skipEmpty = Coercions.truthy(given.get(1));
    StringBuilder text = new StringBuilder();
    boolean first = true;
    List<@Nullable Object> rest = given.values().subList(Math.min(2, given.size()), given.size());
    for (Object value : Formulas.flat(rest, given.budget())) {
      String one = value instanceof Boolean ? Coercions.toText(value) : shown(value);
      if (!(skipEmpty && one.isEmpty())) {
        text.append(first ? "" : separator).append(one);
        first = false;
        given.budget().build(text.length());
      }
    }
    return text.toString();
  }

  private static String proper(String text) {
    StringBuilder proper = new StringBuilder();
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean begins = !inWord && (c == '_' || (c < ASCII_END && Character.isLetterOrDigit(c)));
      proper.append(inWord ? Character.toLowerCase(c) : begins ? Character.toUpperCase(c) : c);
      inWord = (inWord || begins) && !Character.isWhitespace(c);
    }
    return proper.toString();
  }

  private static String substitute(Arguments given) {
    String text = Formulas.text(given, 0);
    String old = Formulas.text(given, 1);
    String fresh = Formulas.text(given, 2);
    if (old.isEmpty()) {
      return text;
    }
    int only = Formulas.integer(given, 3, 0);
    StringBuilder replaced = new StringBuilder();
    int position = 0;
    int count = 0;
    int found = text.indexOf(old);
    while (found >= 0) {
      count++;
      boolean here = only == 0 || only == count;
      replaced.append(text, position, found).append(here ? fresh : old);
      given.budget().build(replaced.length());
      position = found + old.length();
      found = text.indexOf(old, position);
    }
    return replaced.append(text, position, text.length()).toString();
  }

  private static double value(Arguments given) {
    if (!(given.get(0) instanceof String text)) {
      return Formulas.number(given, 0);
    }
    String digits = text.replaceAll("[$€£¥,\\s]", "");
    boolean percent = digits.endsWith("%");
    double number = Coercions.toNumber(percent ? digits.substring(0, digits.length() - 1) : digits);
    if (Double.isNaN(number)) {
      return 0;
    }
    int hundred = 100;
    return percent ? number / hundred : number;
  }

  private static double separated(Arguments given) {
    String point = given.has(1) ? Formulas.text(given, 1) : ".";
    String group = given.has(2) ? Formulas.text(given, 2) : ",";
    String text = Formulas.text(given, 0);
    String digits = group.isEmpty() ? text : text.replace(group, "");
    return Formulas.number(point.isEmpty() ? digits : digits.replace(point, "."));
  }

  /** Numbers in the patterns of spreadsheets, dates in their letters. */
  private static String formatted(Arguments given) {
    String pattern = Formulas.text(given, 1);
    if (pattern.length() > PATTERN_LENGTH_MAX) {
      throw FormulaError.VALUE.fault();
    }
    Object value = given.get(0);
    boolean date = value instanceof DateValue || value instanceof java.time.Instant;
    boolean dated = Pattern.compile("[ymdhs]", Pattern.CASE_INSENSITIVE).matcher(pattern).find();
    if (date || (value instanceof String && dated)) {
      DateValue moment = DateFormulas.moment(value);
      return DateFormats.format(moment.in(java.time.ZoneOffset.UTC), letters(pattern));
    }
    Matcher number =
        Pattern.compile("^([^#0]*)([#0,]*0?(?:\\.[#0]+)?)(%?)([^#0]*)$").matcher(pattern);
    if (!number.matches() || number.group(2).isEmpty()) {
      return Formulas.text(given, 0);
    }
    int hundred = 100;
    double scale = number.group(3).isEmpty() ? 1 : hundred;
    boolean grouped = number.group(2).contains(",");
    String places = number.group(2).replace(",", "");
    int point = places.indexOf('.');
    String whole = point < 0 ? places : places.substring(0, point);
    String fraction = point < 0 ? "" : places.substring(point);
    String shape =
        (grouped ? "#,##" + (whole.contains("0") ? "0" : "#") : whole.isEmpty() ? "#" : whole)
            + fraction;
    return number.group(1)
        + Numbers.format(Formulas.finite(Formulas.number(given, 0)) * scale, shape)
        + number.group(3)
        + number.group(4);
  }

  /** The letters of a spreadsheet's date pattern as those of {@link DateFormats}. */
  private static String letters(String pattern) {
    StringBuilder letters = new StringBuilder();
    boolean afterHours = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      switch (Character.toLowerCase(c)) {
        case 'y' -> letters.append('Y');
        case 'd' -> letters.append('D');
        case 'h' -> {
          letters.append('H');
          afterHours = true;
        }
        case 's' -> letters.append('s');
        case 'm' -> letters.append(afterHours ? 'm' : 'M');
        default -> letters.append(c);
      }
    }
    return letters.toString();
  }
}
