package dev.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the source tree as a whole keeps to. Patterns are written so as not to match themselves. */
class TidyTest {
  private static final int FILE_LINES_MAX = 500;

  private static final Pattern UNFINISHED =
      Pattern.compile("(?://|\\*|#|<!--)\\s*(?:T[O]DO|X[X]X)\\b|T[O]DO\\s*[:(]|\\bF[I]XME\\b");

  private static final Pattern SLEEPS = Pattern.compile("\\bThread\\s*\\.\\s*sleep\\s*\\(");

  private static final Pattern SKIPPED =
      Pattern.compile("@(?:Disabled|Ignore)\\w*\\b|\\bassum(?:eTrue|eFalse|ingThat)\\s*\\(");

  private static final Pattern TAB = Pattern.compile("\t");

  /** Homes of people and of build machines. */
  private static final Pattern MACHINE =
      Pattern.compile("(?<![\\w.}])/(?:home|Users|root|work)/\\w|[A-Z]:\\\\Users\\\\");

  private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^\\]\\n]*]\\(([^)\\s]+)\\)");

  private static final Pattern FENCED = Pattern.compile("(?s)```.*?```");

  /** A name in code style that looks like a class of ours, with or without a method. */
  private static final Pattern CLASS_NAME =
      Pattern.compile("`([A-Z][a-z]\\w*)(?:\\.\\w+)?(?:\\([^)`]*\\))?`");

  private static SourceTree tree;
  private static Poms poms;

  @BeforeAll
  static void readTree() throws Exception {
    tree = SourceTree.read();
    poms = new Poms(tree);
  }

  @Test
  void shouldHaveNoLongFiles() {
    // JSON is mostly recorded or measured, and read by programs.
    List<String> found =
        tree.files().stream()
            .filter(file -> !file.is(".json"))
            .filter(file -> file.text().lines().count() > FILE_LINES_MAX)
            .map(file -> file.path() + " has " + file.text().lines().count() + " lines")
            .toList();
    assertThat(found)
        .as("a file of more than %d lines holds two subjects; split it", FILE_LINES_MAX)
        .isEmpty();
  }

  @Test
  void shouldHaveNothingMarkedAsUnfinished() {
    assertThat(tree.lines(file -> true, UNFINISHED))
        .as("finish it, or write what is missing into the documentation, where users see it")
        .isEmpty();
  }

  @Test
  void shouldNotSleepInTests() {
    assertThat(tree.lines(file -> file.ofTests() && file.is(".java"), SLEEPS))
        .as(
            "a sleep is too short on a slow machine and too long on any other; step a clock or"
                + " await what should happen")
        .isEmpty();
  }

  @Test
  void shouldSkipNoTests() {
    assertThat(tree.lines(file -> file.ofTests() && file.is(".java"), SKIPPED))
        .as("a skipped test is a claim nobody checks; repair it or remove it")
        .isEmpty();
  }

  @Test
  void shouldHaveNoTabs() {
    assertThat(tree.lines(file -> !file.is(".json"), TAB))
        .as("tabs show differently everywhere; use spaces")
        .isEmpty();
  }

  @Test
  void shouldNameNoMachines() {
    assertThat(tree.lines(file -> true, MACHINE))
        .as("a path of one machine exists on no other; make it relative, or a setting")
        .isEmpty();
  }

  @Test
  void shouldNameTestFilesAfterWhatTheyAre() {
    assertThat(
            tree.files().stream()
                .filter(file -> file.is(".java"))
                .filter(file ->
                    NamesTest.EMPTY_NAME.matcher(file.name().replace(".java", "")).matches())
                .map(SourceTree.File::path)
                .toList())
        .as("name the one thing the class does")
        .isEmpty();
  }

  @Test
  void shouldLinkToFilesThatExist() {
    List<String> broken = new ArrayList<>();
    for (SourceTree.File file : tree.files()) {
      if (!file.is(".md")) {
        continue;
      }
      Matcher link = LINK.matcher(FENCED.matcher(file.text()).replaceAll(""));
      while (link.find()) {
        String target = link.group(1).replaceFirst("#.*", "");
        boolean elsewhere = target.isEmpty() || target.matches("[a-z][a-z+.-]*:.*");
        if (!elsewhere && !tree.exists(URI.create(file.path()).resolve(target).getPath())) {
          broken.add(file.path() + " -> " + target);
        }
      }
    }
    assertThat(broken).as("links between documents lead to files; correct the path").isEmpty();
  }

  @Test
  void shouldDescribeEveryModule() {
    String architecture = tree.file("ARCHITECTURE.md").text();
    assertThat(poms.modules())
        .as("a reader looks for each folder in ARCHITECTURE.md; add a row with what it is")
        .isNotEmpty()
        .allSatisfy(module -> assertThat(architecture).contains("| `" + module + "` |"));
  }

  @Test
  void shouldNameOnlyClassesThatExistInGuides() {
    Set<String> known =
        tree.files().stream()
            .filter(file -> file.is(".java"))
            .map(file -> file.name().replace(".java", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    Product.CLASSES.forEach(type -> known.add(type.getSimpleName()));
    List<String> unknown = new ArrayList<>();
    for (SourceTree.File file : tree.files()) {
      boolean guide =
          Set.of("ARCHITECTURE.md", "CONTRIBUTING.md").contains(file.path())
              || file.path().startsWith("docs/recipes/");
      if (guide) {
        Matcher name = CLASS_NAME.matcher(file.text());
        while (name.find()) {
          if (!known.contains(name.group(1)) && !name.group(1).startsWith("My")) {
            unknown.add(file.path() + ": " + name.group(1));
          }
        }
      }
    }
    assertThat(unknown)
        .as("classes named in a guide exist; follow the renaming (a made-up one begins with My)")
        .isEmpty();
  }

  @Test
  void shouldGiveAReasonForEveryDependency() {
    List<String> rows =
        tree.file("docs/dependencies.md")
            .text()
            .lines()
            .filter(row -> row.startsWith("|"))
            .toList();
    List<String> missing =
        poms.outside().stream()
            .filter(artifact ->
                rows.stream()
                    .noneMatch(row ->
                        row.contains("`" + artifact.name() + "`")
                            && row.contains("| " + artifact.version())))
            .map(artifact ->
                "%s: %s:%s %s"
                    .formatted(
                        artifact.pom(), artifact.group(), artifact.name(), artifact.version()))
            .distinct()
            .sorted()
            .toList();
    assertThat(missing)
        .as(
            "docs/dependencies.md has a row with name, version and reason for everything brought in")
        .isEmpty();
  }
}
