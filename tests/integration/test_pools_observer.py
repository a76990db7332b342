# SPDX-License-Identifier: BSD-3-Clause
"""Whoever lost his own network takes nobody out. Beside us keepalived and HAProxy check the same members, so that there
is something to see."""

import time

import pytest

from conftest import SERVER
from members import POOL, TCP, addresses, configuration, pool, removed, site, watch
from rivals import start_rivals
from wait import until, until_equal

TCP_POOL = "tcp.example.com"
COUNT = 100


class Outage:
    def __init__(self, site, host):
        self.site, self.host = site, host


class Pulled(Outage):
    def begin(self):
        self.site.unplug(self.host)

    def end(self):
        self.site.plug_in(self.host)


class Cut(Outage):
    """The link keeps its carrier."""

    def begin(self):
        self.site.cut_upstream(self.host)

    def end(self):
        self.site.restore_upstream(self.host)


@pytest.mark.parametrize("kind, dns_apart, references, seconds", [
    pytest.param(Pulled, False, False, 8, id="cable pulled"),
    pytest.param(Pulled, True, False, 8, id="cable to the members pulled, DNS at hand"),
    pytest.param(Cut, False, False, 4, id="upstream cut"),
    pytest.param(Cut, True, False, 4, id="upstream of the members cut, DNS at hand"),
    pytest.param(Cut, True, True, 4, id="upstream of the members and the reference cut, DNS at hand"),
])
def test_cut_off_observer_removes_nobody(lab, site, named, kind, dns_apart, references, seconds):
    members = addresses(COUNT)
    site.serve(*members)
    outage = kind(site, lab.host)
    if dns_apart:
        site.give_dns_a_cable(lab.host)
    # The reference is the router's own address beyond.
    lab.start_daemon(configuration(lab, {POOL: pool(members), TCP_POOL: pool(members, TCP)},
                                   ["10.59.0.1"] if references else []))
    for name in (POOL, TCP_POOL):
        named.wait_for(members, name, timeout=30)
    rivals = start_rivals(lab, lab.host, members)

    outage.begin()
    began = time.monotonic()
    for rival in rivals:
        until_equal(lambda: rival.up, set(), f"what {rival.name} holds for alive")
    until(lambda: time.monotonic() - began >= seconds, "the time to pass")
    outage.end()
    for rival in rivals:
        until_equal(lambda: rival.up, set(members), f"what {rival.name} holds for alive")
    site.wait_for_rounds(4, members[0], members[-1])
    for name in (POOL, TCP_POOL):
        assert removed(named, name) == set()
        assert named.values(name, "A") == set(members)

    # It sees what is so again.
    site.drop(members[6])
    for name in (POOL, TCP_POOL):
        named.wait_for(set(members) - {members[6]}, name)


def test_who_died_meanwhile_goes_afterwards(lab, site, named):
    """And nobody else: what was found out while the network was down says nothing."""
    members = site.add(*addresses(10))
    daemon = watch(lab, named, members)
    site.unplug(lab.host)
    site.drop(members[3])
    daemon.wait_for_log("cannot judge others")
    site.plug_in(lab.host)
    named.wait_for(set(members) - {members[3]}, POOL)
    site.wait_for_rounds(4, *members)
    assert removed(named) == {members[3]}


def test_half_of_them_at_once_is_looked_into(lab, site, named):
    """The reference answers: so it is them."""
    members = site.add(*addresses(8))
    watch(lab, named, members, removal_percent=100)
    site.drop(*members[:5])
    named.wait_for(members[5:], POOL)
    assert removed(named) == set(members[:5])


def test_half_of_them_at_once_and_nobody_to_ask(lab, site, named):
    """Until it is clear who is to blame everybody stays. They come back before that."""
    members = site.add(*addresses(8))
    daemon = watch(lab, named, members, references=(), removal_percent=100)
    site.drop(*members[:5])
    site.wait_for_rounds(8, *members)
    assert removed(named) == set()
    site.heal(*members[:5])
    site.wait_for_rounds(4, *members)
    assert removed(named) == set()
    assert "cannot judge others" in daemon.log


def test_one_family_lost_does_not_stop_the_other(lab, site, named):
    ipv4, ipv6 = site.add(*addresses(4)), site.add(*addresses(4, ipv6=True))
    lab.start_daemon(configuration(lab, pool([*ipv4, *ipv6]), [SERVER, "fd53::1"]))
    named.wait_for(ipv4, POOL)
    named.wait_for(ipv6, POOL, "AAAA")
    site.cut_upstream(lab.host, "cut_ipv6")
    site.drop(ipv4[0])
    named.wait_for(ipv4[1:], POOL)
    site.wait_for_rounds(3, *ipv4[1:])
    assert removed(named, rrtype="AAAA") == set()
