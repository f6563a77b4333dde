package dev.millrace.data;

import java.util.List;

/** Records that a link of one record leads to. */
public interface Related extends Records {

  /** Links records that exist; those linked already stay linked. */
  void add(List<Object> keys, WriteContext context);

  /** Takes links away; the records stay. */
  void remove(List<Object> keys, WriteContext context);

  /** Links exactly these. */
  void set(List<Object> keys, WriteContext context);
}
