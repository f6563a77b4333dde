package dev.millrace.components;

/** Asks to let a held instance go on. */
public record ResumeRequest(String instanceId) {}
