package dev.millrace.server.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for what the file system complains about. */
public final class Problems {
  private Problems() {}

  /** Why a file could not be used, without the name of a class. */
  public static String of(IOException problem) {
    String message = problem.getMessage() == null ? problem.toString() : problem.getMessage();
    return switch (problem) {
      case NoSuchFileException missing -> "no such file or directory: " + missing.getFile();
      case AccessDeniedException denied -> "permission denied: " + denied.getFile();
      case FileAlreadyExistsException file -> "a file of that name: " + file.getFile();
      case FileSystemException other ->
          other.getReason() == null ? message : other.getReason() + ": " + other.getFile();
      default -> message;
    };
  }
}
