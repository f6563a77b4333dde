package dev.millrace.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The key that this server signs tokens with: made once, kept beside the database. */
final class SigningKey {
  static final String FILE = "token.key";
  private static final int BYTES = 32;

  private SigningKey() {}

  /**
   * The key of a data directory, as 64 hexadecimal digits.
   *
   * @throws ServerException when it cannot be read or made
   */
  static String in(Path dataDir) {
    Path file = dataDir.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        make(file);
      }
      String key = Files.readString(file).strip();
      if (key.length() < 2 * BYTES) {
        throw new ServerException(
            "expected a key of %d hexadecimal digits in %s, found %d; remove the file to have one"
                    .formatted(2 * BYTES, file, key.length())
                + " made, after which everybody signs in anew");
      }
      return key;
    } catch (IOException e) {
      throw new ServerException("cannot read or make " + file + ": " + e.getMessage(), e);
    }
  }

  private static void make(Path file) throws IOException {
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    Path fresh = file.resolveSibling(FILE + ".new");
    Files.deleteIfExists(fresh);
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (posix) {
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(fresh, HexFormat.of().formatHex(key));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
