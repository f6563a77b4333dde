package dev.millrace.simulator;

import dev.millrace.runtime.Decider;
import dev.millrace.store.Store;
import java.util.function.UnaryOperator;

/**
 * What is simulated: the store and the rules, as they are or deliberately broken. A run over broken
 * ones must fail, which is how the simulator itself is tested.
 *
 * @param store wraps the store that servers use
 * @param rules wraps the rules that servers ask
 */
record Subject(UnaryOperator<Store> store, UnaryOperator<Decider> rules) {

  /** The store and the rules as they are. */
  static final Subject AS_IS = new Subject(UnaryOperator.identity(), UnaryOperator.identity());
}
