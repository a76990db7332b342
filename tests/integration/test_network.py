# SPDX-License-Identifier: BSD-3-Clause
"""Servers and networks that go away, lose packets, move, and come back."""

import time

from conftest import SERVER_IPV6
from wait import until

PROBLEM = r"provider [^\n]*(trying again|unreachable|no answer|timed out)"


def resolv_conf(lab, *servers):
    path = lab.directory / "resolv.conf"
    path.write_text("".join(f"nameserver {server}\n" for server in servers) + "options timeout:1 attempts:2\n")
    return path


def test_server_that_is_down_at_start(lab):
    server = lab.make_server("named")
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    daemon.wait_for_log(PROBLEM)
    server.start()
    server.wait_for({"198.51.100.7"}, timeout=20)


def test_server_down_then_up(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    server.stop()
    lab.host.add_address("eth0", "198.51.100.8/24")
    daemon.wait_for_log(PROBLEM)
    lab.host.remove_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "198.51.100.9/24")
    server.start()
    server.wait_for({"198.51.100.8", "198.51.100.9"}, timeout=30)
    assert daemon.running


QUIET_SECONDS = 4.5  # only a back-off of 8 s (or 6, with its spread) is quiet for so long
AT_ONCE_SECONDS = 1.2


def count_tries(lab):
    return int(lab.host.run("nft", "list", "counter", "inet", "tries", "tries").split("packets ")[1].split()[0])


def wait_until_it_backs_off(lab):
    """Until the daemon has sent nothing for so long that its own next try is still some time away."""
    lab.host.nft("""
        table inet tries {
            counter tries { }
            chain out { type filter hook output priority 0; udp dport 53 counter name tries; }
        }""")
    last = [None, 0.0]

    def quiet():
        count = count_tries(lab)
        if count != last[0]:
            last[:] = count, time.monotonic()
        return count > 0 and time.monotonic() - last[1] > QUIET_SECONDS

    until(quiet, f"{QUIET_SECONDS} s without a try", timeout=60)


def test_link_that_returns_is_tried_at_once(lab, server):
    """Nobody waits out a back-off with a working network."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(provider={"timeout": 0.5}))
    server.wait_for({"198.51.100.7"})
    # The cable to the server is pulled at the far end: addresses and routes of the host stay.
    lab.server.ip("link", "set", "net1", "down")
    lab.host.add_address("eth0", "198.51.100.8/24")
    daemon.wait_for_log(PROBLEM)
    wait_until_it_backs_off(lab)
    begin = time.monotonic()
    lab.server.ip("link", "set", "net1", "up")
    server.wait_for({"198.51.100.7", "198.51.100.8"}, timeout=30)
    assert time.monotonic() - begin < AT_ONCE_SECONDS


def test_network_that_needs_a_moment_is_tried_again_soon(lab, named):
    """A link is up before anything gets through (spanning tree, ARP): the long back-off is over all the same."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(provider={"timeout": 0.5}))
    named.wait_for({"198.51.100.7"})
    lab.server.ip("link", "set", "net1", "down")
    lab.host.add_address("eth0", "198.51.100.8/24")
    daemon.wait_for_log(PROBLEM)
    wait_until_it_backs_off(lab)
    tries = count_tries(lab)
    lab.server.nft("""
        table inet cut {
            chain in { type filter hook input priority 0; iifname "net*" drop; }
        }""")
    lab.server.ip("link", "set", "net1", "up")
    until(lambda: count_tries(lab) > tries, "the first try")
    lab.server.nft("delete table inet cut")
    # The next step of its back-off would have been 12 to 16 s.
    named.wait_for({"198.51.100.7", "198.51.100.8"}, timeout=5)


def test_route_that_returns_is_tried_at_once(lab):
    """The default route comes from elsewhere and later than the link: it is an event of its own."""
    lab.server.add_address("lo", "192.0.2.53/32")
    server = lab.start_server("named", address="192.0.2.53")
    lab.server.nft("""
        table inet cut {
            chain in { type filter hook input priority 0; iifname "net*" drop; }
        }""")
    lab.host.ip("route", "add", "default", "via", "10.53.1.1")
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(provider={"server": "192.0.2.53", "timeout": 0.5}))
    daemon.wait_for_log(PROBLEM)
    wait_until_it_backs_off(lab)
    lab.host.ip("route", "del", "default")
    lab.server.nft("delete table inet cut")
    begin = time.monotonic()
    lab.host.ip("route", "add", "default", "via", "10.53.1.1")
    server.wait_for({"198.51.100.7"}, timeout=30)
    assert time.monotonic() - begin < AT_ONCE_SECONDS


def test_thirty_percent_packet_loss(lab, server):
    lab.start_daemon()
    lab.server.nft("""
        table inet loss {
            chain in { type filter hook input priority 0; iifname "net*" numgen random mod 100 < 30 drop; }
            chain out { type filter hook output priority 0; oifname "net*" numgen random mod 100 < 30 drop; }
        }""")
    for number in range(1, 6):
        lab.host.ip_batch([f"address add 198.51.100.{number}/24 dev eth0"]
                          + ([f"address del 198.51.100.{number - 1}/24 dev eth0"] if number > 1 else []))
        server.wait_for({f"198.51.100.{number}"}, timeout=40)


def test_updates_by_tcp(lab, server):
    lab.server.nft("""
        table inet tcponly {
            chain in { type filter hook input priority 0; iifname "net*" udp dport 53 drop; }
        }""")
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(provider={"tcp": True}))
    server.wait_for({"198.51.100.7"})


def test_server_by_ipv6(lab):
    server = lab.start_server("named", address=SERVER_IPV6)
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(provider={"server": SERVER_IPV6}))
    server.wait_for({"198.51.100.7"})


def test_zone_and_server_are_found(lab):
    """Neither is configured: the SOA names the zone and its primary, the resolver its address."""
    server = lab.start_server("named", recursion=True)
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(provider={"zone": None, "server": None}),
                     resolv_conf=resolv_conf(lab, server.address))
    server.wait_for({"198.51.100.7"})


def test_server_found_by_name_in_hosts(lab, server):
    hosts = lab.directory / "hosts"
    hosts.write_text("127.0.0.1 localhost\n10.53.0.1 primary.example.net primary\n")
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(provider={"server": "primary.example.net"}), hosts=hosts,
                     resolv_conf=resolv_conf(lab, "10.53.0.99"))
    server.wait_for({"198.51.100.7"})


def test_server_whose_address_changes(lab):
    resolver = lab.start_server("named", recursion=True,
                                more_zones={"example.net": "primary 1 A 10.53.0.11\n"})
    for number in (11, 12):
        lab.server.add_address("lo", f"10.53.0.{number}/32")
    first = lab.start_server("named", address="10.53.0.11")
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(provider={"server": "primary.example.net"}),
                     resolv_conf=resolv_conf(lab, resolver.address))
    first.wait_for({"198.51.100.7"})
    first.stop()
    second = lab.start_server("named", address="10.53.0.12")
    resolver.update(lambda update: update.replace("primary", 1, "A", "10.53.0.12"), "example.net")
    lab.host.add_address("eth0", "198.51.100.8/24")
    second.wait_for({"198.51.100.7", "198.51.100.8"}, timeout=30)


def test_every_address_of_the_server_is_tried(lab, named):
    """The first ones are dead."""
    hosts = lab.directory / "hosts"
    hosts.write_text("10.53.0.66 primary.example.net\n10.53.0.67 primary.example.net\n10.53.0.1 primary.example.net\n")
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(provider={"server": "primary.example.net", "timeout": 1}), hosts=hosts)
    named.wait_for({"198.51.100.7"}, timeout=20)


def test_resolver_that_comes_late(lab):
    """At boot, names cannot be resolved yet: that is a state, not a failure."""
    server = lab.make_server("named", recursion=True)
    lab.host.add_address("eth0", "198.51.100.7/24")
    path = resolv_conf(lab)
    daemon = lab.start_daemon(lab.configuration(provider={"zone": None, "server": None}), resolv_conf=path)
    daemon.wait_for_log("provider")
    server.start()
    with path.open("a") as file:  # in place: the daemon sees it through a bind mount
        file.write(f"nameserver {server.address}\n")
    server.wait_for({"198.51.100.7"}, timeout=30)
