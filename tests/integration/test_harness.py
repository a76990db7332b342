# SPDX-License-Identifier: BSD-3-Clause
"""The test bed itself: a test that rests on it must not pass because it measured nothing."""

import dns.message
import dns.tsig
import dns.update
import pytest

from netns import Namespace
from servers import ALGORITHMS, NAME, ZONE, Key, Watcher, exchange
from wait import until_equal


def test_namespaces_are_apart(lab):
    lab.host.add_address("eth0", "198.51.100.7/24")
    assert "198.51.100.7" in lab.host.ip("address", "show", "dev", "eth0")
    assert "198.51.100.7" not in lab.server.ip("address", "show")


def test_host_reaches_server(lab, server):
    answer = exchange(lab.host, server.address, dns.message.make_query(ZONE, "SOA"))
    assert answer.answer


def test_server_takes_updates(server):
    server.add("192.0.2.1")
    server.add("192.0.2.2")
    server.wait_for({"192.0.2.1", "192.0.2.2"})
    server.delete(NAME)
    server.wait_for(set())


@pytest.mark.parametrize("kind", ["named", "knotd"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_server_takes_each_algorithm(lab, kind, algorithm):
    lab.start_server(kind, keys=[Key("a.", algorithm)]).add("192.0.2.1")


def test_server_refuses_unsigned_updates(server):
    update = dns.update.Update(ZONE)
    update.add(NAME + ".", 60, "A", "192.0.2.1")
    assert exchange(server.namespace, server.address, update).rcode() != 0
    assert server.values(NAME, "A") == set()


def test_named_counts_updates(named):
    before = named.updates
    named.add("192.0.2.1")
    named.add("192.0.2.2")
    named.values(NAME, "A")
    assert named.updates == before + 2


def test_watcher_sees_an_empty_moment(named):
    named.add("192.0.2.1")
    with Watcher(named) as watcher:
        named.delete(NAME)
        until_equal(lambda: watcher.answers[-1], set(), "the answer")
        named.add("192.0.2.2")
        until_equal(lambda: watcher.answers[-1], {"192.0.2.2"}, "the answer")
    assert watcher.answers == [{"192.0.2.1"}, set(), {"192.0.2.2"}]


def test_clock_of_named_can_be_moved(lab, skewed_clock):
    server = lab.start_server("named", clock=skewed_clock(3600))
    with pytest.raises(dns.tsig.PeerBadTime):
        server.add("192.0.2.1")


def test_namespace_goes_away_with_its_holder(lab):
    namespace = Namespace("brief")
    path = namespace.path
    namespace.close()
    with pytest.raises(OSError):
        open(path)
