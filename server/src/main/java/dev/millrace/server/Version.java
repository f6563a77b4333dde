package dev.millrace.server;

/** The version of this build. */
public final class Version {
  private Version() {}

  /** As {@code 0.1.0}; {@code development} when it runs from a class folder. */
  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
