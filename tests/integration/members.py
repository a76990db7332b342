# SPDX-License-Identifier: BSD-3-Clause
"""Members of pools: servers behind a router, each at an address of its own, that fail in every way and come back; and
the pools that name them."""

import ipaddress
import itertools
import json
import socket
import sys
from pathlib import Path

import pytest

from conftest import SERVER
from netns import veth
from processes import Process
from servers import connect
from wait import until

POOL = "www.example.com"
# So that a test lasts seconds: a verdict takes half of one.
QUICK = {"interval": 0.5, "fast_interval": 0.2, "timeout": 0.3, "rise": 2, "fall": 2}
QUICK_POOL = {"ttl": 30, "hold_down": 0.5, "removal_interval": 0.5, "failback_delay": 1, "verify": 1}
ICMP, TCP, HTTP = ({"type": "icmp"}, {"type": "tcp", "port": 80}, {"type": "http"})

PROGRAM = Path(__file__).parent / "member-server.py"


def address(number, ipv6=False):
    """Of the member with this number, from 1."""
    base = ipaddress.ip_address("fd60::" if ipv6 else "10.60.0.0")
    return str(base + number)


def addresses(count, first=1, ipv6=False):
    return [address(number, ipv6) for number in range(first, first + count)]


def check(kind=ICMP, **more):
    return {**QUICK, **kind, **more}


def pool(members, kind=ICMP, **more):
    """A pool of these addresses, or of members by name."""
    if not isinstance(members, dict):
        members = {f"m{number}": member for number, member in enumerate(members, 1)}
    return {**QUICK_POOL, "check": check(kind), **({"members": members} if members else {}), **more}


def configuration(lab, pools, references=(SERVER,), **more):
    """A lab's configuration with these pools, or this one, and no records."""
    made = lab.configuration()
    del made["records"]
    made["pools"] = {POOL: pools} if "check" in pools else pools
    if references:
        made["observer"] = {"references": list(references)}
    return {**made, **more}


class Site:
    """Where the members live. The lab's server is the router on the way, and it can be told to fail."""

    # Pings are counted before anything stops them.
    RULES = """
table inet site {
        set pings { type ipv4_addr; size 65535; flags dynamic; counter; }
        set pings_ipv6 { type ipv6_addr; size 65535; flags dynamic; counter; }
        set dropped { type ipv4_addr; }
        set dropped_ipv6 { type ipv6_addr; }
        set unreachable { type ipv4_addr; }
        set unreachable_ipv6 { type ipv6_addr; }
        set cut { type ifname; }
        set cut_ipv6 { type ifname; }
        set parted { type ifname . ifname; }
        chain in {
                type filter hook prerouting priority -400;
                iifname @cut drop
                meta nfproto ipv6 iifname @cut_ipv6 drop
        }
        chain out {
                type filter hook postrouting priority 400;
                oifname @cut drop
                meta nfproto ipv6 oifname @cut_ipv6 drop
        }
        chain forward {
                type filter hook forward priority 0;
                icmp type echo-request update @pings { ip daddr }
                icmpv6 type echo-request update @pings_ipv6 { ip6 daddr }
                iifname . oifname @parted drop
                ip daddr @dropped drop
                ip6 daddr @dropped_ipv6 drop
                ip daddr @unreachable reject with icmp type host-unreachable
                ip6 daddr @unreachable_ipv6 reject with icmpv6 type addr-unreachable
        }
}
"""

    def __init__(self, lab):
        self.lab, self.router = lab, lab.server
        self.members = lab.namespace("members")
        self._numbers = itertools.count(1)
        for name in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"):
            self.router.sysctl(name, 1)
        # A cable that is pulled out takes no address along.
        self.router.sysctl("net/ipv6/conf/all/keep_addr_on_down", 1)
        # Whoever is unreachable is reported as such each time, however many there are.
        self.router.sysctl("net/ipv4/icmp_ratelimit", 0)
        self.router.sysctl("net/ipv6/icmp/ratelimit", 0)
        self.router.nft(self.RULES)
        veth(self.members, "up0", self.router, "site")
        for network, bits in (("10.59.0.", 24), ("fd59::", 64)):
            self.router.add_address("site", f"{network}1/{bits}")
            self.members.add_address("up0", f"{network}2/{bits}")
            self.members.ip("route", "add", "default", "via", f"{network}1")
        self.router.ip("route", "add", "10.60.0.0/16", "via", "10.59.0.2")
        self.router.ip("route", "add", "fd60::/64", "via", "fd59::2")
        self.lead_there(lab.host)

    def lead_there(self, host):
        """Gives a host of the lab its route to the members."""
        number = self._number(host)
        host.ip("route", "add", "10.60.0.0/16", "via", f"10.53.{number}.1")
        host.ip("route", "add", "fd60::/64", "via", f"fd53:{number}::1")
        # To the other hosts too.
        host.ip("route", "add", "10.53.0.0/16", "via", f"10.53.{number}.1")

    def add_host(self):
        host = self.lab.add_host()
        self.lead_there(host)
        return host

    @staticmethod
    def _number(host):
        return int(host.name.removeprefix("host"))

    def cable(self, host):
        """The router's end of the cable that leads to this host."""
        return f"net{self._number(host)}"

    def give_dns_a_cable(self, host):
        """From now on DNS is not on the way to the members, but behind this host's eth0."""
        number = self._number(host)
        self.router.add_address(f"peer{number}.eth0", f"10.54.{number}.1/24")
        host.add_address("eth0", f"10.54.{number}.2/24")
        host.ip("route", "replace", "10.53.0.0/24", "via", f"10.54.{number}.1")

    # Members

    def add(self, *members):
        """Addresses that answer pings."""
        self.members.ip_batch([f"address add {member} dev lo {'nodad' if ':' in member else ''}" for member in members])
        if any(":" in member for member in members):
            until(self._speaks_ipv6, "neighbours that may ask for each other by IPv6")
        return members

    def _speaks_ipv6(self):
        """Before that the routers have no link-local address to ask from."""
        return not any(namespace.ip("-6", "-brief", "address", "show", "tentative")
                       for namespace in (self.router, self.members, self.lab.host))

    def serve(self, *members, port=80, **options):
        """A process that serves HTTP at these addresses, which are added if need be."""
        present = self.members.ip("-brief", "address", "show", "dev", "lo")
        self.add(*(member for member in members if f" {member}/" not in present))
        return self.serve_in(self.members, *members, port=port, **options)

    def serve_in(self, namespace, *members, port=80, **options):
        """The same at addresses that another host has."""
        number = next(self._numbers)
        log = self.lab.directory / f"service{number}.log"
        service = Service(namespace, log, members, port, 4000 + number, **options)
        self.lab.processes.append(service)
        return service.start()

    # What can be wrong on the way

    def drop(self, *members):
        """They do not hear of anything any more, and nobody says so."""
        self._change("add", "dropped", members)

    def make_unreachable(self, *members):
        """The router says so."""
        self._change("add", "unreachable", members)

    def heal(self, *members):
        for name in ("dropped", "unreachable"):
            # What is not in a set cannot be taken out of it.
            self._change("add", name, members)
            self._change("delete", name, members)

    def wait_for_rounds(self, count, *members):
        """Until each of them was pinged so often again."""
        before = {member: self.pings(member) for member in members}
        until(lambda: all(self.pings(member) >= before[member] + count for member in members),
              f"{count} rounds of pings", 30)

    def cut_upstream(self, host, which="cut"):
        """The link stays up, and leads nowhere. "cut_ipv6": that family alone."""
        self.router.nft(f'add element inet site {which} {{ "{self.cable(host)}" }}')

    def restore_upstream(self, host, which="cut"):
        self.router.nft(f'delete element inet site {which} {{ "{self.cable(host)}" }}')

    def unplug(self, host):
        self.router.ip("link", "set", self.cable(host), "down")

    def plug_in(self, host):
        self.router.ip("link", "set", self.cable(host), "up")

    def part(self, a, b):
        """Two hosts do not hear each other any more."""
        self._part("add", a, b)

    def reunite(self, a, b):
        self._part("delete", a, b)

    def _part(self, verb, a, b):
        a, b = self.cable(a), self.cable(b)
        self.router.nft(f'{verb} element inet site parted {{ "{a}" . "{b}", "{b}" . "{a}" }}')

    def _change(self, verb, name, members):
        for suffix, family in (("", 4), ("_ipv6", 6)):
            chosen = [member for member in members if ipaddress.ip_address(member).version == family]
            if chosen:
                self.router.nft(f"{verb} element inet site {name}{suffix} {{ {', '.join(chosen)} }}")

    # What came by

    def pings(self, member):
        """How many echo requests were sent to it, whatever became of them."""
        name = "pings_ipv6" if ":" in member else "pings"
        listed = json.loads(self.router.run("nft", "-j", "list", "set", "inet", "site", name))["nftables"]
        elements = next(entry["set"] for entry in listed if "set" in entry).get("elem", [])
        return next((entry["elem"]["counter"]["packets"] for entry in elements if entry["elem"]["val"] == member), 0)



class Service(Process):
    """One process that serves several members; each does as it is told: see member-server.py."""

    def __init__(self, namespace, log, members, port, control, certificate=None):
        self.members, self.port, self._control = members, port, control
        super().__init__("service", namespace,
                         (sys.executable, PROGRAM, control, port, certificate or "-", *members), log)

    def start(self):
        super().start()
        until(self._answers, lambda: f"a service that serves:\n{self.log[-2000:]}")
        return self

    def _answers(self):
        assert self.running, f"the service ended:\n{self.log[-2000:]}"
        try:
            return self._ask({}) is not None
        except OSError:
            return False

    def behave(self, how, *members):
        """From now on; all of them if none is named."""
        self._ask({"how": how, "members": members or self.members})

    def requests(self, member):
        """How many connections it had since the process started."""
        return self._ask({})["connections"].get(member, 0)

    def heard(self, member):
        """The last request that it was sent, as text."""
        return self._ask({})["heard"].get(member)

    def wait_for_requests(self, member, more=1, timeout=15):
        before = self.requests(member)
        until(lambda: self.requests(member) >= before + more, f"{more} connections to {member}", timeout)

    def _ask(self, order):
        with connect(self.namespace, "127.0.0.1", self._control, socket.SOCK_STREAM) as sock:
            sock.settimeout(5)
            sock.sendall(json.dumps(order).encode() + b"\n")
            with sock.makefile() as answers:
                return json.loads(answers.readline())


# What the tests of pools begin with


@pytest.fixture
def site(lab):
    return Site(lab)


def watch(lab, named, members, kind=ICMP, host=None, references=(SERVER,), daemon=None, **more):
    """A daemon that has published these members, which are up."""
    daemon = lab.start_daemon(configuration(lab, pool(members, kind, **more), references), host, **(daemon or {}))
    named.wait_for(members.values() if isinstance(members, dict) else members, POOL, record_type(members))
    return daemon


def record_type(members):
    return "AAAA" if any(":" in str(member) for member in members) else "A"


def removed(named, name=POOL, rrtype="A"):
    """Everything that ever left the RRset."""
    return set().union(*(change.removed for change in named.changes(name, rrtype)))
