package dev.millrace.store.sqlite;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import java.util.List;

/** The address of this machine in its network. Asks no name server. */
final class HostAddress {
  private static final String LOOPBACK = "127.0.0.1";

  private HostAddress() {}

  /**
   * The first IPv4 address that others can reach, as {@code 10.0.0.7}; that of the machine for
   * itself where there is none. At most 15 characters.
   */
  static String own() {
    try {
      List<NetworkInterface> interfaces =
          NetworkInterface.networkInterfaces()
              .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
              .toList();
      for (NetworkInterface one : interfaces) {
        for (InetAddress address : one.inetAddresses().toList()) {
          if (address instanceof Inet4Address
              && !address.isLoopbackAddress()
              && !address.isLinkLocalAddress()) {
            return address.getHostAddress();
          }
        }
      }
      return LOOPBACK;
    } catch (SocketException e) {
      return LOOPBACK;
    }
  }
}
