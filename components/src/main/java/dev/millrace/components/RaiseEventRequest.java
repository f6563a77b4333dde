package dev.millrace.components;

/** Hands an event to an instance. */
public record RaiseEventRequest(String instanceId, String eventName, Payload eventData) {}
