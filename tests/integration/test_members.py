# SPDX-License-Identifier: BSD-3-Clause
"""The test bed of the pools itself: members that were not dead, and rivals that saw nothing, would prove nothing."""

import socket
import subprocess

import pytest

from members import address, addresses, site
from rivals import start_rivals
from servers import NAME, connect, skip_without
from wait import until, until_equal

MEMBER = address(1)


def pings(host, target):
    skip_without("ping")
    with host.entered():
        done = subprocess.run(["ping", "-c", "1", "-W", "1", target], capture_output=True, text=True)
    return "unreachable" if "unreachable" in done.stdout.lower() else done.returncode == 0


def ask(host, target, timeout=1):
    """What an HTTP server says, as text."""
    with connect(host, target, 80, socket.SOCK_STREAM, timeout) as sock:
        sock.settimeout(timeout)
        sock.sendall(b"GET /path HTTP/1.1\r\nHost: x\r\n\r\n")
        with sock.makefile() as answer:
            return answer.read()


@pytest.mark.parametrize("member", [address(1), address(1, ipv6=True)])
def test_way_to_a_member_fails_as_told(lab, site, member):
    site.add(member)
    until(lambda: pings(lab.host, member) is True, "an answer")
    before = site.pings(member)
    site.drop(member)
    assert pings(lab.host, member) is False
    site.heal(member)
    site.make_unreachable(member)
    assert pings(lab.host, member) == "unreachable"
    assert site.pings(member) == before + 2, "counted where they would be lost"
    site.heal(member)
    site.unplug(lab.host)
    assert "NO-CARRIER" in lab.host.ip("link", "show", "up0")
    site.plug_in(lab.host)
    until(lambda: pings(lab.host, member) is True, "an answer")
    site.cut_upstream(lab.host)
    assert pings(lab.host, member) is False
    assert "LOWER_UP" in lab.host.ip("link", "show", "up0")
    site.restore_upstream(lab.host)
    until(lambda: pings(lab.host, member) is True, "an answer")


def test_hosts_are_parted_and_reach_the_rest(lab, site):
    site.add(MEMBER)
    other = site.add_host()
    site.part(lab.host, other)
    assert pings(other, "10.53.1.2") is False
    assert pings(other, MEMBER) is True and pings(lab.host, MEMBER) is True
    site.reunite(lab.host, other)
    assert pings(other, "10.53.1.2") is True


def test_service_behaves_as_told(lab, site):
    service = site.serve(*addresses(2))
    assert "200 OK" in ask(lab.host, MEMBER)
    service.behave("error", MEMBER)
    assert "500" in ask(lab.host, MEMBER) and "200 OK" in ask(lab.host, address(2))
    service.behave("mute")
    with pytest.raises(TimeoutError):
        ask(lab.host, MEMBER)
    assert service.requests(MEMBER) == 3 and "GET /path" in service.heard(MEMBER)
    service.kill()
    with pytest.raises(ConnectionRefusedError):
        ask(lab.host, MEMBER)
    service.start()
    assert "200 OK" in ask(lab.host, MEMBER)


def test_dns_may_be_elsewhere(lab, site, named):
    site.add(MEMBER)
    site.give_dns_a_cable(lab.host)
    site.cut_upstream(lab.host)
    assert pings(lab.host, named.address) is True and pings(lab.host, MEMBER) is False


def test_history_of_a_name_is_whole(named):
    named.add("192.0.2.1")
    named.add("192.0.2.2")
    named.update(lambda message: message.replace(NAME + ".", 60, "A", "192.0.2.3"))
    named.add("192.0.2.9", "other.example.com")
    named.delete(NAME)
    changes = named.changes(NAME)
    assert [change.after for change in changes] == [{"192.0.2.1"}, {"192.0.2.1", "192.0.2.2"}, {"192.0.2.3"}, set()]
    assert changes[2].removed == {"192.0.2.1", "192.0.2.2"} and changes[2].added == {"192.0.2.3"}
    assert {change.source for change in changes} == {named.address}


def test_rivals_see_one_that_dies(lab, site):
    members = addresses(3)
    site.serve(*members)
    rivals = start_rivals(lab, lab.host, members)
    site.drop(MEMBER)
    for rival in rivals:
        until_equal(lambda: rival.up, set(members[1:]), f"what {rival.name} holds for alive")
    site.heal(MEMBER)
    for rival in rivals:
        until_equal(lambda: rival.up, set(members), f"what {rival.name} holds for alive")
