package dev.millrace.engine.interpreter;

import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the parameters of a node see that may refer to secrets. Nothing else sees them: a template
 * of an output would store what it is given.
 */
record SecretScope(ExpressionScope plain, Map<String, String> secrets) implements ExpressionScope {

  private static final String ROOT = "secret";
  private static final Pattern REFERENCE =
      Pattern.compile("\\bsecret\\.([\\p{L}\\p{N}_-]+)", Pattern.UNICODE_CHARACTER_CLASS);

  /** Whether a template refers to secrets. */
  static boolean mentioned(@Nullable Object template) {
    return switch (template) {
      case String text -> expression(text) && REFERENCE.matcher(text).find();
      case List<?> list -> list.stream().anyMatch(SecretScope::mentioned);
      case Map<?, ?> map -> map.values().stream().anyMatch(SecretScope::mentioned);
      case null, default -> false;
    };
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
        Matcher names = REFERENCE.matcher(text);
        while (names.find()) {
          if (!secrets.containsKey(names.group(1))) {
            throw new ExpressionException("there is no secret " + names.group(1));
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
