package dev.millrace.components;

/** Asks to end an instance before its time. */
public record TerminateRequest(String instanceId) {}
