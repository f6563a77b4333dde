package dev.millrace.expression;

import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scope data as JSONata sees it, without a copy. A view marks a container as given, not built, so
 * that the guard needn't weigh it each time it is mentioned; and it shows integers in the type the
 * library gives its own, so that {@code $input.list = [1,2]} compares equal numbers.
 */
sealed interface ScopeView {

  /** The value behind the view. */
  Object raw();

  /** The view of a value; scalars are themselves. */
  static @Nullable Object of(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> new OfMap(map);
      case List<?> list -> new OfList(list);
      case Long number when number.intValue() == number -> (Object) number.intValue();
      case null, default -> value;
    };
  }

  /** A list. */
  final class OfList extends AbstractList<@Nullable Object> implements ScopeView {
    private final List<?> raw;

    private OfList(List<?> raw) {
      this.raw = raw;
    }

    @Override
    public Object raw() {
      return raw;
    }

    @Override
    public @Nullable Object get(int index) {
      return of(raw.get(index));
    }

    @Override
    public int size() {
      return raw.size();
    }
  }

  /** An object. */
  final class OfMap extends AbstractMap<String, @Nullable Object> implements ScopeView {
    private final Map<?, ?> raw;

    private OfMap(Map<?, ?> raw) {
      this.raw = raw;
    }

    @Override
    public Object raw() {
      return raw;
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      return of(raw.get(key));
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return raw.containsKey(key);
    }

    @Override
    public int size() {
      return raw.size();
    }

    @Override
    public Set<Map.Entry<String, @Nullable Object>> entrySet() {
      return new AbstractSet<>() {
        @Override
        public Iterator<Map.Entry<String, @Nullable Object>> iterator() {
          Iterator<? extends Map.Entry<?, ?>> entries = raw.entrySet().iterator();
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return entries.hasNext();
            }

            @Override
            public Map.Entry<String, @Nullable Object> next() {
              Map.Entry<?, ?> entry = entries.next();
              return new SimpleImmutableEntry<>(
                  String.valueOf(entry.getKey()), of(entry.getValue()));
            }
          };
        }

        @Override
        public int size() {
          return raw.size();
        }
      };
    }
  }
}
