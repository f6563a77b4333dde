package dev.millrace.data;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What a field holds: how its values are checked, kept and shown. */
public enum FieldType {
  STRING("string"),
  TEXT("text"),
  INTEGER("integer"),
  BIG_INT("bigInt"),
  /** A whole number that is made from the time and a counter, below 2^53. */
  SNOWFLAKE_ID("snowflakeId"),
  FLOAT("float"),
  DOUBLE("double"),
  DECIMAL("decimal"),
  BOOLEAN("boolean"),
  /** A point in time; shown in UTC with milliseconds. */
  DATETIME("date"),
  /** A date and a time of day somewhere: {@code 2026-11-21 09:45:00}. */
  DATETIME_NO_TZ("datetimeNoTz"),
  DATE_ONLY("dateOnly"),
  TIME("time"),
  JSON("json"),
  JSONB("jsonb"),
  /** A list of plain values, kept as JSON. */
  ARRAY("array"),
  /** Text that is made when absent: eleven letters and digits. */
  UID("uid"),
  /** Text that is made when absent: a random UUID. */
  UUID("uuid"),
  /** Text that is never shown unless asked for. */
  PASSWORD("password"),
  /** A whole number that counts up with each row when absent. */
  SORT("sort"),
  BELONGS_TO("belongsTo"),
  HAS_ONE("hasOne"),
  HAS_MANY("hasMany"),
  BELONGS_TO_MANY("belongsToMany");

  private static final Map<String, FieldType> BY_NAME = new HashMap<>();

  static {
    for (FieldType type : values()) {
      BY_NAME.put(type.wireName, type);
    }
    BY_NAME.put("bigint", BIG_INT);
    BY_NAME.put("real", DOUBLE);
    BY_NAME.put("datetime", DATETIME);
    BY_NAME.put("datetimeTz", DATETIME);
    BY_NAME.put("unixTimestamp", DATETIME);
    BY_NAME.put("set", ARRAY);
    BY_NAME.put("nanoid", UID);
  }

  private final String wireName;

  FieldType(String wireName) {
    this.wireName = wireName;
  }

  /** The name in definitions. */
  public String wireName() {
    return wireName;
  }

  /** The type of that name or alias. */
  public static Optional<FieldType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** True for links to records, which have no column of their own. */
  public boolean association() {
    return switch (this) {
      case BELONGS_TO, HAS_ONE, HAS_MANY, BELONGS_TO_MANY -> true;
      default -> false;
    };
  }

  /** True for links that lead to one record at most. */
  public boolean toOne() {
    return this == BELONGS_TO || this == HAS_ONE;
  }

  /** True for values kept as JSON, whose inside filters can reach. */
  boolean json() {
    return this == JSON || this == JSONB || this == ARRAY;
  }

  boolean wholeNumber() {
    return this == INTEGER || this == BIG_INT || this == SNOWFLAKE_ID || this == SORT;
  }

  boolean number() {
    return wholeNumber() || this == FLOAT || this == DOUBLE || this == DECIMAL;
  }

  boolean date() {
    return this == DATETIME || this == DATETIME_NO_TZ || this == DATE_ONLY;
  }

  boolean text() {
    return switch (this) {
      case STRING, TEXT, UID, UUID, PASSWORD, TIME -> true;
      default -> false;
    };
  }
}
