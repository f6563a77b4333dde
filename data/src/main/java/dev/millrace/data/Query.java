package dev.millrace.data;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which records, and what of them. Immutable; the methods give changed copies.
 *
 * @param filter a filter as it travels, an object of conditions; null or anything that is no object
 *     stands for all records
 * @param keys values of the primary key; none stands for all records
 * @param sort names of fields, with {@code -} for descending; dotted through to-one links
 * @param zone in which dates without a zone are meant
 */
public record Query(
    @Nullable Object filter,
    List<Object> keys,
    Shape shape,
    List<String> sort,
    Paging paging,
    ZoneId zone) {

  /** The most rows a page can have; a larger page size means this. */
  public static final int PAGE_SIZE_MAX = 10_000;

  /** The most rows that are answered without pages. */
  public static final int UNPAGED_MAX = 100_000;

  /** The page size when none is given. */
  public static final int PAGE_SIZE = 20;

  /**
   * What of each record.
   *
   * @param fields the only ones, none for all; may name links, dotted too
   * @param except those left out, dotted inside links
   * @param appends links whose records are wanted, dotted
   * @param hidden also fields that are usually not shown
   */
  public record Shape(
      List<String> fields, List<String> except, List<String> appends, boolean hidden) {
    public Shape {
      fields = List.copyOf(fields);
      except = List.copyOf(except);
      appends = List.copyOf(appends);
    }
  }

  /**
   * Which part of the result.
   *
   * @param page from 1
   * @param paginate false for all rows
   * @param simple true when the number of all rows is not wanted
   */
  public record Paging(long page, long pageSize, boolean paginate, boolean simple) {}

  private static final Query ALL =
      new Query(
          null,
          List.of(),
          new Shape(List.of(), List.of(), List.of(), false),
          List.of(),
          new Paging(1, PAGE_SIZE, true, false),
          ZoneOffset.UTC);

  public Query {
    keys = List.copyOf(keys);
    sort = List.copyOf(sort);
  }

  /** All records, first page. */
  public static Query all() {
    return ALL;
  }

  /** The record of that key. */
  public static Query byKey(Object key) {
    return ALL.keys(List.of(key));
  }

  /** The records that a filter matches. */
  public static Query where(@Nullable Object filter) {
    return ALL.filter(filter);
  }

  /** The same with another filter. */
  public Query filter(@Nullable Object changed) {
    return new Query(changed, keys, shape, sort, paging, zone);
  }

  /** The same for records that also match another filter. */
  public Query and(@Nullable Object more) {
    if (!(more instanceof Map<?, ?>)) {
      return this;
    }
    if (!(filter instanceof Map<?, ?>)) {
      return filter(more);
    }
    List<@Nullable Object> both = new ArrayList<>();
    both.add(filter);
    both.add(more);
    Map<String, @Nullable Object> joined = new LinkedHashMap<>();
    joined.put("$and", both);
    return filter(joined);
  }

  /** The same for records of these keys only. */
  public Query keys(Collection<?> changed) {
    return new Query(filter, new ArrayList<>(changed), shape, sort, paging, zone);
  }

  /** The same with only these fields. */
  public Query fields(List<String> changed) {
    return shape(new Shape(changed, shape.except(), shape.appends(), shape.hidden()));
  }

  /** The same without these fields. */
  public Query except(List<String> changed) {
    return shape(new Shape(shape.fields(), changed, shape.appends(), shape.hidden()));
  }

  /** The same with these links. */
  public Query appends(List<String> changed) {
    return shape(new Shape(shape.fields(), shape.except(), changed, shape.hidden()));
  }

  /** The same with these links. */
  public Query appends(String... changed) {
    return appends(List.of(changed));
  }

  /** The same with hidden fields. */
  public Query withHidden() {
    return shape(new Shape(shape.fields(), shape.except(), shape.appends(), true));
  }

  /** The same in another order. */
  public Query sort(List<String> changed) {
    return new Query(filter, keys, shape, changed, paging, zone);
  }

  /** The same in another order. */
  public Query sort(String... changed) {
    return sort(List.of(changed));
  }

  /** The same, another page. */
  public Query page(long page, long pageSize) {
    return paging(new Paging(page, pageSize, true, paging.simple()));
  }

  /**
   * The same, another page, as a request gives it: numbers or text.
   *
   * @throws DataException for what is no whole number of at least 1
   */
  public Query page(@Nullable Object page, @Nullable Object pageSize) {
    return page(Pages.number("page", page, 1), Pages.number("pageSize", pageSize, PAGE_SIZE));
  }

  /** The same without pages. */
  public Query unpaged() {
    return paging(new Paging(1, PAGE_SIZE, false, paging.simple()));
  }

  /** The same without the number of all rows. */
  public Query simple() {
    return paging(new Paging(paging.page(), paging.pageSize(), paging.paginate(), true));
  }

  /** The same with dates meant in a zone. */
  public Query zone(ZoneId changed) {
    return new Query(filter, keys, shape, sort, paging, changed);
  }

  private Query shape(Shape changed) {
    return new Query(filter, keys, changed, sort, paging, zone);
  }

  private Query paging(Paging changed) {
    return new Query(filter, keys, shape, sort, changed, zone);
  }
}
