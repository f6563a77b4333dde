package dev.millrace.sdkprogram;

import io.dapr.durabletask.Task;
import io.dapr.durabletask.TaskCanceledException;
import io.dapr.durabletask.TaskFailedException;
import io.dapr.workflows.Workflow;
import io.dapr.workflows.WorkflowContext;
import io.dapr.workflows.WorkflowStub;
import io.dapr.workflows.WorkflowTaskOptions;
import io.dapr.workflows.WorkflowTaskRetryPolicy;
import io.dapr.workflows.runtime.WorkflowRuntimeBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The workflows, under the names that they have in every language: those of the classes. */
final class Workflows {

  private static final int CHAIN = 5;
  private static final int COUNTED = 10;
  private static final WorkflowTaskOptions RETRIES =
      new WorkflowTaskOptions(
          WorkflowTaskRetryPolicy.newBuilder()
              .setMaxNumberOfAttempts(3)
              .setFirstRetryInterval(Duration.ofMillis(200))
              .setBackoffCoefficient(1.0)
              .build());

  private Workflows() {}

  static void register(WorkflowRuntimeBuilder builder) {
    for (Class<? extends Workflow> type :
        List.of(
            Chain.class,
            FanOut.class,
            Sleep.class,
            WaitEvent.class,
            WaitEventLimited.class,
            Parent.class,
            Delegating.class,
            Failing.class,
            WaitingParent.class,
            Retrying.class,
            Exhausting.class,
            Counter.class,
            Collector.class,
            EchoAll.class,
            Steps.class)) {
      builder.registerWorkflow(type.getSimpleName(), type);
    }
  }

  /** Five activities, one after the other. */
  public static final class Chain implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        int number = context.getInput(Integer.class);
        for (int call = 0; call < CHAIN; call++) {
          number = context.callActivity("PlusOne", number, Integer.class).await();
        }
        context.complete(number);
      };
    }
  }

  /** As many activities at once as the input says. */
  public static final class FanOut implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        int width = context.getInput(Integer.class);
        List<Task<Integer>> tasks = new ArrayList<>();
        for (int index = 1; index <= width; index++) {
          tasks.add(context.callActivity("Square", index, Integer.class));
        }
        context.complete(context.allOf(tasks).await());
      };
    }
  }

  /** A timer of so many seconds. */
  public static final class Sleep implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        context.createTimer(Duration.ofSeconds(context.getInput(Integer.class))).await();
        context.complete("slept");
      };
    }
  }

  /** Returns the payload of the event Go, however late it comes. */
  public static final class WaitEvent implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        context.setCustomStatus("waiting");
        context.complete(context.waitForExternalEvent("Go", Object.class).await());
      };
    }
  }

  /** Waits for the event Go so many seconds. */
  public static final class WaitEventLimited implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        Duration limit = Duration.ofSeconds(context.getInput(Integer.class));
        try {
          context.complete(
              "got " + context.waitForExternalEvent("Go", limit, String.class).await());
        } catch (TaskCanceledException late) {
          context.complete("timed out");
        }
      };
    }
  }

  /** One child that succeeds and one that fails. */
  public static final class Parent implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        int number = context.getInput(Integer.class);
        int child = context.callChildWorkflow("Chain", number, Integer.class).await();
        String failure = "";
        try {
          context.callChildWorkflow("Failing", "child", Void.class).await();
        } catch (TaskFailedException e) {
          failure = e.getMessage();
        }
        context.complete(Map.of("child", child, "failure", failure));
      };
    }
  }

  /** Returns what its child returns. */
  public static final class Delegating implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        int number = context.getInput(Integer.class);
        context.complete(context.callChildWorkflow("Chain", number, Integer.class).await());
      };
    }
  }

  /** Its activity fails. */
  public static final class Failing implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> context.callActivity("Boom", context.getInput(String.class)).await();
    }
  }

  /** Waits for a child that has the id given as input. */
  public static final class WaitingParent implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        String child = context.getInput(String.class);
        context.complete(context.callChildWorkflow("WaitEvent", null, child, Object.class).await());
      };
    }
  }

  /** An activity that succeeds at the third attempt. */
  public static final class Retrying implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        String key = context.getInput(String.class);
        context.complete(context.callActivity("Flaky", key, RETRIES, Integer.class).await());
      };
    }
  }

  /** An activity that fails as often as it may. */
  public static final class Exhausting implements Workflow {
    @Override
    public WorkflowStub create() {
      return context ->
          context.callActivity("Boom", context.getInput(String.class), RETRIES).await();
    }
  }

  /** Counts to ten, a run each. */
  public static final class Counter implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        int input = context.getInput(Integer.class);
        int number = context.callActivity("PlusOne", input, Integer.class).await();
        if (number < COUNTED) {
          context.continueAsNew(number, false);
        } else {
          context.complete(number);
        }
      };
    }
  }

  /** Collects events, a run each; the others are carried over. */
  public static final class Collector implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        Map<?, ?> state = context.getInput(Map.class);
        int wanted = ((Number) state.get("wanted")).intValue();
        List<Object> items = new ArrayList<>((List<?>) state.get("items"));
        items.add(context.waitForExternalEvent("Item", Integer.class).await());
        if (items.size() < wanted) {
          context.continueAsNew(Map.of("wanted", wanted, "items", items), true);
        } else {
          context.complete(items);
        }
      };
    }
  }

  /** Returns its input by way of an activity. */
  public static final class EchoAll implements Workflow {
    @Override
    public WorkflowStub create() {
      return context -> {
        Object input = context.getInput(Object.class);
        Object result = context.callActivity("Echo", input, Object.class).await();
        context.setCustomStatus("echoed");
        context.complete(result);
      };
    }
  }

  /** So many slow activities, one after the other, each written down. */
  public static final class Steps implements Workflow {
    @Override
    public WorkflowStub create() {
      return Steps::step;
    }

    private static void step(WorkflowContext context) {
      Map<?, ?> order = context.getInput(Map.class);
      List<Integer> done = new ArrayList<>();
      int steps = ((Number) order.get("steps")).intValue();
      for (int index = 0; index < steps; index++) {
        Map<String, Object> input =
            Map.of(
                "instance", context.getInstanceId(),
                "index", index,
                "millis", order.get("millis"));
        done.add(context.callActivity("Step", input, Integer.class).await());
      }
      context.complete(done);
    }
  }
}
