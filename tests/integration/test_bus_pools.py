# SPDX-License-Identifier: BSD-3-Clause
"""Pools and their members on the bus: what they say, who may order what, what is refused and why, and what is announced."""

import signal
import time

import pytest

from bus import (ERROR, MANAGER, MEMBER, NOBODY, POOL, ROOT, SERVICE, Bus, Client, Polkit, Refused, add_bus, installed_interface,
                 interface_of, path_of, start_monitor)
from members import POOL as NAME
from members import address, addresses, configuration, pool, site
from wait import until

INVALID = "org.freedesktop.DBus.Error.InvalidArgs"
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
DENIED = "org.freedesktop.DBus.Error.AccessDenied"
INTERACTIVE = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
OTHER = "mail.example.com"
POOL_PATH = path_of("pool", NAME)
FORCE = 1


def path_to(name):
    return path_of("pool", NAME, name)


def in_seconds(seconds):
    return int((time.time() + seconds) * 1_000_000)


class Setting:
    """A daemon on a bus, with a pool of members web1, web2 and web3 that are up, and somebody who looks at it."""

    def __init__(self, lab, site, named, bus, others=None, **more):
        self.lab, self.site, self.named, self.bus = lab, site, named, bus
        self.members = {f"web{number}": member for number, member in enumerate(site.add(*addresses(3)), 1)}
        pools = {NAME: pool(self.members, **more), **(others or {})}
        self.daemon = lab.start_daemon(configuration(lab, pools), bus=bus.address)
        bus.wait_for_owner()
        self.client = Client(bus)
        self.client.wait_for_pool(NAME, timeout=30, Condition="normal", State="in-sync")

    def order(self, member, signature, *arguments, path=POOL_PATH, interface=POOL):
        return self.client.call(member, signature, *arguments, path=path, interface=interface)

    def fail_over(self, name, until=0, reason="", flags=0):
        return self.order("Failover", "stst", name, until, reason, flags)

    def fail_back(self, reason="", flags=0):
        return self.order("Failback", "st", reason, flags)

    def set_admin(self, name, state, until=0, reason="", flags=0):
        return self.order("SetAdmin", "stst", state, until, reason, flags, path=path_to(name), interface=MEMBER)

    def refuse(self, call, *arguments, **more):
        with pytest.raises(Refused) as refused:
            call(*arguments, **more)
        return refused.value

    def pool(self):
        return self.client.pool(NAME)

    def member(self, name):
        return self.client.member(NAME, name)

    @property
    def published(self):
        values = self.named.values(NAME, "A")
        return [name for name, member in self.members.items() if member in values]

    def kill(self, *names):
        """And waits until that is the verdict."""
        self.site.make_unreachable(*(self.members[name] for name in names))
        for name in names:
            self.client.wait_for_member(NAME, name, Health="down")

    def monitor(self):
        return start_monitor(self.lab, self.bus)

    def wait_for_checks(self, count=3):
        """Each member is checked so often again."""
        for name in self.members:
            seen = set()
            until(lambda: seen.add(self.member(name)["LastCheckTime"]) or len(seen) > count, f"{count} checks of {name}")


@pytest.fixture
def bus(lab):
    return add_bus(lab).start()


@pytest.fixture
def setting(lab, site, named, bus):
    return Setting(lab, site, named, bus)


# Introspection


@pytest.mark.parametrize("interface, path", [(POOL, POOL_PATH), (MEMBER, path_to("web1"))])
def test_installed_introspection_data_is_what_the_daemon_says(setting, interface, path):
    said = setting.client.call("Introspect", path=path, interface="org.freedesktop.DBus.Introspectable")
    assert interface_of(said, interface) == installed_interface(interface)
    assert "None" not in str(interface_of(said, interface)), "an argument without a name"
    assert said.count(f'<interface name="{SERVICE}.') == 1, "it is of one kind"


def test_tree_shows_pools_and_below_them_their_members(setting):
    tree = setting.bus.busctl("tree", "--list", SERVICE).stdout.split()
    seen = setting.bus.gdbus("introspect", "--dest", SERVICE, "--object-path", ROOT, "--recurse").stdout
    for path in (POOL_PATH, *map(path_to, setting.members)):
        assert path in tree
        assert f"node {path} " in seen


def test_object_manager_tells_all_of_every_object_however_it_stands(setting):
    def check():
        objects = setting.client.objects()
        assert set(objects) == {path_of("provider", "home"), POOL_PATH, *map(path_to, setting.members)}
        for path, interface in ((POOL_PATH, POOL), *((path_to(name), MEMBER) for name in setting.members)):
            wanted = {name for kind, name in installed_interface(interface) if kind == "property"}
            assert set(objects[path][interface]) == wanted
            assert objects[path].keys().isdisjoint({POOL, MEMBER} - {interface})

    check()
    setting.set_admin("web1", "drain", in_seconds(600), "\N{SNOWMAN} " * 20)
    setting.fail_over("web2", reason="test")
    check()
    setting.named.process.kill()
    setting.kill("web2", "web3")
    check()


@pytest.mark.parametrize("path", ["pool", "pool/x", "pool/WWW_2eexample_2ecom", path_to("web4")[len(ROOT) + 1:],
                                  path_to("web1")[len(ROOT) + 1:] + "/more", path_to("web1")[len(ROOT) + 1:-1] + "_31",
                                  "record/www_2eexample_2ecom/web1"])
def test_a_path_that_names_nothing_has_no_properties(setting, path):
    for interface in (POOL, MEMBER):
        with pytest.raises(Refused):
            setting.client.properties(f"{ROOT}/{path}", interface)
    with pytest.raises(Refused):
        setting.order("SetAdmin", "stst", "drain", 0, "", 0, path=f"{ROOT}/{path}", interface=MEMBER)
    assert len(setting.published) == 3


def test_one_kind_has_not_the_methods_of_the_other(setting):
    assert setting.refuse(setting.order, "CheckNow", "").name.startswith("org.freedesktop.DBus.Error.Unknown")
    error = setting.refuse(setting.order, "Failback", "st", "", 0, path=path_to("web1"))
    assert error.name.startswith("org.freedesktop.DBus.Error.Unknown")


# What they say


def test_pool_says_how_it_stands(setting):
    properties = setting.pool()
    now = time.time() * 1e6
    assert now - 120e6 < properties.pop("LastChange") <= now
    assert properties == {
        "Name": NAME, "Provider": "home", "Ttl": 30, "Policy": "all", "State": "in-sync", "Condition": "normal",
        "Wanted": list(setting.members.values()), "Published": list(setting.members.values()), "LastError": "", "NextRetry": 0,
        "Priority": 0, "MembersUp": 3, "MembersTotal": 3, "Overrides": []}


def test_member_says_how_it_stands(setting):
    properties = setting.member("web2")
    now = time.time() * 1e6
    for name in ("LastChange", "LastCheckTime"):
        assert now - 120e6 < properties.pop(name) <= now
    assert 0 < properties.pop("Latency") < 300_000
    assert properties == {
        "Name": "web2", "Address": setting.members["web2"], "Priority": 10, "Origin": "configured", "Health": "up",
        "Published": True, "Admin": "none", "AdminReason": "", "AdminUser": "", "AdminUntil": 0, "LastError": ""}


def test_what_an_operator_said_is_shown_beside_what_the_checks_say(setting):
    until_usec = in_seconds(600)
    setting.set_admin("web1", "maintenance", until_usec, "new disk: ä")
    member = setting.member("web1")
    assert (member["Admin"], member["AdminReason"], member["AdminUser"], member["AdminUntil"]) == (
        "maintenance", "new disk: ä", "root", until_usec)
    assert (member["Health"], member["Published"]) == ("up", False)
    assert setting.pool()["Condition"] == "degraded"
    setting.set_admin("web1", "none")
    member = setting.member("web1")
    assert (member["Admin"], member["AdminReason"], member["AdminUser"], member["AdminUntil"]) == ("none", "", "", 0)


def test_override_is_shown_and_outlives_the_daemon(setting):
    until_usec = in_seconds(600)
    setting.fail_over("web2", until_usec, "test")
    override = ("web2", until_usec, "root", "test")
    properties = setting.pool()
    assert (properties["Condition"], properties["Overrides"]) == ("overridden", [override])
    assert properties["Wanted"] == properties["Published"] == [setting.members["web2"]]
    assert properties["MembersUp"] == 3
    setting.daemon.stop()
    setting.daemon.start()
    setting.bus.wait_for_owner()
    setting.client.wait_for_pool(NAME, State="in-sync", Condition="overridden")
    assert setting.pool()["Overrides"] == [override]
    setting.fail_back()
    assert (setting.pool()["Overrides"], setting.published) == ([], ["web1", "web2", "web3"])


def test_dead_member_says_what_is_wrong_with_it(setting):
    setting.kill("web3")
    member = setting.member("web3")
    assert "unreachable" in member["LastError"]
    setting.client.wait_for_pool(NAME, Condition="degraded", MembersUp=2, MembersTotal=3,
                                 Published=[setting.members["web1"], setting.members["web2"]])
    setting.client.wait_for_member(NAME, "web3", Published=False)
    setting.site.heal(setting.members["web3"])
    setting.client.wait_for_member(NAME, "web3", Health="up", Published=True, LastError="")


def test_pool_that_is_held_says_so(setting):
    setting.kill("web1", "web2", "web3")
    setting.client.wait_for_pool(NAME, Condition="held", MembersUp=0)
    assert setting.pool()["Published"] != []


def test_priority_in_use(lab, site, named, bus):
    members = {"near": {"address": address(1), "priority": 1}, "far": {"address": address(2), "priority": 7}}
    site.add(*addresses(2))
    lab.start_daemon(configuration(lab, pool(members, policy="priority")), bus=bus.address)
    bus.wait_for_owner()
    client = Client(bus)
    client.wait_for_pool(NAME, Policy="priority", Priority=1, Published=[address(1)], State="in-sync")
    assert client.member(NAME, "far")["Priority"] == 7
    site.make_unreachable(address(1))
    client.wait_for_pool(NAME, Priority=7, Published=[address(2)], State="in-sync")


def test_both_families_are_one_pool(lab, site, named, bus):
    members = dict(zip(("four", "six"), (address(1), address(1, ipv6=True))))
    site.add(*members.values())
    lab.start_daemon(configuration(lab, pool(members)), bus=bus.address)
    bus.wait_for_owner()
    client = Client(bus)
    client.wait_for_pool(NAME, Condition="normal", State="in-sync", Wanted=list(members.values()),
                         Published=list(members.values()), MembersUp=2)
    for name in members:
        client.call("Failover", "stst", name, 0, name, 0, path=POOL_PATH, interface=POOL)
    assert client.pool(NAME)["Overrides"] == [("four", 0, "root", "four"), ("six", 0, "root", "six")]


def test_observer_is_shown(setting):
    monitor = setting.monitor()
    after = monitor.position()

    def wait_for(state):
        until(lambda: [path for path, properties in monitor.changes(after) if properties.get("Observer") == state] == [ROOT],
              lambda: f"{state}, only {monitor.changes(after)}", 30)
        assert setting.client.properties()["Observer"] == state

    setting.site.cut_upstream(setting.lab.host)
    wait_for("lost")
    assert setting.pool()["Condition"] == "frozen"
    setting.site.restore_upstream(setting.lab.host)
    wait_for("ok")
    setting.client.wait_for_pool(NAME, Condition="normal")


def test_names_of_members_may_be_anything(lab, site, named, bus):
    names = ["web 1", "a/b", "ä", "_", "x" * 60]
    site.add(*addresses(len(names)))
    lab.start_daemon(configuration(lab, pool(dict(zip(names, addresses(len(names)))))), bus=bus.address)
    bus.wait_for_owner()
    client = Client(bus)
    client.wait_for_pool(NAME, timeout=30, Condition="normal", State="in-sync")
    found = {properties[MEMBER]["Name"]: path for path, properties in client.objects().items() if MEMBER in properties}
    assert set(found) == set(names)
    for name, path in found.items():
        client.call("SetAdmin", "stst", "drain", 0, "", 0, path=path, interface=MEMBER)
        assert client.properties(path, MEMBER)["Admin"] == "drain"
        client.call("SetAdmin", "stst", "up", 0, "", 0, path=path, interface=MEMBER)


# The manager


def test_lists_and_names_in_any_spelling(lab, site, named, bus):
    setting = Setting(lab, site, named, bus, {OTHER: pool(site.add(address(9)))})
    assert setting.client.call("ListPools") == [path_of("pool", OTHER), POOL_PATH]
    for name in (NAME, NAME + ".", NAME.upper()):
        assert setting.client.call("GetPool", "s", name) == POOL_PATH
    for name, error, fact in (("x.example.com", ERROR + "NoSuchPool", OTHER), ("a..b", INVALID, "empty label")):
        refused = setting.refuse(setting.client.call, "GetPool", "s", name)
        assert refused.name == error and fact in refused.message and name in refused.message
    refused = setting.refuse(setting.client.call, "Publish", "sb", "x.example.com", False)
    assert refused.name == ERROR + "NoSuchRecord" and NAME in refused.message and OTHER in refused.message


@pytest.mark.parametrize("name", [NAME, ""])
@pytest.mark.parametrize("force", [False, True])
def test_publish_answers_when_dns_has_the_pool(lab, site, named, bus, name, force):
    """Somebody took it away, and nobody looks for it by itself."""
    setting = Setting(lab, site, named, bus, verify=600)
    named.delete(NAME)
    setting.client.call("Publish", "sb", name, force)
    assert setting.published == ["web1", "web2", "web3"]


def test_withdrawn_interface_is_out_of_the_pools_when_it_answers(lab, site, named, bus):
    """This host is a member with an address of eth0."""
    own = "198.51.100.7"
    lab.host.add_address("eth0", own + "/24")
    source = {"from": "interfaces", "interfaces": ["eth*"]}
    members = dict(zip(("a", "b"), site.add(*addresses(2))))
    made = pool(members, self={"ipv4": source, "ipv6": False})
    lab.start_daemon(configuration(lab, made), bus=bus.address)
    bus.wait_for_owner()
    named.wait_for({own, *members.values()}, NAME)
    client = Client(bus)
    assert client.member(NAME, own)["Origin"] == "self"
    client.call("WithdrawInterface", "s", "eth0")
    assert named.values(NAME, "A") == set(members.values())


# Refused


BAD_ARGUMENTS = [
    (dict(flags=2), ["flags is 2", "1 is force"]),
    (dict(flags=1 << 63), [str(1 << 63)]),
    (dict(until=1), ["until has passed"]),
    (dict(until=(1 << 64) - 1), ["until is 18446744073709551615", "microseconds"]),
    (dict(reason="x" * 513), ["513", "512"]),
    (dict(reason="two\nlines"), ["one line"]),
    (dict(reason="\x1b[31mred"), ["one line"]),
]


@pytest.mark.parametrize("more, facts", BAD_ARGUMENTS)
def test_words_that_make_no_order(setting, more, facts):
    calls = [(setting.fail_over, "web2"), (setting.set_admin, "web2", "drain")]
    if "until" not in more:
        calls.append((setting.fail_back,))
    for call, *arguments in calls:
        error = setting.refuse(call, *arguments, **more)
        assert error.name == INVALID
        assert all(fact in error.message for fact in facts), error.message
    assert (setting.pool()["Overrides"], setting.member("web2")["Admin"]) == ([], "none")
    assert "orders" not in setting.daemon.log


def test_longest_reason_is_kept_whole(setting):
    reason = "ä" * 256
    setting.set_admin("web2", "up", reason=reason)
    assert setting.member("web2")["AdminReason"] == reason


@pytest.mark.parametrize("state", ["", "Drain", "gone", "x" * 100000])
def test_state_that_there_is_not(setting, state):
    error = setting.refuse(setting.set_admin, "web2", state)
    assert error.name == INVALID and "none, up, down, drain or maintenance" in error.message and len(error.message) < 1000


def test_errors_have_names_and_facts(setting):
    error = setting.refuse(setting.fail_over, "web4")
    assert error.name == ERROR + "NoSuchMember"
    assert all(fact in error.message for fact in ("web4", NAME, "web1, web2, web3"))
    error = setting.refuse(setting.fail_back)
    assert error.name == ERROR + "NotOverridden" and NAME in error.message
    setting.kill("web3")
    setting.client.wait_for_member(NAME, "web3", Published=False)
    error = setting.refuse(setting.fail_over, "web3")
    assert error.name == ERROR + "WouldEmptyPool"
    assert all(fact in error.message for fact in ("web3", NAME, "is down", "unreachable", "force"))
    setting.set_admin("web2", "maintenance", reason="new disk")
    error = setting.refuse(setting.set_admin, "web1", "drain")
    assert error.name == ERROR + "WouldEmptyPool"
    for fact in ("web1", NAME, "fewer than 1 IPv4 member ", "web2 is in maintenance", "web3 is down", "force"):
        assert fact in error.message
    error = setting.refuse(setting.fail_over, "web2")
    assert error.name == ERROR + "WouldEmptyPool" and "web2 of www.example.com is in maintenance (new disk)" in error.message
    assert setting.published == ["web1"]
    setting.set_admin("web1", "drain", flags=FORCE)
    assert setting.member("web1")["Admin"] == "drain"


def test_order_that_does_not_reach_dns_is_no_success(lab, site, named, bus):
    setting = Setting(lab, site, named, bus)
    named.process.kill()
    error = setting.refuse(setting.set_admin, "web1", "drain")
    assert error.name == ERROR + "NotPublished" and f"{NAME} (A) is retrying: " in error.message
    assert setting.member("web1")["Admin"] == "drain", "it is tried again"


def test_waiting_ends(lab, site, named, bus):
    """The server hangs, and longer than anybody should wait for the answer to a call."""
    setting = Setting(lab, site, named, bus)
    setting.daemon.configure({**configuration(lab, pool(setting.members)),
                              "providers": lab.configuration(provider={"timeout": 60})["providers"]})
    setting.client.call("Reload")
    setting.client.wait_for_pool(NAME, State="in-sync", Condition="normal", timeout=30)
    named.process.signal(signal.SIGSTOP)
    try:
        begin = time.monotonic()
        error = setting.refuse(setting.set_admin, "web1", "drain")
        assert error.name == ERROR + "Timeout" and NAME in error.message and " 20 s" in error.message
        assert 19 < time.monotonic() - begin < 25
    finally:
        named.process.signal(signal.SIGCONT)


# Who may


ORDERS = [
    ("failover", "Failover", ["web2", "0", "test", "0"], POOL_PATH, POOL),
    ("failover", "Failback", ["", "0"], POOL_PATH, POOL),
    ("set-admin", "SetAdmin", ["drain", "0", "test", "0"], path_to("web3"), MEMBER),
    ("refresh", "CheckNow", [], path_to("web3"), MEMBER),
]


def start_polkit(setting):
    polkit = Polkit(setting.bus)
    setting.lab.processes.append(polkit)
    polkit.start()
    return polkit


def ask(setting, order, **options):
    _, member, arguments, path, interface = order
    return setting.bus.ask(member, *arguments, user=NOBODY, path=path, interface=interface, **options)


def ask_when_allowed(setting, polkit, order):
    """Adds the rule; what polkitd says before it has read it is not the test's concern."""
    polkit.add_rule(f"org.signpost1.{order[0]}", "YES")

    def allowed():
        try:
            return ask(setting, order)
        except Refused as refused:
            assert refused.name == INTERACTIVE
            return None

    assert until(allowed, "a polkitd that knows the rule") == "()"


def test_a_refused_caller_changes_nothing(setting):
    start_polkit(setting)
    for order in ORDERS:
        error = setting.refuse(ask, setting, order)
        assert error.name == INTERACTIVE and f"org.signpost1.{order[0]}" in error.message
        error = setting.refuse(ask, setting, order, interactive=True)
        assert error.name == DENIED and "agent" in error.message
    assert (setting.pool()["Overrides"], setting.member("web3")["Admin"]) == ([], "none")
    assert setting.published == ["web1", "web2", "web3"]
    assert "is allowed to" not in setting.daemon.log


def test_without_polkit_the_answer_is_no_but_to_root(setting):
    for order in ORDERS:
        assert setting.refuse(ask, setting, order).name == DENIED
    setting.fail_over("web2")
    setting.fail_back()


def test_reading_needs_no_right(setting):
    for path in (POOL_PATH, path_to("web1")):
        done = setting.bus.busctl("introspect", SERVICE, path, user=NOBODY)
        assert done.returncode == 0 and setting.members["web1"] in done.stdout
    assert POOL_PATH in setting.bus.ask("GetPool", NAME, user=NOBODY)
    assert POOL_PATH in setting.bus.ask("ListPools", user=NOBODY)


def test_who_is_allowed_is_named_and_one_action_is_not_another(setting):
    polkit = start_polkit(setting)
    fail_over, _, drain, _ = ORDERS
    ask_when_allowed(setting, polkit, drain)
    assert setting.published == ["web1", "web2"]
    member = setting.member("web3")
    assert (member["AdminUser"], member["AdminReason"]) == ("nobody", "test")
    assert setting.refuse(ask, setting, fail_over).name == INTERACTIVE
    ask_when_allowed(setting, polkit, fail_over)
    assert setting.published == ["web2"]
    assert setting.pool()["Overrides"] == [("web2", 0, "nobody", "test")]


def test_an_allowed_caller_still_gets_the_errors(setting):
    polkit = start_polkit(setting)
    ask_when_allowed(setting, polkit, ORDERS[0])
    error = setting.refuse(ask, setting, ("failover", "Failover", ["web4", "0", "", "0"], POOL_PATH, POOL))
    assert error.name == ERROR + "NoSuchMember"
    error = setting.refuse(ask, setting, ("failover", "Failover", ["web1", "0", "", "4"], POOL_PATH, POOL))
    assert error.name == INVALID


def test_what_was_asked_about_is_looked_up_after_polkit_spoke(setting):
    """The member, then the pool, is gone by then."""
    polkit = start_polkit(setting)
    ask_when_allowed(setting, polkit, ORDERS[2])
    monitor = setting.monitor()
    left = {name: setting.members[name] for name in ("web1", "web2")}
    for name, pools, error in (("web3", {NAME: pool(left)}, "NoSuchMember"), ("web2", {OTHER: pool(left)}, "NoSuchPool")):
        after = monitor.position()
        polkit.signal(signal.SIGSTOP)
        try:
            caller = setting.bus.start_asking("SetAdmin", "drain", "0", "", "0", user=NOBODY, path=path_to(name),
                                              interface=MEMBER)
            until(lambda: monitor.calls("CheckAuthorization", after), "a question to polkit")
            setting.daemon.configure(configuration(setting.lab, pools))
            setting.client.call("Reload")
        finally:
            polkit.signal(signal.SIGCONT)
        assert ERROR + error in caller.communicate(timeout=30)[0]


# What is announced


def check_told(monitor, after, client):
    """Nothing twice; the last word on each property is true; returns the names of the properties by path."""
    told = {}
    for path, properties in monitor.changes(after):
        for name, value in properties.items():
            value = str(value)
            assert told.get((path, name)) != value, f"{name} of {path} is told twice"
            told[path, name] = value
    interface = {0: MANAGER, 2: POOL, 3: MEMBER}
    names = {}
    for (path, name), value in told.items():
        depth = path[len(ROOT):].count("/")
        names.setdefault(path, set()).add(name)
        if "/provider/" not in path:
            now = client.properties(path, interface[depth])[name]
            assert value.replace("'", "").strip("[]") == str(now).replace("'", "").strip("[]"), f"{name} of {path}"
    return names


def test_checks_that_find_nothing_new_are_not_announced(setting):
    monitor = setting.monitor()
    after = monitor.position()
    setting.wait_for_checks()
    setting.order("CheckNow", "", path=path_to("web1"), interface=MEMBER)
    setting.wait_for_checks(1)
    monitor.position()
    names = check_told(monitor, after, setting.client)
    # The pool is read back now and then.
    assert set(names) <= {POOL_PATH, path_of("provider", "home")}
    assert names.get(POOL_PATH, set()) <= {"State", "NextRetry"}


def test_exactly_what_changed_is_announced(setting):
    monitor = setting.monitor()
    after = monitor.position()
    setting.set_admin("web1", "drain", reason="test")
    setting.client.wait_for_pool(NAME, State="in-sync")
    monitor.position()
    names = check_told(monitor, after, setting.client)
    assert set(names) <= {POOL_PATH, path_to("web1"), path_of("provider", "home")}
    assert names[path_to("web1")] == {"Admin", "AdminReason", "AdminUser", "Published"}
    pools = names[POOL_PATH] - {"State", "NextRetry"}
    assert pools == {"Condition", "Wanted", "Published", "LastChange"}
    after = monitor.position()
    setting.kill("web2")
    setting.client.wait_for_pool(NAME, State="in-sync", Published=[setting.members["web3"]])
    monitor.position()
    names = check_told(monitor, after, setting.client)
    assert set(names) <= {POOL_PATH, path_to("web2"), path_of("provider", "home")}
    assert names[path_to("web2")] == {"Health", "LastError", "LastChange", "Published"}
    assert "MembersUp" in names[POOL_PATH]


def failovers(monitor, after):
    return [(message["path"], *message["payload"]["data"]) for message in monitor.signals(after)
            if message["member"] == "FailedOver"]


def test_failover_and_failback_are_signals(setting):
    monitor = setting.monitor()
    after = monitor.position()
    setting.fail_over("web2", reason="new kernel")
    setting.fail_back("done")
    monitor.position()
    everybody, web2 = sorted(setting.members.values()), [setting.members["web2"]]
    assert failovers(monitor, after) == [(POOL_PATH, everybody, web2, "new kernel"), (POOL_PATH, web2, everybody, "done")]
    assert all(message["interface"] == POOL for message in monitor.signals(after) if message["member"] == "FailedOver")


def test_failover_by_checks_is_a_signal_too(lab, site, named, bus):
    members = {"near": {"address": address(1), "priority": 1}, "far": {"address": address(2), "priority": 7}}
    site.add(*addresses(2))
    lab.start_daemon(configuration(lab, pool(members, policy="priority")), bus=bus.address)
    bus.wait_for_owner()
    client = Client(bus)
    client.wait_for_pool(NAME, Condition="normal", Published=[address(1)])
    monitor = start_monitor(lab, bus)
    after = monitor.position()
    site.make_unreachable(address(1))
    until(lambda: failovers(monitor, after), "a failover", 30)
    path, before, now, reason = failovers(monitor, after)[0]
    assert (path, before) == (POOL_PATH, [address(1)]) and address(2) in now and len(reason) > 5
    client.wait_for_pool(NAME, Published=[address(2)])
    site.heal(address(1))
    until(lambda: len(failovers(monitor, after)) == 2, "a failback", 30)
    path, before, now, reason = failovers(monitor, after)[1]
    assert (path, before) == (POOL_PATH, [address(2)]) and address(1) in now and len(reason) > 5


def test_members_come_and_go_one_by_one(lab, site, named, bus):
    """A hundred servers that put themselves into the RRset: one more, and one less, is told as one."""
    present = site.add(*addresses(100))
    named.update(lambda message: [message.add(NAME + ".", 30, "A", member) for member in present])
    lab.start_daemon(configuration(lab, pool([], discover=True)), bus=bus.address)
    bus.wait_for_owner()
    client = Client(bus)
    client.wait_for_pool(NAME, timeout=30, MembersTotal=100, Condition="normal", State="in-sync")
    assert client.member(NAME, address(7))["Origin"] == "discovered"
    monitor = start_monitor(lab, bus)
    after = monitor.position()
    site.add(address(101))
    named.add(address(101), NAME)
    new = path_to(address(101))
    until(lambda: monitor.objects("InterfacesAdded", after), "a member that came", 30)
    client.wait_for_member(NAME, address(101), Health="up", Published=True)
    monitor.position()
    added = monitor.objects("InterfacesAdded", after)
    assert set(added) == {new}
    assert added[new][MEMBER]["Address"]["data"] == address(101) and POOL not in added[new]
    assert {path for path, _ in monitor.changes(after)} <= {new, POOL_PATH, path_of("provider", "home")}
    assert len(monitor.signals(after)) < 30
    assert monitor.objects("InterfacesRemoved", after) == {}


def test_objects_that_are_told_of_are_those_that_there_are(setting):
    """Reloads bring and take pools and members; what DNS still has of a member outlives it for a while."""
    monitor = setting.monitor()
    after = monitor.position()
    known = set(setting.client.objects())

    def told():
        objects = set(known)
        for message in monitor.signals(after):
            if message["member"] == "InterfacesAdded":
                assert message["payload"]["data"][0] not in objects, "told twice"
                objects.add(message["payload"]["data"][0])
            elif message["member"] == "InterfacesRemoved":
                objects.remove(message["payload"]["data"][0])
        return objects

    setting.site.add(*addresses(2, first=4))
    left = {name: setting.members[name] for name in ("web1", "web2")}
    mail = pool({"mx": address(5)})
    for pools in ({NAME: pool({**left, "web4": address(4)}), OTHER: mail}, {OTHER: mail}, {NAME: pool(setting.members)}):
        setting.daemon.configure(configuration(setting.lab, pools))
        setting.client.call("Reload")
        wanted = {path_of("provider", "home"), *(path_of("pool", name) for name in pools),
                  *(path_of("pool", name, member) for name, made in pools.items() for member in made["members"])}
        until(lambda: set(setting.client.objects()) == wanted, lambda: f"{wanted}, not {set(setting.client.objects())}", 30)
        until(lambda: told() == wanted, lambda: f"{wanted}, not {told()}")
    gone = monitor.objects("InterfacesRemoved", after)
    assert MEMBER in gone[path_to("web4")] and POOL in gone[path_of("pool", OTHER)]
    assert setting.refuse(setting.client.properties, path_to("web4"), MEMBER).name == UNKNOWN_OBJECT


def test_reload_of_the_same_announces_no_object(setting):
    monitor = setting.monitor()
    after = monitor.position()
    setting.client.call("Reload")
    setting.client.wait_for_pool(NAME, timeout=30, State="in-sync", Condition="normal")
    monitor.position()
    assert {message["member"] for message in monitor.signals(after)} <= {"PropertiesChanged"}


# Both kinds of bus


@pytest.mark.parametrize("kind", sorted(Bus.PROGRAMS))
def test_each_kind_of_bus(lab, site, named, kind):
    bus = add_bus(lab, kind).start()
    setting = Setting(lab, site, named, bus)
    monitor = setting.monitor()
    after = monitor.position()
    done = bus.busctl("call", SERVICE, path_to("web1"), MEMBER, "SetAdmin", "stst", "drain", "0", "test", "0")
    assert done.returncode == 0, done.stderr
    assert setting.published == ["web2", "web3"]
    assert bus.ask("Failover", "web3", "0", "test", "0", path=POOL_PATH, interface=POOL) == "()"
    assert setting.published == ["web3"]
    monitor.position()
    assert len(failovers(monitor, after)) == 1
    done = bus.busctl("call", SERVICE, POOL_PATH, POOL, "Failover", "stst", "web1", "0", "test", "0")
    assert done.returncode != 0 and "web1 of www.example.com is drained (test)" in done.stderr
