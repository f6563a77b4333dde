package dev.millrace.engine.interpreter;

import dev.millrace.engine.NodeRun.Place;

/**
 * How often tokens come to a node. The rounds of a loop are no visits: they have their own bound.
 */
final class Visits {

  private Visits() {}

  /** Whether a node ran as often as it may: in all, or in the body that it lies in. */
  static boolean tooMany(Turn turn, Place place) {
    int most = turn.graph.settings().rules().maxVisits();
    if (place.loop() != 0 || place.index() < most) {
      return false;
    }
    int body = turn.bodies.around(place.scope());
    if (body == 0) {
      return true;
    }
    int visits = 0;
    for (int id : turn.draft.runsOf(place.nodeId()).reversed()) {
      if (turn.bodies.around(turn.draft.run(id).place().scope()) != body) {
        break;
      }
      visits++;
    }
    return visits >= most;
  }

  /** Whether a node was looped over as often as it may be. */
  static boolean tooManyLoops(Turn turn, String nodeId) {
    int most = turn.graph.settings().rules().maxVisits();
    return turn.draft.loops().size() >= most
        && turn.draft.loops().stream().filter(loop -> loop.place().nodeId().equals(nodeId)).count()
            >= most;
  }
}
