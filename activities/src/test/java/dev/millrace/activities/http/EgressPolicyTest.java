package dev.millrace.activities.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1.2.3",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "localhost",
        "0x7f.1",
        "0x7f000001",
        "127.1",
        "2130706433"
      })
  void shouldRefuseWhatIsNotPublic(String host) {
    assertThatThrownBy(() -> EgressPolicy.publicOnly().addresses(host, 80))
        .isInstanceOf(UnknownHostException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "2606:4700::1111"})
  void shouldAllowPublicAddresses(String host) throws Exception {
    assertThat(EgressPolicy.publicOnly().addresses(host, 443))
        .containsExactly(InetAddress.ofLiteral(host));
  }

  @Test
  void shouldRefuseANameWhenOneOfItsAddressesIsPrivate() {
    EgressPolicy policy =
        EgressPolicy.publicOnly()
            .withResolver(_ ->
                new InetAddress[] {
                  InetAddress.ofLiteral("8.8.8.8"), InetAddress.ofLiteral("10.0.0.1")
                });
    assertThatThrownBy(() -> policy.addresses("mixed.example", 443))
        .isInstanceOf(EgressRefusedException.class)
        .hasMessageContaining("mixed.example (10.0.0.1) port 443");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.9.9.9, 80, true",
    "10.0.0.0/8, 11.0.0.1, 80, true",
    "10.0.0.0/9, 10.128.0.1, 80, false",
    "10.1.2.3:8080, 10.1.2.3, 8080, true",
    "10.1.2.3:8080, 10.1.2.3, 8081, false",
    "10.0.0.0/8:443, 10.0.0.1, 443, true",
    "10.0.0.0/8:443, 10.0.0.1, 80, false",
    "fd00::/8, fd12::1, 80, true",
    "[fd00::/8]:443, fd12::1, 80, false",
    "[fd00::1]:443, fd00::1, 443, true",
    "Billing.internal:8443, billing.INTERNAL., 8443, true",
    "billing.internal:8443, billing.internal, 80, false",
    "billing.internal, other.internal, 80, false",
    "0.0.0.0/0, 127.0.0.1, 80, true"
  })
  void shouldApplyAllowListEntries(String entry, String host, int port, boolean allowed)
      throws Exception {
    EgressPolicy policy =
        EgressPolicy.allowing(List.of(entry))
            .withResolver(name ->
                new InetAddress[] {
                  name.toLowerCase(java.util.Locale.ROOT).contains("internal")
                      ? InetAddress.ofLiteral("10.7.7.7")
                      : InetAddress.ofLiteral(name)
                });
    if (allowed) {
      assertThat(policy.addresses(host, port)).hasSize(1);
    } else {
      assertThatThrownBy(() -> policy.addresses(host, port))
          .isInstanceOf(EgressRefusedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0/33",
        "10.0.0.0/x",
        "10.0.0.0/-1",
        "fd00::/129",
        "10.0.0",
        "host:0",
        "host:70000",
        "host:http",
        "http://host",
        "*.internal",
        "a b",
        "[fd00::1",
        "10.0.0.1:80:90"
      })
  void shouldExplainBrokenEntries(String entry) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EgressPolicy.allowing(List.of(entry)))
        .withMessageContaining("expected CIDR_OR_HOST[:PORT]")
        .withMessageContaining("\"" + entry + "\"");
  }
}
