package dev.millrace.engine.interpreter;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An immutable list that can be followed by a longer one without copying: both see the same cells,
 * and each knows how many of them are its own. The first to grow gets the cells behind the end; a
 * second one copies. Safe for any number of threads.
 */
final class GrowingList<E> extends AbstractList<E> implements RandomAccess {

  private static final int LEAST_ROOM = 8;

  private final Object[] cells;
  private final int size;
  private final AtomicInteger used;

  private GrowingList(Object[] cells, int size, AtomicInteger used) {
    this.cells = cells;
    this.size = size;
    this.used = used;
  }

  /** The elements of both, in order; neither is changed. */
  static <E> List<E> plus(List<E> list, List<? extends E> more) {
    if (more.isEmpty()) {
      return list;
    }
    int length = list.size() + more.size();
    if (list instanceof GrowingList<E> growing
        && length <= growing.cells.length
        && growing.used.compareAndSet(growing.size, length)) {
      write(more, growing.cells, growing.size);
      return new GrowingList<>(growing.cells, length, growing.used);
    }
    Object[] cells = new Object[length + Math.max(LEAST_ROOM, length / 2)];
    write(list, cells, 0);
    write(more, cells, list.size());
    return new GrowingList<>(cells, length, new AtomicInteger(length));
  }

  private static void write(List<?> from, Object[] cells, int at) {
    for (int i = 0; i < from.size(); i++) {
      cells[at + i] = Objects.requireNonNull(from.get(i));
    }
  }

  @Override
  @SuppressWarnings("unchecked") // only elements of this list are ever written
  public E get(int index) {
    return (E) cells[Objects.checkIndex(index, size)];
  }

  @Override
  public int size() {
    return size;
  }
}
