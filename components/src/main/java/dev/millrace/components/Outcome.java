package dev.millrace.components;

/** What became of a call. */
public sealed interface Outcome<T> {

  /** It did what was asked. */
  record Success<T>(T value) implements Outcome<T> {}

  /**
   * The component has no such operation. Answered with an error that says {@code this component
   * doesn't implement the current API operation}.
   */
  record NotImplemented<T>() implements Outcome<T> {}

  /**
   * It could not do what was asked.
   *
   * @param message for the caller; without secrets
   */
  record Failure<T>(Reason reason, String message) implements Outcome<T> {}

  /** Why a call failed. */
  enum Reason {
    /** There is no such instance. */
    NOT_FOUND,
    /** The request can never succeed as it is. */
    INVALID,
    /** An instance of that id is active. */
    ALREADY_EXISTS,
    /** Not now; it was not done, and may be tried again. */
    UNAVAILABLE,
    /** No answer in time; whether it was done is not known. */
    TIMED_OUT,
    /** The caller may not. */
    DENIED,
    /** Anything else. */
    FAILED
  }

  /** It did what was asked, with an answer. */
  static <T> Outcome<T> of(T value) {
    return new Success<>(value);
  }

  /** It did what was asked, and there is nothing to say. */
  static Outcome<Done> done() {
    return new Success<>(Done.DONE);
  }

  /** It could not do what was asked. */
  static <T> Outcome<T> failed(Reason reason, String message) {
    return new Failure<>(reason, message);
  }
}
