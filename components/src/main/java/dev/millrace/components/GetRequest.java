package dev.millrace.components;

/** Asks for the state of an instance. */
public record GetRequest(String instanceId) {}
