package dev.millrace.components;

import java.time.Duration;

/**
 * Circumstances of one call.
 *
 * @param appId the application the caller speaks for
 * @param timeout how long the server waits for the answer
 */
public record Call(String appId, Duration timeout) {}
