package dev.millrace.expression.nocobase.script;

import java.util.ArrayList;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A list that the expression made itself, and may therefore change. */
final class ScriptList extends ArrayList<@Nullable Object> {
  ScriptList() {}

  ScriptList(Collection<? extends @Nullable Object> elements) {
    super(elements);
  }
}
