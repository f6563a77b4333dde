package dev.millrace.store.sqlite;

import dev.millrace.engine.DefinitionRef;
import java.util.List;

/** The column execution_key of mr_instance, by which instances are found and counted. */
final class ExecutionKeys {
  /** What keys of NocoBase's workflows keep their prefix before. */
  private static final List<String> TAKEN =
      List.of(DefinitionRef.PROCESS, DefinitionRef.CODE, DefinitionRef.NOCOBASE);

  private ExecutionKeys() {}

  /** The value for the instances of a definition; no two definitions have the same. */
  static String of(String definitionId) {
    DefinitionRef definition = new DefinitionRef(definitionId, 0);
    if (definition.isNocobase()) {
      String key = definitionId.substring(DefinitionRef.NOCOBASE.length());
      return TAKEN.stream().anyMatch(key::startsWith) ? definitionId : key;
    }
    return definition.isCode() ? definitionId : DefinitionRef.PROCESS + definitionId;
  }
}
