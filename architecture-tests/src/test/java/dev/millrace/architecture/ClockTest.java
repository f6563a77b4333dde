package dev.millrace.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Time, chance and threads come in through few doors, so that the simulator can hold them shut. */
class ClockTest {

  static final DescribedPredicate<JavaAccess<?>> READS_TIME =
      describe(
          "read a clock",
          access -> {
            AccessTarget target = access.getTarget();
            String owner = target.getOwner().getName();
            String name = target.getName();
            return switch (owner) {
              case "java.lang.System" -> Set.of("currentTimeMillis", "nanoTime").contains(name);
              case "java.util.Date" -> name.equals("<init>") && parameters(target) == 0;
              case "java.util.Calendar" -> name.equals("getInstance");
              case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
              case "java.time.InstantSource" -> name.equals("system");
              default -> owner.startsWith("java.time.") && name.equals("now");
            };
          });

  static final DescribedPredicate<JavaAccess<?>> DRAWS =
      describe(
          "draw something random",
          access -> {
            AccessTarget target = access.getTarget();
            String name = target.getName();
            boolean made = name.equals("<init>");
            return switch (target.getOwner().getName()) {
              case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
              case "java.util.UUID" -> name.equals("randomUUID");
              // With a seed they are as repeatable as the seed.
              case "java.util.Random", "java.util.SplittableRandom" ->
                  made && parameters(target) == 0;
              case "java.security.SecureRandom" -> made || name.startsWith("getInstance");
              case "java.util.concurrent.ThreadLocalRandom" -> name.equals("current");
              case "java.util.random.RandomGenerator" -> Set.of("getDefault", "of").contains(name);
              case "java.util.Collections" -> name.equals("shuffle") && parameters(target) == 1;
              default -> false;
            };
          });

  private static final DescribedPredicate<JavaAccess<?>> SLEEPS =
      describe(
          "sleep",
          access ->
              access.getTarget().getName().equals("sleep")
                  && Set.of("java.lang.Thread", "java.util.concurrent.TimeUnit")
                      .contains(access.getTarget().getOwner().getName()));

  private static final DescribedPredicate<JavaAccess<?>> STARTS_THREADS =
      describe(
          "start threads",
          access -> {
            AccessTarget target = access.getTarget();
            String name = target.getName();
            return switch (target.getOwner().getName()) {
              case "java.lang.Thread" ->
                  Set.of("<init>", "ofPlatform", "ofVirtual", "startVirtualThread").contains(name);
              case "java.util.concurrent.Executors" -> name.startsWith("new");
              case "java.util.concurrent.ForkJoinPool" ->
                  Set.of("<init>", "commonPool").contains(name);
              case "java.util.concurrent.ThreadPoolExecutor",
                  "java.util.concurrent.ScheduledThreadPoolExecutor",
                  "java.util.Timer" ->
                  name.equals("<init>");
              case "java.util.concurrent.CompletableFuture" ->
                  Set.of("runAsync", "supplyAsync").contains(name) && parameters(target) == 1;
              default -> name.equals("parallelStream");
            };
          });

  /** Gives a run of the simulator its seed, from outside, when none was asked for. */
  private static final String SEED_GIVER = "dev.millrace.simulator.Main";

  private static final Exceptions CLOCKS =
      new Exceptions(
          Map.of(
              "dev.millrace.expression.Deadline",
              "bounds an evaluation on the monotonic clock; the reading never becomes a value",
              "dev.millrace.dialect.process.StartRoutes",
              "counts starts per second on the monotonic clock, before the engine is asked",
              "dev.millrace.data.SharedTransaction",
              "bounds an open transaction on the monotonic clock; the reading never becomes a value",
              "dev.millrace.data.Writer",
              "asks a connection that lay idle whether it works; the reading never becomes a value",
              "dev.millrace.transport.RequestPipeline",
              "measures how long a request took, for the metrics",
              "dev.millrace.transport.ErrorAnswers",
              "measures how long a request took, for the metrics",
              "dev.millrace.transport.ConnectionGuard",
              "bounds how slowly a caller may send, on the monotonic clock",
              "dev.millrace.activities.http.HttpActivity",
              "reads dates in Retry-After against a clock its constructor may be given",
              "dev.millrace.activities.mail.MailActivity",
              "dates letters with a clock its constructor may be given"));

  private static final Exceptions CHANCE =
      new Exceptions(
          Map.of(
              "dev.millrace.runtime.local.EngineRuntime",
              "the real runtime draws here, once, what the simulator hands in as a seed",
              "dev.millrace.transport.Request",
              "draws trace ids, which name a request in log and answer and decide nothing",
              "dev.millrace.dialect.dapr.InstanceIds",
              "makes ids for callers that give none, before the engine is asked"));

  private static final Exceptions THREADS =
      new Exceptions(
          Map.of(
              "dev.millrace.runtime.lane.Lane",
              "the one thread that steps the lane; the simulator steps LaneLoop itself",
              "dev.millrace.runtime.local.EngineRuntime",
              "the committer and the readers of the real runtime",
              "dev.millrace.runtime.activity.ActivityDispatcher",
              "activities run on threads of their own, off the lane",
              "dev.millrace.data.OpenTransaction",
              "a transaction that outlives a call stands on a thread of its own, bounded in time",
              "dev.millrace.activities.call.BoundedCall",
              "a call that may be given up needs a thread to leave behind",
              "dev.millrace.activities.script.ScriptActivity",
              "a script needs a stack of a known size",
              "dev.millrace.transport.ConnectionGuard",
              "ends a connection that is too slow, from outside its blocked thread",
              "dev.millrace.transport.grpc.GrpcListener",
              "calls run on virtual threads of the listener, which ends them",
              "dev.millrace.dialect.dapr.ComponentCalls",
              "a component is code of others and may hang; its call needs a thread to leave behind",
              "dev.millrace.dialect.dapr.worker.WorkStream",
              "one sender for each stream, ended with it: who hands work over never waits"));

  @Test
  void shouldReadClocksInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackages(Product.RUNTIME_TIME, Product.SERVER, Product.BENCHMARKS)
        .and(not(CLOCKS.classes()))
        .and()
        .doNotHaveFullyQualifiedName(SEED_GIVER)
        .should()
        .accessTargetWhere(READS_TIME)
        .because(
            "time that is read in passing cannot be simulated and makes timers fire early or twice;"
                + " take a runtime.time.Clock, or the Moment of the command")
        .check(Product.CLASSES);
    CLOCKS.shouldAllBeUsed(READS_TIME);
  }

  @Test
  void shouldDrawAtOneDoor() {
    noClasses()
        .that()
        .resideOutsideOfPackages(Product.SERVER, Product.BENCHMARKS)
        .and(not(CHANCE.classes()))
        .and()
        .doNotHaveFullyQualifiedName(SEED_GIVER)
        .should()
        .accessTargetWhere(DRAWS)
        .because(
            "a run must be repeatable from its seed; take a seeded RandomGenerator, or the seed in"
                + " Moment")
        .check(Product.CLASSES);
    CHANCE.shouldAllBeUsed(DRAWS);
  }

  @Test
  void shouldNotSleep() {
    noClasses()
        .that()
        .resideOutsideOfPackages(Product.RUNTIME_TIME, Product.SERVER, Product.BENCHMARKS)
        .should()
        .accessTargetWhere(SLEEPS)
        .because(
            "a sleeping thread cannot be woken by what it waits for; arm a timer, wait on a queue"
                + " or a future with a bound")
        .check(Product.CLASSES);
  }

  @Test
  void shouldStartThreadsWhereTheyAreOwned() {
    noClasses()
        .that()
        .resideOutsideOfPackages(Product.SERVER, Product.BENCHMARKS)
        .and(not(THREADS.classes()))
        .should()
        .accessTargetWhere(STARTS_THREADS)
        .because(
            "every thread has an owner that ends it, and the rest is stepped by the simulator;"
                + " take an Executor, as LanePorts hands it out")
        .check(Product.CLASSES);
    THREADS.shouldAllBeUsed(STARTS_THREADS);
  }

  @Test
  void shouldSeeWhatItForbids() {
    Set<JavaAccess<?>> accesses =
        new ClassFileImporter().importClass(Offender.class).getAccessesFromSelf();
    assertThat(accesses).filteredOn(READS_TIME).hasSize(2);
    assertThat(accesses).filteredOn(DRAWS).hasSize(2);
    assertThat(accesses).filteredOn(STARTS_THREADS).hasSize(1);
  }

  /** Does what is forbidden, called and referred to. */
  static final class Offender {
    static final Supplier<Instant> CLOCK = Instant::now;
    static final long STARTED = System.nanoTime();
    static final Supplier<UUID> NAMES = UUID::randomUUID;
    static final Random DICE = new Random();
    static final Random SEEDED = new Random(STARTED);
    static final Thread WORKER = Thread.ofVirtual().unstarted(() -> {});

    private Offender() {}
  }

  private static int parameters(AccessTarget target) {
    return target instanceof AccessTarget.CodeUnitAccessTarget unit
        ? unit.getRawParameterTypes().size()
        : 0;
  }
}
