package dev.millrace.components;

/** The state of an instance. */
public record StateResponse(WorkflowState workflow) {}
