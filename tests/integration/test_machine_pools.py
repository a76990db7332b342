# SPDX-License-Identifier: BSD-3-Clause
"""Pools as the packaged service has them: what each kind of check needs is there, within the sandbox."""

import json

import pytest

from installation import install_on_machine
from members import POOL, Site, addresses, check, configuration, pool
from servers import skip_without
from wait import until

EXAMPLES = "/usr/share/doc/signpost/examples/signpostd.service.d"
PING_SOCKETS = "net/ipv4/ping_group_range"
# Debian's, and everybody's.
NOBODY, EVERYBODY = "1 0", "0 2147483647"


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    yield from install_on_machine(tmp_path_factory)


@pytest.fixture(scope="module")
def everything(installation):
    """The lab's name server and members beside the machine."""
    return installation.lab.start_server("named"), Site(installation.lab)


@pytest.fixture
def named(everything):
    server, _ = everything
    server.delete(POOL)
    return server


@pytest.fixture
def site(everything):
    _, site = everything
    yield site
    site.heal(*addresses(9), *addresses(9, ipv6=True))


@pytest.fixture
def service(installation):
    installation.reset()
    installation.lab.host.sysctl(PING_SOCKETS, NOBODY)
    yield installation
    print(installation.log())


def start(service, kind, members, **more):
    service.configure(configuration(service.lab, pool(members, kind, **more)))
    service.start()


def add(site, *members):
    present = site.members.ip("-brief", "address", "show", "dev", "lo")
    site.add(*(member for member in members if f" {member}/" not in present))
    return members


def test_pings_work_as_installed(service, named, site):
    """With Debian's settings: no program may have a ping socket."""
    members, members_ipv6 = add(site, *addresses(3)), add(site, *addresses(3, ipv6=True))
    start(service, {"type": "icmp"}, [*members, *members_ipv6])
    named.wait_for(members, POOL)
    named.wait_for(members_ipv6, POOL, "AAAA")
    site.drop(members[0])
    site.make_unreachable(members_ipv6[0])
    named.wait_for(members[1:], POOL)
    named.wait_for(members_ipv6[1:], POOL, "AAAA")


def test_without_the_capability_nobody_is_blamed(service, named, site):
    """The host lets nobody ping: that says nothing of members, so nothing changes. Once it does, they are added."""
    members = add(site, *addresses(3))
    named.add(members[0], POOL, ttl=30)
    service.drop_in("no-capabilities", service.machine.path(f"{EXAMPLES}/no-capabilities.conf").read_text())
    start(service, {"type": "icmp"}, members)
    service.wait_for_log("checks by ICMP are impossible")
    assert named.values(POOL, "A") == {members[0]}
    service.lab.host.sysctl(PING_SOCKETS, EVERYBODY)
    named.wait_for(members, POOL)


def test_http_works_as_installed(service, named, site):
    """libcurl is loaded within the sandbox."""
    members = add(site, *addresses(3))
    server = site.serve(*members)
    try:
        start(service, {"type": "http"}, members)
        named.wait_for(members, POOL)
        server.behave("error", members[0])
        named.wait_for(members[1:], POOL)
    finally:
        server.kill()


def test_commands_run_in_the_sandbox(service, named, site):
    """A check and a hook, as shell scripts with pipes, files and the network."""
    skip_without("curl")
    members = add(site, *addresses(3))
    server = site.serve(*members)
    start_with_commands(service, members, 'curl --silent "http://$SIGNPOST_ADDRESS/" | grep -q "all is well"')
    try:
        named.wait_for(members, POOL)
        server.behave("error", members[0])
        named.wait_for(members[1:], POOL)
    finally:
        server.kill()
    told = service.machine.path("/var/lib/signpost/told")
    until(lambda: told.exists() and "member-down" in told.read_text(), lambda: f"the hook to be told:\n{service.log()}")
    events = [json.loads(line) for line in told.read_text().splitlines() if line]
    assert {"published", "member-down"} == {event["event"] for event in events}


def test_commands_that_want_more_take_their_drop_in(service, named, site):
    skip_without("ping")
    members = add(site, *addresses(3))
    service.drop_in("commands", service.machine.path(f"{EXAMPLES}/commands.conf").read_text())
    start_with_commands(service, members, 'ping -c 1 -W 1 "$SIGNPOST_ADDRESS" >/dev/null')
    named.wait_for(members, POOL)
    site.drop(members[0])
    named.wait_for(members[1:], POOL)


def start_with_commands(service, members, line):
    for name, text in (("check", line), ("hook", "cat >>/var/lib/signpost/told; echo >>/var/lib/signpost/told")):
        service.machine.write(f"/etc/signpost/{name}", f"#!/bin/sh\n{text}\n", 0o755)
    service.configure(configuration(
        service.lab, pool(members, check=check({"type": "exec", "command": ["/etc/signpost/check"]}, timeout=2)),
        hooks=[{"events": ["published", "member-down"], "command": ["/etc/signpost/hook"]}]))
    service.start()


def test_descriptors_for_thousands_of_checks(service):
    service.start()
    limits = service.machine.path(f"/proc/{service.pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max open files"))
    assert int(line.split()[4]) >= 16384


def test_port_53_and_pings(service, named, site):
    members = add(site, *addresses(3))
    service.drop_in("gateway-port", service.machine.path(f"{EXAMPLES}/gateway-port.conf").read_text())
    made = configuration(service.lab, pool(members))
    made["providers"]["here"] = {"type": "embedded", "zone": "home.arpa"}
    made["gateway"] = {"listen": ["127.0.0.1:53"]}
    service.configure(made)
    service.start()
    named.wait_for(members, POOL)
    assert service.machine.call("dig", "+short", "+tries=1", "@127.0.0.1", "home.arpa", "SOA").stdout
    assert "cannot" not in service.log()
