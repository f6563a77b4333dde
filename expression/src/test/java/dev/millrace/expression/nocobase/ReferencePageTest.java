package dev.millrace.expression.nocobase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.expression.nocobase.math.MathFunctions;
import dev.millrace.expression.nocobase.script.Formulas;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page for users lists what there is. */
class ReferencePageTest {

  @Test
  void shouldListEveryFunction() throws Exception {
    String page = Files.readString(Path.of("../docs/reference/nocobase-expressions.md"));
    assertThat(Formulas.names())
        .hasSizeGreaterThanOrEqualTo(120)
        .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    assertThat(MathFunctions.names())
        .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
  }
}
