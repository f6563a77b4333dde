package dev.millrace.components;

/** The id of the instance that was started. */
public record StartResponse(String instanceId) {}
