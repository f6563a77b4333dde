package dev.millrace.runtime.lane;

import dev.millrace.engine.Command;
import dev.millrace.engine.Decision;
import dev.millrace.engine.DefinitionRef;
import dev.millrace.engine.Effect;
import dev.millrace.engine.Failure;
import dev.millrace.engine.InstanceKey;
import dev.millrace.engine.InstanceState;
import dev.millrace.engine.ParentRef;
import dev.millrace.engine.Reason;
import dev.millrace.engine.Reply;
import dev.millrace.engine.Status;
import dev.millrace.engine.code.CodeEvent;
import dev.millrace.engine.code.CodeStart;
import dev.millrace.engine.code.FailureDetails;
import dev.millrace.engine.code.TraceContext;
import dev.millrace.runtime.EngineApi;
import dev.millrace.runtime.definition.Head;
import dev.millrace.store.Rows;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Starts instances: for those who ask from outside, and for parents. Lane thread only. */
final class StartWork {
  private static final Logger LOG = System.getLogger(StartWork.class.getName());

  private final LaneMemory memory;
  private final Instances instances;
  private final SlotWork slots;

  StartWork(LaneMemory memory, Instances instances, SlotWork slots) {
    this.memory = memory;
    this.instances = instances;
    this.slots = slots;
  }

  void start(Work.Start start, String fault, Rows.@Nullable IdempotencyRow remembered) {
    EngineApi.StartRequest wanted = start.wanted();
    Work.Request request = start.request();
    Reply answer = request == null ? null : Remembered.answer(memory, request, remembered);
    if (answer == null) {
      answer =
          DefinitionRef.codeApp(wanted.definition()) == null
              ? begin(
                  start.key(),
                  wanted.definition(),
                  wanted.revision(),
                  fault,
                  new Beginning(wanted.input(), traced(wanted.origin()), null, start.settled()))
              : beginCode(start);
      if (request != null && answer instanceof Reply.Accepted accepted) {
        Remembered.keep(memory, memory.partition(start.key()), request, accepted.value());
      }
    }
    memory.building.answer(start.future(), answer);
  }

  /** A start from outside begins a trace, or goes on in its caller's; children are in theirs. */
  private Command.Origin traced(Command.Origin origin) {
    TraceContext trace = memory.ports.tracing().begin(origin.trace());
    return trace == null ? origin : origin.traced(trace);
  }

  private Reply beginCode(Work.Start start) {
    TraceContext trace = memory.ports.tracing().begin(start.wanted().origin().trace());
    Reply reply = startCode(Borders.codeStart(start.key(), start.wanted(), trace));
    InstanceCache.Entry entry = memory.cache.get(start.key());
    if (reply instanceof Reply.Accepted && entry != null) {
      memory.tellSettled(start.key(), entry.state, start.settled());
    }
    return reply;
  }

  /**
   * What an instance begins with.
   *
   * @param settled who waits until it has settled, or null
   */
  private record Beginning(
      @Nullable Object input,
      Command.Origin origin,
      @Nullable ParentRef parent,
      @Nullable CompletableFuture<InstanceState> settled) {}

  private Reply begin(
      InstanceKey key, String definition, int revision, String fault, Beginning with) {
    Head head = memory.heads.get(definition);
    if (head == null) {
      return Reply.Rejected.of(Reason.NOT_FOUND, "no definition " + definition);
    }
    if (!head.enabled() && !with.origin().disabledToo()) {
      return Reply.Rejected.of(
          Reason.NOT_STARTABLE, "definition %s is not enabled".formatted(definition));
    }
    if (!fault.isEmpty()) {
      return Reply.Rejected.of(Reason.NOT_STARTABLE, fault);
    }
    if (memory.quarantine.contains(key)) {
      return instances.refusal(key);
    }
    if (memory.cache.contains(key)) {
      return Reply.Rejected.of(Reason.ALREADY_EXISTS, "instance %s exists".formatted(key));
    }
    DefinitionRef newest = head.ref();
    DefinitionRef ref = revision == 0 ? newest : new DefinitionRef(newest.id(), revision);
    long id = ++memory.lastInstanceId;
    SlotWork.Asked asked =
        slots.ask(
            new Command.StartInstance(key, id, ref, with.input(), with.origin(), with.parent()));
    if (asked.refusal() != null) {
      return asked.refusal();
    }
    Decision decision = instances.start(asked.command());
    if (decision.reply() instanceof Reply.Rejected) {
      return decision.reply();
    }
    InstanceState begun = decision.state();
    slots.begun(begun);
    if (begun != null) {
      memory.tellSettled(key, begun, with.settled());
    }
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("uid", key.uid());
    value.put("id", id);
    return new Reply.Accepted(value);
  }

  void startCode(Work.StartCode start) {
    TraceContext trace = memory.ports.tracing().begin(start.start().trace());
    memory.building.answer(
        start.future(),
        unchecked(start)
            ? LaneApi.CHILDREN_UNKNOWN
            : startCode(
                new Command.StartCodeInstance(
                    start.key(), 0, start.start().traced(trace), Borders.ORIGIN, null)));
  }

  private Reply startCode(Command.StartCodeInstance wanted) {
    return begun(
        new Command.StartCodeInstance(
            wanted.key(),
            ++memory.lastInstanceId,
            wanted.start(),
            wanted.origin(),
            wanted.parent()));
  }

  /** Whether it would replace an instance whose children may be active. */
  private boolean unchecked(Work.StartCode start) {
    InstanceCache.Entry existing = memory.cache.get(start.key());
    return !start.checked()
        && existing != null
        && existing.state.life().status().terminal()
        && existing.state.code() != null
        && start.start().conflict() == CodeStart.Conflict.REPLACE_ENDED
        && existing.state.code().history().stream()
            .anyMatch(CodeEvent.ChildCreated.class::isInstance);
  }

  void startForked(Work.StartForked start) {
    memory.building.answer(
        start.future(),
        begun(
            new Command.StartForkedInstance(
                start.key(), ++memory.lastInstanceId, start.seed(), Borders.ORIGIN)));
  }

  /** Decides a start that may find an instance in its place. */
  private Reply begun(Command command) {
    InstanceKey key = command.key();
    if (memory.quarantine.contains(key)) {
      return instances.refusal(key);
    }
    InstanceCache.Entry existing = memory.cache.get(key);
    Decision decision =
        existing == null ? instances.start(command) : instances.decide(existing, command);
    InstanceCache.Entry entry = memory.cache.get(key);
    if (decision.reply() instanceof Reply.Rejected || entry == null) {
      return decision.reply();
    }
    Map<String, @Nullable Object> value = new LinkedHashMap<>();
    value.put("uid", key.uid());
    value.put("id", entry.state.header().id());
    return new Reply.Accepted(value);
  }

  void startCodeChild(Command.StartCodeInstance start) {
    Reply reply = startCode(start);
    ParentRef parent = start.parent();
    if (reply instanceof Reply.Rejected rejected && parent != null && parent.waits()) {
      String type =
          rejected.reason() == Reason.ALREADY_EXISTS ? FailureDetails.ALREADY_EXISTS : "constraint";
      refuseChild(parent, start.key(), Failure.of(type, rejected.message()));
    }
  }

  private void refuseChild(ParentRef parent, InstanceKey child, Failure failure) {
    instances.send(
        null,
        memory.partition(child),
        new Effect.SendToInstance(
            new Command.ChildEnded(
                parent.key(),
                parent.generation(),
                parent.runId(),
                child,
                Status.FAILED,
                failure.toJson(),
                parent.execution())),
        parent.key());
  }

  void startChild(Effect.StartChild child, String fault) {
    Reply reply =
        begin(
            child.key(),
            child.definition(),
            child.revision(),
            fault,
            new Beginning(
                child.input(),
                new Command.Origin(
                    child.executor(), "sub-workflow", false, child.labels(), child.trace()),
                child.parent(),
                null));
    if (!(reply instanceof Reply.Rejected rejected)) {
      return;
    }
    if (!child.parent().waits()) {
      LOG.log(
          Level.WARNING,
          "{0} was to be started by {1}, and is not: {2}",
          child.definition(),
          child.parent().key(),
          rejected.message());
    } else {
      refuseChild(
          child.parent(),
          child.key(),
          Failure.of(
              SlotWork.failureType(rejected),
              "the child cannot be started: " + rejected.message()));
    }
  }
}
