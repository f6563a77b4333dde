package dev.millrace.architecture;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where a rule gives way.
 *
 * @param reasons why, by the full name of a top-level class; its nested classes are meant too
 */
record Exceptions(Map<String, String> reasons) {

  /** The classes the rule is not asked about. */
  DescribedPredicate<JavaClass> classes() {
    return DescribedPredicate.describe(
        "have an exception with a reason", type -> reasons.containsKey(topLevel(type)));
  }

  /** Fails when an exception is no longer needed. */
  void shouldAllBeUsed(DescribedPredicate<? super JavaAccess<?>> banned) {
    Set<String> used =
        Product.CLASSES.stream()
            .filter(type -> type.getAccessesFromSelf().stream().anyMatch(banned))
            .map(Exceptions::topLevel)
            .collect(toCollection(TreeSet::new));
    assertThat(used)
        .as("every exception is still needed; remove those that are not")
        .containsAll(reasons.keySet());
  }

  private static String topLevel(JavaClass type) {
    int nested = type.getName().indexOf('$');
    return nested < 0 ? type.getName() : type.getName().substring(0, nested);
  }
}
