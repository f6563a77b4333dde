package dev.millrace.architecture;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What the poms of the tree say. */
final class Poms {
  private static final String OURS = "dev.millrace";

  private final Map<String, Document> byPath = new HashMap<>();
  private final Map<String, String> managed = new HashMap<>();

  /** Something that is brought in, with its version, which is empty when another pom knows it. */
  record Artifact(String pom, String group, String name, String version) {}

  Poms(SourceTree tree) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    for (SourceTree.File file : tree.files()) {
      if (file.name().equals("pom.xml")) {
        byPath.put(
            file.path(),
            factory.newDocumentBuilder().parse(new InputSource(new StringReader(file.text()))));
      }
    }
    for (Element element : elements(pom("pom.xml"), "dependencyManagement")) {
      for (Element dependency : within(element, "dependency")) {
        managed.put(name(dependency), resolved("pom.xml", child(dependency, "version")));
      }
    }
  }

  /** The names of the modules' folders. */
  List<String> modules() {
    // Checkstyle calls its rules modules too.
    return elements(pom("pom.xml"), "modules").stream()
        .flatMap(modules -> within(modules, "module").stream())
        .map(Poms::text)
        .toList();
  }

  /** All that comes from outside: libraries, plug-ins, annotation processors. */
  List<Artifact> outside() {
    List<Artifact> found = new ArrayList<>();
    byPath.forEach((path, pom) -> {
      for (String kind : List.of("dependency", "plugin", "path")) {
        for (Element element : elements(pom, kind)) {
          String group = child(element, "groupId");
          if (!group.isEmpty() && !group.equals(OURS) && !group.startsWith("${")) {
            String version = resolved(path, child(element, "version"));
            String name = name(element);
            found.add(
                new Artifact(
                    path,
                    group,
                    name,
                    version.isEmpty() ? managed.getOrDefault(name, "") : version));
          }
        }
      }
    });
    return found;
  }

  private Document pom(String path) {
    Document pom = byPath.get(path);
    if (pom == null) {
      throw new AssertionError("expected the file " + path + ", found none");
    }
    return pom;
  }

  private String resolved(String path, String version) {
    if (!version.startsWith("${")) {
      return version;
    }
    String property = version.substring(2, version.length() - 1);
    for (String from : List.of(path, "pom.xml")) {
      for (Element properties : elements(pom(from), "properties")) {
        String value = child(properties, property);
        if (!value.isEmpty()) {
          return value;
        }
      }
    }
    return "";
  }

  private static String name(Element element) {
    return child(element, "artifactId");
  }

  private static List<Element> elements(Document pom, String tag) {
    return list(pom.getElementsByTagName(tag));
  }

  private static List<Element> within(Element element, String tag) {
    return list(element.getElementsByTagName(tag));
  }

  private static String child(Element element, String tag) {
    return list(element.getChildNodes()).stream()
        .filter(node -> node.getTagName().equals(tag))
        .map(Poms::text)
        .findFirst()
        .orElse("");
  }

  private static String text(Node node) {
    return node.getTextContent().strip();
  }

  private static List<Element> list(NodeList nodes) {
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      if (nodes.item(i) instanceof Element element) {
        elements.add(element);
      }
    }
    return elements;
  }
}
