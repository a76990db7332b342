# SPDX-License-Identifier: BSD-3-Clause
"""Members that die in every way there is, and come back: who is dead is not in DNS, who is alive is, and nobody else is
touched."""

import signal
import time

import pytest

from members import (HTTP, ICMP, POOL, TCP, address, addresses, check, configuration, pool, record_type, removed,
                     site, watch)
from netns import run
from servers import NAME, skip_without
from wait import until


class Victim:
    """The first of three members, in a process of its own."""

    def __init__(self, site, service, member):
        self.site, self.service, self.address = site, service, member

    def kill(self):
        self.service.kill()

    def restart(self):
        self.service.start()

    def freeze(self):
        self.service.signal(signal.SIGSTOP)

    def thaw(self):
        self.service.signal(signal.SIGCONT)

    def drop(self):
        self.site.drop(self.address)

    def be_unreachable(self):
        self.site.make_unreachable(self.address)

    def heal(self):
        self.site.heal(self.address)

    def fail(self):
        self.service.behave("error")

    def say_nonsense(self):
        self.service.behave("wrong")

    def be_mute(self):
        self.service.behave("mute")

    def behave(self):
        self.service.behave("ok")


# How it is checked, dies and comes back.
WAYS = {
    "icmp: packets dropped": (ICMP, Victim.drop, Victim.heal),
    "icmp: unreachable": (ICMP, Victim.be_unreachable, Victim.heal),
    "tcp: process killed": (TCP, Victim.kill, Victim.restart),
    "tcp: packets dropped": (TCP, Victim.drop, Victim.heal),
    "tcp: unreachable": (TCP, Victim.be_unreachable, Victim.heal),
    "http: process killed": (HTTP, Victim.kill, Victim.restart),
    "http: process frozen": (HTTP, Victim.freeze, Victim.thaw),
    "http: packets dropped": (HTTP, Victim.drop, Victim.heal),
    "http: status 500": (HTTP, Victim.fail, Victim.behave),
    "http: never answers": (HTTP, Victim.be_mute, Victim.behave),
    "http: other text": ({**HTTP, "expect_body": "all is well"}, Victim.say_nonsense, Victim.behave),
}
WAYS_IPV6 = ("icmp: packets dropped", "icmp: unreachable", "tcp: process killed", "http: status 500")


@pytest.mark.parametrize("way, ipv6", [*((way, False) for way in WAYS), *((way, True) for way in WAYS_IPV6)])
def test_dead_member_goes_and_comes_back(lab, site, named, way, ipv6):
    kind, die, revive = WAYS[way]
    members = addresses(3, ipv6=ipv6)
    victim = Victim(site, site.serve(members[0]), members[0])
    site.serve(*members[1:])
    watch(lab, named, members, kind)
    die(victim)
    named.wait_for(members[1:], POOL, record_type(members))
    revive(victim)
    named.wait_for(members, POOL, record_type(members))
    assert removed(named, rrtype=record_type(members)) == {members[0]}


def test_https_wants_a_certificate_that_somebody_signed(lab, site, named, tmp_path):
    skip_without("openssl")
    certificate = tmp_path / "certificate.pem"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
        "-subj", f"/CN={POOL}", "-addext", f"subjectAltName=DNS:{POOL}", "-keyout", certificate, "-out", certificate)
    good, bad = address(1), address(2)
    site.serve(good, bad, port=443, certificate=certificate)
    lenient = {"address": good, "check": check({"type": "https", "verify_tls": False})}
    daemon = lab.start_daemon(configuration(lab, pool({"good": lenient, "bad": bad}, {"type": "https"})))
    named.wait_for({good}, POOL)
    daemon.wait_for_log("certificate")
    assert named.values(POOL, "A") == {good}


def test_request_is_what_the_check_says(lab, site, named):
    """Sent to the address, whatever the name; each member may be asked in its own way."""
    plain, special = address(1), address(2)
    service = site.serve(plain, special)
    deep = check(HTTP, method="POST", path="/health?deep=1", host="inner.example.net",
                 headers=["X-Checked-By: signpost"], body="are you well?")
    lab.start_daemon(configuration(lab, pool({"plain": plain, "special": {"address": special, "check": deep}}, HTTP)))
    named.wait_for({plain, special}, POOL)
    heard = service.heard(plain).split("\r\n")
    assert heard[0] == "GET / HTTP/1.1" and f"Host: {POOL}" in heard
    heard = service.heard(special).split("\r\n")
    assert heard[0] == "POST /health?deep=1 HTTP/1.1"
    assert {"Host: inner.example.net", "X-Checked-By: signpost"} <= set(heard)


def test_command_decides(lab, site, named, tmp_path):
    """It learns which member from its environment; when it takes too long it ends, and so do its children."""
    members = addresses(3)
    script = tmp_path / "check"
    script.write_text(f"""#!/bin/sh
cd {tmp_path} || exit 1
if [ -e hangs-$SIGNPOST_ADDRESS ]; then
        sleep 1000 &
        echo $$ $! >>pids
        wait
fi
test ! -e dead-$SIGNPOST_ADDRESS
""")
    script.chmod(0o755)
    watch(lab, named, members, {"type": "exec", "command": [str(script)]})
    (tmp_path / f"dead-{members[0]}").touch()
    named.wait_for(members[1:], POOL)
    (tmp_path / f"hangs-{members[1]}").touch()
    named.wait_for(members[2:], POOL)
    for name in (f"dead-{members[0]}", f"hangs-{members[1]}"):
        (tmp_path / name).unlink()
    named.wait_for(members, POOL)
    pids = (tmp_path / "pids").read_text().split()
    assert len(pids) >= 4
    until(lambda: not any(runs(pid) for pid in pids), "no process that is left over")


def runs(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return "sleep" in file.read()
    except OSError:
        return False


def test_same_target_is_checked_once(lab, site, named):
    """However many pools name it."""
    site.add(address(1))
    names = [f"www{number}.example.com" for number in range(5)]
    lab.start_daemon(configuration(lab, {name: pool(addresses(1)) for name in names}))
    for name in names:
        named.wait_for(addresses(1), name)
    until(lambda: site.pings(address(1)) >= 4, "pings")
    began, before = time.monotonic(), site.pings(address(1))
    site.wait_for_rounds(6, address(1))
    # 0.5 s apart: five pools would have sent 30 in the time of 6.
    assert time.monotonic() - began > 2
    assert before < 20


def test_one_lost_ping_takes_nobody_out(lab, site, named):
    members = site.add(*addresses(3))
    watch(lab, named, members)
    for _ in range(2):
        site.wait_for_rounds(2, members[0])
        site.drop(members[0])
        site.wait_for_rounds(1, members[0])
        site.heal(members[0])
        # UP again needs two.
        site.wait_for_rounds(4, members[0])
    assert removed(named) == set()


def test_both_families_each_by_itself(lab, site, named):
    ipv4, ipv6 = addresses(2), addresses(2, ipv6=True)
    site.add(*ipv4, *ipv6)
    lab.start_daemon(configuration(lab, pool([*ipv4, *ipv6])))
    named.wait_for(ipv4, POOL, "A")
    named.wait_for(ipv6, POOL, "AAAA")
    site.drop(ipv6[0])
    named.wait_for(ipv6[1:], POOL, "AAAA")
    site.drop(ipv4[1])
    named.wait_for(ipv4[:1], POOL, "A")
    site.drop(ipv6[1])  # the last one of its family
    site.wait_for_rounds(8, ipv6[1])
    assert named.values(POOL, "AAAA") == set(ipv6[1:])
    site.heal(*ipv4, *ipv6)
    named.wait_for(ipv4, POOL, "A")
    named.wait_for(ipv6, POOL, "AAAA")


@pytest.mark.parametrize("kind", ["knotd"])
def test_other_servers_take_it_too(lab, site, kind):
    """What others put into the RRset stays."""
    server = lab.start_server(kind)
    members, others = site.add(*addresses(3)), "203.0.113.9"
    server.add(others, POOL, ttl=30)
    lab.start_daemon(configuration(lab, pool(members)))
    server.wait_for({others, *members}, POOL)
    site.drop(members[0])
    server.wait_for({others, *members[1:]}, POOL)
    site.heal(members[0])
    server.wait_for({others, *members}, POOL)


def test_records_go_on_beside_pools(lab, site, named):
    members = site.add(*addresses(3))
    made = configuration(lab, pool(members))
    made["records"] = lab.configuration()["records"]
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(made)
    named.wait_for({"198.51.100.7"}, NAME)
    named.wait_for(members, POOL)
    site.drop(members[0])
    lab.host.add_address("eth0", "198.51.100.8/24")
    named.wait_for({"198.51.100.7", "198.51.100.8"}, NAME)
    named.wait_for(members[1:], POOL)


def test_silent_death_is_out_in_sixteen_seconds(lab, site, named):
    """With what nobody configured; it dies right after it was checked."""
    members = site.add(*addresses(3))
    for member in members:
        named.add(member, POOL, ttl=30)
    made = configuration(lab, {POOL: {"members": {f"m{number}": member for number, member in enumerate(members)}}})
    lab.start_daemon(made)
    # Looked at twice, so that it is known to be up, and at the ordinary interval.
    until(lambda: all(site.pings(member) >= 1 for member in members), "a first look", 20)
    site.wait_for_rounds(1, members[0])
    site.drop(members[0])
    died = time.time()
    named.wait_for(members[1:], POOL, timeout=20)
    out = named.changes(POOL)[-1]
    assert out.removed == {members[0]}
    assert out.seconds - died < 16 + 1
