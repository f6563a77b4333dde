package dev.millrace.server.cli;

import dev.millrace.server.config.Problems;
import dev.millrace.transport.json.Json;
import dev.millrace.transport.json.JsonSyntaxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** JSON that a user gives, in the argument, in a file or on standard input. */
final class Input {
  private static final String STANDARD_INPUT = "-";

  private Input() {}

  /** A file's bytes, checked to be JSON; {@code -} is standard input. */
  static byte[] file(String name) {
    try {
      byte[] content =
          name.equals(STANDARD_INPUT)
              ? System.in.readAllBytes()
              : Files.readAllBytes(Path.of(name));
      return checked(content, name.equals(STANDARD_INPUT) ? "standard input" : name);
    } catch (NoSuchFileException e) {
      throw new CommandException(ExitCodes.USAGE, "there is no file " + name, e);
    } catch (IOException | InvalidPathException e) {
      String why = e instanceof IOException io ? Problems.of(io) : e.getMessage();
      throw new CommandException(ExitCodes.USAGE, "cannot read " + name + ": " + why, e);
    }
  }

  /** JSON text, or {@code @FILE}. */
  static byte @Nullable [] argument(@Nullable String text) {
    if (text == null) {
      return null;
    }
    return text.startsWith("@")
        ? file(text.substring(1))
        : checked(text.getBytes(StandardCharsets.UTF_8), "the input");
  }

  static @Nullable Object parsed(byte[] json) {
    return Json.parse(json);
  }

  private static byte[] checked(byte[] content, String what) {
    try {
      Json.parse(content);
      return content;
    } catch (JsonSyntaxException e) {
      throw new CommandException(
          ExitCodes.USAGE,
          "expected JSON in %s, found at line %d, column %d: %s"
              .formatted(what, e.line(), e.column(), e.getMessage()),
          e);
    }
  }
}
