package dev.millrace.data;

import org.jspecify.annotations.Nullable;

/** A request that cannot be met, for a reason the caller can mend; says what was found. */
public final class DataException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Kind {
    UNKNOWN_COLLECTION,
    UNKNOWN_FIELD,
    BAD_OPERATOR,
    /** A value that its column cannot hold or a filter cannot compare. */
    BAD_VALUE,
    /** Another row has the value. */
    UNIQUE,
    NOT_NULL,
    /** A change of all rows that was not asked for as such. */
    REQUIRED_FILTER,
    /** Over a bound of this module: rows, conditions, depth. */
    TOO_LARGE,
    /** A collection that is only read, or a definition of the program. */
    READ_ONLY,
    /** A name that is taken. */
    EXISTS,
    /** A name that no collection or field can have, or a definition that makes no sense. */
    BAD_DEFINITION,
    /** What a listener made depend on the write has failed, so all of it is undone. */
    ROLLED_BACK
  }

  private final Kind kind;
  private final @Nullable String field;

  public DataException(Kind kind, String message) {
    this(kind, message, null);
  }

  public DataException(Kind kind, String message, @Nullable String field) {
    super(message);
    this.kind = kind;
    this.field = field;
  }

  /** Why it was refused. */
  public Kind kind() {
    return kind;
  }

  /** The field it is about, if it is about one. */
  public @Nullable String field() {
    return field;
  }
}
