# SPDX-License-Identifier: BSD-3-Clause
"""Only what is ours: others who write to the same names."""

import signal

import pytest

from servers import NAME, Watcher
from wait import until_equal

OTHERS = "203.0.113.99"


def test_exclusive_record_replaces_what_was_there(lab, server):
    server.add(OTHERS)
    server.add("a text", rrtype="TXT")
    server.add("2001:db8:99::1", rrtype="AAAA")
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(ipv6=False))
    server.wait_for({"198.51.100.7"})
    # Neither other types nor a family that is not kept.
    assert server.values(NAME, "TXT") == {'"a" "text"'} or server.values(NAME, "TXT") == {'"a text"'}
    assert server.values(NAME, "AAAA") == {"2001:db8:99::1"}


def test_shared_record_keeps_what_was_there(lab, server):
    server.add(OTHERS)
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(ownership="shared"))
    server.wait_for({OTHERS, "198.51.100.7"})
    lab.host.add_address("eth0", "198.51.100.8/24")
    lab.host.remove_address("eth0", "198.51.100.7/24")
    server.wait_for({OTHERS, "198.51.100.8"})
    lab.host.remove_address("eth0", "198.51.100.8/24")
    server.wait_for({OTHERS})


@pytest.mark.parametrize("ownership", ["exclusive", "shared"])
def test_edit_between_read_and_write(lab, server, ownership):
    """The write expects what was read; somebody was faster."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(ownership=ownership))
    server.wait_for({"198.51.100.7"})
    daemon.signal(signal.SIGSTOP)
    server.add(OTHERS)
    lab.host.add_address("eth0", "198.51.100.8/24")
    daemon.signal(signal.SIGCONT)
    ours = {"198.51.100.7", "198.51.100.8"}
    server.wait_for(ours if ownership == "exclusive" else ours | {OTHERS})
    daemon.wait_for_log("not what we expected")


@pytest.mark.parametrize("ownership", ["exclusive", "shared"])
def test_removal_by_somebody_else_is_repaired_with_the_next_change(lab, server, ownership):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(ownership=ownership))
    server.wait_for({"198.51.100.7"})
    daemon.signal(signal.SIGSTOP)
    server.delete(NAME)
    lab.host.add_address("eth0", "198.51.100.8/24")
    daemon.signal(signal.SIGCONT)
    server.wait_for({"198.51.100.7", "198.51.100.8"})


def test_two_hosts_share_one_name(lab, server):
    other_host = lab.add_host()
    lab.host.add_address("eth0", "198.51.100.7/24")
    other_host.add_address("eth0", "198.51.100.77/24")
    configuration = lab.configuration(ownership="shared")
    one = lab.make_daemon(configuration)
    two = lab.make_daemon(configuration, host=other_host)
    one.start(wait=False)
    two.start(wait=False)
    server.wait_for({"198.51.100.7", "198.51.100.77"})
    with Watcher(server) as watcher:
        # Both change at the same time, again and again: each write can find the other's.
        for number in range(1, 6):
            for host, base in ((lab.host, 10), (other_host, 100)):
                host.add_address("eth0", f"198.51.100.{base + number}/24")
                if number > 1:
                    host.remove_address("eth0", f"198.51.100.{base + number - 1}/24")
        server.wait_for({"198.51.100.7", "198.51.100.15", "198.51.100.77", "198.51.100.105"})
    assert set() not in watcher.answers
    # One leaves: the other one stays.
    lab.host.ip("address", "flush", "dev", "eth0", "scope", "global")
    server.wait_for({"198.51.100.77", "198.51.100.105"})
    assert two.running


def test_withdraw_on_stop_in_shared_mode_takes_only_ours(lab, server):
    server.add(OTHERS)
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(ownership="shared", withdraw_on_stop=True))
    server.wait_for({OTHERS, "198.51.100.7"})
    daemon.stop()
    assert server.values(NAME, "A") == {OTHERS}


def test_withdraw_on_stop(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    daemon = lab.start_daemon(lab.configuration(withdraw_on_stop=True, withdraw_delay=600))
    server.wait_for({"198.51.100.7"})
    server.wait_for({"2001:db8:1::7"}, rrtype="AAAA")
    daemon.stop()
    assert server.values(NAME, "A") == set()
    assert server.values(NAME, "AAAA") == set()


def test_withdraw_on_stop_does_not_hang_on_a_dead_server(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(withdraw_on_stop=True))
    named.wait_for({"198.51.100.7"})
    named.stop()
    daemon.stop(timeout=15)


def test_stop_leaves_what_is_published(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    daemon.stop()
    assert server.values(NAME, "A") == {"198.51.100.7"}


@pytest.mark.parametrize("ownership,left", [("exclusive", set()), ("shared", {OTHERS})])
def test_verify_repairs_drift(lab, named, ownership, left):
    """Nothing changes here, but somebody else changes DNS: the next look finds it."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(ownership=ownership, provider={"verify": 10}))
    named.wait_for({"198.51.100.7"})
    named.delete(NAME)
    named.add(OTHERS)
    named.wait_for({"198.51.100.7"} | left, timeout=20)


def test_verify_that_finds_nothing_writes_nothing(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(provider={"verify": 10}))
    named.wait_for({"198.51.100.7"})
    updates, queries = named.updates, lab_queries(lab)
    until_equal(lambda: lab_queries(lab) > queries, True, "a look of verify", timeout=20)
    named.ask(NAME, "A")
    assert named.updates == updates


def lab_queries(lab):
    """Datagrams for port 53 that came over the wire."""
    if "signpost_wire" not in lab.server.run("nft", "list", "tables"):
        lab.server.nft("""
            table inet signpost_wire {
                counter datagrams { }
                chain in { type filter hook input priority -10; iifname "net*" udp dport 53 counter name datagrams; }
            }""")
    return int(lab.server.run("nft", "list", "counter", "inet", "signpost_wire", "datagrams").split("packets ")[1].split()[0])


def test_restart_with_nothing_changed_writes_nothing(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    named.wait_for({"198.51.100.7"})
    daemon.stop()
    updates, serial = named.updates, named.serial()
    daemon.start()
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    named.wait_for({"2001:db8:1::7"}, rrtype="AAAA")
    assert named.updates == updates + 1
    assert named.serial() == serial + 1


def test_cname_at_the_name_is_said_and_left(lab, server):
    server.add("elsewhere.example.net.", rrtype="CNAME")
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    daemon.wait_for_log("CNAME")
    assert server.rrset(NAME, "CNAME") is not None


def test_only_the_ttl_differs(lab, server):
    """The values are right already; the TTL is not what is configured."""
    server.add("198.51.100.7", ttl=7)
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    until_equal(lambda: server.rrset(NAME, "A").ttl, 60, "the TTL")


@pytest.mark.parametrize("ownership", ["exclusive", "shared"])
def test_wildcard_is_not_taken_for_the_name(lab, server, ownership):
    """A wildcard answers for the name (RFC 4592): that is not an RRset of the name."""
    server.add("203.0.113.1", name="*.example.com")
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(ownership=ownership))
    server.wait_for({"198.51.100.7"})
    serial = server.serial()
    lab.host.remove_address("eth0", "198.51.100.7/24")
    server.wait_for({"203.0.113.1"})
    assert server.values("another.example.com", "A") == {"203.0.113.1"}
    lab.host.add_address("eth0", "198.51.100.8/24")
    server.wait_for({"198.51.100.8"})
    assert server.serial() == serial + 2


def test_name_that_the_policy_forbids_holds_up_nobody_else(lab):
    """Two records go in one message; the server refuses one of them."""
    server = lab.start_server("named", policy=f'grant "{lab.key.name}" name good.example.com. A AAAA;')
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration({"bad.example.com": {}, "good.example.com": {}}))
    server.wait_for({"198.51.100.7"}, "good.example.com")
    daemon.wait_for_log("bad.example.com A: parked[^\n]*REFUSED")
    lab.host.add_address("eth0", "198.51.100.8/24")
    server.wait_for({"198.51.100.7", "198.51.100.8"}, "good.example.com")
    assert server.values("bad.example.com", "A") == set()


@pytest.mark.parametrize("ownership", ["exclusive", "shared"])
def test_late_updates_of_a_server_that_hung_do_no_harm(lab, named, ownership):
    """After a time-out nobody knows: what was sent is executed when the server wakes up, after newer decisions."""
    left = {OTHERS} if ownership == "shared" else set()
    for value in left:
        named.add(value)
    lab.host.add_address("eth0", "198.51.100.1/24")
    daemon = lab.start_daemon(lab.configuration(ownership=ownership, provider={"timeout": 0.5}))
    named.wait_for({"198.51.100.1"} | left)
    named.process.signal(signal.SIGSTOP)
    for number in range(2, 5):
        position = daemon.log_position()
        lab.host.add_address("eth0", f"198.51.100.{number}/24")
        lab.host.remove_address("eth0", f"198.51.100.{number - 1}/24")
        daemon.wait_for_log(f"198.51.100.{number} on eth0 is taken", position)
    daemon.wait_for_log("does not answer")
    named.process.signal(signal.SIGCONT)
    named.wait_for({"198.51.100.4"} | left)
    lab.host.add_address("eth0", "198.51.100.9/24")
    named.wait_for({"198.51.100.4", "198.51.100.9"} | left)
