# SPDX-License-Identifier: BSD-3-Clause
"""A machine whose only link NetworkManager manages, with real DHCP and router advertisements; the name server can be
reached over that link alone."""

import json
import time

import pytest

from installation import UNIT, install_on_machine
from netns import veth
from processes import Process
from servers import NAME, missing_programs
from wait import until

CONFIGURE = """
systemctl enable --quiet NetworkManager.service
# This machine's bus is the other one.
if [ -e /lib/systemd/system/dbus-broker.service ]; then
        ln -s /lib/systemd/system/dbus-broker.service /etc/systemd/system/dbus.service
fi
rm -rf /etc/NetworkManager/dispatcher.d/01-ifupdown
printf '[main]\\nplugins=keyfile\\nno-auto-default=*\\n[connectivity]\\nenabled=false\\n' \
        >/etc/NetworkManager/NetworkManager.conf
"""
LINK, ROUTER = "eth0", "10.53.9.1"
STATIC = ("ipv4.method", "manual", "ipv4.addresses", "10.53.9.2/24", "ipv4.gateway", ROUTER, "ipv6.method", "disabled")
NOTHING = ("ipv4.method", "disabled", "ipv6.method", "disabled")


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    missing = missing_programs("NetworkManager", "nmcli", "dnsmasq")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")

    def cable(lab):
        """Instead of the lab's own host: two links that nobody has configured yet."""
        host = lab.namespace("host")
        veth(host, LINK, lab.server, "nm.eth0")
        veth(host, "other0", lab.server, "nm.other0")
        lab.server.add_address("nm.eth0", ROUTER + "/24")
        lab.server.add_address("nm.eth0", "fd53:9::1/64")
        return host

    yield from install_on_machine(tmp_path_factory, connect=cable, prepare=CONFIGURE,
                                  masked=["NetworkManager-wait-online.service"])


@pytest.fixture(scope="module")
def named(installation):
    return installation.lab.start_server("named")


@pytest.fixture
def service(installation, named):
    installation.reset()
    named.delete(NAME)
    installation.configure(installation.configuration(withdraw_delay=600))
    yield installation.start()
    print(installation.log())
    for line in nmcli(installation, "--get-values", "UUID,TYPE", "connection", "show").splitlines():
        uuid, kind = line.split(":")
        if kind == "802-3-ethernet":
            nmcli(installation, "connection", "delete", uuid)


@pytest.fixture
def router(service):
    """Gives out addresses: DHCP from a small range, and a prefix by router advertisement."""
    lab = service.lab
    command = ("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--port=0",
               "--interface=nm.eth0", "--bind-interfaces", "--leasefile-ro", "--dhcp-authoritative", "--no-ping",
               "--dhcp-range=10.53.9.50,10.53.9.60,1h", "--dhcp-range=fd53:9::,ra-only", "--enable-ra",
               "--log-facility=-")
    process = Process("dnsmasq", lab.server, command, lab.directory / "dnsmasq.log")
    process.start()
    yield process
    process.kill()
    print(process.log)


def nmcli(service, *words, **options):
    return service.machine.run("nmcli", *words, **options)


def connect(service, *settings, link=LINK, name="wired"):
    nmcli(service, "connection", "add", "type", "ethernet", "ifname", link, "con-name", name, "autoconnect", "no",
          *settings)
    nmcli(service, "connection", "up", name)


def addresses(service, family, link=LINK):
    """What the kernel has, without link-local."""
    links = json.loads(service.machine.run("ip", "-json", f"-{family}", "address", "show", "dev", link))
    return {info["local"] for entry in links for info in entry.get("addr_info", []) if info["scope"] == "global"}


def test_address_by_nmcli_is_published(service, named):
    connect(service, *STATIC)
    named.wait_for({"10.53.9.2"})
    nmcli(service, "connection", "modify", "wired", "+ipv4.addresses", "10.53.9.3/24")
    nmcli(service, "device", "reapply", LINK)
    named.wait_for({"10.53.9.2", "10.53.9.3"})


def test_address_by_dhcp_is_published(service, named, router):
    connect(service, "ipv4.method", "auto", "ipv6.method", "disabled")
    leased = addresses(service, 4)
    assert len(leased) == 1 and leased <= {f"10.53.9.{number}" for number in range(50, 61)}
    named.wait_for(leased)


def test_address_by_router_advertisement_is_published(service, named, router):
    # IPv4 only leads to the name server.
    connect(service, *STATIC[:-2], "ipv6.method", "auto", "ipv6.may-fail", "no", "ipv6.ip6-privacy", "0")
    advertised = addresses(service, 6)
    assert len(advertised) == 1 and next(iter(advertised)).startswith("fd53:9:")
    named.wait_for(advertised, rrtype="AAAA")


def test_address_that_networkmanager_does_not_report_is_published(service, named):
    connect(service, *STATIC)
    service.machine.run("ip", "address", "add", "10.53.9.77/24", "dev", LINK)
    named.wait_for({"10.53.9.2", "10.53.9.77"})


def test_withdrawn_before_the_link_goes(service, named):
    """The update that took the address away came over the very link that went down: there is no other."""
    connect(service, *STATIC)
    named.wait_for({"10.53.9.2"})
    nmcli(service, "connection", "down", "wired")
    assert named.values(NAME, "A") == set()
    until(lambda: not addresses(service, 4), "a link without address")


def test_published_again_when_the_link_is_back(service, named):
    connect(service, *STATIC)
    named.wait_for({"10.53.9.2"})
    nmcli(service, "connection", "down", "wired")
    nmcli(service, "connection", "up", "wired")
    named.wait_for({"10.53.9.2"})


def test_up_lets_the_daemon_look_again(service, named):
    """Somebody else deleted the record; the link that comes up has no address, so that the kernel has no news."""
    connect(service, *STATIC)
    named.wait_for({"10.53.9.2"})
    named.delete(NAME)
    connect(service, *NOTHING, link="other0", name="other")
    named.wait_for({"10.53.9.2"})


def test_networkmanager_does_not_wait_for_a_hung_daemon(service, named):
    connect(service, *STATIC)
    named.wait_for({"10.53.9.2"})
    service.machine.run("kill", "-STOP", service.pid)
    begin = time.monotonic()
    nmcli(service, "connection", "down", "wired", timeout=20)
    took = time.monotonic() - begin
    service.machine.run("kill", "-CONT", service.pid)
    assert took < 12


def test_nothing_is_started_for_networkmanager(service):
    service.machine.systemctl("stop", UNIT)
    after = service.machine.cursor()
    connect(service, *STATIC)
    nmcli(service, "connection", "down", "wired")
    # NetworkManager waited for pre-down, which came after up. It tells of scripts that fail.
    assert service.state == "inactive"
    assert "50-signpost" not in str(service.machine.journal(after=after))


