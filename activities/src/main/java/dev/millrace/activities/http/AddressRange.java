package dev.millrace.activities.http;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A block of IP addresses.
 *
 * @param network any address of the block
 * @param prefixLength how many leading bits all its addresses share
 */
record AddressRange(InetAddress network, int prefixLength) {

  private static final Pattern DOTTED = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  AddressRange {
    int longest = network.getAddress().length * Byte.SIZE;
    if (prefixLength < 0 || prefixLength > longest) {
      throw new IllegalArgumentException(
          "the prefix length must be from 0 to " + longest + ", found " + prefixLength);
    }
  }

  /**
   * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or one address.
   *
   * @throws IllegalArgumentException when it is none of these; no name is ever looked up
   */
  static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    // The platform would also read 10.1 as 10.0.0.1, which here is more likely a slip.
    if (address.indexOf(':') < 0 && !DOTTED.matcher(address).matches()) {
      throw new IllegalArgumentException("\"" + address + "\" is no IP address");
    }
    InetAddress network = InetAddress.ofLiteral(address);
    int bits = network.getAddress().length * Byte.SIZE;
    return new AddressRange(
        network, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
  }

  boolean contains(InetAddress address) {
    byte[] expected = network.getAddress();
    byte[] found = address.getAddress();
    if (expected.length != found.length) {
      return false;
    }
    int whole = prefixLength / Byte.SIZE;
    for (int i = 0; i < whole; i++) {
      if (expected[i] != found[i]) {
        return false;
      }
    }
    int rest = prefixLength % Byte.SIZE;
    int shift = Byte.SIZE - rest;
    return rest == 0 || (expected[whole] & 0xff) >> shift == (found[whole] & 0xff) >> shift;
  }
}
