package dev.millrace.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a human task asks for.
 *
 * @param rule how several answers become one outcome
 * @param schema of the values of a form, or null
 * @param agreeLabel the text of the agreeing button, also understood as an answer
 */
public record HumanTaskSpec(
    Rule rule,
    String title,
    String content,
    @Nullable Object schema,
    String agreeLabel,
    String disagreeLabel) {

  /** How several answers become one outcome. */
  public enum Rule {
    /** All must agree; the first rejection decides. */
    ALL,
    /** The first answer decides. */
    ANY,
    /** The first submitted form decides; there is no rejection. */
    FORM,
    /** The type of the node decides, see {@code HumanTaskNodeType}. */
    TYPE
  }
}
