package dev.millrace.server.config;

/**
 * A value as it was given.
 *
 * @param value plain YAML: text, number, boolean, list or map
 * @param origin for people: {@code default}, a file with the key, a variable or a flag
 */
record Sourced(Object value, String origin) {}
