package dev.millrace.components;

/** Asks to hold an instance. */
public record PauseRequest(String instanceId) {}
