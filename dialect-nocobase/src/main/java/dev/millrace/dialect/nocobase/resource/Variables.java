package dev.millrace.dialect.nocobase.resource;

import dev.millrace.dialect.nocobase.http.Errors;
import dev.millrace.dialect.nocobase.http.Identity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Variables in filters: {@code {{$user.id}}}, {@code {{$nRole}}}, {@code {{$nDate.today}}}. */
final class Variables {
  private static final Pattern VARIABLE =
      Pattern.compile("\\{\\{\\s*([$A-Za-z][$A-Za-z0-9_.]{0,100})\\s*}}");
  private static final int DEEPEST = 100;

  private final Identity identity;
  private final Instant now;

  Variables(Identity identity, Instant now) {
    this.identity = identity;
    this.now = now;
  }

  @Nullable Object resolve(@Nullable Object value) {
    return resolve(value, 0);
  }

  private @Nullable Object resolve(@Nullable Object value, int depth) {
    if (depth > DEEPEST) {
      throw Errors.bad("expected a filter of at most %d levels".formatted(DEEPEST));
    }
    return switch (value) {
      case String text when text.startsWith("{{") -> variable(text);
      case List<?> list -> {
        List<@Nullable Object> copy = new ArrayList<>(list.size());
        list.forEach(one -> copy.add(resolve(one, depth + 1)));
        yield copy;
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, one) -> copy.put(String.valueOf(key), resolve(one, depth + 1)));
        yield copy;
      }
      case null, default -> value;
    };
  }

  private @Nullable Object variable(String text) {
    Matcher matcher = VARIABLE.matcher(text);
    if (!matcher.matches()) {
      return text;
    }
    String path = matcher.group(1);
    int dot = path.indexOf('.');
    String root = dot < 0 ? path : path.substring(0, dot);
    String rest = dot < 0 ? "" : path.substring(dot + 1);
    return switch (root) {
      case "$nRole" -> identity.role();
      case "$user", "currentUser" -> rest.isEmpty() ? identity.userId() : identity.user().get(rest);
      case "$nDate", "$date" -> rest.equals("now") ? now.toString() : Map.of("type", rest);
      case "$system" -> rest.equals("now") ? now.toString() : text;
      default -> text;
    };
  }
}
