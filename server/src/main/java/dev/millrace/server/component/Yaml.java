package dev.millrace.server.component;

import dev.millrace.server.config.ConfigurationException;
import dev.millrace.server.config.Nearest;
import dev.millrace.server.config.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A value in a YAML file that knows where it stands; what it is asked for and is not, it says. */
record Yaml(Node node, Place place) {
  private static final long MAX_FILE_BYTES = 1 << 20;
  private static final Set<Tag> PLAIN = Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL);

  /**
   * The documents of a file; empty ones are left out.
   *
   * @throws ConfigurationException for a file that cannot be read or is no YAML
   */
  static List<Yaml> read(Path file) {
    Place place = new Place(file, 0, "");
    LoadSettings settings =
        LoadSettings.builder().setLabel(file.toString()).setAllowDuplicateKeys(false).build();
    List<Yaml> documents = new ArrayList<>();
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw place.problem("expected at most %d bytes, found more".formatted(MAX_FILE_BYTES));
      }
      for (Node node : new Compose(settings).composeAllFromString(Files.readString(file))) {
        if (!node.getTag().equals(Tag.NULL)) {
          documents.add(new Yaml(node, place.at(line(node), "")));
        }
      }
    } catch (IOException e) {
      throw new ConfigurationException(
          "%s: expected a readable file of UTF-8 text, found %s".formatted(place, Problems.of(e)),
          e);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      throw new ConfigurationException(
          place.at(line, "") + ": expected YAML, found: " + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new ConfigurationException(place + ": expected YAML, found: " + e.getMessage(), e);
    }
    return documents;
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  ConfigurationException expected(String what) {
    return place.problem("expected %s, found %s".formatted(what, shown()));
  }

  private String shown() {
    return switch (node) {
      case MappingNode map -> "an object";
      case SequenceNode list -> "a list";
      case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "nothing";
      case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
      default -> "something else";
    };
  }

  /** The members of an object that may only have some names. */
  Map<String, Yaml> members(List<String> known) {
    if (!(node instanceof MappingNode map)) {
      throw expected("an object with " + String.join(", ", known));
    }
    Map<String, Yaml> members = new LinkedHashMap<>();
    for (NodeTuple tuple : map.getValue()) {
      Yaml key = new Yaml(tuple.getKeyNode(), place.at(line(tuple.getKeyNode()), place.key()));
      if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
        throw key.expected("a name");
      }
      Place where = place.member(line(name), name.getValue());
      if (!known.contains(name.getValue())) {
        throw where.problem("unknown key" + Nearest.hint(name.getValue(), known));
      }
      if (members.put(name.getValue(), new Yaml(tuple.getValueNode(), where)) != null) {
        throw where.problem("expected each key once, found it again");
      }
    }
    return members;
  }

  /** The items of a list, which are counted from 0. */
  List<Yaml> items() {
    if (!(node instanceof SequenceNode list)) {
      throw expected("a list");
    }
    List<Yaml> items = new ArrayList<>();
    for (Node item : list.getValue()) {
      items.add(new Yaml(item, place.at(line(item), place.key() + "[" + items.size() + "]")));
    }
    return items;
  }

  /** Text that is not blank. */
  String text() {
    if (node instanceof ScalarNode scalar
        && scalar.getTag().equals(Tag.STR)
        && !scalar.getValue().isBlank()) {
      return scalar.getValue();
    }
    throw expected("text");
  }

  /** A text, number or truth value, as it is written. */
  String plain() {
    if (node instanceof ScalarNode scalar && PLAIN.contains(scalar.getTag())) {
      return scalar.getValue();
    }
    throw expected("a text, a number, true or false");
  }
}
