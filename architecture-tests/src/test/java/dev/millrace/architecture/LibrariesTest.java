package dev.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every library stays behind the module that brought it in; see docs/dependencies.md. */
class LibrariesTest {

  /**
   * Who may see a library.
   *
   * @param packages of the library
   * @param owners packages of ours
   */
  record Library(String name, List<String> packages, List<String> owners) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Library> libraries() {
    return Stream.of(
        library("Jackson")
            .packages("tools.jackson..", "com.fasterxml.jackson..")
            .owners(
                Product.EXPRESSION,
                "dev.millrace.store.codec..",
                Product.DATA,
                "dev.millrace.activities.call..",
                "dev.millrace.transport.json.."),
        library("JSONata").packages("com.dashjoin..").owners(Product.EXPRESSION),
        library("JMESPath").packages("io.burt..").owners(Product.EXPRESSION),
        library("JSON Schema").packages("com.networknt..").owners(Product.EXPRESSION),
        library("SQLite").packages("org.sqlite..").owners(Product.STORE_SQLITE, Product.DATA),
        library("jOOQ").packages("org.jooq..").owners(Product.DATA),
        library("PostgreSQL").packages("org.postgresql..").owners(Product.DATA),
        library("JDBC")
            .packages("java.sql..", "javax.sql..")
            .owners(
                Product.STORE_SQLITE,
                Product.DATA,
                "dev.millrace.activities.sql..",
                "dev.millrace.activities",
                Product.SERVER),
        library("QuickJS")
            .packages("io.roastedroot..", "run.endive..", "com.dylibso..")
            .owners("dev.millrace.activities.script.."),
        library("HTTP client")
            .packages("org.apache.hc..", "java.net.http..")
            .owners("dev.millrace.activities.http..", Product.SERVER),
        library("mail")
            .packages("jakarta.mail..", "org.eclipse.angus..")
            .owners("dev.millrace.activities.mail.."),
        library("gRPC and Protocol Buffers")
            .packages("io.grpc..", "com.google.protobuf..")
            .owners(
                "dev.millrace.transport.grpc..",
                "dev.millrace.dialect.dapr..",
                Product.PROTO,
                Product.SERVER),
        library("tokens and password hashes")
            .packages("com.nimbusds..", "at.favre.lib..")
            .owners("dev.millrace.dialect.nocobase.auth.."),
        library("cron")
            .packages("com.cronutils..")
            .owners("dev.millrace.dialect.nocobase.trigger.."),
        library("Helidon").packages("io.helidon..").owners(Product.TRANSPORT),
        library("OpenTelemetry")
            .packages("io.opentelemetry..")
            .owners("dev.millrace.server.trace.."),
        library("command line, metrics, YAML, pools, logging")
            .packages(
                "picocli..",
                "io.micrometer..",
                "io.prometheus..",
                "org.snakeyaml..",
                "com.zaxxer..",
                "org.slf4j..")
            .owners(Product.SERVER));
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void shouldStayBehindItsModule(Library library) {
    noClasses()
        .that()
        .resideOutsideOfPackages(library.owners().toArray(String[]::new))
        .and()
        .resideOutsideOfPackage(Product.BENCHMARKS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library.packages().toArray(String[]::new))
        .because(
            "a library that shows in one module can be replaced, bounded and updated there; use the"
                + " port of that module, plain JSON values between modules, and System.Logger")
        .check(Product.CLASSES);
  }

  private static Row library(String name) {
    return new Row(name, List.of());
  }

  private record Row(String name, List<String> packages) {
    Row packages(String... names) {
      return new Row(name, List.of(names));
    }

    Library owners(String... names) {
      return new Library(name, packages, List.of(names));
    }
  }
}
