# SPDX-License-Identifier: BSD-3-Clause
"""When too few are left, and how fast members may go: a pool is never emptied by its checks, nor in one blow."""

from members import POOL, address, addresses, check, configuration, pool, site, watch
from wait import until


def test_last_ones_are_held(lab, site, named):
    members = site.add(*addresses(4))
    watch(lab, named, members)
    site.drop(*members)
    site.wait_for_rounds(10, *members)
    held = named.values(POOL, "A")
    assert held and held <= set(members)
    before = named.updates
    site.wait_for_rounds(4, *members)
    assert named.updates == before
    site.heal(members[1])
    named.wait_for({members[1]}, POOL)
    site.heal(*members)
    named.wait_for(members, POOL)
    assert all(change.after for change in named.changes(POOL))


def test_minimum_is_what_is_held(lab, site, named):
    members = site.add(*addresses(4))
    watch(lab, named, members, minimum=3)
    site.drop(members[0])
    named.wait_for(members[1:], POOL)
    site.drop(members[1])
    site.wait_for_rounds(8, members[1])
    assert named.values(POOL, "A") == set(members[1:])


def test_all_of_them_rather_than_none(lab, site, named):
    members = site.add(*addresses(4))
    watch(lab, named, members, all_down="all")
    site.drop(members[0])
    named.wait_for(members[1:], POOL)
    site.drop(*members[1:])
    named.wait_for(members, POOL)
    site.heal(members[2])
    named.wait_for(members[2:3], POOL)


def test_nobody_when_that_is_wanted(lab, site, named):
    members = site.add(*addresses(4))
    watch(lab, named, members, all_down="empty")
    site.drop(*members)
    named.wait_for(set(), POOL)
    site.heal(members[2])
    named.wait_for(members[2:3], POOL)


def test_fallback_stands_in(lab, site, named):
    members, fallback = site.add(*addresses(4)), {"203.0.113.5", "203.0.113.6"}
    watch(lab, named, members, all_down=[*fallback, "2001:db8::5"])
    site.drop(*members)
    named.wait_for(fallback, POOL)
    # It has no IPv6 members whom something could stand in for.
    assert named.values(POOL, "AAAA") == set()
    site.heal(members[2])
    named.wait_for(members[2:3], POOL)


def test_removals_are_spread(lab, site, named):
    """40 of 100 die at once: 25 go, and a while later the others."""
    members, seconds = site.add(*addresses(100)), 3
    watch(lab, named, members, removal_interval=seconds, removal_percent=25)
    site.drop(*members[:40])
    named.wait_for(members[40:], POOL, timeout=20)
    gone = [(change.seconds, len(change.removed)) for change in named.changes(POOL) if change.removed]
    assert sum(count for _, count in gone) == 40
    for moment, _ in gone:
        # Half a second less for what lies between the decision and the server.
        assert sum(count for other, count in gone if moment <= other < moment + seconds - 0.5) <= 25
    assert gone[-1][0] - gone[0][0] > seconds - 0.5


def test_who_falls_again_waits_longer(lab, site, named):
    members = site.add(*addresses(3))
    watch(lab, named, members, hold_down=1, hold_down_max=2.5)
    for _ in range(3):
        site.drop(members[0])
        named.wait_for(members[1:], POOL)
        site.heal(members[0])
        named.wait_for(members, POOL)
    changes = [change for change in named.changes(POOL) if members[0] in change.removed | change.added][1:]
    waits = [after.seconds - before.seconds for before, after in zip(changes[::2], changes[1::2])]
    assert len(waits) == 3
    # What is measured begins with the write, which waits for another member to answer.
    for wait, wanted in zip(waits, (1, 2, 2.5)):
        assert wanted - 0.7 < wait < wanted + 1.2, waits


def test_who_falters_all_the_time_is_out(lab, site, named):
    """Five of the last ten checks failed, though never two in a row."""
    members = site.add(*addresses(3))
    watch(lab, named, members, check=check(fall=4, fast_interval=0.5), hold_down=30)
    for _ in range(10):
        site.drop(members[0])
        site.wait_for_rounds(1, members[0])
        site.heal(members[0])
        site.wait_for_rounds(1, members[0])
    named.wait_for(members[1:], POOL)


def test_member_that_never_was_alive_is_not_added(lab, site, named):
    members = site.add(*addresses(3))
    lab.start_daemon(configuration(lab, pool([*members, address(9)])))
    named.wait_for(members, POOL)
    site.wait_for_rounds(4, *members)
    assert address(9) not in set().union(*(change.after for change in named.changes(POOL)))


def test_pool_that_never_was_alive_is_left_as_it_is(lab, site, named):
    """Nothing is known of anybody: what stands there stays, whatever it is."""
    named.add(address(1), POOL, ttl=30)
    lab.start_daemon(configuration(lab, pool(addresses(3))))
    until(lambda: all(site.pings(member) > 8 for member in addresses(3)), "pings")
    assert [change.after for change in named.changes(POOL)] == [{address(1)}]
