package dev.millrace.activities.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides where requests that users write may go. Public addresses are open; loopback, link-local,
 * private, carrier-grade NAT, unique-local, multicast, unspecified, reserved, tunnelled and
 * IPv4-mapped addresses and the cloud metadata services are refused unless an entry allows them.
 *
 * <p>The decision is about addresses, made after the name is resolved. The caller must connect to
 * one of the addresses it was given and never resolve the name again. Immutable and thread-safe.
 */
public final class EgressPolicy {

  /** Turns a name into addresses. */
  public interface Resolver {
    /** All addresses of a name or of an address literal. */
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  /** Special-purpose IPv4 blocks, and the public address of one cloud's internal service. */
  private static final List<AddressRange> REFUSED_V4 =
      ranges(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4",
          "168.63.129.16/32");

  /** Everything public in IPv6 lies here; loopback, ULA, NAT64 and the like lie outside. */
  private static final AddressRange GLOBAL_V6 = AddressRange.parse("2000::/3");

  /** Blocks of {@link #GLOBAL_V6} that tunnel to other addresses or are not routed. */
  private static final List<AddressRange> REFUSED_V6 =
      ranges("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  private static final Pattern HOST_NAME =
      Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_-]+)*\\.?");
  private static final Pattern BRACKETED = Pattern.compile("\\[([^\\]]+)\\](?::(.*))?");
  private static final int HIGHEST_PORT = 65_535;

  private final List<Entry> allowed;
  private final Resolver resolver;

  private EgressPolicy(List<Entry> allowed, Resolver resolver) {
    this.allowed = allowed;
    this.resolver = resolver;
  }

  /** Public addresses only. */
  public static EgressPolicy publicOnly() {
    return allowing(List.of());
  }

  /**
   * Public addresses and what the entries add.
   *
   * @param entries {@code CIDR_OR_HOST[:PORT]} each, as {@code 10.0.0.0/8}, {@code 10.1.2.3:8080},
   *     {@code [fd00::/8]:443}, {@code fd00::/8}, {@code billing.internal:8443}; without a port,
   *     all ports
   * @throws IllegalArgumentException for an entry that is none of these
   */
  public static EgressPolicy allowing(Collection<String> entries) {
    List<Entry> allowed = entries.stream().map(Entry::parse).toList();
    return new EgressPolicy(allowed, InetAddress::getAllByName);
  }

  /** The same rules with another way to resolve names. */
  public EgressPolicy withResolver(Resolver other) {
    return new EgressPolicy(allowed, other);
  }

  /**
   * Resolves a host and checks every address of it.
   *
   * @param host a name, an IPv4 address, or an IPv6 address with or without brackets
   * @return the addresses to connect to, at least one
   * @throws EgressRefusedException when any of the addresses is refused
   * @throws UnknownHostException when the name has no address
   */
  public List<InetAddress> addresses(String host, int port) throws UnknownHostException {
    InetAddress[] resolved;
    try {
      resolved = resolver.resolve(host);
    } catch (IllegalArgumentException e) {
      throw new EgressRefusedException("not a host name or a plain IP address: " + host);
    }
    if (resolved.length == 0) {
      throw new UnknownHostException("no address for " + host);
    }
    for (InetAddress address : resolved) {
      boolean mapped = host.indexOf(':') >= 0 && address instanceof Inet4Address;
      if ((mapped || !isPublic(address)) && !isAllowed(host, address, port)) {
        String shown = address.getHostAddress();
        String found = host.equals(shown) ? shown : host + " (" + shown + ")";
        throw new EgressRefusedException(
            "the egress policy refuses %s port %d: not a public address, and no allow-list entry"
                    .formatted(found, port)
                + " covers it");
      }
    }
    return List.of(resolved);
  }

  private boolean isAllowed(String host, InetAddress address, int port) {
    return allowed.stream().anyMatch(entry -> entry.allows(host, address, port));
  }

  private static boolean isPublic(InetAddress address) {
    if (address instanceof Inet4Address) {
      return REFUSED_V4.stream().noneMatch(range -> range.contains(address));
    }
    return GLOBAL_V6.contains(address)
        && REFUSED_V6.stream().noneMatch(range -> range.contains(address));
  }

  private static List<AddressRange> ranges(String... texts) {
    return Stream.of(texts).map(AddressRange::parse).toList();
  }

  /**
   * One allow-list entry: a block or a name, never both.
   *
   * @param port 0 for all
   */
  private record Entry(@Nullable AddressRange range, @Nullable String name, int port) {

    static Entry parse(String text) {
      String trimmed = text.strip();
      Matcher bracketed = BRACKETED.matcher(trimmed);
      String target = trimmed;
      String port = null;
      if (bracketed.matches()) {
        target = bracketed.group(1);
        port = bracketed.group(2);
      } else if (trimmed.indexOf(':') == trimmed.lastIndexOf(':') && trimmed.indexOf(':') >= 0) {
        int colon = trimmed.indexOf(':');
        target = trimmed.substring(0, colon);
        port = trimmed.substring(colon + 1);
      }
      try {
        int number = port == null ? 0 : port(port);
        boolean digitsOnly = target.matches("[0-9.]+(/.*)?");
        if (digitsOnly || target.indexOf('/') >= 0 || target.indexOf(':') >= 0) {
          return new Entry(AddressRange.parse(target), null, number);
        }
        if (!HOST_NAME.matcher(target).matches()) {
          throw new IllegalArgumentException("\"" + target + "\" is no host name");
        }
        return new Entry(null, bare(target), number);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "egress allow-list: expected CIDR_OR_HOST[:PORT] as 10.0.0.0/8 or"
                + " billing.internal:8443, found \"%s\": %s".formatted(text, e.getMessage()),
            e);
      }
    }

    boolean allows(String host, InetAddress address, int wanted) {
      if (port != 0 && port != wanted) {
        return false;
      }
      return range == null ? bare(host).equals(name) : range.contains(address);
    }

    private static int port(String text) {
      int number = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
      if (number < 1 || number > HIGHEST_PORT) {
        throw new IllegalArgumentException(
            "the port must be from 1 to " + HIGHEST_PORT + ", found \"" + text + "\"");
      }
      return number;
    }

    private static String bare(String host) {
      String lower = host.toLowerCase(Locale.ROOT);
      return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
  }
}
