# SPDX-License-Identifier: BSD-3-Clause
"""The operator's hand: what is ordered is done when the call returns, outlives the daemon, and ends when it is to."""

import time

import pytest

from bus import ERROR, ROOT, SERVICE, Client, Refused, add_bus, path_of
from members import POOL, addresses, configuration, pool, site
from wait import until

POOL_INTERFACE, MEMBER_INTERFACE = SERVICE + ".Pool", SERVICE + ".Member"
POOL_PATH = path_of("pool", POOL)
FORCE = 1


@pytest.fixture
def bus(lab):
    return add_bus(lab).start()


class Setting:
    """A daemon on a bus, with a pool of three members a, b and c that are up."""

    def __init__(self, lab, site, named, bus, **more):
        self.lab, self.site, self.named, self.bus = lab, site, named, bus
        self.members = dict(zip("abc", site.add(*addresses(3))))
        self.daemon = lab.start_daemon(configuration(lab, pool(self.members, **more)), bus=bus.address)
        self.wait_for("abc")
        bus.wait_for_owner()
        self.client = Client(bus)

    def addresses(self, names):
        return {self.members[name] for name in names}

    def wait_for(self, names, timeout=15):
        self.named.wait_for(self.addresses(names), POOL, timeout=timeout)

    @property
    def published(self):
        values = self.named.values(POOL, "A")
        return "".join(name for name, address in self.members.items() if address in values)

    def member(self, name):
        return self.client.properties(f"{POOL_PATH}/{name}", MEMBER_INTERFACE)

    def pool(self):
        return self.client.properties(POOL_PATH, POOL_INTERFACE)

    def set_admin(self, name, state, until=0, reason="", flags=0):
        return self.client.call("SetAdmin", "stst", state, until, reason, flags, path=f"{POOL_PATH}/{name}",
                                interface=MEMBER_INTERFACE)

    def fail_over(self, name, until=0, reason="", flags=0):
        return self.client.call("Failover", "stst", name, until, reason, flags, path=POOL_PATH,
                                interface=POOL_INTERFACE)

    def fail_back(self, reason="", flags=0):
        return self.client.call("Failback", "st", reason, flags, path=POOL_PATH, interface=POOL_INTERFACE)

    def restart(self, end):
        end(self.daemon)
        self.daemon.start()
        self.bus.wait_for_owner()

    def round(self, count=5):
        self.site.wait_for_rounds(count, *self.members.values())


@pytest.fixture
def setting(lab, site, named, bus):
    return Setting(lab, site, named, bus)


def stop(daemon):
    daemon.stop()


def kill(daemon):
    daemon.kill()


def in_seconds(seconds):
    return int((time.time() + seconds) * 1_000_000)


# Members


@pytest.mark.parametrize("state", ["down", "drain", "maintenance"])
def test_member_that_is_ordered_out_is_out_when_the_call_returns(setting, state):
    setting.set_admin("a", state, reason="new disk")
    assert setting.published == "bc"
    member = setting.member("a")
    assert (member["Admin"], member["AdminReason"], member["AdminUser"]) == (state, "new disk", "root")
    assert (member["Health"], member["Published"]) == ("up", False), "it is checked all the same"
    setting.set_admin("a", "none")
    setting.wait_for("abc")


def test_member_that_is_ordered_in_is_there_though_it_is_dead(setting):
    setting.site.drop(setting.members["a"])
    setting.wait_for("bc")
    setting.set_admin("a", "up", reason="the check is wrong")
    assert setting.published == "abc"
    assert setting.member("a")["Health"] == "down"
    setting.set_admin("a", "none")
    setting.wait_for("bc")


@pytest.mark.parametrize("end", [stop, kill])
def test_order_outlives_the_daemon(setting, end):
    setting.set_admin("a", "maintenance", reason="new disk")
    setting.restart(end)
    setting.round()
    assert setting.published == "bc"
    member = setting.member("a")
    assert (member["Admin"], member["AdminReason"], member["AdminUser"]) == ("maintenance", "new disk", "root")
    setting.set_admin("a", "none")
    setting.wait_for("abc")
    setting.restart(end)
    setting.round()
    assert setting.member("a")["Admin"] == "none"


def test_order_ends_when_it_was_said_to(setting):
    setting.set_admin("a", "drain", until=in_seconds(1.5))
    assert setting.published == "bc"
    setting.wait_for("abc")
    assert setting.member("a")["Admin"] == "none"
    assert setting.named.changes(POOL)[-1].seconds - setting.named.changes(POOL)[-2].seconds > 1.2


def test_order_that_ended_while_the_daemon_was_away(setting):
    setting.set_admin("a", "drain", until=in_seconds(1))
    setting.daemon.kill()
    ended = time.time() + 1
    until(lambda: time.time() > ended, "the end")
    setting.daemon.start()
    setting.wait_for("abc")


@pytest.mark.parametrize("forced", [False, True])
def test_last_member_takes_force(setting, forced):
    setting.set_admin("a", "down")
    setting.set_admin("b", "down")
    if forced:
        setting.set_admin("c", "down", flags=FORCE)
        assert setting.named.values(POOL, "A") == set()
        setting.restart(kill)
        setting.round()
        assert setting.named.values(POOL, "A") == set()
        return
    with pytest.raises(Refused) as refused:
        setting.set_admin("c", "down")
    assert refused.value.name == ERROR + "WouldEmptyPool"
    assert POOL in refused.value.message and "c" in refused.value.message
    assert setting.published == "c"
    assert setting.member("c")["Admin"] == "none"


def test_last_one_alive_counts_too(setting):
    """The others are not ordered out, they are dead."""
    setting.site.drop(setting.members["a"], setting.members["b"])
    setting.wait_for("c")
    with pytest.raises(Refused) as refused:
        setting.set_admin("c", "drain")
    assert refused.value.name == ERROR + "WouldEmptyPool"


# Pools


@pytest.mark.parametrize("end", [stop, kill])
def test_failover_outlives_the_daemon(setting, end):
    setting.fail_over("b", reason="moving house")
    assert setting.published == "b"
    assert setting.pool()["Condition"] == "overridden"
    setting.restart(end)
    setting.round()
    assert setting.published == "b"
    assert [(member, user, reason) for member, _, user, reason in setting.pool()["Overrides"]] == [
        ("b", "root", "moving house")]
    setting.fail_back()
    setting.wait_for("abc")


def test_failover_for_a_while(setting):
    setting.fail_over("b", until=in_seconds(1.5))
    assert setting.published == "b"
    setting.wait_for("abc")
    changes = setting.named.changes(POOL)
    assert changes[-1].seconds - changes[-2].seconds > 1.2
    assert all(change.after for change in changes)


def test_failover_to_a_dead_member_takes_force(setting):
    setting.site.drop(setting.members["b"])
    setting.wait_for("ac")
    with pytest.raises(Refused) as refused:
        setting.fail_over("b")
    assert refused.value.name == ERROR + "WouldEmptyPool"
    assert setting.published == "ac"
    setting.fail_over("b", flags=FORCE)
    assert setting.published == "b"


def test_failover_lets_go_when_its_member_dies(setting):
    """Without force it is for a member that is alive."""
    setting.fail_over("b")
    setting.site.drop(setting.members["b"])
    setting.wait_for("ac")
    setting.site.heal(setting.members["b"])
    setting.wait_for("b")


def test_failback_with_nothing_to_go_back_from(setting):
    with pytest.raises(Refused) as refused:
        setting.fail_back()
    assert refused.value.name == ERROR + "NotOverridden"


def test_manual_failback(lab, site, named, bus):
    members = dict(zip("ab", site.add(*addresses(2))))
    primary, secondary = members.values()
    daemon = lab.start_daemon(configuration(lab, pool(
        {name: {"address": address, "priority": number} for number, (name, address) in enumerate(members.items(), 1)},
        policy="priority", failback="manual")), bus=bus.address)
    named.wait_for({primary}, POOL)
    site.drop(primary)
    named.wait_for({secondary}, POOL)
    site.heal(primary)
    site.wait_for_rounds(8, primary)
    assert named.values(POOL, "A") == {secondary}
    Client(bus).call("Failback", "st", "", 0, path=POOL_PATH, interface=POOL_INTERFACE)
    assert named.values(POOL, "A") == {primary}
    assert daemon.running


def test_unknown_names_are_refused(setting):
    for call, name in ((lambda: setting.client.call("GetPool", "s", "no.example.com"), "NoSuchPool"),
                       (lambda: setting.fail_over("x"), "NoSuchMember")):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.name == ERROR + name
    assert setting.published == "abc"


def test_with_the_tools_that_everybody_has(setting):
    bus = setting.bus
    done = bus.busctl("call", SERVICE, f"{POOL_PATH}/a", MEMBER_INTERFACE, "SetAdmin", "stst", "drain", "0", "", "0")
    assert done.returncode == 0, done.stderr
    assert setting.published == "bc"
    done = bus.gdbus("call", "--dest", SERVICE, "--object-path", POOL_PATH, "--method", f"{POOL_INTERFACE}.Failover",
                     "b", "0", "", "0")
    assert done.returncode == 0, done.stderr
    assert setting.published == "b"
    done = bus.busctl("call", SERVICE, ROOT, SERVICE + ".Manager", "ListPools")
    assert done.stdout.strip() == f'ao 1 "{POOL_PATH}"'


def test_check_now_does_not_wait_for_the_interval(lab, site, named, bus):
    members = dict(zip("abc", site.add(*addresses(3))))
    slow = pool(members)["check"] | {"interval": 60}
    lab.start_daemon(configuration(lab, pool(members, check=slow)), bus=bus.address)
    named.wait_for(members.values(), POOL)
    client = Client(bus)
    before = site.pings(members["a"])
    client.call("CheckNow", path=f"{POOL_PATH}/a", interface=MEMBER_INTERFACE)
    until(lambda: site.pings(members["a"]) == before + 1, "one ping")


def test_orders_agree_with_other_daemons(setting):
    """What is drained here stays out though another daemon, which knows nothing of it, sees it alive: both give way
    after a while, and neither fights on."""
    setting.lab.start_daemon(configuration(setting.lab, pool(setting.members)), setting.site.add_host())
    setting.round()
    setting.set_admin("a", "drain")
    setting.round(20)
    assert len(setting.named.changes(POOL)) < 12
