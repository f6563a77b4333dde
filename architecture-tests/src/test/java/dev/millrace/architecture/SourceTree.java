package dev.millrace.architecture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The files that people write: what is built, drawn or downloaded is left out. */
final class SourceTree {
  private static final Set<String> LEFT_OUT =
      Set.of("target", "node_modules", ".git", ".idea", ".vscode", ".settings", ".data", ".demo");

  private static final Pattern TEXT =
      Pattern.compile(".*\\.(java|xml|md|json|ya?ml|sql|sh|properties|txt|config)|x|run");

  private final Path root;
  private final List<File> files;

  /** A text file; its path is relative to the root, with slashes. */
  record File(String path, String text) {

    boolean is(String ending) {
      return path.endsWith(ending);
    }

    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }

    boolean ofTests() {
      return path.contains("/src/test/");
    }
  }

  private SourceTree(Path root, List<File> files) {
    this.root = root;
    this.files = files;
  }

  /** Reads the tree this module lies in. */
  static SourceTree read() throws IOException {
    Path root = root();
    List<File> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return LEFT_OUT.contains(dir.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()
                && TEXT.matcher(file.getFileName().toString()).matches()) {
              String path = root.relativize(file).toString().replace('\\', '/');
              files.add(
                  new File(path, new String(Files.readAllBytes(file), StandardCharsets.UTF_8)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(Comparator.comparing(File::path));
    return new SourceTree(root, List.copyOf(files));
  }

  List<File> files() {
    return files;
  }

  File file(String path) {
    return files.stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .orElseThrow(() -> new AssertionError("expected the file " + path + ", found none"));
  }

  boolean exists(String path) {
    return Files.exists(root.resolve(path).normalize());
  }

  /** Places, as {@code path:line}, where a line of the chosen files matches. */
  List<String> lines(Predicate<File> which, Pattern wanted) {
    List<String> found = new ArrayList<>();
    for (File file : files) {
      if (which.test(file)) {
        List<String> lines = file.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
          if (wanted.matcher(lines.get(i)).find()) {
            found.add(file.path() + ":" + (i + 1) + ": " + lines.get(i).strip());
          }
        }
      }
    }
    return found;
  }

  private static Path root() {
    Path start = Path.of("").toAbsolutePath();
    for (@Nullable Path dir = start; dir != null; dir = dir.getParent()) {
      if (Files.isDirectory(dir.resolve("architecture-tests"))) {
        return dir;
      }
    }
    throw new AssertionError("expected to run inside the source tree, found " + start);
  }
}
