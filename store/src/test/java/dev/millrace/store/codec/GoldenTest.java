package dev.millrace.store.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.Wait;
import dev.millrace.engine.code.CodeEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The stored form of each kind of event, frozen. A file here is never changed after a release: a
 * change of form gets a new folder and a reader for the old one.
 */
class GoldenTest {

  /** One file per event kind, and one per kind of wait and of code event, which only they carry. */
  static Stream<String> names() {
    List<String> names = new ArrayList<>();
    for (Class<?> kind : HistoryEvent.class.getPermittedSubclasses()) {
      names.add(TypeNames.of(kind.asSubclass(HistoryEvent.class)));
    }
    for (Class<?> kind : Wait.class.getPermittedSubclasses()) {
      names.add("entered." + TypeNames.WAITS.get(kind.asSubclass(Wait.class)));
    }
    for (Class<?> kind : CodeEvent.class.getPermittedSubclasses()) {
      names.add("arrived." + TypeNames.CODE_EVENTS.get(kind.asSubclass(CodeEvent.class)));
    }
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldReadAndWriteTheGoldenForm(String name) throws IOException {
    String golden = golden(name);
    HistoryEvent event = Codec.decodeHistory(golden).getFirst();
    assertThat(TypeNames.of(event.getClass())).isEqualTo(name.split("\\.", -1)[0]);
    if (event instanceof HistoryEvent.NodeEntered entered && name.contains(".")) {
      assertThat(name).endsWith("." + TypeNames.WAITS.get(entered.waitsFor().getClass()));
    }
    if (event instanceof HistoryEvent.CodeArrived arrived && name.contains(".")) {
      assertThat(name).endsWith("." + TypeNames.CODE_EVENTS.get(arrived.event().getClass()));
    }
    assertThat(Codec.decodeJson(Codec.encodeHistory(List.of(event))))
        .as("written form of %s", name)
        .isEqualTo(Codec.decodeJson(golden));
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldShowEveryMemberInItsGoldenForm(String name) throws IOException {
    HistoryEvent event = Codec.decodeHistory(golden(name)).getFirst();
    Map<String, Object> members = new LinkedHashMap<>();
    for (var component : event.getClass().getRecordComponents()) {
      try {
        var accessor = component.getAccessor();
        accessor.setAccessible(true);
        members.put(component.getName(), accessor.invoke(event));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("cannot read " + component, e);
      }
    }
    assertThat(members).as("members of %s", name).doesNotContainValue(null);
  }

  @Test
  void shouldHoldNoGoldenOfAnUnknownKind() throws IOException {
    try (InputStream listing = GoldenTest.class.getResourceAsStream("/golden/v1")) {
      assertThat(listing).isNotNull();
      String files = new String(listing.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(new TreeSet<>(files.lines().toList()))
          .isEqualTo(new TreeSet<>(names().map(name -> name + ".json").toList()));
    }
  }

  private static String golden(String name) throws IOException {
    String path = "/golden/v1/" + name + ".json";
    try (InputStream file = GoldenTest.class.getResourceAsStream(path)) {
      assertThat(file).as("golden file %s, needed for every kind of event", path).isNotNull();
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
