package dev.millrace.expression;

/** Wildcard patterns of the path language: {@code *} any text, {@code ?} one character. */
final class Glob {

  private Glob() {}

  /** Whether a key part holds a wildcard that isn't escaped. */
  static boolean isPattern(String part) {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '*' || c == '?') {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the text matches the whole pattern; a backslash takes the next character literally. The
   * time is at most the product of the lengths: only the last star is ever tried again.
   */
  static boolean matches(String pattern, String text) {
    int p = 0;
    int t = 0;
    int starPattern = -1;
    int starText = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        starPattern = ++p;
        starText = t;
        continue;
      }
      int width = widthOfMatch(pattern, p, text.charAt(t));
      if (width > 0) {
        p += width;
        t++;
      } else if (starPattern >= 0) {
        p = starPattern;
        t = ++starText;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  /** How many pattern characters match this one character of text; 0 when they don't. */
  private static int widthOfMatch(String pattern, int p, char c) {
    if (p >= pattern.length()) {
      return 0;
    }
    char wanted = pattern.charAt(p);
    if (wanted == '?') {
      return 1;
    }
    if (wanted == '\\' && p + 1 < pattern.length()) {
      return pattern.charAt(p + 1) == c ? 2 : 0;
    }
    return wanted == c ? 1 : 0;
  }
}
