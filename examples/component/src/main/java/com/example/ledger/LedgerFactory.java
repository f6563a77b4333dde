package com.example.ledger;

import dev.millrace.components.MetadataField;
import dev.millrace.components.WorkflowComponent;
import dev.millrace.components.WorkflowComponentFactory;
import java.util.List;

/** Makes components of type {@code workflow.ledger}. */
public final class LedgerFactory implements WorkflowComponentFactory {

  @Override
  public String type() {
    return "ledger";
  }

  @Override
  public List<MetadataField> fields() {
    return List.of(MetadataField.optional("capacity", "most instances kept; 1000 unless given"));
  }

  @Override
  public WorkflowComponent create() {
    return new Ledger();
  }
}
