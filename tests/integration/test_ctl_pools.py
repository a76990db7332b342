# SPDX-License-Identifier: BSD-3-Clause
"""What signpostctl shows of pools and their members: status, list, explain; as text, on terminals, as JSON."""

import json
import re

import pytest

from ctl import (ADDRESS, COLOUR, Pools, as_json, bus, member_as_json, pool_as_json, pools, provider_as_json,
                 record_as_json, root, row, site)
from members import ICMP, POOL, addresses, configuration, pool
from servers import NAME
from wait import until

# They change with every check, and nobody is told.
MOVING = ("latency", "last_check_time")
TIME = r"\w{3} [ \d]\d \d\d:\d\d:\d\d"


def below(text, name):
    """The lines under the one that begins with the name, until the next that is not further in."""
    lines = [COLOUR.sub("", line).removeprefix("● ") for line in text.split("\n")]
    start = next(i for i, line in enumerate(lines) if line.split()[:1] == [name])
    indent = len(lines[start]) - len(lines[start].lstrip())
    found = []
    for line in lines[start + 1:]:
        if not line.startswith(" " * (indent + 1)):
            break
        found.append(line.strip())
    return found


# status


def test_status_has_the_members_below_their_pool(pools, root):
    text = root.says()
    assert row(text, POOL) == [POOL, "normal", "in-sync", "3/3", "all", *", ".join(pools.members.values()).split()]
    assert [line.split()[0] for line in below(text, POOL)] == ["web1", "web2", "web3"]
    for name, address in pools.members.items():
        words = row(text, name)
        assert words[:3] == [name, "up", "in"] and words[4:] == ["ms", "10", address]
        assert float(words[3]) >= 0
    assert row(text, NAME)[-1] == ADDRESS and "Problems" not in text
    assert text.index(NAME) < text.index(POOL) < text.index("PROVIDER  STATE  TYPE")


def test_status_says_who_is_dead_and_why(pools, root):
    pools.kill("web2")
    pools.wait_for("web1", "web3")
    pools.client.wait_for_pool(POOL, Condition="degraded", State="in-sync", MembersUp=2)
    text = root.says()
    assert row(text, POOL)[1:5] == ["degraded", "in-sync", "2/3", "all"]
    words = row(text, "web2")
    assert words[1:4] == ["down", "out", "-"] and words[-1].endswith(")")
    assert re.search(rf" {pools.members['web2']} \(.*refused.*\)$", text, re.MULTILINE), text
    assert row(text, "web1")[1:3] == ["up", "in"]


def test_status_says_what_an_operator_said(pools, root):
    root.says("drain", POOL, "web1", "--for", "1h30m", "--reason", "new kernel")
    root.says("failover", POOL, "web2", "--reason", "power works")
    text = root.says()
    assert row(text, POOL)[1:] == ["overridden", "in-sync", "3/3", "all", pools.members["web2"]]
    lines = below(text, POOL)
    assert lines[0] == "failover to web2 by root: power works"
    assert row(text, "web1")[1:3] == ["up", "out"], "what its checks say is shown all the same"
    [order] = below(text, "web1")
    assert re.fullmatch(rf"drain by root until {TIME} \(in [12] h\): new kernel", order)
    shown = root.shows()
    assert "\033[0;1;33moverridden\033[0m" in shown and "\033[0;1;33mfailover to web2" in shown


def test_status_says_that_too_few_are_left(pools, root):
    pools.kill("web1", "web2", "web3")
    pools.client.wait_for_pool(POOL, Condition="held")
    text = root.says()
    assert row(text, POOL)[1] == "held" and row(text, POOL)[3] == "0/3"
    assert row(text, "web1")[1] == "down" or row(text, "web1")[2] == "in"
    assert re.search(rf'^Problems\n(.*\n)*  {re.escape(POOL)}:\n    0 of 3 members are up, fewer than its minimum: "all_down" decides',
                     text, re.MULTILINE), text


def test_status_says_that_the_observer_cannot_judge(pools, root):
    assert "observer" not in root.says()
    pools.site.unplug(pools.lab.host)
    until(lambda: pools.client.properties()["Observer"] == "lost", "the observer")
    pools.client.wait_for_pool(POOL, Condition="frozen")
    text = root.says()
    assert text.split("\n")[0].endswith(", observer lost")
    assert row(text, POOL)[1] == "frozen"
    assert re.search(r"^Problems\n  observer lost:\n    this host cannot judge others: ", text, re.MULTILINE), text
    pools.site.plug_in(pools.lab.host)
    until(lambda: pools.client.properties()["Observer"] == "ok", "the observer", 30)
    assert "observer" not in root.says()


def test_status_shows_what_dns_does_not_have_yet(lab, bus, named, site, root):
    pools = Pools(lab, bus, named, site)
    named.stop()
    assert root.run("drain", POOL, "web1").returncode == 1
    text = root.says()
    assert row(text, POOL)[2] == "retrying"
    wanted = ", ".join(pools.members[name] for name in ("web2", "web3"))
    assert re.search(rf"^    wanted {wanted}; tries again (in \d+ s|now)$", text, re.MULTILINE), text
    assert row(text, "web1")[1:3] == ["up", "in"]
    assert re.search(rf"^Problems\n(.*\n)*  .*{re.escape(POOL)}", text, re.MULTILINE), text


@pytest.fixture
def wide(lab, bus, named, site):
    """A pool of 40 members, of whom the third is dead and the fifth drained; and one of two that are well."""
    members = {f"m{number}": address for number, address in enumerate(site.add(*addresses(40)), 1)}
    small = {f"s{number}": address for number, address in enumerate(site.add(*addresses(2, first=101)), 1)}
    lab.start_daemon(configuration(lab, {POOL: pool(members, ICMP), "small.example.com": pool(small, ICMP)}), bus=bus.address)
    named.wait_for(members.values(), POOL)
    named.wait_for(small.values(), "small.example.com")
    site.drop(members["m3"])
    named.wait_for(set(members.values()) - {members["m3"]}, POOL)
    return members


def test_of_many_members_status_shows_those_that_need_somebody(wide, root):
    root.says("drain", POOL, "m5", "--reason", "new disk")
    text = root.says()
    lines = below(text, POOL)
    assert [line.split()[0] for line in lines] == ["m3", "m5", "drain", "…"]
    assert lines[-1] == f"… and 38 up (`signpostctl list {POOL}` shows all)"
    assert below(text, "small.example.com") == ["… and 2 up (`signpostctl list small.example.com` shows all)"]
    first = ", ".join(address for name, address in wide.items() if name not in ("m3", "m5"))
    assert " ".join(row(text, POOL)[5:]) == ", ".join(first.split(", ")[:6]) + " and 32 more"
    assert max(map(len, text.split("\n"))) < 160
    assert text.replace("…", "").replace("●", "").isascii() and "… " not in root.says(LC_ALL="C")
    rows = root.says("list", POOL, "--no-legend").splitlines()
    assert [line.split()[0] for line in rows] == list(wide), "in the order of their numbers"


def test_status_with_pools_alone(wide, root):
    text = root.says()
    assert "RECORD" not in text and "no records" not in text
    assert root.says("list").endswith("\n0 records, 2 pools\n")


# list


def test_list_has_pools_and_their_members(pools, root):
    text = root.says("list")
    assert row(text, NAME) == [NAME, "in-sync", "home", "60", "record", ADDRESS]
    assert row(text, POOL) == [POOL, "in-sync", "home", "30", "pool", *", ".join(pools.members.values()).split()]
    assert text.endswith("\n\n1 record, 1 pool\n")
    pools.kill("web3")
    pools.wait_for("web1", "web2")
    root.says("maintenance", POOL, "web1")
    text = root.says("list", POOL)
    assert text.split("\n")[0].split() == ["MEMBER", "ADDRESS", "PRIO", "HEALTH", "ADMIN", "DNS", "LATENCY", "ERROR"]
    assert row(text, "web1")[:6] == ["web1", pools.members["web1"], "10", "up", "maintenance", "out"]
    assert row(text, "web2")[:6] == ["web2", pools.members["web2"], "10", "up", "none", "in"]
    assert row(text, "web3")[:6] == ["web3", pools.members["web3"], "10", "down", "none", "out"]
    assert "refused" in " ".join(row(text, "web3"))
    assert text.endswith("\n\n2 of 3 members are up\n")
    bare = root.says("list", POOL, "--no-legend")
    assert [line.split()[0] for line in bare.splitlines()] == ["web1", "web2", "web3"]
    assert root.says("list", POOL.upper() + ".", "--no-legend").split()[0] == "web1"


def test_members_by_priority_come_in_its_order(lab, bus, named, site, root):
    members = dict(zip("abc", site.add(*addresses(3))))
    priorities = {"a": 30, "b": 20, "c": 10}
    lab.start_daemon(configuration(lab, pool(
        {name: {"address": address, "priority": priorities[name]} for name, address in members.items()}, ICMP,
        policy="priority")), bus=bus.address)
    named.wait_for({members["c"]}, POOL)
    until(lambda: row(root.says(), POOL)[3] == "3/3", root.says)
    text = root.says()
    assert row(text, POOL)[4:] == ["10", members["c"]]
    assert [line.split()[0] for line in below(text, POOL)] == ["c", "b", "a"]
    explained = root.says("explain", POOL)
    assert " ".join(row(explained, "a")) == f"a {members['a']} no out up, but its priority is 30, and 10 is in use"
    assert " ".join(row(explained, "c")) == f"c {members['c']} yes in it is up"
    root.says("drain", POOL, "c")
    assert row(root.says(), POOL)[4:] == ["20", members["b"]]


# explain


def test_explain_says_of_each_member_why(pools, root):
    pools.kill("web3")
    pools.wait_for("web1", "web2")
    root.says("drain", POOL, "web1", "--reason", "new kernel")
    text = root.says("explain", POOL)
    web2 = pools.members["web2"]
    assert text.startswith(f"● {POOL}: degraded, in-sync\n  wanted     {web2}\n  published  {web2}\n\n")
    assert " ".join(row(text, "web1")) == f"web1 {pools.members['web1']} no out drain by root: new kernel"
    assert " ".join(row(text, "web2")) == f"web2 {web2} yes in it is up"
    assert re.fullmatch(rf"web3 {pools.members['web3']} no out down: .*refused.*", " ".join(row(text, "web3")))
    rows = root.says("explain", POOL, "--no-legend").split("\n")
    assert [line.split() for line in rows] == [line.split() for line in text.split("\n")[5:]]
    root.says("failover", POOL, "web2", "--reason", "power works")
    assert " ".join(row(root.says("explain", POOL), "web2")).endswith("yes in failover to web2 by root: power works")
    assert json.loads(root.says("explain", POOL, "--json"))["members"][1] == {
        "name": "web2", "address": web2, "taken": True, "published": True,
        "reason": "failover to web2 by root: power works"}


def test_explain_needs_a_name_where_there_are_a_record_and_a_pool(pools, root):
    assert root.fails("explain", status=2) == "signpostctl: which name? There are 2: `signpostctl list` shows them\n"
    assert root.says("explain", NAME).startswith(f"● {NAME}: in-sync\n")


def test_unknown_name_is_answered_with_the_nearest_pool(pools, root):
    for command in ("explain", "publish"):
        assert root.fails(command, "wwv.example.com").split("\n")[1] == f"Did you mean {POOL}?"


def test_publish_knows_pools(pools, root):
    pools.server.delete(POOL)
    said = root.says("publish", POOL)
    assert said == f"{POOL}: published {', '.join(pools.members.values())}\n"
    assert pools.published == ["web1", "web2", "web3"]
    assert root.says("publish") == f"{NAME}: published {ADDRESS}\n{said}"


# --json


def still(members):
    return [{name: value for name, value in member.items() if name not in MOVING} for member in members]


def test_json_of_pools_is_what_d_bus_says(pools, root):
    root.says("drain", POOL, "web1", "--for", "1h", "--reason", "new kernel")
    root.says("failover", POOL, "web2", "--for", "30m")
    client = pools.client
    members = [member_as_json(POOL, client.member(POOL, name)) for name in pools.members]
    expected = pool_as_json(client.pool(POOL), still(members))
    assert expected["overrides"][0]["member"] == "web2" and members[0]["admin_reason"] == "new kernel"
    [record, shown] = json.loads(root.says("list", "--json"))
    assert record == record_as_json(client.record(NAME))
    assert {**shown, "members": still(shown["members"])} == expected
    status = json.loads(root.says("--json"))
    assert {**status["pools"][0], "members": still(status["pools"][0]["members"])} == expected
    assert {**status, "pools": []} == {**as_json(client.properties(), set()), "records": [record], "pools": [],
                                       "providers": [provider_as_json(client.provider("home"))]}
    listed = json.loads(root.says("list", POOL, "--json"))
    assert still(listed) == still(members)
    for member in listed:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", member["last_check_time"])
        assert isinstance(member["latency"], int) and 0 < member["latency"] < 1_000_000


# Terminals


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_pools_fit_into_the_terminal(pools, root, columns):
    pools.kill("web3")
    pools.wait_for("web1", "web2")
    root.says("drain", POOL, "web1", "--for", "1h", "--reason", "a new kernel, and whatever else has waited for it")
    for arguments in ([], ["list"], ["list", POOL], ["explain", POOL]):
        text = COLOUR.sub("", root.shows(*arguments, columns=columns))
        assert all(len(line) <= columns for line in text.split("\n")), text
        assert arguments == ["list"] or all(address in text for address in pools.members.values())


def test_text_is_the_same_in_a_pipe_and_in_colour(pools, root):
    root.says("drain", POOL, "web1", "--reason", "new kernel")
    for arguments in (["list"], ["explain", POOL]):
        assert COLOUR.sub("", root.shows(*arguments, columns=200)) == root.says(*arguments)
    assert "\033" not in root.says() + root.says("list", POOL) + root.says("explain", POOL)
