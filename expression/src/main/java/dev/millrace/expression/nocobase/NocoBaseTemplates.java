package dev.millrace.expression.nocobase;

import dev.millrace.engine.JsonValue;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import dev.millrace.expression.nocobase.script.Budget;
import dev.millrace.expression.nocobase.script.Coercions;
import dev.millrace.expression.nocobase.script.DateValue;
import dev.millrace.expression.nocobase.script.ScriptException;
import dev.millrace.expression.nocobase.script.Undefined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Templates: JSON in which any string, also a key, may hold {@code {{path}}} or {@code
 * {{path:default}}}. A string that is exactly one placeholder gives the value with its type; in
 * mixed text null and undefined are nothing, dates ISO 8601, objects {@code [object Object]} and
 * lists their elements with commas. What is undefined is dropped from objects and null in lists.
 * What is no placeholder stays as text; a value put in is never read as a template again.
 * Thread-safe.
 */
public final class NocoBaseTemplates {

  /** Longest text a template may become, in characters. */
  private static final int TEXT_LENGTH_MAX = 16 * 1024 * 1024;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([\\w:\\s\\-+.,@/()?=*$]+)}}");

  /**
   * Resolves a template to plain JSON; undefined as a whole is null, dates are text.
   *
   * @throws ExpressionException when it nests too deeply or grows too long
   */
  public @Nullable Object resolve(@Nullable Object template, ExpressionScope scope) {
    Object value = resolveRaw(template, scope);
    return Undefined.orNull(value) ? null : value;
  }

  /**
   * Resolves a template, with {@link Undefined} as a whole for a single placeholder that leads
   * nowhere. What is inside objects and lists is plain JSON.
   *
   * @throws ExpressionException when it nests too deeply or grows too long
   */
  public @Nullable Object resolveRaw(@Nullable Object template, ExpressionScope scope) {
    return plain(resolveNatural(template, scope), 0);
  }

  /** Resolves a template, with dates as {@link Instant} and undefined where it stands. */
  @Nullable Object resolveNatural(@Nullable Object template, ExpressionScope scope) {
    try {
      return natural(template, NocoBaseScope.of(scope), 0);
    } catch (ScriptException e) {
      throw new ExpressionException("the text grows too long: " + e.getMessage(), e);
    }
  }

  private @Nullable Object natural(@Nullable Object template, NocoBaseScope scope, int depth) {
    refuseDepth(depth);
    return switch (template) {
      case String text -> text.contains("{{") ? text(text, scope) : text;
      case List<?> list -> {
        List<@Nullable Object> resolved = new ArrayList<>(list.size());
        for (Object element : list) {
          resolved.add(natural(element, scope, depth + 1));
        }
        yield resolved;
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> resolved = LinkedHashMap.newLinkedHashMap(map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          String key = mixed(String.valueOf(entry.getKey()), scope);
          resolved.put(key, natural(entry.getValue(), scope, depth + 1));
        }
        yield resolved;
      }
      case null, default -> template;
    };
  }

  private static @Nullable Object text(String text, NocoBaseScope scope) {
    Matcher placeholder = PLACEHOLDER.matcher(text);
    if (placeholder.matches()) {
      return value(placeholder.group(1), scope);
    }
    return mixed(text, scope);
  }

  private static String mixed(String text, NocoBaseScope scope) {
    if (!text.contains("{{")) {
      return text;
    }
    Matcher placeholder = PLACEHOLDER.matcher(text);
    StringBuilder mixed = new StringBuilder();
    int position = 0;
    while (placeholder.find()) {
      mixed.append(text, position, placeholder.start());
      mixed.append(inText(value(placeholder.group(1), scope)));
      position = placeholder.end();
      if (mixed.length() > TEXT_LENGTH_MAX) {
        throw new ExpressionException("the text grew past " + TEXT_LENGTH_MAX + " characters");
      }
    }
    return mixed.append(text, position, text.length()).toString();
  }

  private static String inText(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Undefined nothing -> "";
      case Instant instant -> DateValue.of(instant).iso();
      default -> Coercions.toText(value);
    };
  }

  private static @Nullable Object value(String placeholder, NocoBaseScope scope) {
    String stripped = placeholder.strip();
    int colon = stripped.indexOf(':');
    String path = colon < 0 ? stripped : stripped.substring(0, colon).strip();
    Object value = scope.find(path);
    return value == Undefined.VALUE && colon >= 0 ? stripped.substring(colon + 1).strip() : value;
  }

  private static @Nullable Object plain(@Nullable Object value, int depth) {
    refuseDepth(depth);
    return switch (value) {
      case Instant instant -> DateValue.of(instant).iso();
      case List<?> list -> {
        List<@Nullable Object> plain = new ArrayList<>(list.size());
        for (Object element : list) {
          Object one = plain(element, depth + 1);
          plain.add(one == Undefined.VALUE ? null : one);
        }
        yield Collections.unmodifiableList(plain);
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> plain = LinkedHashMap.newLinkedHashMap(map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          Object one = plain(entry.getValue(), depth + 1);
          if (one != Undefined.VALUE) {
            plain.put(String.valueOf(entry.getKey()), one);
          }
        }
        yield Collections.unmodifiableMap(plain);
      }
      case Undefined nothing -> nothing;
      case null, default -> JsonValue.of(value);
    };
  }

  private static void refuseDepth(int depth) {
    if (depth > Budget.VALUE_DEPTH_MAX) {
      throw new ExpressionException(
          "the template nests deeper than " + Budget.VALUE_DEPTH_MAX + " levels");
    }
  }
}
