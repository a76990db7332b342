# SPDX-License-Identifier: BSD-3-Clause
"""What the kernel says this host has reaches DNS, straight away and never through nothing."""

import json
import time

import pytest

from processes import Process
from servers import NAME, Watcher, missing_programs
from wait import until, until_equal


def addresses_of(namespace, link):
    """The kernel's view: address -> set of its flags that are on."""
    links = json.loads(namespace.ip("-json", "address", "show", "dev", link))
    return {entry["local"]: {name for name, value in entry.items() if value is True}
            for link in links for entry in link.get("addr_info", ())}


def test_address_there_at_start_is_published(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    assert server.rrset(NAME, "A").ttl == 60


def test_new_address_is_published(lab, server):
    lab.start_daemon()
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    server.wait_for({"198.51.100.7"})
    server.wait_for({"2001:db8:1::7"}, rrtype="AAAA")


def test_new_address_is_published_at_once(lab, named):
    """No settle time: there is nothing to wait for when an address is added."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    named.wait_for({"198.51.100.7"})
    begin = time.monotonic()
    lab.host.add_address("eth0", "198.51.100.8/24")
    named.wait_for({"198.51.100.7", "198.51.100.8"})
    assert time.monotonic() - begin < 0.4


def test_last_address_is_withdrawn_after_the_delay(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(withdraw_delay=1.5))
    server.wait_for({"198.51.100.7"})
    begin = time.monotonic()
    lab.host.remove_address("eth0", "198.51.100.7/24")
    server.wait_for(set())
    assert 1.4 < time.monotonic() - begin < 4


def test_one_of_two_addresses_is_withdrawn_at_once(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "198.51.100.8/24")
    lab.start_daemon(lab.configuration(withdraw_delay=600))
    server.wait_for({"198.51.100.7", "198.51.100.8"})
    lab.host.remove_address("eth0", "198.51.100.8/24")
    server.wait_for({"198.51.100.7"}, timeout=3)


def test_replaced_address_leaves_no_empty_moment(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    with Watcher(server) as watcher:
        lab.host.add_address("eth0", "203.0.113.9/24")
        lab.host.remove_address("eth0", "198.51.100.7/24")
        until_equal(lambda: watcher.answers[-1], {"203.0.113.9"}, "the answer")
    assert set() not in watcher.answers


@pytest.mark.parametrize("gap", ["at once", "after the daemon saw it"])
def test_renumbering_is_never_empty(lab, server, gap):
    """DEL then ADD: a resolver would remember an NXDOMAIN between them."""
    lab.host.add_address("eth0", "198.51.100.1/24")
    daemon = lab.start_daemon(lab.configuration(withdraw_delay=5))
    server.wait_for({"198.51.100.1"})
    with Watcher(server) as watcher:
        for number in range(2, 7):
            old, new = f"198.51.100.{number - 1}/24", f"198.51.100.{number}/24"
            if gap == "at once":
                lab.host.ip_batch([f"address del {old} dev eth0", f"address add {new} dev eth0"])
            else:
                position = daemon.log_position()
                lab.host.remove_address("eth0", old)
                # Something else that is published only after the daemon has seen the removal.
                lab.host.add_address("eth0", f"2001:db8:1::{number}/64")
                daemon.wait_for_log(f"2001:db8:1::{number}", position)
                lab.host.add_address("eth0", new)
            until_equal(lambda: watcher.answers[-1], {new.split("/")[0]}, "the answer")
    assert set() not in watcher.answers
    assert watcher.asked > 50


def test_several_addresses_on_several_links(lab, server):
    lab.add_link(lab.host, "eth1", "peer1.eth1")
    wanted = {f"198.51.100.{number}" for number in range(1, 11)} | {"203.0.113.1", "203.0.113.2"}
    lab.start_daemon()
    for number in range(1, 11):
        lab.host.add_address("eth0", f"198.51.100.{number}/24")
    lab.host.add_address("eth1", "203.0.113.1/24")
    lab.host.add_address("eth1", "203.0.113.2/24")
    # The same address twice on the host is one in DNS, and stays until the last is gone.
    lab.host.add_address("eth1", "198.51.100.1/32")
    server.wait_for(wanted)
    lab.host.remove_address("eth0", "198.51.100.1/24")
    lab.host.remove_address("eth0", "198.51.100.2/24")
    server.wait_for(wanted - {"198.51.100.2"})
    lab.host.remove_address("eth1", "198.51.100.1/32")
    server.wait_for(wanted - {"198.51.100.1", "198.51.100.2"})


def test_other_links_and_unfit_addresses_are_left(lab, named):
    lab.add_link(lab.host, "docker0", "peer1.docker0")
    lab.host.add_address("docker0", "172.17.0.1/16")
    lab.host.add_address("eth0", "169.254.7.7/16")
    lab.host.add_address("lo", "192.0.2.200/32")
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "2001:0:1:2:3::4/64")  # Teredo
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    lab.start_daemon()
    named.wait_for({"198.51.100.7"})
    named.wait_for({"2001:db8:1::7"}, rrtype="AAAA")


def test_tentative_address_is_published_only_after_dad(lab, server):
    lab.start_daemon()
    lab.host.add_address("eth0", "2001:db8:1::7/64", "dad")
    tentative_looks = 0

    def published():
        nonlocal tentative_looks
        values = server.values(NAME, "AAAA")
        tentative = "tentative" in addresses_of(lab.host, "eth0")["2001:db8:1::7"]
        tentative_looks += tentative
        assert not (values and tentative), "published while DAD goes on"
        return values == {"2001:db8:1::7"}

    until(published, "the address after DAD")
    assert tentative_looks > 0, "the kernel did no DAD: this showed nothing"


def test_duplicate_address_is_not_published(lab, named):
    lab.server.add_address(lab.peer, "2001:db8:1::7/64")
    lab.start_daemon()
    lab.host.add_address("eth0", "2001:db8:1::7/64", "dad")
    until(lambda: "dadfailed" in addresses_of(lab.host, "eth0")["2001:db8:1::7"], "dadfailed")
    lab.host.add_address("eth0", "2001:db8:1::8/64")
    named.wait_for({"2001:db8:1::8"}, rrtype="AAAA")
    lab.host.remove_address("eth0", "2001:db8:1::8/64")
    named.wait_for(set(), rrtype="AAAA")


def test_carrier_loss_withdraws_and_return_publishes(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    server.wait_for({"2001:db8:1::7"}, rrtype="AAAA")
    lab.server.ip("link", "set", lab.peer, "down")
    server.wait_for(set())
    server.wait_for(set(), rrtype="AAAA")
    assert "198.51.100.7" in addresses_of(lab.host, "eth0"), "the kernel keeps it: only the link told"
    lab.server.ip("link", "set", lab.peer, "up")
    server.wait_for({"198.51.100.7"})
    server.wait_for({"2001:db8:1::7"}, rrtype="AAAA")


def test_short_carrier_loss_changes_nothing(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(withdraw_delay=30))
    named.wait_for({"198.51.100.7"})
    updates = named.updates
    lab.server.ip("link", "set", lab.peer, "down")
    until(lambda: "NO-CARRIER" in lab.host.ip("link", "show", "dev", "eth0"), "the loss")
    lab.server.ip("link", "set", lab.peer, "up")
    # Whatever it would have sent for the loss goes before what it sends for this.
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    named.wait_for({"2001:db8:1::7"}, rrtype="AAAA")
    assert named.values(NAME, "A") == {"198.51.100.7"}
    assert named.updates == updates + 1


def test_admin_down_withdraws_and_up_publishes(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    server.wait_for({"2001:db8:1::7"}, rrtype="AAAA")
    lab.host.ip("link", "set", "eth0", "down")
    server.wait_for(set())
    server.wait_for(set(), rrtype="AAAA")
    lab.host.ip("link", "set", "eth0", "up")
    server.wait_for({"198.51.100.7"})
    # The kernel took the IPv6 address away with the link: it is not there any more.
    assert "2001:db8:1::7" not in addresses_of(lab.host, "eth0")


def test_renamed_link_is_judged_by_its_new_name(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    named.wait_for({"198.51.100.7"})
    lab.host.ip("link", "set", "eth0", "name", "lan0")
    named.wait_for(set())
    lab.host.ip("link", "set", "lan0", "name", "eth5")
    named.wait_for({"198.51.100.7"})


def test_deleted_link_withdraws(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    lab.host.ip("link", "del", "eth0")
    server.wait_for(set())


def test_new_link_is_noticed(lab, server):
    lab.start_daemon()
    lab.add_link(lab.host, "eth7", "peer1.eth7")
    lab.host.add_address("eth7", "198.51.100.7/24")
    server.wait_for({"198.51.100.7"})


def test_link_moved_to_another_namespace_withdraws(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    elsewhere = lab.namespace("elsewhere")
    lab.host.ip("link", "set", "eth0", "netns", elsewhere.path)
    server.wait_for(set())
    elsewhere.ip("link", "set", "eth0", "netns", lab.host.path)
    lab.host.ip("link", "set", "eth0", "up")
    lab.host.add_address("eth0", "198.51.100.8/24")
    server.wait_for({"198.51.100.8"})


class RouterAdvertiser:
    """radvd on the other end of the host's eth0."""

    name = "radvd"

    def __init__(self, lab, prefixes):
        if missing_programs("radvd"):
            pytest.skip("radvd is not installed")
        self.lab, self.generation = lab, 0
        self.process = None
        lab.server.sysctl("net/ipv6/conf/all/forwarding", 1)
        until(lambda: any(address.startswith("fe80") and "tentative" not in flags
                          for address, flags in addresses_of(lab.server, lab.peer).items()), "the router's own address")
        self.advertise(prefixes)

    def advertise(self, prefixes):
        """prefixes: prefix -> preferred lifetime"""
        if self.process:
            self.process.kill()
        self.generation += 1
        text = "".join(f"prefix {prefix} {{ AdvOnLink on; AdvAutonomous on; AdvValidLifetime 600; "
                       f"AdvPreferredLifetime {preferred}; }};" for prefix, preferred in prefixes.items())
        path = self.lab.directory / f"radvd{self.generation}.conf"
        path.write_text(f"interface {self.lab.peer} {{ AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; "
                        f"{text} }};\n")
        self.process = Process("radvd", self.lab.server,
                               ("radvd", "-n", "-m", "stderr", "-p", path.with_suffix(".pid"), "-C", path),
                               path.with_suffix(".log"))
        self.process.start()

    def kill(self):
        self.process.kill()

    @property
    def log(self):
        return self.process.log


def test_slaac_prefix_change(lab, server):
    lab.host.sysctl("net/ipv6/conf/eth0/accept_ra", 1)
    router = RouterAdvertiser(lab, {"2001:db8:a::/64": 300})
    lab.processes.append(router)
    # DAD of the new address takes up to two seconds after the old one is deprecated.
    lab.start_daemon(lab.configuration(ipv4=False, withdraw_delay=10))

    def prefixes():
        return {":".join(value.split(":")[:3]) for value in server.values(NAME, "AAAA")}

    until_equal(prefixes, {"2001:db8:a"}, "published prefixes")
    with Watcher(server, rrtype="AAAA") as watcher:
        router.advertise({"2001:db8:a::/64": 0, "2001:db8:b::/64": 300})
        until_equal(prefixes, {"2001:db8:b"}, "published prefixes", timeout=20)
    assert set() not in watcher.answers
    kernel = addresses_of(lab.host, "eth0")
    assert any(address.startswith("2001:db8:a:") and "deprecated" in flags for address, flags in kernel.items())


def test_suffix_follows_the_prefix(lab, server):
    suffixed = {"from": "interfaces", "interfaces": ["eth0"], "suffix": "::211:32ff:fe12:3456/64"}
    lab.host.add_address("eth0", "2001:db8:a::7/64")
    lab.start_daemon(lab.configuration({"nas.example.com": {"ipv4": False, "ipv6": suffixed}}))
    server.wait_for({"2001:db8:a:0:211:32ff:fe12:3456"}, "nas.example.com", "AAAA")
    with Watcher(server, "nas.example.com", "AAAA") as watcher:
        lab.host.ip_batch(["address del 2001:db8:a::7/64 dev eth0", "address add 2001:db8:b::7/64 dev eth0 nodad"])
        server.wait_for({"2001:db8:b:0:211:32ff:fe12:3456"}, "nas.example.com", "AAAA")
    assert set() not in watcher.answers


def test_address_that_expires_is_withdrawn(lab, server):
    lab.host.add_address("eth0", "2001:db8:1::7/64", "valid_lft", "2", "preferred_lft", "2")
    lab.host.add_address("eth0", "2001:db8:1::8/64")
    lab.start_daemon()
    server.wait_for({"2001:db8:1::7", "2001:db8:1::8"}, rrtype="AAAA")
    server.wait_for({"2001:db8:1::8"}, rrtype="AAAA")


def test_deprecated_address_goes_and_comes_back(lab, named):
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    lab.host.add_address("eth0", "2001:db8:1::8/64")
    lab.start_daemon()
    named.wait_for({"2001:db8:1::7", "2001:db8:1::8"}, rrtype="AAAA")
    change = ("address", "change", "2001:db8:1::7/64", "dev", "eth0", "valid_lft", "forever", "preferred_lft")
    lab.host.ip(*change, "0")
    named.wait_for({"2001:db8:1::8"}, rrtype="AAAA")
    lab.host.ip(*change, "forever")
    named.wait_for({"2001:db8:1::7", "2001:db8:1::8"}, rrtype="AAAA")


def test_static_addresses(lab, server):
    lab.start_daemon(lab.configuration(ipv4={"from": "static", "addresses": ["192.0.2.44", "192.0.2.45"]}, ipv6=False))
    server.wait_for({"192.0.2.44", "192.0.2.45"})
