package dev.millrace.dialect.process.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DefinitionFilesTest {

  static List<String> good() throws IOException {
    try (Stream<Path> files = Files.list(folder("good"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Path folder(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(DefinitionFilesTest.class.getResource("/definitions/" + name))
              .toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("good")
  void shouldAcceptTheStructureOfEveryGoodDocument(String file) {
    Object document = Documents.file(folder("good").resolve(file));
    assertThat(Documents.format().check(Documents.with(document, "status", "draft")).errors())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00_create.json",
        "01_with_task.json",
        "02_book_workflow.json",
        "03_book_crontab.json",
        "06_book_form.json",
        "10_book_approval.json",
        "14_book_condition.json",
        "99_superset.json"
      })
  void shouldAcceptAndCompileWholeDocuments(String file) {
    Object document = Documents.file(folder("good").resolve(file));
    assertThat(Documents.format().check(document).errors()).isEmpty();
    assertThat(Documents.format().check(document).warnings())
        .extracting(Problem::code)
        .isSubsetOf("not_fired", "unsupported", "empty");
    Object kept = Objects.requireNonNull(Documents.format().normalise(document));
    assertThat(Documents.compile(kept)).isEqualTo(Documents.compile(document));
  }

  @ParameterizedTest
  @CsvSource({
    "badengine.json,  $.engine, invalid_value",
    "badop.json,      $.tasks[0].errorHandler.operation, invalid_value",
    "both.json,       $.nodes, conflict",
    "conn.json,       $.tasks[0].connections[0].to, required",
    "longname.json,   $.name, too_long",
    "negtimeout.json, $.timeout, minimum",
    "noinst.json,     $.tasks[0].instId, required",
    "noname.json,     $.name, required",
    "slash.json,      $.tasks[0].instId, pattern",
    "tasksobj.json,   $.tasks, type",
  })
  void shouldRefuseEveryBadDocumentAtItsFault(String file, String path, String code) {
    assertThat(Documents.format().check(Documents.file(folder("bad").resolve(file))).errors())
        .extracting(Problem::path, Problem::code)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(path, code));
  }
}
