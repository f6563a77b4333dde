package dev.millrace.dialect.dapr.remote;

import dev.millrace.components.MetadataField;
import dev.millrace.components.WorkflowComponent;
import dev.millrace.components.WorkflowComponentFactory;
import java.util.List;

/** Makes components of type {@code workflow.dapr-remote}. */
public final class RemoteComponentFactory implements WorkflowComponentFactory {

  @Override
  public String type() {
    return "dapr-remote";
  }

  @Override
  public List<MetadataField> fields() {
    return List.of(
        MetadataField.required(RemoteSettings.ADDRESS, "gRPC address, host:port"),
        MetadataField.optional(RemoteSettings.API_TOKEN, "what it asks for as dapr-api-token"),
        MetadataField.optional(RemoteSettings.APP_ID, "the application to speak for"),
        MetadataField.optional(RemoteSettings.TLS, "true for TLS; false unless given"),
        MetadataField.optional(RemoteSettings.CA_FILE, "certificates to trust, PEM; with tls only"),
        MetadataField.optional(
            RemoteSettings.COMPONENT, "the name of the component there; dapr unless given"),
        MetadataField.optional(
            RemoteSettings.TIMEOUT_SECONDS, "longest wait for an answer; 10 unless given"));
  }

  @Override
  public WorkflowComponent create() {
    return new RemoteComponent();
  }
}
