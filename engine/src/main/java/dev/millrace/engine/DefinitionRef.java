package dev.millrace.engine;

/** One revision of a definition: what an instance is pinned to. */
public record DefinitionRef(String id, int revision) {}
