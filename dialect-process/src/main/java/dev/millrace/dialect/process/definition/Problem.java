package dev.millrace.dialect.process.definition;

/**
 * One fault of a definition.
 *
 * @param path JSON path into the document as it was sent, as {@code $.tasks[2].connections[0]}; of
 *     a missing member, where it should stand
 * @param code a fixed word, as {@code required}, {@code unknown_task} or {@code endless_loop}
 * @param message what was expected and what was found
 */
public record Problem(String path, String code, String message) {}
