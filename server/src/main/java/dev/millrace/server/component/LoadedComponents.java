package dev.millrace.server.component;

import dev.millrace.components.ComponentException;
import dev.millrace.components.ComponentMetadata;
import dev.millrace.components.MetadataField;
import dev.millrace.components.WorkflowComponent;
import dev.millrace.components.WorkflowComponentFactory;
import dev.millrace.dialect.dapr.ComponentBinding;
import dev.millrace.server.component.ComponentFile.Field;
import dev.millrace.server.config.Configuration.ComponentSources;
import dev.millrace.server.config.ConfigurationException;
import dev.millrace.server.config.Nearest;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * The components that the files of a directory name, initialized. Their types come from the server
 * itself and from the jars in the same directory. Closes them in the opposite order.
 */
public final class LoadedComponents implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(LoadedComponents.class.getName());
  private static final String TYPE_PREFIX = "workflow.";
  private static final String FIRST_VERSION = "v1";

  /** What a request may call the engine without a file, and the types that mean it. */
  private static final Set<String> ENGINE = Set.of("dapr", "millrace");

  private final List<ComponentBinding> bindings = new ArrayList<>();
  private final List<WorkflowComponent> components = new ArrayList<>();
  private final Map<String, WorkflowComponentFactory> factories = new LinkedHashMap<>();
  private final @Nullable URLClassLoader jars;

  private LoadedComponents(ComponentSources sources) {
    Path directory = sources.directory();
    if (directory == null) {
      jars = null;
      return;
    }
    List<ComponentFile> files = new ComponentFiles(sources).read(directory);
    jars = new URLClassLoader("components", urls(directory), getClass().getClassLoader());
    boolean loaded = false;
    try {
      findFactories(jars);
      files.forEach(this::load);
      loaded = true;
    } finally {
      if (!loaded) {
        close();
      }
    }
  }

  /**
   * Loads and initializes everything.
   *
   * @throws ConfigurationException for a file, jar or component that cannot be used
   */
  public static LoadedComponents open(ComponentSources sources) {
    return new LoadedComponents(sources);
  }

  /** What requests may ask for, beside the engine under its own names. */
  public List<ComponentBinding> bindings() {
    return List.copyOf(bindings);
  }

  private static URL[] urls(Path directory) {
    List<URL> urls = new ArrayList<>();
    for (Path jar : ComponentFiles.files(directory, ".jar")) {
      // A class loader passes over what it cannot read.
      try (JarFile readable = new JarFile(jar.toFile())) {
        urls.add(Path.of(readable.getName()).toUri().toURL());
      } catch (IOException e) {
        throw new ConfigurationException(
            "%s: expected a readable jar, found: %s".formatted(jar, e.getMessage()), e);
      }
    }
    return urls.toArray(URL[]::new);
  }

  private void findFactories(ClassLoader loader) {
    try {
      for (WorkflowComponentFactory factory :
          ServiceLoader.load(WorkflowComponentFactory.class, loader)) {
        if (ENGINE.contains(factory.type())
            || factories.putIfAbsent(factory.type(), factory) != null) {
          throw new ConfigurationException(
              "expected one factory of components workflow.%s, found %s too"
                  .formatted(factory.type(), factory.getClass().getName()));
        }
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new ConfigurationException(
          "expected jars with component factories, found: " + e.getMessage(), e);
    }
  }

  private void load(ComponentFile file) {
    String type = file.type().text().substring(TYPE_PREFIX.length());
    boolean engine = ENGINE.contains(type);
    WorkflowComponentFactory factory = factories.get(type);
    if (!engine && factory == null) {
      Set<String> known = new TreeSet<>(ENGINE);
      known.addAll(factories.keySet());
      throw file.type()
          .place()
          .problem(
              "unknown type %s%s"
                  .formatted(
                      file.type().text(),
                      Nearest.hint(
                          file.type().text(), known.stream().map(TYPE_PREFIX::concat).toList())));
    }
    if (ENGINE.contains(file.name().text()) && !engine) {
      throw file.name()
          .place()
          .problem(
              "expected another name, found \"%s\", which is the engine's own"
                  .formatted(file.name().text()));
    }
    String version = factory == null ? FIRST_VERSION : factory.version();
    if (!file.version().text().equals(version)) {
      throw file.version()
          .place()
          .problem(
              "expected version %s of %s, found \"%s\""
                  .formatted(version, file.type().text(), file.version().text()));
    }
    checkProperties(file, factory == null ? List.of() : factory.fields());
    bindings.add(
        new ComponentBinding(
            file.name().text(),
            file.type().text(),
            version,
            factory == null ? null : initialized(file, factory),
            file.scopes()));
  }

  private static void checkProperties(ComponentFile file, List<MetadataField> fields) {
    List<String> known = fields.stream().map(MetadataField::name).toList();
    file.properties()
        .forEach((name, field) -> {
          if (!known.contains(name)) {
            throw field
                .place()
                .problem(
                    known.isEmpty()
                        ? file.type().text() + " has no metadata; it would have no effect"
                        : "unknown key" + Nearest.hint(name, known));
          }
        });
    for (MetadataField field : fields) {
      Field given = file.properties().get(field.name());
      if (field.required() && given == null) {
        throw file.type()
            .place()
            .at(file.type().place().line(), "spec.metadata." + field.name())
            .problem("expected a value (%s), found none".formatted(field.summary()));
      }
      if (field.required() && given != null && given.text().isBlank()) {
        throw given
            .place()
            .problem("expected a value (%s), found an empty one".formatted(field.summary()));
      }
    }
  }

  // Code of others: whatever it throws, the operator is told in which file the reason lies.
  private WorkflowComponent initialized(ComponentFile file, WorkflowComponentFactory factory) {
    Map<String, String> properties = new LinkedHashMap<>();
    file.properties().forEach((name, field) -> properties.put(name, field.text()));
    try {
      WorkflowComponent component = factory.create();
      components.add(component);
      component.init(
          new ComponentMetadata(
              file.name().text(), file.type().text(), factory.version(), properties));
      return component;
    } catch (ComponentException e) {
      Field field = file.properties().get(e.property());
      Place place = field == null ? file.place() : field.place();
      throw new ConfigurationException(place + ": " + e.getMessage(), e);
    } catch (RuntimeException | LinkageError e) {
      throw new ConfigurationException(
          "%s: component %s did not start: %s".formatted(file.place(), file.name().text(), e), e);
    }
  }

  @Override
  public void close() {
    for (WorkflowComponent component : components.reversed()) {
      try {
        component.close();
      } catch (RuntimeException | LinkageError e) {
        LOGGER.log(System.Logger.Level.WARNING, "a component did not close cleanly", e);
      }
    }
    components.clear();
    if (jars != null) {
      try {
        jars.close();
      } catch (IOException e) {
        LOGGER.log(System.Logger.Level.WARNING, "the jars of components did not close", e);
      }
    }
  }
}
