package dev.millrace.store.codec;

import dev.millrace.engine.HistoryEvent;
import dev.millrace.engine.Wait;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@SuppressWarnings("all")
class GoldenWriterTest {
  long clock = 1700063265000L;
  Class<?> wait = Wait.ForActivity.class;
  int n = 0;

  @Test
  void write() throws Exception {
    Path dir = Path.of("src/test/resources/golden/v1");
    for (Class<?> kind : HistoryEvent.class.getPermittedSubclasses()) {
      n = 0;
      clock = 1700063265000L;
      wait = Wait.ForActivity.class;
      put(dir, TypeNames.EVENTS.get(kind), (HistoryEvent) rec(kind, 0));
    }
    for (Class<?> w : Wait.class.getPermittedSubclasses()) {
      n = 0;
      clock = 1700063265000L;
      wait = w;
      put(
          dir,
          "entered." + TypeNames.WAITS.get(w),
          (HistoryEvent) rec(HistoryEvent.NodeEntered.class, 0));
    }
  }

  void put(Path dir, String name, HistoryEvent e) throws Exception {
    Object tree = Codec.decodeJson(Codec.encodeHistory(List.of(e)));
    Files.writeString(
        dir.resolve(name + ".json"),
        tools.jackson.databind.json.JsonMapper.builder()
                .enable(tools.jackson.databind.SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(tree)
            + "\n");
  }

  Object rec(Class<?> t, int d) throws Exception {
    RecordComponent[] c = t.getRecordComponents();
    Class<?>[] ts = new Class<?>[c.length];
    Object[] vs = new Object[c.length];
    for (int i = 0; i < c.length; i++) {
      ts[i] = c[i].getType();
      vs[i] = val(c[i].getName(), c[i].getGenericType(), d);
    }
    var k = t.getDeclaredConstructor(ts);
    k.setAccessible(true);
    return k.newInstance(vs);
  }

  Object val(String name, Type t, int d) throws Exception {
    if (t instanceof ParameterizedType p) {
      if (p.getRawType() == List.class) {
        return List.of(val(name, p.getActualTypeArguments()[0], d + 1));
      }
      Map<Object, Object> m = new LinkedHashMap<>();
      m.put(
          val("key", p.getActualTypeArguments()[0], d + 1),
          val(name, p.getActualTypeArguments()[1], d + 1));
      if (p.getActualTypeArguments()[1] == Object.class) m.put("nothing", null);
      return m;
    }
    Class<?> r = (Class<?>) t;
    if (r == String.class)
      return name.equals("uid")
          ? "1541815603606036480"
          : name.equals("namespace") ? "default" : name;
    if (r == int.class || r == Integer.class) return ++n;
    if (r == long.class || r == Long.class) return 1000L + ++n;
    if (r == boolean.class) return true;
    if (r == Instant.class) {
      clock += 1;
      return Instant.ofEpochMilli(clock);
    }
    if (r == Object.class) {
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("price", new BigDecimal("1.10"));
      m.put("note", null);
      m.put("list", List.of("你好", 1L, true));
      return m;
    }
    if (r.isEnum()) return r.getEnumConstants()[r.getEnumConstants().length - 1];
    if (r == Wait.class) return rec(d > 0 ? Wait.ForActivity.class : wait, d + 1);
    return rec(r, d + 1);
  }
}
