package dev.millrace.engine.interpreter;

import dev.millrace.engine.expression.Expressions;
import dev.millrace.engine.expression.Schemas;
import dev.millrace.engine.graph.Environment;
import dev.millrace.engine.graph.GraphSource;
import dev.millrace.engine.graph.NodeTypes;

/** What the engine is given once: all pure, or snapshots of what lies outside. */
record Ports(
    GraphSource graphs,
    Environment environment,
    NodeTypes types,
    Expressions expressions,
    Schemas schemas) {}
