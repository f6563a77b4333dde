package dev.millrace.components;

/** Asks to remove an instance that has ended. */
public record PurgeRequest(String instanceId) {}
