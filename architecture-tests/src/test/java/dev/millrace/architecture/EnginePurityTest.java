package dev.millrace.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The engine decides and folds; everything else it is told. */
class EnginePurityTest {

  private static final DescribedPredicate<JavaClass> VALUES =
      resideInAnyPackage(
              Product.ENGINE,
              "java.lang",
              "java.lang.annotation",
              "java.lang.constant",
              "java.lang.invoke",
              "java.lang.runtime",
              "java.math",
              "java.time",
              "java.time.format",
              "java.time.temporal",
              "java.util",
              "java.util.function",
              "java.util.stream",
              "org.jspecify.annotations")
          .or(describe("primitive types", JavaClass::isPrimitive))
          .or(describe("arrays", JavaClass::isArray));

  private static final DescribedPredicate<JavaClass> WORLD =
      belongToAnyOf(
          Thread.class,
          ThreadLocal.class,
          System.class,
          Runtime.class,
          Process.class,
          ProcessBuilder.class,
          ClassLoader.class,
          Clock.class,
          InstantSource.class,
          Random.class,
          Timer.class,
          UUID.class);

  @Test
  void shouldTouchOnlyValues() {
    classes()
        .that()
        .resideInAPackage(Product.ENGINE)
        .should()
        .onlyDependOnClassesThat(VALUES)
        .because(
            "equal arguments must give equal decisions, on every machine and in every simulation;"
                + " put what needs a library or the outside into the runtime or an activity, and"
                + " hand the engine its result")
        .check(Product.CLASSES);
  }

  @Test
  void shouldNotReachForTheWorld() {
    noClasses()
        .that()
        .resideInAPackage(Product.ENGINE)
        .should()
        .dependOnClassesThat(WORLD)
        .because(
            "threads, clocks, random numbers and the process make a decision unrepeatable;"
                + " take time and identifiers from Moment and write them into the event")
        .check(Product.CLASSES);
  }

  @Test
  void shouldReadNoClock() {
    noClasses()
        .that()
        .resideInAPackage(Product.ENGINE)
        .should()
        .accessTargetWhere(ClockTest.READS_TIME.or(ClockTest.DRAWS))
        .because("the time is Moment.now and identifiers are drawn from Moment.draw")
        .check(Product.CLASSES);
  }

  @Test
  void shouldShowNothingOfTheInterpreterButItsEngine() {
    classes()
        .that()
        .resideInAPackage(Product.INTERPRETER)
        .and()
        .doNotHaveSimpleName("Engine")
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAPackage(Product.INTERPRETER)
        .because(
            "Draft and its like change state in place while a command is decided, and only events"
                + " may do that; node types answer with a Step, everybody else asks Engine")
        .check(Product.CLASSES);
  }

  @Test
  void shouldBeAskedOnlyThroughTheDecider() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.millrace.runtime.local.EngineDecider")
        .and()
        .resideOutsideOfPackages(
            Product.INTERPRETER,
            Product.SERVER,
            Product.TESTKIT,
            Product.SIMULATOR,
            Product.BENCHMARKS)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(Product.INTERPRETER)
        .because(
            "the interpreter is one way to decide and is wired in by the server, with EngineDecider;"
                + " the runtime asks its Decider, node types see NodeContext")
        .check(Product.CLASSES);
  }

  @Test
  void shouldKeepStateImmutable() {
    fields()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(
            "dev.millrace.engine",
            "dev.millrace.engine.expression",
            "dev.millrace.engine.graph",
            "dev.millrace.engine.graph.node")
        .should()
        .beFinal()
        .because(
            "states, events and graphs are shared between the lane and its readers; make a new"
                + " value, or change a Draft inside the interpreter")
        .check(Product.CLASSES);
  }
}
