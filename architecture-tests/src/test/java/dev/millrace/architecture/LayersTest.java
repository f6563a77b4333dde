package dev.millrace.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Who may see whom: dialects ask the runtime; the runtime asks the engine what to do and the store
 * to keep it; the engine asks nobody.
 */
class LayersTest {

  private static final DescribedPredicate<JavaClass> OUTSIDE_LIBRARIES =
      resideOutsideOfPackage("dev.millrace..");

  /** The values of the engine: what is asked, what happened, what is kept. */
  private static final String ENGINE_VALUES = "dev.millrace.engine";

  /** The same for workflows written as code. */
  private static final String CODE_VALUES = "dev.millrace.engine.code";

  /**
   * Benchmarks may do what they like, and depend on all the others; examples are what users write.
   */
  private static final Set<String> UNSEEN = Set.of("benchmarks", "examples");

  @Test
  void shouldSeeEveryModule() throws IOException {
    SourceTree tree = SourceTree.read();
    Map<String, Set<String>> written =
        tree.files().stream()
            .filter(file -> file.path().matches("[^/]+/src/main/java/.*"))
            .filter(file -> !file.is("package-info.java"))
            .collect(
                groupingBy(
                    file -> file.path().substring(0, file.path().indexOf('/')),
                    mapping(LayersTest::className, toSet())));
    written.keySet().removeAll(UNSEEN);
    written.values().removeIf(names -> names.stream().anyMatch(Product.CLASSES::contain));
    assertThat(written.keySet())
        .as("a module that is not on the class path of these tests is not held to any rule")
        .isEmpty();
  }

  @Test
  void shouldNameConcreteStoresOnlyWhereTheyAreChosen() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            Product.STORE_SQLITE,
            Product.STORE_MEMORY,
            Product.SERVER,
            Product.TESTKIT,
            Product.SIMULATOR,
            Product.BENCHMARKS)
        .should()
        .dependOnClassesThat(resideInAnyPackage(Product.STORE_SQLITE, Product.STORE_MEMORY))
        .because(
            "which store is used is the operator's choice, made in the server; take a Store, and"
                + " put what it lacks into its contract so that every store has it")
        .check(Product.CLASSES);
  }

  @Test
  void shouldNameDialectsOnlyInTheServer() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            Product.DIALECTS, Product.SERVER, Product.SIMULATOR, Product.BENCHMARKS)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(Product.DIALECTS)
        .because(
            "a dialect is a translation that can be left out; what two dialects need belongs to"
                + " EngineApi, and definitions reach the runtime through DefinitionFormat")
        .check(Product.CLASSES);
  }

  @Test
  void shouldLetDialectsSeeTheEngineOnlyThroughItsApi() {
    DescribedPredicate<JavaClass> visible =
        resideInAnyPackage(
                Product.DIALECTS,
                "dev.millrace.runtime",
                Product.TRANSPORT,
                ENGINE_VALUES,
                CODE_VALUES,
                "dev.millrace.runtime.worker",
                "dev.millrace.runtime.explain",
                "dev.millrace.runtime.trace",
                Product.PROTO,
                Product.COMPONENTS,
                "dev.millrace.engine.expression",
                "dev.millrace.engine.graph",
                "dev.millrace.store.query")
            // The one table of status words. Stores make their views of it, dialects their answers;
            // a copy in either could not be kept equal to the other.
            .or(name("dev.millrace.store.StatusWords"))
            // Its records and its language; its nodes touch the world through activities.
            .or(
                resideInAnyPackage(
                    Product.DATA,
                    "dev.millrace.format.nocobase..",
                    "dev.millrace.runtime.activity"))
            .or(OUTSIDE_LIBRARIES);
    classes()
        .that()
        .resideInAPackage(Product.DIALECTS)
        .should()
        .onlyDependOnClassesThat(visible)
        .because(
            "a dialect turns requests into commands and states into answers; ask EngineApi for"
                + " what is missing instead of reaching for the lanes, the store's rows or the"
                + " interpreter")
        .check(Product.CLASSES);
  }

  @Test
  void shouldKeepTransportFreeOfWorkflows() {
    onlySees(
        Product.TRANSPORT,
        resideInAPackage(Product.TRANSPORT),
        "the listener and its limits are the same for every dialect and are reviewed on their own;"
            + " give it a Handler, an ErrorFormat or an Authenticator instead");
  }

  @Test
  void shouldLetComponentsCompileAgainstNothingElse() {
    onlySees(
        Product.COMPONENTS,
        resideInAPackage(Product.COMPONENTS),
        "who writes a component compiles against this module alone, and what it names can never be"
            + " changed again");
  }

  @Test
  void shouldKeepStoresFreeOfTheRuntime() {
    onlySees(
        Product.STORE,
        resideInAnyPackage(Product.STORE, ENGINE_VALUES, CODE_VALUES),
        "a store keeps rows and decides nothing; decide in the engine and put the outcome into the"
            + " Batch");
    noClasses()
        .that()
        .resideInAPackage(Product.STORE_SQLITE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(Product.STORE_MEMORY)
        .because("the memory store is what the others are compared with in tests, not built on")
        .check(Product.CLASSES);
    noClasses()
        .that()
        .resideInAPackage(Product.STORE)
        .and()
        .resideOutsideOfPackage(Product.STORE_SQLITE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(Product.STORE_SQLITE)
        .because("the contract of a store knows none of its implementations")
        .check(Product.CLASSES);
  }

  @Test
  void shouldKeepTheUsersTablesFreeOfWorkflows() {
    onlySees(
        Product.DATA,
        resideInAPackage(Product.DATA).or(name("dev.millrace.engine.JsonValue")),
        "the users' tables stay what they are when workflows change; hand it a CollectionDefinition"
            + " or a RecordListener, and plain JSON values");
  }

  @Test
  void shouldKeepExpressionsBehindTheEnginesPorts() {
    onlySees(
        Product.EXPRESSION,
        resideInAnyPackage(Product.EXPRESSION, ENGINE_VALUES, "dev.millrace.engine.expression"),
        "an evaluation sees the scope it is handed and nothing else; pass more in through"
            + " ExpressionScope");
    noClasses()
        .that()
        .resideOutsideOfPackages(
            Product.EXPRESSION,
            // Gives the node types of NocoBase the languages of NocoBase.
            "dev.millrace.format.nocobase.pure",
            Product.SERVER,
            Product.TESTKIT,
            Product.SIMULATOR,
            Product.BENCHMARKS)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(Product.EXPRESSION)
        .because("the languages are exchangeable; use the ports Expressions and Schemas")
        .check(Product.CLASSES);
  }

  @Test
  void shouldLetTheRuntimeSeeOnlyEngineAndStore() {
    onlySees(
        Product.RUNTIME,
        resideInAnyPackage(
                Product.RUNTIME,
                ENGINE_VALUES,
                CODE_VALUES,
                "dev.millrace.engine.graph",
                "dev.millrace.store",
                // The one reader and writer of JSON, for payloads that are text on one side.
                "dev.millrace.store.codec",
                "dev.millrace.store.query")
            // Seen by EngineDecider alone, see EnginePurityTest.
            .or(name("dev.millrace.engine.interpreter.Engine")),
        "the runtime drives what it is given; the server hands it the Decider, the formats, the"
            + " activities and the Store");
  }

  @Test
  void shouldLetActivitiesSeeOnlyTheActivityContract() {
    onlySees(
        Product.ACTIVITIES,
        resideInAnyPackage(Product.ACTIVITIES, "dev.millrace.runtime.activity", ENGINE_VALUES),
        "an activity may run twice, late or on another machine; all it needs is in its"
            + " ActivityInput");
  }

  @Test
  void shouldLetNothingDependOnTheServer() {
    noClasses()
        .that()
        .resideOutsideOfPackages(Product.SERVER, Product.BENCHMARKS)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(Product.SERVER)
        .because(
            "the server wires everything together; whatever others need of it belongs into the"
                + " module that needs it")
        .check(Product.CLASSES);
  }

  @Test
  void shouldHaveNoCyclesBetweenPackages() {
    slices()
        .matching("dev.millrace.(**)")
        .should()
        .beFreeOfCycles()
        // The entry point stands above its own package: it only calls the command line, and nothing
        // calls it.
        .ignoreDependency(name("dev.millrace.server.Main"), alwaysTrue())
        .because(
            "packages that need each other can only be understood and changed together; move the"
                + " shared type to the package that knows less, or turn one direction into an"
                + " interface")
        .check(Product.CLASSES);
  }

  @Test
  void shouldOwnTheProcessOnlyWhereItHasACommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackages(Product.SERVER, Product.SIMULATOR, Product.BENCHMARKS)
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .because(
            "only a command line owns the process and its terminal; throw, answer, or log with"
                + " System.Logger")
        .check(Product.CLASSES);
  }

  private static String className(SourceTree.File file) {
    String path = file.path();
    String inside = path.substring(path.indexOf("/java/") + "/java/".length());
    return inside.replace(".java", "").replace('/', '.');
  }

  private static void onlySees(String who, DescribedPredicate<JavaClass> what, String because) {
    classes()
        .that()
        .resideInAPackage(who)
        .should()
        .onlyDependOnClassesThat(what.or(OUTSIDE_LIBRARIES).or(nameStartingWith("[")))
        .because(because)
        .check(Product.CLASSES);
  }
}
