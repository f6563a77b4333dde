package dev.millrace.components;

/**
 * An engine that runs workflows for the Dapr workflow API. Everything but {@link #init} may be left
 * out: an operation that is not overridden answers {@link Outcome.NotImplemented}.
 *
 * <p>After {@link #init} the methods are called from many threads at once, each on a virtual thread
 * of its own, which may block. A call that takes longer than {@link Call#timeout} is interrupted
 * and answered without it. What is thrown is answered as a failure and logged.
 */
public interface WorkflowComponent extends AutoCloseable {

  /**
   * Called once, before anything else, while the server starts.
   *
   * @throws ComponentException when the component cannot be used as configured; the server then
   *     does not start and says where in the file the reason stands
   */
  void init(ComponentMetadata metadata) throws ComponentException;

  /**
   * Starts a workflow.
   *
   * @throws InterruptedException when the call was given up
   */
  default Outcome<StartResponse> start(Call call, StartRequest request)
      throws InterruptedException {
    return new Outcome.NotImplemented<>();
  }

  /**
   * Ends an instance before its time.
   *
   * @throws InterruptedException when the call was given up
   */
  default Outcome<Done> terminate(Call call, TerminateRequest request) throws InterruptedException {
    return new Outcome.NotImplemented<>();
  }

  /**
   * Tells the state of an instance; {@link Outcome.Reason#NOT_FOUND} when there is none.
   *
   * @throws InterruptedException when the call was given up
   */
  default Outcome<StateResponse> get(Call call, GetRequest request) throws InterruptedException {
    return new Outcome.NotImplemented<>();
  }

  /**
   * Hands an event to an instance.
   *
   * @throws InterruptedException when the call was given up
   */
  default Outcome<Done> raiseEvent(Call call, RaiseEventRequest request)
      throws InterruptedException {
    return new Outcome.NotImplemented<>();
  }

  /**
   * Removes an instance that has ended.
   *
   * @throws InterruptedException when the call was given up
   */
  default Outcome<Done> purge(Call call, PurgeRequest request) throws InterruptedException {
    return new Outcome.NotImplemented<>();
  }

  /**
   * Holds an instance.
   *
   * @throws InterruptedException when the call was given up
   */
  default Outcome<Done> pause(Call call, PauseRequest request) throws InterruptedException {
    return new Outcome.NotImplemented<>();
  }

  /**
   * Lets a held instance go on.
   *
   * @throws InterruptedException when the call was given up
   */
  default Outcome<Done> resume(Call call, ResumeRequest request) throws InterruptedException {
    return new Outcome.NotImplemented<>();
  }

  /** Called once, after the last call, while the server stops. */
  @Override
  default void close() {}
}
