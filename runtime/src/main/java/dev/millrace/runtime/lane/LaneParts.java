package dev.millrace.runtime.lane;

import dev.millrace.runtime.Decider;
import dev.millrace.runtime.definition.Definitions;

/** The parts that are made before a lane. */
public record LaneParts(Decider decider, Definitions definitions, SharedVariables variables) {}
