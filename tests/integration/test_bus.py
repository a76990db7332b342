# SPDX-License-Identifier: BSD-3-Clause
"""The objects on the bus: what they say, what they do when asked, and what they announce."""

import re
import signal
import time

import pytest

from bus import (ERROR, LOG_CONTROL, MANAGER, MEMBER, NOBODY, POOL, PROPERTIES, PROVIDER, RECORD, ROOT, SERVICE, Bus, Client,
                 Refused, add_bus, installed_interface, interface_of, path_of, start_monitor)
from conftest import SERVER
from servers import NAME, ZONE
from wait import until

OTHER = "nas.example.com"
ADDRESS, MORE = "198.51.100.7", "198.51.100.8"
INVALID = "org.freedesktop.DBus.Error.InvalidArgs"


@pytest.fixture(params=sorted(Bus.PROGRAMS))
def each_bus(request, lab):
    """The same test with each kind of bus."""
    return add_bus(lab, request.param).start()


@pytest.fixture
def bus(lab):
    return add_bus(lab).start()


class Setting:
    """A daemon on a bus, with a record that is in sync, and somebody who looks at it."""

    def __init__(self, lab, bus, server, records=None, **record):
        self.lab, self.bus, self.server = lab, bus, server
        lab.host.add_address("eth0", ADDRESS + "/24")
        self.daemon = lab.start_daemon(lab.configuration(records, **record), bus=bus.address)
        bus.wait_for_owner()
        self.client = Client(bus)
        self.client.wait_for_record(NAME, State="in-sync", Published=[ADDRESS])

    def monitor(self):
        return start_monitor(self.lab, self.bus)


@pytest.fixture
def setting(lab, bus, named):
    return Setting(lab, bus, named, {NAME: {}, OTHER: {"ipv6": False}})


# Introspection


@pytest.mark.parametrize("interface, path", [(MANAGER, ROOT), (RECORD, path_of("record", NAME)),
                                             (PROVIDER, path_of("provider", "home"))])
def test_installed_introspection_data_is_what_the_daemon_says(setting, interface, path):
    said = setting.client.call("Introspect", path=path, interface="org.freedesktop.DBus.Introspectable")
    assert interface_of(said, interface) == installed_interface(interface)
    assert "None" not in str(interface_of(said, interface)), "an argument without a name"


def test_no_property_has_a_methods_name():
    for interface in (MANAGER, RECORD, PROVIDER, POOL, MEMBER):
        names = [name for _, name in installed_interface(interface)]
        assert len(set(names)) == len(names)


def test_tree_shows_every_object(setting):
    tree = setting.bus.busctl("tree", "--list", SERVICE).stdout.split()
    seen = setting.bus.gdbus("introspect", "--dest", SERVICE, "--object-path", ROOT, "--recurse").stdout
    for path in (ROOT, path_of("record", NAME), path_of("record", OTHER), path_of("provider", "home")):
        assert path in tree
        assert f"node {path} " in seen
    assert LOG_CONTROL in tree


def test_object_manager_tells_all_of_every_object(setting):
    objects = setting.client.objects()
    assert set(objects) == {path_of("record", NAME), path_of("record", OTHER), path_of("provider", "home")}
    for interface in (RECORD, PROVIDER):
        wanted = {name for kind, name in installed_interface(interface)}
        of_kind = [members[interface] for members in objects.values() if interface in members]
        assert of_kind and all(set(properties) == wanted for properties in of_kind)


@pytest.mark.parametrize("path", ["record/nobody_2eexample_2ecom", "record/HOST_2eexample_2ecom", "record/host", "record/_",
                                  "record", "provider/nobody", "provider/_68ome", "pool/www", "pool/www/web1"])
def test_a_path_that_names_nothing_has_no_properties(setting, path):
    interface = RECORD if path.startswith("record") else PROVIDER
    with pytest.raises(Refused):
        setting.client.properties(f"{ROOT}/{path}", interface)


# What they say


def test_record_says_how_it_stands(setting):
    before = time.time() * 1e6
    setting.lab.host.add_address("eth0", "2001:db8:1::7/64")
    setting.client.wait_for_record(NAME, Published=[ADDRESS, "2001:db8:1::7"])
    properties = setting.client.record(NAME)
    changed = properties.pop("LastChange")
    assert before < changed <= time.time() * 1e6
    assert properties == {"Name": NAME, "Provider": "home", "Ttl": 60, "State": "in-sync", "LastError": "",
                          "Wanted": [ADDRESS, "2001:db8:1::7"], "Published": [ADDRESS, "2001:db8:1::7"], "NextRetry": 0}


def test_published_is_what_everybody_put_there(lab, bus, named):
    named.add("203.0.113.9")
    lab.host.add_address("eth0", ADDRESS + "/24")
    lab.start_daemon(lab.configuration(ownership="shared"), bus=bus.address)
    bus.wait_for_owner()
    Client(bus).wait_for_record(NAME, State="in-sync", Wanted=[ADDRESS], Published=[ADDRESS, "203.0.113.9"])


def test_provider_says_how_it_stands(setting):
    assert setting.client.provider("home") == {"Name": "home", "Type": "rfc2136", "Zone": ZONE, "State": "ok", "LastError": "",
                                               "QueueLength": 0, "RetryAfter": 0}


def test_zone_that_is_found_out_is_empty(lab, bus):
    lab.start_daemon(lab.configuration(provider={"zone": None}), bus=bus.address)
    bus.wait_for_owner()
    assert Client(bus).provider("home")["Zone"] == ""


def test_what_is_wrong_and_when_it_goes_on(lab, bus):
    """No server answers."""
    lab.host.add_address("eth0", ADDRESS + "/24")
    lab.start_daemon(lab.configuration(), bus=bus.address)
    bus.wait_for_owner()
    client = Client(bus)
    client.wait_for_record(NAME, State="retrying")
    record = until(lambda: client.record(NAME) if client.record(NAME)["NextRetry"] else None, "a time")
    provider = client.provider("home")
    assert SERVER in record["LastError"] and SERVER in provider["LastError"]
    assert provider["State"] == "retrying" and provider["QueueLength"] > 0
    for moment in (record["NextRetry"], provider["RetryAfter"]):
        assert -60 < moment / 1e6 - time.time() < 600
    assert client.properties()["State"] == "degraded"


def test_manager_knows_whether_the_host_is_online(setting):
    client, host = setting.client, setting.lab.host
    assert client.properties() == {"Version": client.properties()["Version"], "State": "running", "Online": True,
                                   "Observer": "ok"}
    monitor = setting.monitor()
    after = monitor.position()
    for link in ("up0", "eth0"):
        host.ip("link", "set", link, "down")
    until(lambda: (ROOT, {"Online": False}) in monitor.changes(after), lambda: monitor.changes(after))
    assert client.properties()["Online"] is False


def test_a_name_that_is_no_text_does_not_cost_the_connection(setting):
    """Linux lets an interface have almost any bytes for a name; D-Bus shuts out whoever sends them."""
    owner = setting.bus.owner()
    setting.lab.host.ip("link", "set", "eth0", "down")
    setting.lab.host.ip("link", "set", "eth0", "name", "eth\udcff\udcc3")
    setting.lab.host.ip("link", "set", "eth\udcff\udcc3", "up")
    setting.lab.host.run("ip", "address", "add", MORE + "/24", "dev", "eth\udcff\udcc3")
    until(lambda: (MORE, "eth??", True) in [row[:3] for row in setting.client.call("Explain", "s", NAME)],
          lambda: setting.client.call("Explain", "s", NAME))
    assert setting.bus.owner() == owner


# Methods


@pytest.mark.parametrize("name", [NAME, NAME + ".", NAME.upper(), "HOST.Example.COM."])
def test_names_in_any_spelling(setting, name):
    assert setting.client.call("GetRecord", "s", name) == path_of("record", NAME)
    assert any(row[0] == ADDRESS and row[2] for row in setting.client.call("Explain", "s", name))
    assert setting.client.call("Publish", "sb", name, False) is None


def test_lists(setting):
    assert setting.client.call("ListRecords") == [path_of("record", NAME), path_of("record", OTHER)]
    assert setting.client.call("ListProviders") == [path_of("provider", "home")]
    assert setting.client.call("GetProvider", "s", "home") == path_of("provider", "home")


@pytest.mark.parametrize("member, signature, arguments, error, facts", [
    ("GetRecord", "s", ["x.example.com"], ERROR + "NoSuchRecord", ["x.example.com", NAME, OTHER]),
    ("Explain", "s", ["x.example.com"], ERROR + "NoSuchRecord", ["x.example.com", NAME, OTHER]),
    ("Publish", "sb", ["x.example.com", False], ERROR + "NoSuchRecord", ["x.example.com", NAME, OTHER]),
    ("Publish", "sb", ["x.example.com", True], ERROR + "NoSuchRecord", ["x.example.com", NAME, OTHER]),
    ("GetProvider", "s", ["x"], ERROR + "NoSuchProvider", ['"x"', "home"]),
    ("GetProvider", "s", ["HOME"], ERROR + "NoSuchProvider", ['"HOME"', "home"]),
    ("WithdrawInterface", "s", ["eth7"], ERROR + "NoSuchInterface", ["eth7"]),
    ("WithdrawInterface", "s", [""], ERROR + "NoSuchInterface", ['""']),
    ("WithdrawInterface", "s", ["x" * 1000], ERROR + "NoSuchInterface", ["x" * 100]),
    ("GetRecord", "s", ["a..b"], INVALID, ["a..b", "empty label"]),
    ("GetRecord", "s", [""], INVALID, ["empty label"]),
    ("Explain", "s", ["x" * 64 + ".example.com"], INVALID, ["63"]),
    ("Publish", "sb", ["x" * 100000, False], INVALID, ["63"]),
    ("GetRecord", "s", ["ä" * 200], INVALID, ["63"]),
    ("Publish", "s", [NAME], INVALID, ["Publish"]),
    ("GetRecord", "u", [7], INVALID, ["GetRecord"]),
    ("Fly", "", [], "org.freedesktop.DBus.Error.UnknownMethod", ["Fly"]),
])
def test_errors_have_names_and_facts(setting, member, signature, arguments, error, facts):
    with pytest.raises(Refused) as refused:
        setting.client.call(member, signature, *arguments)
    assert refused.value.name == error
    for fact in facts:
        assert fact in refused.value.message
    assert len(refused.value.message) < 2000


def test_explain_says_why(lab, bus):
    lab.host.add_address("eth0", ADDRESS + "/24")
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    lab.start_daemon(lab.configuration({
        NAME: {}, OTHER: {"ipv4": {"from": "static", "addresses": ["203.0.113.5"]},
                          "ipv6": {"from": "interfaces", "interfaces": ["eth*"], "suffix": "::5/64"}}}), bus=bus.address)
    bus.wait_for_owner()
    client = Client(bus)
    rows = {row[:2]: row[2:] for row in client.call("Explain", "s", NAME)}
    assert rows[ADDRESS, "eth0"][0] is True
    assert rows["10.53.1.2", "up0"] == (False, 'no pattern of "interfaces" names its interface')
    assert rows["127.0.0.1", "lo"][0] is False and "loopback" in rows["127.0.0.1", "lo"][1]
    rows = {row[:2]: row[2:] for row in client.call("Explain", "s", OTHER)}
    assert rows["203.0.113.5", ""] == (True, "the configuration names it")
    assert rows["2001:db8:1::7", "eth0"][0] is True and "2001:db8:1::5" in rows["2001:db8:1::7", "eth0"][1]


@pytest.mark.parametrize("name", [NAME, ""])
@pytest.mark.parametrize("force", [False, True])
def test_publish_answers_when_dns_has_it(setting, name, force):
    """Somebody took the record away, and nobody has noticed yet."""
    setting.server.delete(NAME)
    setting.client.call("Publish", "sb", name, force)
    assert setting.server.values(NAME, "A") == {ADDRESS}


def test_publish_of_one_record_leaves_the_others(setting):
    setting.server.delete(NAME)
    setting.server.delete(OTHER)
    setting.client.call("Publish", "sb", OTHER, False)
    assert setting.server.values(OTHER, "A") == {ADDRESS} and setting.server.values(NAME, "A") == set()


def test_publish_says_what_is_wrong(lab, bus, named):
    """The server takes changes of another name only."""
    lab.host.add_address("eth0", ADDRESS + "/24")
    lab.start_daemon(lab.configuration({NAME: {}, "x.example.org": {"provider": "other", "ipv6": False}}) | {
        "providers": {"home": lab.configuration()["providers"]["home"],
                      "other": {"type": "rfc2136", "zone": "example.org", "server": SERVER, "timeout": 1}}}, bus=bus.address)
    bus.wait_for_owner()
    client = Client(bus)
    client.wait_for_record(NAME, State="in-sync")
    for name in ("x.example.org", ""):
        with pytest.raises(Refused) as refused:
            client.call("Publish", "sb", name, False)
        assert refused.value.name == ERROR + "NotPublished"
        # Which, of what type, and why.
        assert re.match(r"x\.example\.org \(A\) is (parked|retrying): .{8}", refused.value.message)
        assert NAME not in refused.value.message
    client.call("Publish", "sb", NAME, True)


def test_publish_at_a_provider_that_only_pretends(lab, bus, named):
    lab.host.add_address("eth0", ADDRESS + "/24")
    lab.start_daemon(lab.configuration(provider={"dry_run": True}), bus=bus.address)
    bus.wait_for_owner()
    with pytest.raises(Refused) as refused:
        Client(bus).call("Publish", "sb", NAME, True)
    assert refused.value.name == ERROR + "NotPublished" and "dry_run" in refused.value.message
    assert named.values(NAME, "A") == set()


def test_waiting_ends(lab, bus, named):
    """The server hangs, and longer than anybody should wait for the answer to a call."""
    setting = Setting(lab, bus, named)
    setting.daemon.configure(lab.configuration(provider={"timeout": 60}))
    setting.client.call("Reload")
    setting.client.wait_for_record(NAME, State="in-sync")
    named.process.signal(signal.SIGSTOP)
    try:
        begin = time.monotonic()
        publish = bus.start_asking("Publish", NAME, "true")
        with pytest.raises(Refused) as refused:
            setting.client.call("WithdrawInterface", "s", "eth0")
        assert refused.value.name == ERROR + "Timeout" and NAME in refused.value.message and " 7 s" in refused.value.message
        assert 7 < time.monotonic() - begin < 12
        said = publish.communicate(timeout=60)[0]
        assert ERROR + "Timeout" in said and " 20 s" in said
        assert 19 < time.monotonic() - begin < 25
    finally:
        named.process.signal(signal.SIGCONT)


def test_only_so_many_wait(lab, bus, named):
    setting = Setting(lab, bus, named)
    named.process.signal(signal.SIGSTOP)
    try:
        clients = [bus.start_asking("Publish", NAME, "true") for _ in range(40)]
        said = [client.communicate(timeout=60)[0] for client in clients]
    finally:
        named.process.signal(signal.SIGCONT)
    assert any(ERROR + "Busy" in text for text in said)
    assert any(ERROR + "NotPublished" in text for text in said)
    until(lambda: setting.client.call("Publish", "sb", NAME, True) is None, "room again")


def test_withdrawn_interface_is_out_of_dns_when_it_answers(setting):
    """The kernel has its addresses still."""
    setting.client.call("WithdrawInterface", "s", "eth0")
    assert setting.server.values(NAME, "A") == set() and setting.server.values(OTHER, "A") == set()
    assert ADDRESS in setting.lab.host.ip("address", "show", "dev", "eth0")
    assert (ADDRESS, "eth0", False) in [row[:3] for row in setting.client.call("Explain", "s", NAME)]
    # Again, and another that feeds nothing: nobody waits.
    begin = time.monotonic()
    setting.client.call("WithdrawInterface", "s", "eth0")
    setting.client.call("WithdrawInterface", "s", "up0")
    assert time.monotonic() - begin < 2


def test_withdrawal_waits_for_each_record_that_it_concerns(lab, bus, named):
    """Of different sources, at a server that takes its time."""
    sources = [{"from": "interfaces", "interfaces": ["eth*"], **more} for more in ({}, {"private": False}, {"limit": 3})]
    names = [f"r{n}.example.com" for n in range(9)]
    records = {name: {"ipv4": sources[n % 3], "ipv6": False, "withdraw_delay": 60} for n, name in enumerate(names)}
    setting = Setting(lab, bus, named, {NAME: {}, **records})
    for name in names:
        setting.client.wait_for_record(name, State="in-sync", Published=[ADDRESS])
    setting.client.call("WithdrawInterface", "s", "eth0")
    assert [named.values(name, "A") for name in names] == [set()] * len(names)


def test_withdrawal_that_did_not_reach_dns_is_no_success(lab, bus, named):
    setting = Setting(lab, bus, named, withdraw_delay=60)
    named.kill()
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            setting.client.call("WithdrawInterface", "s", "eth0")
        assert refused.value.name == ERROR + "NotPublished" and NAME in refused.value.message


def test_withdrawal_does_not_wait_for_what_it_does_not_concern(lab, bus, named):
    """Another record waits out its delay meanwhile."""
    lab.add_link(lab.host, "wan0", "peer.wan0")
    lab.host.add_address("wan0", MORE + "/24")
    wan = {"ipv4": {"from": "interfaces", "interfaces": ["wan0"]}, "ipv6": False, "withdraw_delay": 60}
    setting = Setting(lab, bus, named, {NAME: {}, OTHER: wan})
    setting.client.wait_for_record(OTHER, State="in-sync", Published=[MORE])
    lab.host.remove_address("wan0", MORE + "/24")
    setting.client.wait_for_record(OTHER, State="pending")
    begin = time.monotonic()
    setting.client.call("WithdrawInterface", "s", "eth0")
    assert time.monotonic() - begin < 4
    assert named.values(NAME, "A") == set() and named.values(OTHER, "A") == {MORE}


def test_refresh_reads_the_servers_again(setting):
    setting.server.delete(NAME)
    setting.client.call("Refresh")
    setting.server.wait_for({ADDRESS})


def test_reload_says_every_mistake(setting):
    configuration = setting.lab.configuration({NAME: {"ttl": -1}, OTHER: {"colour": "blue"}})
    setting.daemon.configure(configuration)
    with pytest.raises(Refused) as refused:
        setting.client.call("Reload")
    assert refused.value.name == ERROR + "BadConfiguration"
    lines = refused.value.message.split("\n")
    assert len(lines) == 2
    assert any(f"records/{NAME}/ttl" in line for line in lines) and any("colour" in line for line in lines)
    assert setting.client.record(NAME)["Ttl"] == 60, "the old one stays in force"


# What they announce


def test_exactly_what_changed_is_announced(setting):
    """For 198.51.100.8 the two records go out and come back; nobody else has news."""
    monitor = setting.monitor()
    after = monitor.position()
    setting.lab.host.add_address("eth0", MORE + "/24")
    for name in (NAME, OTHER):
        setting.client.wait_for_record(name, State="in-sync", Published=[ADDRESS, MORE])
    monitor.position()
    told, allowed = {}, {"State", "Wanted", "Published", "LastChange", "QueueLength"}
    for path, properties in monitor.changes(after):
        assert set(properties) <= allowed
        for name, value in properties.items():
            assert told.get((path, name)) != value, "told twice"
            told[path, name] = value
    for name in (NAME, OTHER):
        path = path_of("record", name)
        record = setting.client.record(name)
        assert told[path, "Wanted"] == record["Wanted"] == [ADDRESS, MORE]
        assert told[path, "Published"] == record["Published"] == [ADDRESS, MORE]
        assert told[path, "LastChange"] == record["LastChange"]
        assert told.get((path, "State"), "in-sync") == "in-sync"
    assert {path for path, _ in told} <= {path_of("record", NAME), path_of("record", OTHER), path_of("provider", "home")}


def test_nothing_is_announced_when_nothing_changed(setting):
    """A look at the servers that finds all as it was; an address that no record takes."""
    monitor = setting.monitor()
    after = monitor.position()
    setting.client.call("Refresh")
    setting.client.call("Publish", "sb", "", False)
    monitor.position()
    signals = monitor.signals(after)
    # A look takes a moment in which the record is not known to be in sync.
    assert {message["member"] for message in signals} <= {"PropertiesChanged"}
    assert {name for _, properties in monitor.changes(after) for name in properties} <= {"State", "QueueLength"}
    after = monitor.position()
    setting.lab.host.add_address("lo", "127.0.0.2/8")
    setting.daemon.wait_for_log(r"127\.0\.0\.2 on lo is left out")
    monitor.position()
    assert monitor.signals(after) == []


def test_announced_once_when_dns_has_it(setting):
    """The trip to a server that answers at once is over before anything is told."""
    monitor = setting.monitor()
    after = monitor.position()
    setting.lab.host.add_address("eth0", MORE + "/24")
    setting.client.wait_for_record(OTHER, State="in-sync", Published=[ADDRESS, MORE])
    monitor.position()
    told = [properties for path, properties in monitor.changes(after) if path == path_of("record", OTHER)]
    assert 1 <= len(told) <= 3


def test_a_storm_is_told_in_few_words(setting):
    monitor = setting.monitor()
    after = monitor.position()
    begin = time.monotonic()
    setting.lab.host.ip_batch([f"address {verb} 198.51.101.{n % 200 + 1}/24 dev eth0"
                               for _ in range(5) for verb in ("add", "del") for n in range(200)])
    setting.client.wait_for_record(NAME, State="in-sync", Wanted=[ADDRESS], Published=[ADDRESS])
    seconds = time.monotonic() - begin
    monitor.position()
    for name in (NAME, OTHER):
        told = [properties for path, properties in monitor.changes(after) if path == path_of("record", name)]
        assert len(told) < 110 * seconds + 10
        wanted = [properties["Wanted"] for properties in told if "Wanted" in properties]
        assert not wanted or wanted[-1] == [ADDRESS]


def test_reload_tells_which_objects_came_and_went(setting):
    new = "new.example.com"
    configuration = setting.lab.configuration({NAME: {"ttl": 120}, new: {"ipv6": False}})
    configuration["providers"]["away"] = {"type": "rfc2136", "zone": "example.org", "server": SERVER}
    setting.daemon.configure(configuration)
    monitor = setting.monitor()
    after = monitor.position()
    setting.client.call("Reload")
    setting.client.wait_for_record(new, State="in-sync", Published=[ADDRESS])
    setting.client.wait_for_record(NAME, State="in-sync")
    monitor.position()
    added, removed = monitor.objects("InterfacesAdded", after), monitor.objects("InterfacesRemoved", after)
    assert set(added) == {path_of("record", new), path_of("provider", "away")}
    assert set(removed) == {path_of("record", OTHER)}
    assert RECORD in removed[path_of("record", OTHER)] and RECORD in added[path_of("record", new)]
    assert added[path_of("record", new)][RECORD]["Name"]["data"] == new
    assert {"Ttl": 120} in [{name: value for name, value in properties.items() if name == "Ttl"}
                            for path, properties in monitor.changes(after) if path == path_of("record", NAME)]
    assert set(setting.client.objects()) == {path_of("record", NAME), *added, path_of("provider", "home")}
    with pytest.raises(Refused):
        setting.client.properties(path_of("record", OTHER), RECORD)


def test_reload_of_the_same_announces_no_object(setting):
    monitor = setting.monitor()
    after = monitor.position()
    setting.client.call("Reload")
    setting.client.wait_for_record(NAME, State="in-sync")
    setting.client.wait_for_record(OTHER, State="in-sync")
    monitor.position()
    assert {message["member"] for message in monitor.signals(after)} <= {"PropertiesChanged"}


def test_stopping_is_announced(setting):
    monitor = setting.monitor()
    owner, after = setting.bus.owner(), monitor.position()
    setting.daemon.stop()
    until(lambda: any(message.get("sender") == owner and "stopping" in str(message["payload"]["data"])
                      for message in monitor.messages()[after:] if message.get("member") == "PropertiesChanged"),
          lambda: f"State=stopping, only {monitor.messages()[after:]}")


# The log


def test_log_level_and_target_can_be_set(setting):
    client, daemon = setting.client, setting.daemon
    assert client.properties(LOG_CONTROL, "org.freedesktop.LogControl1") == {
        "LogLevel": "debug", "LogTarget": "console", "SyslogIdentifier": "signpostd"}
    client.set_log("LogLevel", "err")
    after = daemon.log_position()
    setting.lab.host.add_address("eth0", MORE + "/24")
    client.wait_for_record(NAME, Published=[ADDRESS, MORE])
    assert daemon.log[after:] == ""
    client.set_log("LogLevel", "info")
    setting.lab.host.remove_address("eth0", MORE + "/24")
    daemon.wait_for_log("published", after)
    assert client.properties(LOG_CONTROL, "org.freedesktop.LogControl1")["LogLevel"] == "info"


def test_systemctl_can_read_and_set_the_log_level(setting):
    """What `systemctl service-log-level` does, by busctl."""
    where = (SERVICE, LOG_CONTROL, "org.freedesktop.LogControl1", "LogLevel")
    assert setting.bus.busctl("set-property", *where, "s", "warning").returncode == 0
    assert setting.bus.busctl("get-property", *where).stdout.strip() == 's "warning"'


@pytest.mark.parametrize("name, value, error", [
    ("LogLevel", "loud", INVALID),
    ("LogLevel", 7, INVALID),
    ("LogTarget", "moon", INVALID),
    ("SyslogIdentifier", "x", "org.freedesktop.DBus.Error.PropertyReadOnly"),
    ("LogColour", "x", "org.freedesktop.DBus.Error.UnknownProperty"),
])
def test_log_settings_that_cannot_be(setting, name, value, error):
    with pytest.raises(Refused) as refused:
        setting.client.set_log(name, value)
    assert refused.value.name == error
    assert setting.client.properties(LOG_CONTROL, "org.freedesktop.LogControl1")["LogLevel"] == "debug"


@pytest.mark.parametrize("path, interface, name", [(ROOT, MANAGER, "State"), (path_of("record", NAME), RECORD, "Ttl"),
                                                   (path_of("provider", "home"), PROVIDER, "Name")])
def test_the_rest_is_read_only(setting, path, interface, name):
    with pytest.raises(Refused) as refused:
        setting.client.call("Set", "ssv", interface, name, "x", path=path, interface=PROPERTIES)
    assert refused.value.name == "org.freedesktop.DBus.Error.PropertyReadOnly"


# Both kinds of bus


def test_each_kind_of_bus(lab, each_bus, named):
    setting = Setting(lab, each_bus, named)
    monitor = setting.monitor()
    after = monitor.position()
    lab.host.add_address("eth0", MORE + "/24")
    setting.client.wait_for_record(NAME, State="in-sync", Published=[ADDRESS, MORE])
    monitor.position()
    assert any("Published" in properties for _, properties in monitor.changes(after))
    named.delete(NAME)
    assert each_bus.ask("Publish", NAME, "false") == "()"
    assert named.values(NAME, "A") == {ADDRESS, MORE}
    with pytest.raises(Refused) as refused:
        each_bus.ask("GetRecord", "x.example.com", user=NOBODY)
    assert refused.value.name == ERROR + "NoSuchRecord"
