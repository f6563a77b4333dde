package dev.millrace.engine;

import org.jspecify.annotations.Nullable;

/**
 * What an instance is pinned to: one revision of a definition, or a workflow that workers hold as
 * code, which has no revision.
 */
public record DefinitionRef(String id, int revision) {

  /** What the names of workflows written as code begin with. */
  public static final String CODE = "code:";

  /** What a process is called by where names of other models stand, too. */
  public static final String PROCESS = "process:";

  /** What the ids of workflows of NocoBase begin with. */
  public static final String NOCOBASE = "nocobase:";

  /** A workflow written as code, by the name its workers registered. */
  public static DefinitionRef code(String workflow) {
    return new DefinitionRef(CODE + workflow, 0);
  }

  /**
   * The application of a workflow that a graph names as {@code code:app/workflow}; null for the id
   * of a definition.
   */
  public static @Nullable String codeApp(String name) {
    int slash = name.indexOf('/');
    return name.startsWith(CODE) && slash > CODE.length()
        ? name.substring(CODE.length(), slash)
        : null;
  }

  /**
   * A workflow written as code as {@code code:app/workflow}; null for the id of a definition.
   *
   * @param name may leave the application out, {@code code:workflow}
   * @param app the application where it is left out
   */
  public static @Nullable String codeName(String name, String app) {
    if (!name.startsWith(CODE) || name.length() == CODE.length()) {
      return null;
    }
    return codeApp(name) == null ? CODE + app + "/" + name.substring(CODE.length()) : name;
  }

  /** The workflow of {@code code:app/workflow}. */
  public static String codeWorkflow(String name) {
    return name.substring(name.indexOf('/') + 1);
  }

  /**
   * The id of the definition that a name stands for among the names of workflows written as code:
   * {@code process:ID} or {@code nocobase:KEY}; null for the name of a workflow written as code.
   */
  public static @Nullable String definitionNamed(String workflow) {
    if (workflow.startsWith(PROCESS)) {
      return workflow.substring(PROCESS.length());
    }
    return workflow.startsWith(NOCOBASE) ? workflow : null;
  }

  /** Whether it is written as code. */
  public boolean isCode() {
    return revision == 0 && id.startsWith(CODE);
  }

  /** Whether it is a workflow of NocoBase. */
  public boolean isNocobase() {
    return id.startsWith(NOCOBASE);
  }

  /** The name of a workflow written as code; the id of any other. */
  public String workflow() {
    return isCode() ? id.substring(CODE.length()) : id;
  }
}
