package dev.millrace.engine.code;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which version of the workflow's code a turn ran.
 *
 * @param patches the patches that the code asked for, in order of asking; may name one repeatedly
 * @param name the registered version, null when the workflow has none
 */
public record CodeVersion(List<String> patches, @Nullable String name) {}
