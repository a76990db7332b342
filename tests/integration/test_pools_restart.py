# SPDX-License-Identifier: BSD-3-Clause
"""From one life of the daemon to the next: nothing changes before there is a verdict; and what runs only once."""

import time

import pytest

from members import POOL, addresses, check, configuration, pool, record_type, removed, site, watch


def stop(daemon):
    daemon.stop()


def kill(daemon):
    daemon.kill()


@pytest.mark.parametrize("end", [stop, kill])
def test_restart_changes_nothing(lab, site, named, end):
    """Who was out stays out, who was in stays in; not one UPDATE."""
    members = site.add(*addresses(4))
    daemon = watch(lab, named, members)
    site.drop(members[0])
    named.wait_for(members[1:], POOL)
    end(daemon)
    before = named.updates
    daemon.start()
    site.wait_for_rounds(8, *members)
    assert named.updates == before
    site.heal(members[0])
    named.wait_for(members, POOL)


def test_who_died_meanwhile_goes(lab, site, named):
    members = site.add(*addresses(4))
    daemon = watch(lab, named, members)
    daemon.stop()
    site.drop(members[0])
    daemon.start()
    named.wait_for(members[1:], POOL)
    assert removed(named) == {members[0]}


def test_nothing_changes_before_a_verdict(lab, site, named):
    """At the first start, with nothing remembered: two of three members stand in DNS, one of them is dead."""
    members = site.add(*addresses(3))
    for member in members[:2]:
        named.add(member, POOL, ttl=30)
    site.drop(members[0])
    slow = check(interval=1, fast_interval=1, rise=3, fall=3)
    began = time.time()
    lab.start_daemon(configuration(lab, pool(members, check=slow)))
    named.wait_for(members[1:], POOL)
    changes = [change for change in named.changes(POOL) if change.seconds > began]
    assert changes[0].seconds - began > 2
    assert removed(named) == {members[0]}


def test_who_was_put_back_meanwhile_is_looked_at_anew(lab, site, named):
    """The state file says that it is dead; somebody says otherwise, and is right."""
    members = site.add(*addresses(4))
    daemon = watch(lab, named, members)
    site.drop(members[0])
    named.wait_for(members[1:], POOL)
    daemon.stop()
    site.heal(members[0])
    named.add(members[0], POOL, ttl=30)
    before = len(named.changes(POOL))
    daemon.start()
    site.wait_for_rounds(6, *members)
    assert len(named.changes(POOL)) == before


def test_damaged_state_is_set_aside(lab, site, named):
    members = site.add(*addresses(3))
    daemon = watch(lab, named, members)
    daemon.stop()
    for path in daemon.state.iterdir():
        if "pool" in path.name:
            path.write_text("{ this is")
    daemon.start()
    site.wait_for_rounds(6, *members)
    assert removed(named) == set()
    site.drop(members[0])
    named.wait_for(members[1:], POOL)


# Reload


def test_reload_keeps_what_is_known(lab, site, named):
    """The dead one stays out, and the others in, while a newcomer is looked at."""
    members = site.add(*addresses(5))
    daemon = watch(lab, named, members[:4])
    site.drop(members[0])
    named.wait_for(members[1:4], POOL)
    before = len(named.changes(POOL))
    daemon.configure(configuration(lab, pool(members)))
    daemon.reload()
    named.wait_for(members[1:], POOL)
    site.wait_for_rounds(6, *members)
    assert [change.added for change in named.changes(POOL)[before:]] == [{members[4]}]
    assert removed(named) == {members[0]}


def test_reload_takes_a_member_out(lab, site, named):
    members = site.add(*addresses(4))
    daemon = watch(lab, named, members)
    daemon.configure(configuration(lab, pool(members[:3])))
    daemon.reload()
    named.wait_for(members[:3], POOL)


def test_member_of_one_name_gets_another_address(lab, site, named):
    old, new, other = site.add(*addresses(3))
    daemon = lab.start_daemon(configuration(lab, pool({"a": old, "b": other})))
    named.wait_for({old, other}, POOL)
    daemon.configure(configuration(lab, pool({"a": new, "b": other})))
    daemon.reload()
    named.wait_for({new, other}, POOL)
    assert all(change.after for change in named.changes(POOL))


def test_bad_configuration_leaves_the_pools_alone(lab, site, named):
    members = site.add(*addresses(4))
    daemon = watch(lab, named, members)
    daemon.configure(configuration(lab, pool([members[0], members[0]])))
    daemon.reload()
    daemon.wait_for_log("the old one stays in force")
    site.drop(members[0])
    named.wait_for(members[1:], POOL)


# Once


@pytest.mark.parametrize("ipv6", [False, True])
def test_once_publishes_who_is_alive(lab, site, named, ipv6):
    members = site.add(*addresses(4, ipv6=ipv6))
    named.add(members[1], POOL, record_type(members), ttl=30)
    site.drop(*members[:2])
    done = lab.make_daemon(configuration(lab, pool(members, verify=0))).run("--once", timeout=40)
    assert done.returncode == 0, done.stderr
    assert named.values(POOL, record_type(members)) == set(members[2:])


def test_once_with_nobody_alive_changes_nothing(lab, site, named):
    named.add(addresses(1)[0], POOL, ttl=30)
    done = lab.make_daemon(configuration(lab, pool(addresses(3)))).run("--once", timeout=60)
    assert done.returncode == 0, done.stderr
    assert named.values(POOL, "A") == set(addresses(1))


def test_dry_run_says_what_it_would_do(lab, site, named):
    members = site.add(*addresses(3))
    named.add(members[0], POOL, ttl=30)
    site.drop(members[0])
    before = named.updates
    done = lab.make_daemon(configuration(lab, pool(members))).run("--dry-run", timeout=40)
    assert done.returncode == 0, done.stderr
    assert named.updates == before
    for sign, member in zip("-++", members):
        assert f"{sign} {POOL} 30 IN A {member}\n" in done.stdout
