package dev.millrace.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The classes of all modules, without their tests, read once, and the packages of each module. */
final class Product {
  static final String ROOT = "dev.millrace";

  static final String ENGINE = "dev.millrace.engine..";
  static final String INTERPRETER = "dev.millrace.engine.interpreter..";
  static final String EXPRESSION = "dev.millrace.expression..";
  static final String STORE = "dev.millrace.store..";
  static final String STORE_SQLITE = "dev.millrace.store.sqlite..";
  static final String STORE_MEMORY = "dev.millrace.store.memory..";
  static final String DATA = "dev.millrace.data..";
  static final String RUNTIME = "dev.millrace.runtime..";
  static final String RUNTIME_TIME = "dev.millrace.runtime.time..";
  static final String ACTIVITIES = "dev.millrace.activities..";
  static final String TRANSPORT = "dev.millrace.transport..";
  static final String COMPONENTS = "dev.millrace.components..";
  static final String PROTO = "dev.millrace.proto..";
  static final String DIALECTS = "dev.millrace.dialect..";
  static final String SERVER = "dev.millrace.server..";
  static final String TESTKIT = "dev.millrace.testkit..";
  static final String SIMULATOR = "dev.millrace.simulator..";
  static final String BENCHMARKS = "dev.millrace.benchmarks..";

  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          // Generated: nobody wrote its names.
          .withImportOption(location -> !location.contains("/dev/millrace/proto/"))
          .importPackages(ROOT);

  private Product() {}
}
