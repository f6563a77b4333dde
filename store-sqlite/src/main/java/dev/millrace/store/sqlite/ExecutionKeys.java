package dev.millrace.store.sqlite;

import dev.millrace.engine.DefinitionRef;
import dev.millrace.store.StatusWords;
import java.util.List;

/** The column execution_key of mr_instance, by which instances are found and counted. */
final class ExecutionKeys {
  private static final String PROCESS = "process:";

  /** What keys of NocoBase's workflows keep their prefix before. */
  private static final List<String> TAKEN =
      List.of(PROCESS, "code:", StatusWords.NOCOBASE_DEFINITION);

  private ExecutionKeys() {}

  /** The value for the instances of a definition; no two definitions have the same. */
  static String of(String definitionId) {
    if (definitionId.startsWith(StatusWords.NOCOBASE_DEFINITION)) {
      String key = definitionId.substring(StatusWords.NOCOBASE_DEFINITION.length());
      return TAKEN.stream().anyMatch(key::startsWith) ? definitionId : key;
    }
    return new DefinitionRef(definitionId, 0).isCode() ? definitionId : PROCESS + definitionId;
  }
}
