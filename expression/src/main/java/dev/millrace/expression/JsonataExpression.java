package dev.millrace.expression;

import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import dev.millrace.engine.expression.ExpressionException;
import dev.millrace.engine.expression.ExpressionScope;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A parsed JSONata expression. {@code $} is the scope's {@code input}; the variables of {@link
 * #ROOTS} are its other roots. Thread-safe.
 */
final class JsonataExpression {
  private static final Pattern PLACE = Pattern.compile("\\s*\\{code=\\S+ position=(\\d+)[^}]*}$");

  /** JSONata variables and the roots of the scope they show. */
  private static final Map<String, String> ROOTS =
      Map.ofEntries(
          Map.entry("input", "input"),
          Map.entry("tasks", "tasks"),
          Map.entry("runs", "runs"),
          Map.entry("vars", "vars"),
          Map.entry("env", "env"),
          Map.entry("item", "item"),
          Map.entry("index", "index"),
          Map.entry("total", "total"),
          Map.entry("result", "result"),
          Map.entry("done", "done"),
          Map.entry("failed", "failed"),
          Map.entry("active", "active"),
          Map.entry("results", "results"),
          Map.entry("failure", "error"),
          Map.entry("instance", "instance"),
          Map.entry("moment", "now"));

  private final JsonataSource source;
  private final Jsonata jsonata;

  private JsonataExpression(JsonataSource source, Jsonata jsonata) {
    this.source = source;
    this.jsonata = jsonata;
  }

  /**
   * Parses JSONata.
   *
   * @throws ExpressionException when it doesn't parse
   */
  static JsonataExpression parse(String text) {
    if (text.isBlank()) {
      throw new ExpressionException("expected a JSONata expression, found nothing");
    }
    JsonataSource source = JsonataSource.scan(text);
    try {
      Jsonata jsonata = Jsonata.jsonata(source.text());
      jsonata.setValidateInput(false);
      jsonata.setOutputConvertNulls(false);
      return new JsonataExpression(source, jsonata);
    } catch (JException e) {
      throw new ExpressionException("the JSONata doesn't parse: " + placed(message(e)), e);
    } catch (StackOverflowError e) {
      throw new ExpressionException("the JSONata nests too deeply to be parsed", e);
    } catch (RuntimeException e) {
      // The library's tokenizer runs off the end of some unfinished sources.
      throw new ExpressionException(
          "the JSONata doesn't parse: it ends too early, at position " + text.length(), e);
    }
  }

  /**
   * Evaluates in a scope.
   *
   * @throws ExpressionException when it fails or meets a bound
   */
  @Nullable Object evaluate(ExpressionScope scope) {
    Deadline deadline = Deadline.start();
    EvaluationGuard guard = new EvaluationGuard(deadline);
    Jsonata.Frame frame = new Jsonata.Frame(null);
    guard.attach(frame);
    for (Map.Entry<String, String> root : ROOTS.entrySet()) {
      if (source.variables().contains(root.getKey()) && scope.has(root.getValue())) {
        Object value = scope.value(root.getValue());
        frame.bind(root.getKey(), value == null ? Jsonata.NULL_VALUE : ScopeView.of(value));
      }
    }
    new JsonataFunctions(source, scope, deadline).bind(frame);
    Object context = source.readsContext() ? ScopeView.of(context(scope)) : null;
    try {
      return new JsonataResult(guard).plain(jsonata.evaluate(context, frame));
    } catch (ExpressionException e) {
      throw e;
    } catch (JException e) {
      throw new ExpressionException("the JSONata fails: " + message(e), e);
    } catch (StackOverflowError e) {
      throw new ExpressionException("the JSONata nests too deeply to be evaluated", e);
    } catch (RuntimeException e) {
      throw failure(e);
    }
  }

  private static @Nullable Object context(ExpressionScope scope) {
    return scope.value(scope.has(ExpressionScope.CONTEXT) ? ExpressionScope.CONTEXT : "input");
  }

  /** The library wraps what its functions throw; the innermost cause says what happened. */
  private static ExpressionException failure(RuntimeException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ExpressionException fault) {
      return fault;
    }
    String reason =
        switch (cause) {
          case JException known -> message(known);
          case StackOverflowError overflow -> "it nests or backtracks too deeply";
          // What the library runs into when an argument isn't what a function takes.
          case NullPointerException fault -> "an argument doesn't fit its function";
          case ClassCastException fault -> "an argument doesn't fit its function";
          case IndexOutOfBoundsException fault -> "an argument doesn't fit its function";
          default -> {
            String text = cause.getMessage();
            yield text == null ? cause.getClass().getSimpleName() : text;
          }
        };
    return new ExpressionException("the JSONata fails: " + reason, e);
  }

  /** The library's note of the place in words. */
  private static String placed(String message) {
    Matcher note = PLACE.matcher(message);
    return note.find()
        ? message.substring(0, note.start()) + " at position " + note.group(1)
        : message;
  }

  private static String message(JException e) {
    String message = e.getDetailedErrorMessage();
    return message == null ? String.valueOf(e.getMessage()) : message;
  }
}
