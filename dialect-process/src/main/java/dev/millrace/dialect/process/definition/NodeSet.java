package dev.millrace.dialect.process.definition;

import java.util.AbstractSet;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of node ids, one bit each: every join holds the nodes before it, which as sets of text
 * would grow with the square of the definition. Immutable once handed out.
 */
final class NodeSet extends AbstractSet<String> {
  private final List<String> ids;
  private final Map<String, Integer> indexes;
  private final BitSet bits;

  NodeSet(List<String> ids, Map<String, Integer> indexes, BitSet bits) {
    this.ids = ids;
    this.indexes = indexes;
    this.bits = bits;
  }

  @Override
  public boolean contains(@Nullable Object id) {
    Integer index = id instanceof String text ? indexes.get(text) : null;
    return index != null && bits.get(index);
  }

  @Override
  public Iterator<String> iterator() {
    return bits.stream().mapToObj(ids::get).iterator();
  }

  @Override
  public int size() {
    return bits.cardinality();
  }
}
