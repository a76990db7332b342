# SPDX-License-Identifier: BSD-3-Clause
"""What operators order with signpostctl: done in DNS when it ends, refused with a way out, and followed by monitor."""

import json
import re
import signal
import time

import pytest

from bus import Polkit
from ctl import COLOUR, Follower, Terminal, bus, environment, nobody, pools, root, row, site
from members import POOL
from servers import NAME
from wait import until

TIME = r"\w{3} [ \d]\d \d\d:\d\d:\d\d"
OUT = ["drain", "maintenance", "down"]


def said_of(pools, *names):
    return f"{POOL}: published {', '.join(pools.members[name] for name in names)}\n"


# Done


@pytest.mark.parametrize("command", OUT)
def test_member_is_out_of_dns_when_the_command_ends(pools, root, command):
    assert root.says(command, POOL, "web1") == f"web1: {command} by root\n{said_of(pools, 'web2', 'web3')}"
    assert pools.published == ["web2", "web3"]
    member = pools.client.member(POOL, "web1")
    assert (member["Admin"], member["AdminUser"], member["AdminReason"], member["AdminUntil"]) == (command, "root", "", 0)
    said = root.says("auto", POOL, "web1")
    assert re.match(r"web1: left to its checks: (down|rising)\n", said), "it has to rise first"
    pools.wait_for("web1", "web2", "web3")
    assert pools.client.member(POOL, "web1")["Admin"] == "none"


def test_reason_and_time_go_along(pools, root):
    before = time.time()
    said = root.says("drain", POOL.upper() + ".", "web1", "--for", "1h30m", "--reason", "new kernel: 6.1")
    assert re.match(rf"web1: drain by root until {TIME} \(in [12] h\): new kernel: 6\.1\n", said)
    member = pools.client.member(POOL, "web1")
    assert member["AdminReason"] == "new kernel: 6.1"
    assert before + 5400 <= member["AdminUntil"] / 1e6 <= time.time() + 5400


def test_order_ends_by_itself(pools, root):
    root.says("drain", POOL, "web1", "--for", "2")
    assert pools.published == ["web2", "web3"]
    pools.wait_for("web1", "web2", "web3")


def test_dead_member_is_kept_in_when_somebody_says_so(pools, root):
    pools.kill("web1")
    pools.wait_for("web2", "web3")
    assert root.says("up", POOL, "web1") == f"web1: up by root\n{said_of(pools, 'web1', 'web2', 'web3')}"
    assert pools.published == ["web1", "web2", "web3"]
    assert row(root.says("list", POOL), "web1")[3:6] == ["down", "up", "in"]
    root.says("auto", POOL, "web1")
    pools.wait_for("web2", "web3")


def test_failover_and_back(pools, root):
    said = root.says("failover", POOL, "web2", "--for", "1h", "--reason", "power works")
    assert re.fullmatch(rf"{re.escape(POOL)}: failover to web2 by root until {TIME} \(in 1 h\): power works\n"
                        + re.escape(said_of(pools, "web2")), said)
    assert pools.published == ["web2"]
    assert root.says("failback", POOL, "--reason", "it is back") == (
        f"{POOL}: failback by root: it is back\n" + said_of(pools, "web1", "web2", "web3"))
    assert pools.published == ["web1", "web2", "web3"]
    assert pools.client.pool(POOL)["Overrides"] == []


def test_check_waits_for_the_results(pools, root):
    pools.daemon.configure(slow_checks(pools))
    root.says("reload")
    pools.client.wait_for_pool(POOL, Condition="normal", State="in-sync")
    pools.services["web2"].kill()
    before = {name: pools.client.member(POOL, name)["LastCheckTime"] for name in pools.members}
    text = root.says("check", POOL)
    assert row(text, "web1")[3] == "up" and row(text, "web2")[3] == "failing"
    assert "refused" in " ".join(row(text, "web2"))
    after = {name: pools.client.member(POOL, name)["LastCheckTime"] for name in pools.members}
    assert all(after[name] > before[name] for name in pools.members)
    text = root.says("check", POOL, "web1", "--no-legend")
    assert text.split()[:4] == ["web1", pools.members["web1"], "10", "up"] and text.count("\n") == 1
    assert pools.client.member(POOL, "web3")["LastCheckTime"] == after["web3"], "it was not asked for"
    [member] = json.loads(root.says("check", POOL, "web3", "--json"))
    assert (member["name"], member["pool"], member["health"]) == ("web3", POOL, "up")


def slow_checks(pools):
    configuration = json.loads(pools.daemon.configuration.read_text())
    configuration["pools"][POOL]["check"] |= {"interval": 600, "fast_interval": 600, "rise": 1}
    return configuration


# Refused


@pytest.mark.parametrize("command", OUT)
def test_last_member_takes_force(pools, root, command):
    root.says("down", POOL, "web1")
    pools.kill("web2")
    pools.wait_for("web3")
    said = root.fails(command, POOL, "web3").split("\n")
    assert POOL in said[0] and "web1 is taken out, web2 is down" in said[0] and "force" in said[0] and said[1:] == [""]
    assert pools.published == ["web3"] and pools.client.member(POOL, "web3")["Admin"] == "none"
    assert root.says(command, POOL, "web3", "--force") == (
        f"web3: {command} by root\n{POOL}: nothing is published; `signpostctl explain {POOL}` says why\n")
    assert pools.published == []


def test_failover_to_a_dead_member_takes_force(pools, root):
    pools.kill("web2")
    pools.wait_for("web1", "web3")
    said = root.fails("failover", POOL, "web2").split("\n")
    assert f"web2 of {POOL} is down (" in said[0] and "force" in said[0] and said[1:] == [""]
    assert pools.published == ["web1", "web3"]
    assert root.says("failover", POOL, "web2", "--force").endswith(said_of(pools, "web2"))
    assert pools.published == ["web2"]


def test_failback_with_nothing_to_go_back_from(pools, root):
    assert root.fails("failback", POOL).startswith(f"signpostctl: {POOL} is not overridden")


@pytest.mark.parametrize("arguments", [["failover", POOL, "wbe2"], ["drain", POOL, "wbe2"], ["auto", POOL, "wbe2"],
                                       ["check", POOL, "wbe2"]])
def test_unknown_member_is_answered_with_the_nearest(pools, root, arguments):
    said = root.fails(*arguments).split("\n")
    assert '"wbe2"' in said[0] and POOL in said[0]
    assert said[1] == "Did you mean web2?"
    assert pools.published == ["web1", "web2", "web3"]


@pytest.mark.parametrize("arguments", [["failover", "web2"], ["failback"], ["drain", "web2"], ["check"], ["check", "web2"],
                                       ["list"]])
def test_unknown_pool_is_answered_with_the_nearest(pools, root, arguments):
    command, *rest = arguments
    said = root.fails(command, "wwv.example.com", *rest).split("\n")
    assert '"wwv.example.com"' in said[0] and said[1] == f"Did you mean {POOL}?"
    said = root.fails(command, NAME, *rest).split("\n")
    assert said[1] == f"{NAME} is a record."


def test_names_may_be_anything(pools, root):
    """They become a path on the bus."""
    for name in ("web1/..", "_", "a b", "\033[31m", "é", "-x"):
        said = root.fails("drain", POOL, "--", name)
        assert said.startswith(f"signpostctl: ") and "\033" not in said and "member" in said
    assert "is not a domain name" in root.fails("drain", "a..b", "web1", status=2)


def test_reason_is_one_line(pools, root):
    assert "one line" in root.fails("drain", POOL, "web1", "--reason", "a\nb", status=2)
    assert "bytes" in root.fails("drain", POOL, "web1", "--reason", "x" * 2000, status=2)
    assert pools.published == ["web1", "web2", "web3"]


def test_order_that_dns_does_not_have_stands(pools, root):
    pools.server.stop()
    said = root.fails("drain", POOL, "web1").split("\n")
    assert said[0].startswith("signpostctl: ") and POOL in said[0]
    assert said[-2] == "The order stands all the same, and signpostd goes on with it."
    assert pools.client.member(POOL, "web1")["Admin"] == "drain"
    pools.server.start()
    pools.wait_for("web2", "web3")


@pytest.mark.parametrize("arguments, action, doing", [
    (["failover", POOL, "web1"], "failover", "fail pools over"),
    (["failback", POOL], "failover", "fail pools back"),
    (["drain", POOL, "web1"], "set-admin", "take members in or out"),
    (["auto", POOL, "web1"], "set-admin", "take members in or out"),
    (["check", POOL], "refresh", "have members checked"),
])
def test_who_may_not_is_told_what_would_help(pools, lab, root, nobody, arguments, action, doing):
    polkit = Polkit(pools.bus)
    lab.processes.append(polkit)
    polkit.start()
    if arguments[0] == "failback":
        root.says("failover", POOL, "web2")
    published = pools.published
    assert nobody.fails(*arguments) == (
        f"signpostctl: you may {doing} only after authentication, and there is nobody to ask here\n"
        "Run it at a terminal, where you are asked.\n"
        f"Root may, and so may those whom polkit's rules allow org.signpost1.{action} (see polkit(8)).\n")
    assert pools.published == published
    polkit.add_rule(f"org.signpost1.{action}", "YES")
    until(lambda: nobody.run(*arguments).returncode == 0, "the rule")
    if arguments[0] == "drain":
        assert below_is(root.says(), "drain by nobody")
    if arguments[0] == "failover":
        assert below_is(root.says(), "failover to web1 by nobody")


def below_is(text, line):
    return line in [part.strip() for part in COLOUR.sub("", text).split("\n")]


def test_who_is_at_a_terminal_is_asked(pools, lab, nobody):
    polkit = Polkit(pools.bus)
    lab.processes.append(polkit)
    polkit.start()
    for arguments, action in ((["failover", POOL, "web1"], "failover"), (["drain", POOL, "web1"], "set-admin")):
        with Terminal(nobody.command(*arguments), environment(pools.bus.address)) as terminal:
            terminal.wait_for("Password: ")
            assert f"AUTHENTICATING FOR org.signpost1.{action}" in terminal.text
            terminal.type("\x03")
            assert terminal.wait() == -signal.SIGINT
    assert pools.published == ["web1", "web2", "web3"]


def test_everybody_may_look(pools, nobody, root):
    for arguments in (["explain", POOL], ["list"]):
        assert nobody.says(*arguments) == root.says(*arguments)
    assert [line.split()[0] for line in nobody.says("list", POOL, "--no-legend").splitlines()] == list(pools.members)
    assert row(nobody.says(), POOL)[1] == "normal"


# Followed


def test_monitor_follows_pools_and_members(pools, root):
    name = re.escape(POOL)
    with Follower(root) as follower:
        addresses = re.escape(", ".join(pools.members.values()))
        follower.wait_for(rf" {name}: normal; 3 of 3 up; in-sync; published {addresses}$")
        after = follower.wait_for(r" provider home: ok$")
        assert not [line for line in follower.lines if f" {POOL} web" in line], "who is well is only counted"
        pools.services["web2"].kill()
        follower.wait_for(rf" {name} web2: up -> failing; .*refused", after)
        follower.wait_for(rf" {name} web2: (up|failing) -> down", after)
        after = follower.wait_for(rf" {name}: .*published -{re.escape(pools.members['web2'])}$", after)
        root.says("drain", POOL, "web1", "--reason", "new kernel")
        follower.wait_for(rf" {name} web1: drain by root: new kernel$", after)
        after = follower.wait_for(rf" {name}: .*published -{re.escape(pools.members['web1'])}$", after)
        root.says("auto", POOL, "web1")
        after = follower.wait_for(rf" {name} web1: .*drain ended$", after)
        pools.wait_for("web1", "web3")
        root.says("failover", POOL, "web3", "--for", "1h", "--reason", "power works")
        follower.wait_for(rf" {name}: .*failover to web3 by root until {TIME} \(in 1 h\): power works", after)
        follower.wait_for(rf" {name}: failed over from .* to {re.escape(pools.members['web3'])}: .*power works", after)
        after = follower.wait_for(rf" {name}: .*degraded -> overridden", after)
        root.says("failback", POOL)
        follower.wait_for(rf" {name}: .*failover to web3 ended", after)
        pools.services["web2"].start()
        follower.wait_for(rf" {name} web2: (down|rising) -> ", after)
        follower.wait_for(rf" {name} web2: .*rising -> up", after)
        follower.wait_for(rf" {name}: .*degraded -> normal", after)
        assert follower.end() == (0, "")


def test_monitor_follows_the_observer(pools, root):
    with Follower(root) as follower:
        after = follower.wait_for(r" provider home: ")
        pools.site.unplug(pools.lab.host)
        follower.wait_for(r" signpostd: .*observer (ok|suspect) -> lost", after)
        follower.wait_for(rf" {re.escape(POOL)}: .* -> frozen", after)
        pools.site.plug_in(pools.lab.host)
        follower.wait_for(r" signpostd: .*observer lost -> ok", after, timeout=30)


def test_monitor_in_json_names_the_pool_of_a_member(pools, root):
    with Follower(root, "--json") as follower:
        follower.wait_for(r'"name":"home"')
        first = [json.loads(line) for line in follower.lines]
        assert [(line["object"], line["name"]) for line in first] == [
            ("manager", None), ("record", NAME), ("pool", POOL), *(("member", name) for name in pools.members),
            ("provider", "home")]
        assert [line["pool"] for line in first if line["object"] == "member"] == [POOL] * 3
        assert "members" not in first[2]["properties"]
        after = len(follower.lines)
        root.says("failover", POOL, "web2", "--reason", "power works")
        follower.wait_for('"failed-over"', after)
        event = next(json.loads(line) for line in follower.lines[after:] if '"failed-over"' in line)
        assert (event["object"], event["name"]) == ("pool", POOL)
        assert sorted(event["from"]) == sorted(pools.members.values()) and event["to"] == [pools.members["web2"]]
        assert "power works" in event["reason"]
        root.says("drain", POOL, "web1", "--for", "1h")
        follower.wait_for('"admin":"drain"', after)
        change = next(json.loads(line) for line in follower.lines[after:] if '"admin":"drain"' in line)
        assert (change["event"], change["object"], change["name"], change["pool"]) == ("changed", "member", "web1", POOL)
        assert change["before"]["admin"] == "none" and change["before"]["admin_until"] is None


def test_monitor_tells_of_members_that_come_and_go(pools, root):
    with Follower(root) as follower:
        after = follower.wait_for(r" provider home: ")
        configuration = json.loads(pools.daemon.configuration.read_text())
        configuration["pools"][POOL]["members"]["web4"] = configuration["pools"][POOL]["members"].pop("web1")
        pools.daemon.configure(configuration)
        root.says("reload")
        follower.wait_for(rf" {re.escape(POOL)} web1: removed$", after)
        follower.wait_for(rf" {re.escape(POOL)} web4: added; ", after)
