package dev.millrace.activities.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.roastedroot.quickjs4j.core.Builtins;
import io.roastedroot.quickjs4j.core.Engine;
import io.roastedroot.quickjs4j.core.ScriptCache;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.Memory;
import run.endive.wasm.types.MemoryLimits;

/**
 * One QuickJS in one WebAssembly instance. Everything a script can change lives in the linear
 * memory of the instance, so putting back the bytes taken before the first script makes the engine
 * as new; that costs a copy of a few megabytes instead of a new instance.
 *
 * <p>One thread at a time. The engine stops soon after its thread is interrupted and must then be
 * thrown away, as after any other failure.
 */
final class ScriptEngine implements AutoCloseable {

  /** The most memory of a script, code and values together. */
  static final int MEMORY_MEBIBYTES = 32;

  private static final int MEMORY_PAGES = MEMORY_MEBIBYTES * 1024 * 1024 / Memory.PAGE_SIZE;

  /** How much of what a script prints is kept, bytes. */
  static final int CONSOLE_LIMIT = 64 * 1024;

  private static final String HOST = "millrace";

  /**
   * Makes the allocator own some free memory before the snapshot, so that ordinary scripts need not
   * grow the memory; a grown memory cannot be put back.
   */
  private static final String WARM_UP =
      "(function(){const a=[];for(let i=0;i<40;i++)a.push(new ArrayBuffer(65000))})()";

  private static final byte[] HARNESS = resource("harness.js");

  private final CappedOutput stdout = new CappedOutput();
  private final CappedOutput stderr = new CappedOutput();
  private final Engine engine;
  private final ByteArrayMemory memory;
  private final byte[] harness;
  private final byte[] snapshot;
  private String job = "";
  private @Nullable String answer;

  /** Builds and warms an engine; takes some tens of milliseconds, the first one in a JVM more. */
  ScriptEngine() {
    ByteArrayMemory[] created = new ByteArrayMemory[1];
    engine =
        Engine.builder()
            .withMemoryFactory(limits -> {
              MemoryLimits capped = new MemoryLimits(limits.initialPages(), MEMORY_PAGES);
              created[0] = new ByteArrayMemory(capped);
              return created[0];
            })
            .withCache(new NoCache())
            .withStdout(stdout)
            .withStderr(stderr)
            .addBuiltins(
                Builtins.builder(HOST)
                    .addVoidToString("job", () -> job)
                    .addStringToVoid("done", text -> answer = text)
                    .build())
            .build();
    memory = created[0];
    int compiled = engine.compileRaw(HARNESS);
    harness = engine.readCompiled(compiled);
    engine.free(compiled);
    int warmUp = engine.compileRaw(WARM_UP.getBytes(UTF_8));
    engine.exec(warmUp);
    engine.free(warmUp);
    snapshot = memory.readBytes(0, Memory.bytes(memory.pages()));
  }

  /**
   * Runs one job.
   *
   * @param text a JSON object with {@code code}, {@code globals} and {@code outputLimit}
   * @return the JSON object that the harness answered, or null when the script returned a promise
   *     that never settled
   */
  @Nullable String run(String text) {
    job = text;
    answer = null;
    engine.exec(engine.writeCompiled(harness));
    return answer;
  }

  /**
   * Puts the engine back to how it was before the first script.
   *
   * @return false when that is impossible because the memory has grown: throw the engine away
   */
  boolean reset() {
    job = "";
    answer = null;
    stdout.reset();
    stderr.reset();
    if (Memory.bytes(memory.pages()) != snapshot.length) {
      return false;
    }
    memory.write(0, snapshot, 0, snapshot.length);
    return true;
  }

  /** What QuickJS itself wrote before it trapped, for telling causes apart. */
  String diagnostics() {
    return stderr.toString(UTF_8);
  }

  @Override
  public void close() {
    engine.close();
  }

  private static byte[] resource(String name) {
    try (InputStream stream = ScriptEngine.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the jar lacks the resource " + name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps the first {@link #CONSOLE_LIMIT} bytes and drops the rest. */
  private static final class CappedOutput extends ByteArrayOutputStream {
    @Override
    public synchronized void write(int value) {
      if (count < CONSOLE_LIMIT) {
        super.write(value);
      }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      super.write(bytes, offset, Math.min(length, CONSOLE_LIMIT - count));
    }
  }

  /** Scripts are sent as input, so there is nothing to keep. */
  private static final class NoCache implements ScriptCache {
    @Override
    public boolean exists(byte[] code) {
      return false;
    }

    @Override
    public void set(byte[] code, byte[] compiled) {}

    @Override
    public byte[] get(byte[] code) {
      throw new IllegalStateException("nothing is cached");
    }
  }
}
