package dev.millrace.components;

import java.util.List;

/**
 * Makes the components of one type. Listed in {@code
 * META-INF/services/dev.millrace.components.WorkflowComponentFactory} of its jar; has a public
 * constructor without parameters.
 */
public interface WorkflowComponentFactory {

  /** What {@code spec.type} says behind {@code workflow.}: lower-case letters, digits, dashes. */
  String type();

  /** What {@code spec.version} says. */
  default String version() {
    return "v1";
  }

  /** The names that {@code spec.metadata} may have; any other is an error in the file. */
  List<MetadataField> fields();

  /** A new component, not yet initialized. Called once for each file that names the type. */
  WorkflowComponent create();
}
