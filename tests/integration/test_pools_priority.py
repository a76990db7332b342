# SPDX-License-Identifier: BSD-3-Clause
"""Primaries and those that stand in for them."""

import pytest

from members import POOL, addresses, configuration, pool, removed, site

PRIMARY, SECOND, THIRD = addresses(3)


@pytest.fixture
def start(lab, site, named):
    """A daemon that has published the primary, of three members that are up."""
    def started(**more):
        site.add(PRIMARY, SECOND, THIRD)
        members = {"a": {"address": PRIMARY, "priority": 1}, "b": {"address": SECOND, "priority": 2},
                   "c": {"address": THIRD, "priority": 2}}
        daemon = lab.start_daemon(configuration(lab, pool(members, policy="priority", **more)))
        named.wait_for({PRIMARY}, POOL)
        return daemon

    return started


def test_best_priority_serves_alone(lab, site, named, start):
    start()
    site.drop(PRIMARY)
    named.wait_for({SECOND, THIRD}, POOL)
    site.drop(SECOND)
    named.wait_for({THIRD}, POOL)
    site.heal(SECOND)
    named.wait_for({SECOND, THIRD}, POOL)
    assert all(change.after for change in named.changes(POOL)), "never through nothing"


def test_failback_waits_until_the_primary_has_been_up_for_a_while(lab, site, named, start):
    start(failback_delay=2)
    site.drop(PRIMARY)
    named.wait_for({SECOND, THIRD}, POOL)
    site.heal(PRIMARY)
    site.wait_for_rounds(3, PRIMARY)
    assert named.values(POOL, "A") == {SECOND, THIRD}
    site.drop(PRIMARY)  # it begins anew
    site.wait_for_rounds(5, PRIMARY)
    site.heal(PRIMARY)
    named.wait_for({PRIMARY}, POOL)
    changes = named.changes(POOL)
    [out] = [change for change in changes if PRIMARY in change.removed]
    first, back = [change for change in changes if PRIMARY in change.added]
    assert (first, back) == (changes[0], changes[-1])
    assert back.after == {PRIMARY} and back.seconds - out.seconds > 2


def test_secondary_that_dies_lets_the_primary_back_at_once(lab, site, named, start):
    start(failback_delay=60)
    site.drop(PRIMARY)
    named.wait_for({SECOND, THIRD}, POOL)
    site.heal(PRIMARY)
    site.wait_for_rounds(6, PRIMARY)
    site.drop(SECOND, THIRD)
    named.wait_for({PRIMARY}, POOL)


def test_manual_failback_is_left_to_the_operator(lab, site, named, start):
    start(failback="manual", failback_delay=0)
    site.drop(PRIMARY)
    named.wait_for({SECOND, THIRD}, POOL)
    site.heal(PRIMARY)
    site.wait_for_rounds(8, PRIMARY)
    assert named.values(POOL, "A") == {SECOND, THIRD}


def test_priority_in_use_outlives_a_restart(lab, site, named, start):
    daemon = start(failback="manual")
    site.drop(PRIMARY)
    named.wait_for({SECOND, THIRD}, POOL)
    site.heal(PRIMARY)
    site.wait_for_rounds(6, PRIMARY)
    daemon.stop()
    daemon.start()
    site.wait_for_rounds(6, PRIMARY, SECOND, THIRD)
    assert named.values(POOL, "A") == {SECOND, THIRD}
    assert removed(named) == {PRIMARY}
