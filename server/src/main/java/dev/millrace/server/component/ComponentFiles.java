package dev.millrace.server.component;

import dev.millrace.server.component.ComponentFile.Field;
import dev.millrace.server.config.Configuration.ComponentSources;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.server.config.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads component files. Whatever they say that is unknown, of the wrong type or without effect is
 * refused: a file that does something else than it says is found at the start or never.
 */
final class ComponentFiles {
  private static final String SECRET_PREFIX = "MILLRACE_SECRET_";
  private static final String API_VERSION = "dapr.io/v1alpha1";
  private static final String KIND = "Component";
  private static final String TYPE_PREFIX = "workflow.";
  private static final String FIRST_VERSION = "v1";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern APP = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final List<String> SOURCES = List.of("value", "secretKeyRef", "envRef");

  private final ComponentSources sources;

  ComponentFiles(ComponentSources sources) {
    this.sources = sources;
  }

  /** The files of a directory that end in one of the endings, by name. */
  static List<Path> files(Path directory, String... endings) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> Stream.of(endings).anyMatch(file.getFileName().toString()::endsWith))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ConfigurationException(
          "expected a readable directory of component files, found %s; choose another with"
                  .formatted(Problems.of(e))
              + " --components-path",
          e);
    }
  }

  /** Every component of a directory, in the order of the names of their files. */
  List<ComponentFile> read(Path directory) {
    List<ComponentFile> components = new ArrayList<>();
    Map<String, Place> named = new LinkedHashMap<>();
    for (Path file : files(directory, ".yaml", ".yml")) {
      for (Yaml document : Yaml.read(file)) {
        ComponentFile component = component(document);
        Field name = component.name();
        Place before = named.putIfAbsent(name.text(), name.place());
        if (before != null) {
          throw name.place()
              .problem(
                  "expected one component of each name, found \"%s\" at %s too"
                      .formatted(name.text(), before));
        }
        components.add(component);
      }
    }
    return components;
  }

  private ComponentFile component(Yaml document) {
    Map<String, Yaml> top =
        document.members(List.of("apiVersion", "kind", "metadata", "spec", "scopes"));
    constant(member(document, top, "apiVersion"), API_VERSION);
    constant(member(document, top, "kind"), KIND);
    Yaml metadata = member(document, top, "metadata");
    Yaml name = member(metadata, metadata.members(List.of("name")), "name");
    if (!NAME.matcher(name.text()).matches()) {
      throw name.expected("at most 63 letters, digits, dots, dashes and underscores");
    }
    Yaml spec = member(document, top, "spec");
    Map<String, Yaml> parts = spec.members(List.of("type", "version", "metadata"));
    Yaml type = member(spec, parts, "type");
    if (!type.text().startsWith(TYPE_PREFIX)) {
      throw type.expected("workflow.TYPE, as this server runs workflows only");
    }
    Yaml version = parts.get("version");
    Yaml properties = parts.get("metadata");
    Yaml scopes = top.get("scopes");
    return new ComponentFile(
        document.place(),
        field(name),
        field(type),
        version == null ? new Field(FIRST_VERSION, spec.place()) : field(version),
        properties == null ? Map.of() : properties(properties),
        scopes == null ? Set.of() : scopes(scopes));
  }

  private static Field field(Yaml yaml) {
    return new Field(yaml.text(), yaml.place());
  }

  private static Yaml member(Yaml parent, Map<String, Yaml> members, String name) {
    Yaml member = members.get(name);
    if (member == null) {
      throw parent
          .place()
          .member(parent.place().line(), name)
          .problem("expected a value, found nothing");
    }
    return member;
  }

  private static void constant(Yaml yaml, String only) {
    if (!yaml.text().equals(only)) {
      throw yaml.expected(only);
    }
  }

  private static Set<String> scopes(Yaml list) {
    Set<String> apps = new LinkedHashSet<>();
    for (Yaml item : list.items()) {
      if (!APP.matcher(item.text()).matches()) {
        throw item.expected("the id of an application");
      }
      if (!apps.add(item.text())) {
        throw item.expected("each application once");
      }
    }
    if (apps.isEmpty()) {
      throw list.expected("at least one application; without scopes all may use the component");
    }
    return apps;
  }

  private Map<String, Field> properties(Yaml list) {
    Map<String, Field> properties = new LinkedHashMap<>();
    for (Yaml item : list.items()) {
      Map<String, Yaml> members = item.members(List.of("name", "value", "secretKeyRef", "envRef"));
      String name = member(item, members, "name").text();
      Place place = list.place().member(item.place().line(), name);
      List<String> given = SOURCES.stream().filter(members::containsKey).toList();
      if (given.size() != 1) {
        throw place.problem(
            "expected one of value, secretKeyRef and envRef, found "
                + (given.isEmpty() ? "none" : String.join(" and ", given)));
      }
      Yaml source = member(item, members, given.getFirst());
      String text =
          switch (given.getFirst()) {
            case "value" -> source.plain();
            case "envRef" -> variable(source);
            default -> secret(source);
          };
      if (properties.putIfAbsent(name, new Field(text, place)) != null) {
        throw place.problem("expected each name once, found it again");
      }
    }
    return properties;
  }

  private String variable(Yaml source) {
    String name = source.text();
    String found = sources.environment().get(name);
    if (found == null) {
      throw source
          .place()
          .problem("expected the environment variable %s, found none".formatted(name));
    }
    return found;
  }

  /** A secret of the configuration, else of the environment. */
  private String secret(Yaml reference) {
    Map<String, Yaml> members = reference.members(List.of("name", "key"));
    String name = member(reference, members, "name").text();
    Yaml keyed = members.get("key");
    String key = keyed == null ? name : keyed.text();
    String configured = key.equals(name) ? name : name + "." + key;
    String variable = SECRET_PREFIX + inCapitals(configured);
    @Nullable String found = sources.secrets().get(configured);
    if (found == null) {
      found = sources.environment().get(variable);
    }
    if (found == null) {
      throw reference
          .place()
          .problem(
              "expected \"%s\" among the secrets of the configuration or the variable %s, found neither"
                  .formatted(configured, variable));
    }
    return found;
  }

  private static String inCapitals(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
