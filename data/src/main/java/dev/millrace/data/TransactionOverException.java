package dev.millrace.data;

/** The transaction that was to be worked in has ended: nothing was done. */
public final class TransactionOverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One without further words. */
  public TransactionOverException() {
    super("the transaction has ended");
  }
}
