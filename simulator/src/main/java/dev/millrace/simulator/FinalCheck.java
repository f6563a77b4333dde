package dev.millrace.simulator;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.store.Rows;
import dev.millrace.store.Store;
import dev.millrace.store.codec.Codec;
import dev.millrace.store.query.Queries;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The laws that are looked at when everything is quiet. */
final class FinalCheck {

  private final World world;
  private final Queries queries;

  FinalCheck(World world) {
    this.world = world;
    queries = world.rows.queries();
  }

  void check() {
    Set<String> requests = new HashSet<>();
    for (InstanceState state : world.commits.states()) {
      checkHistory(state);
      if (state.header().parent() == null
          && state.header().input() instanceof Map<?, ?> input
          && input.get(Clients.REQUEST) instanceof String request) {
        world.verdict.require(
            requests.add(request), "idempotency", "two instances of request " + request);
      }
    }
    for (InstanceKey key : world.commits.purged()) {
      world.verdict.require(
          world.rows.load(key).isEmpty() && queries.history(key, 0, 1).isEmpty(),
          "retention",
          "instance %s was removed and left rows".formatted(key));
    }
    checkLists();
    List<Rows.TimerRow> timers = world.rows.timersBefore(Instant.MAX, Integer.MAX_VALUE);
    world.verdict.require(timers.isEmpty(), "I2", "timers nobody needs: " + timers);
    List<Rows.OutboxRow> outbox = world.rows.outbox();
    world.verdict.require(outbox.isEmpty(), "I8", "messages nobody consumed: " + outbox);
  }

  private void checkHistory(InstanceState state) {
    InstanceKey key = state.header().key();
    world.verdict.require(
        Codec.decodeState(Codec.encodeState(state)).equals(state),
        "I7",
        "the state of %s does not survive encoding".formatted(key));
    if (state.header().fast()) {
      return;
    }
    List<HistoryEvent> events = new ArrayList<>();
    List<Queries.NumberedEvent> page = queries.history(key, 0, Queries.PAGE_MAX);
    while (!page.isEmpty()) {
      for (Queries.NumberedEvent event : page) {
        world.verdict.require(
            event.seq() == events.size() + 1L,
            "I3",
            "history of %s: expected event %d, found %d"
                .formatted(key, events.size() + 1, event.seq()));
        events.add(event.event());
      }
      page = queries.history(key, events.size(), Queries.PAGE_MAX);
    }
    Store.Loaded loaded = world.rows.load(key).orElseThrow();
    world.verdict.require(
        loaded.tail().isEmpty()
            ? state.equals(loaded.snapshot())
            : world.engine.fold(loaded.snapshot(), loaded.tail()).equals(state),
        "I7",
        "the stored state of %s is not what a restart reads".formatted(key));
    world.verdict.require(
        world.engine.fold(null, events).equals(state),
        "I7",
        "the stored state of %s is not the fold of its whole history".formatted(key));
  }

  private void checkLists() {
    Map<InstanceKey, InstanceState> model = new HashMap<>();
    world.commits.states().forEach(state -> model.put(state.header().key(), state));
    int listed = 0;
    Long before = null;
    do {
      Queries.InstancePage page =
          queries.instances(Queries.InstanceFilter.ALL, Queries.PAGE_MAX, before);
      for (Queries.InstanceView view : page.rows()) {
        listed++;
        checkView(view, model.get(view.key()));
      }
      before = page.next();
    } while (before != null);
    world.verdict.require(
        listed == model.size(), "I12", "%d of %d are listed".formatted(listed, model.size()));
    for (String user : DefinitionDraw.USERS) {
      var open = queries.humanTasks(user, 1, 0);
      world.verdict.require(
          open.total() == 0,
          "I12",
          "%s has work items of ended instances: %s".formatted(user, open));
    }
  }

  private void checkView(Queries.InstanceView view, @Nullable InstanceState state) {
    world.verdict.require(
        state != null
            && view.status() == state.life().status()
            && view.reason() == state.life().reason()
            && view.id() == state.header().id(),
        "I12",
        "listed is %s, stored is %s".formatted(view, state == null ? null : state.life()));
  }
}
