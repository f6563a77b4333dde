package dev.millrace.engine.interpreter;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An immutable list that can be followed by a longer one without copying: both see the same cells,
 * and each knows how many of them are its own. The first to grow gets the cells behind the end; a
 * second one copies. Safe for any number of threads.
 */
final class GrowingList<E> extends AbstractList<E> implements RandomAccess {

  private static final int LEAST_ROOM = 8;

  private final Cells cells;
  private final int size;

  /** What lists share. Only cells behind {@code used} are written, each once. */
  private static final class Cells {
    private final Object[] all;
    private int used;

    private Cells(int room) {
      all = new Object[room];
    }

    /** Takes the cells between two lengths, if nobody has them and they exist. */
    private synchronized boolean take(int from, int to) {
      if (used != from || to > all.length) {
        return false;
      }
      used = to;
      return true;
    }
  }

  private GrowingList(Cells cells, int size) {
    this.cells = cells;
    this.size = size;
  }

  /** The elements of both, in order; neither is changed. */
  static <E> List<E> plus(List<E> list, List<? extends E> more) {
    if (more.isEmpty()) {
      return list;
    }
    int length = list.size() + more.size();
    if (list instanceof GrowingList<E> growing && growing.cells.take(growing.size, length)) {
      write(more, growing.cells.all, growing.size);
      return new GrowingList<>(growing.cells, length);
    }
    Cells cells = new Cells(length + Math.max(LEAST_ROOM, length / 2));
    cells.take(0, length);
    write(list, cells.all, 0);
    write(more, cells.all, list.size());
    return new GrowingList<>(cells, length);
  }

  private static void write(List<?> from, Object[] cells, int at) {
    for (int i = 0; i < from.size(); i++) {
      cells[at + i] = Objects.requireNonNull(from.get(i));
    }
  }

  @Override
  @SuppressWarnings("unchecked") // only elements of this list are ever written
  public E get(int index) {
    return (E) cells.all[Objects.checkIndex(index, size)];
  }

  @Override
  public int size() {
    return size;
  }
}
