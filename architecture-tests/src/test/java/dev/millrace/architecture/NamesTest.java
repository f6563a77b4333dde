package dev.millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Names say what a thing is. */
class NamesTest {

  /**
   * Endings and beginnings that say only that something belongs to something else. NocoBase is the
   * name of a product.
   */
  static final Pattern EMPTY_NAME =
      Pattern.compile(
          "(Abstract|Base)[A-Z].*|.+(Manager|Helper|Utils?|Impl|(?<!Noco)Base|Data|Info|Model|Common)");

  private static final String[] EMPTY_PACKAGES = {
    "..util..",
    "..utils..",
    "..common..",
    "..helper..",
    "..helpers..",
    "..impl..",
    "..model..",
    "..misc.."
  };

  @Test
  void shouldNameClassesAfterWhatTheyAre() {
    noClasses()
        .should()
        .haveNameMatching(".*[.$](" + EMPTY_NAME.pattern() + ")")
        .because(
            "a manager, helper or model can be anything and soon is; name the one thing it does, as"
                + " TimerHeap or StatusWords do, or move its methods to the type they are about")
        .check(Product.CLASSES);
  }

  @Test
  void shouldNamePackagesAfterTheirSubject() {
    noClasses()
        .should()
        .resideInAnyPackage(EMPTY_PACKAGES)
        .because(
            "a package named after nothing collects everything; put the class beside what uses it")
        .check(Product.CLASSES);
  }
}
