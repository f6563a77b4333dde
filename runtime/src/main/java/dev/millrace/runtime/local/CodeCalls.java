package dev.millrace.runtime.local;

import dev.millrace.engine.Command;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeForks;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.CodeState;
import dev.millrace.engine.code.Router;
import dev.millrace.runtime.CodeApi;
import dev.millrace.runtime.lane.LaneApi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Calls that concern several instances, one after the other. Thread-safe. */
final class CodeCalls {

  private static final String UNKNOWN = "no such instance exists";

  private final LaneApi api;

  CodeCalls(LaneApi api) {
    this.api = api;
  }

  CompletableFuture<Reply> start(InstanceKey key, CodeStart start) {
    return api.startCode(key, start, false)
        .thenCompose(reply ->
            reply.equals(LaneApi.CHILDREN_UNKNOWN)
                ? startAfterCheck(key, start)
                : CompletableFuture.completedFuture(reply));
  }

  private CompletableFuture<Reply> startAfterCheck(InstanceKey key, CodeStart start) {
    return api.instance(key)
        .thenCompose(found ->
            found.isEmpty()
                ? CompletableFuture.completedFuture(List.<InstanceState>of())
                : tree(found.get()))
        .thenCompose(tree -> {
          for (InstanceState state : tree) {
            if (!state.life().status().terminal()) {
              return CompletableFuture.completedFuture(
                  Reply.Rejected.of(
                      Reason.ALREADY_EXISTS,
                      "cannot recreate workflow with ID '%s': child workflow '%s': orchestration has not yet completed"
                          .formatted(key.uid(), state.header().key().uid())));
            }
          }
          return api.startCode(key, start, true);
        });
  }

  CompletableFuture<Reply> purge(InstanceKey key, boolean recursive, boolean force) {
    return api.instance(key)
        .thenCompose(found -> {
          if (found.isEmpty()) {
            return CompletableFuture.completedFuture(Reply.Rejected.of(Reason.NOT_FOUND, UNKNOWN));
          }
          return recursive
              ? tree(found.get()).thenCompose(tree -> purge(tree, force))
              : purge(List.of(found.get()), force);
        });
  }

  private CompletableFuture<Reply> purge(List<InstanceState> tree, boolean force) {
    for (InstanceState state : tree) {
      CodeState code = state.code();
      if (!force && !state.life().status().terminal()) {
        boolean stalled = code != null && code.stalled();
        return CompletableFuture.completedFuture(
            Reply.Rejected.of(
                Reason.INVALID_STATE,
                stalled ? "workflow is stalled" : "orchestration has not yet completed"));
      }
    }
    List<CompletableFuture<Reply>> calls = new ArrayList<>();
    for (InstanceState state : tree) {
      calls.add(api.submit(new Command.PurgeInstance(state.header().key(), force)));
    }
    return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
        .thenApply(_ -> counted(calls.stream().map(CompletableFuture::join).toList()));
  }

  private static Reply counted(List<Reply> replies) {
    long purged = replies.stream().filter(Reply.Accepted.class::isInstance).count();
    // The instance that was asked for is the last one.
    if (replies.getLast() instanceof Reply.Rejected rejected) {
      return rejected;
    }
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("purged", purged);
    return new Reply.Accepted(value);
  }

  /** An instance behind all instances below it that are really its own. */
  private CompletableFuture<List<InstanceState>> tree(InstanceState root) {
    CompletableFuture<List<InstanceState>> all =
        CompletableFuture.completedFuture(new ArrayList<>());
    for (InstanceKey child : children(root)) {
      all =
          all.thenCombine(
              api.instance(child).thenCompose(found -> below(root, found)),
              (some, more) -> {
                List<InstanceState> both = new ArrayList<>(some);
                both.addAll(more);
                return both;
              });
    }
    return all.thenApply(some -> {
      List<InstanceState> both = new ArrayList<>(some);
      both.add(root);
      return both;
    });
  }

  private CompletableFuture<List<InstanceState>> below(
      InstanceState parent, Optional<InstanceState> child) {
    ParentRef above = child.map(state -> state.header().parent()).orElse(null);
    return child.isEmpty() || above == null || !above.key().equals(parent.header().key())
        ? CompletableFuture.completedFuture(List.of())
        : tree(child.get());
  }

  private static List<InstanceKey> children(InstanceState state) {
    CodeState code = state.code();
    if (code == null) {
      return List.of();
    }
    List<InstanceKey> keys = new ArrayList<>();
    for (CodeEvent event : code.history()) {
      if (event instanceof CodeEvent.ChildCreated child) {
        Router router = child.router();
        String target = router == null ? null : router.target();
        keys.add(
            new InstanceKey(
                target == null ? state.header().key().namespace() : target, child.instanceId()));
      }
    }
    return keys.stream().distinct().toList();
  }

  CompletableFuture<Reply> rerun(CodeApi.RerunRequest request) {
    String source = request.source().uid();
    if (source.isEmpty()) {
      return refused(Reason.INVALID_INPUT, "rerun workflow source instance ID is required");
    }
    if (source.equals(request.newUid())) {
      return refused(
          Reason.INVALID_INPUT,
          "rerun workflow instance ID must be different from the original instance ID");
    }
    return api.instance(request.source()).thenCompose(found -> rerun(request, found));
  }

  /**
   * Runs an ended instance again as another one.
   *
   * @param from the number of an activity, timer or child; empty for the first that failed, without
   *     one the first of all
   */
  CompletableFuture<Reply> rerun(InstanceState ended, String from) {
    CodeState code = Objects.requireNonNull(ended.code(), "a workflow written as code");
    InstanceKey key = ended.header().key();
    OptionalInt event;
    try {
      event = from.isEmpty() ? again(code) : OptionalInt.of(Integer.parseInt(from));
    } catch (NumberFormatException e) {
      return refused(
          Reason.INVALID_INPUT,
          "expected the number of an activity, timer or child to run again from, found " + from);
    }
    if (!ended.life().status().terminal()) {
      return refused(
          Reason.INVALID_STATE,
          "only an instance that has ended can be run again; this one is "
              + ended.life().status().word());
    }
    if (event.isEmpty()) {
      // It had not asked for anything: the beginning is all there is to repeat.
      InstanceKey fresh = new InstanceKey(key.namespace(), api.drawUid());
      CodeEvent.ExecutionStarted started = code.started();
      return start(fresh, CodeStart.of(started.name(), started.input(), key.namespace()));
    }
    return rerun(new CodeApi.RerunRequest(key, event.getAsInt(), api.drawUid(), false, null, null));
  }

  private static OptionalInt again(CodeState code) {
    OptionalInt first = OptionalInt.empty();
    for (CodeEvent event : code.history()) {
      switch (event) {
        case CodeEvent.TaskFailed failed -> {
          return OptionalInt.of(failed.taskId());
        }
        case CodeEvent.ChildFailed failed -> {
          return OptionalInt.of(failed.taskId());
        }
        case CodeEvent.TaskScheduled _, CodeEvent.ChildCreated _, CodeEvent.TimerCreated _ ->
            first = first.isPresent() ? first : OptionalInt.of(event.eventId());
        default -> {}
      }
    }
    return first;
  }

  private CompletableFuture<Reply> rerun(
      CodeApi.RerunRequest request, Optional<InstanceState> found) {
    String source = request.source().uid();
    CodeState code = found.map(InstanceState::code).orElse(null);
    if (found.isEmpty() || code == null) {
      return refused(
          Reason.NOT_FOUND, "workflow instance does not exist with ID '%s'".formatted(source));
    }
    if (!found.get().life().status().terminal()) {
      return refused(Reason.INVALID_INPUT, "'%s' is not in a terminal state".formatted(source));
    }
    if (found.get().header().parent() != null) {
      return refused(
          Reason.INVALID_INPUT, "'%s': cannot rerun from child-workflows".formatted(source));
    }
    CodeForks.Wish wish =
        new CodeForks.Wish(
            request.eventId(),
            request.newUid(),
            request.overwriteInput(),
            request.input(),
            request.newChildUid());
    return switch (CodeForks.fork(code, wish)) {
      case CodeForks.Result.NotFound none -> refused(Reason.NOT_FOUND, none.message());
      case CodeForks.Result.Refused wrong -> refused(Reason.INVALID_INPUT, wrong.message());
      case CodeForks.Result.Forked forked ->
          api.startForked(
              new InstanceKey(request.source().namespace(), request.newUid()), forked.seed());
    };
  }

  private static CompletableFuture<Reply> refused(Reason reason, String message) {
    return CompletableFuture.completedFuture(Reply.Rejected.of(reason, message));
  }
}
