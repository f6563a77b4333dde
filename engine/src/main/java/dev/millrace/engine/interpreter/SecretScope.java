package dev.millrace.engine.interpreter;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the parameters of a node see that may refer to secrets. Nothing else sees them: a template
 * of an output would store what it is given.
 */
record SecretScope(ExpressionScope plain, Map<String, String> secrets) implements ExpressionScope {

  private static final String ROOT = "secret";
  private static final String REFERENCE = "secret.";

  /** Whether a template refers to secrets. */
  static boolean mentioned(@Nullable Object template) {
    return switch (template) {
      case String text -> expression(text) && !names(text).isEmpty();
      case List<?> list -> list.stream().anyMatch(SecretScope::mentioned);
      case Map<?, ?> map -> map.values().stream().anyMatch(SecretScope::mentioned);
      case null, default -> false;
    };
  }

  /** The secrets that a text names. */
  private static List<String> names(String text) {
    List<String> names = new ArrayList<>();
    int from = 0;
    for (int at; (at = text.indexOf(REFERENCE, from)) >= 0; ) {
      int begin = at + REFERENCE.length();
      int end = begin;
      while (end < text.length() && named(text.charAt(end))) {
        end++;
      }
      if (end > begin && (at == 0 || !named(text.charAt(at - 1)))) {
        names.add(text.substring(begin, end));
      }
      from = begin;
    }
    return names;
  }

  private static boolean named(char letter) {
    return Character.isLetterOrDigit(letter) || letter == '_' || letter == '-';
  }

  private static boolean expression(String text) {
    return text.contains("{{") || text.contains("{%");
  }

  /**
   * Checks that each secret that a template names exists.
   *
   * @throws ExpressionException naming one that does not; an empty value in its place would be sent
   */
  void check(@Nullable Object template) {
    switch (template) {
      case String text when expression(text) -> {
        for (String name : names(text)) {
          if (!secrets.containsKey(name)) {
            throw new ExpressionException("there is no secret " + name);
          }
        }
      }
      case List<?> list -> list.forEach(this::check);
      case Map<?, ?> map -> map.values().forEach(this::check);
      case null, default -> {}
    }
  }

  @Override
  public boolean has(String root) {
    return root.equals(ROOT) || plain.has(root);
  }

  @Override
  public @Nullable Object value(String root) {
    return root.equals(ROOT) ? secrets : plain.value(root);
  }
}
