# SPDX-License-Identifier: BSD-3-Clause
"""Several daemons on one pool: they agree, whoever writes first, and never empty it between them."""

import random
import signal

from conftest import SERVER
from members import HTTP, POOL, QUICK_POOL, addresses, check, configuration, pool, removed, site
from wait import until

OTHERS = "203.0.113.9"


def rest(named, site, member):
    """Nobody writes any more."""
    before = named.updates
    site.wait_for_rounds(6, member)
    return named.updates == before


def test_three_daemons_agree(lab, site, named):
    """Members come and go at random; what somebody else put there stays, and all the time somebody is there."""
    members = site.add(*addresses(8))
    named.add(OTHERS, POOL, ttl=30)
    hosts = [lab.host, site.add_host(), site.add_host()]
    for host in hosts:
        lab.start_daemon(configuration(lab, pool(members)), host)
    named.wait_for({OTHERS, *members}, POOL)
    chance, dead = random.Random(4), set()
    for _ in range(6):
        for member in chance.sample(members, 2):
            (site.heal if member in dead else site.drop)(member)
            dead ^= {member}
        site.wait_for_rounds(chance.randrange(1, 4), members[0])
    named.wait_for({OTHERS, *members} - dead, POOL, timeout=20)
    site.heal(*members)
    named.wait_for({OTHERS, *members}, POOL, timeout=20)
    until(lambda: rest(named, site, members[0]), "peace", 20)
    changes = named.changes(POOL)
    assert all(OTHERS in change.after for change in changes)
    assert all(len(change.after) > 1 for change in changes if len(change.before) > 1)
    assert len({change.source for change in changes}) > 1, "several had a hand in it"


def test_every_death_is_noticed_by_three(lab, site, named):
    """One after the other they die, each in its own way, and come back together."""
    members = site.add(*addresses(8))
    killed, frozen, service = site.serve(members[0]), site.serve(members[1]), site.serve(*members[2:])
    for host in (lab.host, site.add_host(), site.add_host()):
        lab.start_daemon(configuration(lab, pool(members, HTTP)), host)
    named.wait_for(members, POOL)
    deaths = [
        killed.kill,
        lambda: frozen.signal(signal.SIGSTOP),
        lambda: site.drop(members[2]),
        lambda: site.make_unreachable(members[3]),
        lambda: service.behave("error", members[4]),
        lambda: service.behave("mute", members[5]),
    ]
    for number, die in enumerate(deaths, 1):
        die()
        named.wait_for(members[number:], POOL)
    killed.start()
    frozen.signal(signal.SIGCONT)
    site.heal(*members)
    service.behave("ok")
    named.wait_for(members, POOL)
    assert removed(named) == set(members[:6])


def test_write_of_one_is_taken_over_by_the_others(lab, site, named):
    """One member dies for all of them: it goes once, in one UPDATE, and nothing is undone."""
    members = site.add(*addresses(5))
    for host in (lab.host, site.add_host(), site.add_host()):
        lab.start_daemon(configuration(lab, pool(members)), host)
    named.wait_for(members, POOL)
    until(lambda: rest(named, site, members[0]), "peace", 20)
    before = len(named.changes(POOL))
    site.drop(members[2])
    named.wait_for(set(members) - {members[2]}, POOL)
    until(lambda: rest(named, site, members[0]), "peace", 20)
    assert len(named.changes(POOL)) == before + 1


def test_who_is_cut_off_alone_changes_nothing(lab, site, named):
    """The others see all members; it sees none, and could write."""
    members = site.add(*addresses(5))
    hosts = [lab.host, site.add_host(), site.add_host()]
    site.give_dns_a_cable(lab.host)
    for host in hosts:
        lab.start_daemon(configuration(lab, pool(members), ["10.59.0.1"]), host)
    named.wait_for(members, POOL)
    site.cut_upstream(lab.host)
    site.wait_for_rounds(20, *members)
    assert removed(named) == set()
    site.drop(members[0])
    named.wait_for(members[1:], POOL)
    assert named.changes(POOL)[-1].source != "10.54.1.2"


# Servers that put themselves there and watch each other


def peer(**more):
    """As each of them has it: no list of members."""
    source = {"from": "interfaces", "interfaces": ["up*"]}
    return pool([], self={"ipv4": source, "ipv6": False}, discover=True, **more)


def start_peer(lab, host, references=(SERVER,), **more):
    return lab.start_daemon(configuration(lab, peer(**more), references), host)


def address_of(host):
    return f"10.53.{host.name.removeprefix('host')}.2"


def test_server_joins_by_itself_and_is_taken_out_when_it_dies(lab, site, named):
    hosts = [lab.host, site.add_host(), site.add_host()]
    daemons = [start_peer(lab, host) for host in hosts]
    everybody = {address_of(host) for host in hosts}
    named.wait_for(everybody, POOL)
    daemons[1].kill()
    site.unplug(hosts[1])
    named.wait_for(everybody - {address_of(hosts[1])}, POOL)
    site.plug_in(hosts[1])
    daemons[1].start()
    named.wait_for(everybody, POOL)
    newcomer = site.add_host()
    start_peer(lab, newcomer)
    named.wait_for(everybody | {address_of(newcomer)}, POOL)
    site.unplug(newcomer)
    named.wait_for(everybody, POOL)


def test_server_checks_itself_first(lab, site, named):
    """Its own service fails, and it leaves; the last one stays."""
    hosts = [lab.host, site.add_host()]
    a, b = map(address_of, hosts)
    services = [site.serve_in(host, address_of(host)) for host in hosts]
    for host in hosts:
        start_peer(lab, host, check=check(HTTP))
    named.wait_for({a, b}, POOL)
    services[0].behave("error")
    named.wait_for({b}, POOL)
    services[1].behave("error")
    services[1].wait_for_requests(b, 12)
    assert named.values(POOL, "A") == {b}
    services[0].behave("ok")
    named.wait_for({a}, POOL)


def test_partition_of_two_that_watch_each_other(lab, site, named):
    """Each thinks that the other one is dead, and both reach DNS: it is never empty, and they give way ever longer."""
    hosts = [lab.host, site.add_host()]
    a, b = map(address_of, hosts)
    for host in hosts:
        start_peer(lab, host)
    named.wait_for({a, b}, POOL)
    site.part(*hosts)

    def removals(source):
        return [change.seconds for change in named.changes(POOL) if change.source == source and change.removed]

    until(lambda: max(len(removals(a)), len(removals(b))) >= 4, "four removals by one of them", 30)
    site.reunite(*hosts)
    named.wait_for({a, b}, POOL, timeout=20)
    assert all(change.after for change in named.changes(POOL))
    moments = max(removals(a), removals(b), key=len)
    waits = [after - before for before, after in zip(moments, moments[1:])]
    # Each time that the other one puts itself back it is left there for twice as long, beginning with the hold-down.
    assert all(wait > QUICK_POOL["hold_down"] * 2 ** number - 0.2 for number, wait in enumerate(waits[:3])), waits


def test_server_that_stops_takes_itself_along_if_told_to(lab, site, named):
    hosts = [lab.host, site.add_host()]
    daemons = [start_peer(lab, host, withdraw_on_stop=True) for host in hosts]
    a, b = map(address_of, hosts)
    named.wait_for({a, b}, POOL)
    daemons[0].stop()
    assert named.values(POOL, "A") == {b}
    daemons[1].stop()
    assert named.values(POOL, "A") in ({b}, set())


def test_address_that_changes_is_followed(lab, site, named):
    start_peer(lab, lab.host)
    a = address_of(lab.host)
    named.wait_for({a}, POOL)
    lab.host.add_address("up0", "10.53.1.77/24")
    named.wait_for({a, "10.53.1.77"}, POOL)
    lab.host.remove_address("up0", "10.53.1.77/24")
    named.wait_for({a}, POOL)
