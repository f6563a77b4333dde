package dev.millrace.systemtests;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random, truncated and hostile request bodies; the same random numbers give the same bodies. Used
 * by one thread.
 */
final class HostileBodies {

  private static final int LONG_TEXT = 64 * 1024;
  private static final int DEEP = 5_000;
  private static final List<String> SEEDS =
      List.of(
          Json.text(
              Definition.of(
                      "hostile",
                      Task.script("A", "return 1").to("B"),
                      Task.condition("B", "string", "{{A.output}}", "regex", "(a+)+$")
                          .parameter("true_branch", "C"),
                      Task.echo("C", "{{A.runtimes.0.output.list.#(age>45)#.last}}"))
                  .body()),
          "{\"operation\":\"agree\",\"comment\":\"ok\"}",
          "{\"param1\":\"hello world\",\"n\":[1,2,{\"x\":null}]}",
          "{\"nodes\":[{\"instId\":\"A\",\"template\":\"nope\"}],\"tasks\":{}}");

  private final SplittableRandom random;

  HostileBodies(SplittableRandom random) {
    this.random = random;
  }

  byte[] next() {
    return switch (random.nextInt(12)) {
      case 0 -> bytes(random.nextInt(256));
      case 1 -> truncated();
      case 2, 3, 4 -> mutated();
      case 5 -> utf8("[".repeat(random.nextInt(DEEP)));
      case 6 -> utf8("{\"a\":".repeat(random.nextInt(DEEP)) + "1" + "}".repeat(DEEP));
      case 7 -> utf8(number());
      case 8 -> utf8("{\"name\":\"a\",\"name\":\"b\",\"tasks\":[],\"tasks\":[]}");
      case 9 -> utf8("{\"name\":\"" + "x".repeat(random.nextInt(LONG_TEXT)) + "\"}");
      case 10 -> invalidUtf8();
      default -> utf8(value(0));
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] seed() {
    return utf8(SEEDS.get(random.nextInt(SEEDS.size())));
  }

  private byte[] truncated() {
    byte[] seed = seed();
    return Arrays.copyOf(seed, random.nextInt(seed.length));
  }

  private byte[] mutated() {
    byte[] body = seed();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    return body;
  }

  private String number() {
    String digits = "9".repeat(1 + random.nextInt(2_000));
    return switch (random.nextInt(4)) {
      case 0 -> "{\"timeout\":" + digits + "}";
      case 1 -> "{\"name\":\"n\",\"timeout\":1e" + digits + ",\"tasks\":[]}";
      case 2 -> "-0." + digits + "E-" + digits;
      default -> "{\"name\":\"n\",\"timeout\":1e999999999,\"tasks\":[]}";
    };
  }

  private byte[] invalidUtf8() {
    byte[] body = utf8("{\"name\":\"????\",\"tasks\":[]}");
    for (int i = 9; i < 13; i++) {
      body[i] = (byte) (0x80 + random.nextInt(0x80));
    }
    return body;
  }

  private String value(int depth) {
    int kinds = depth > 4 ? 4 : 6;
    return switch (random.nextInt(kinds)) {
      case 0 -> "null";
      case 1 -> Long.toString(random.nextLong());
      case 2 -> "\"{{" + (char) ('a' + random.nextInt(26)) + ".#(#(#\"";
      case 3 -> "true";
      case 4 -> "[" + value(depth + 1) + "," + value(depth + 1) + "]";
      default -> "{\"" + member() + "\":" + value(depth + 1) + "}";
    };
  }

  private String member() {
    List<String> members =
        List.of("name", "tasks", "nodes", "engine", "timeout", "extension", "operation", "\\u0000");
    return members.get(random.nextInt(members.size()));
  }
}
