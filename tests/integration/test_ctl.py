# SPDX-License-Identifier: BSD-3-Clause
"""What signpostctl shows of the daemon beside it: status, list, explain; as text, in colour, as JSON."""

import json
import re

import pytest

from bus import Client
from conftest import SERVER
from ctl import (ADDRESS, ADDRESS_IPV6, COLOUR, MORE, OTHER, Setting, as_json, bus, provider_as_json,
                 record_as_json, root, row, setting, trouble)
from servers import NAME, ZONE
from wait import until

# status


def test_status_of_a_daemon_where_all_is_well(setting, root):
    setting.lab.host.add_address("eth0", ADDRESS_IPV6 + "/64")
    setting.client.wait_for_record(NAME, State="in-sync", Published=[ADDRESS, ADDRESS_IPV6])
    text = root.says("status")
    version = setting.client.properties()["Version"]
    assert text.startswith(f"● signpostd {version}: running, online\n")
    words = row(text, NAME)
    assert words[1] == "in-sync" and words[-3:] == ["home", ADDRESS + ",", ADDRESS_IPV6]
    assert "now" in words or "ago" in words
    assert row(text, "home") == ["home", "ok", "rfc2136", ZONE, "0"]
    assert "wanted" not in text and "Problems" not in text
    assert root.says() == root.says("status"), "it is the default"


def test_status_says_what_is_wrong_and_what_happens_next(trouble, root):
    text = root.says()
    assert re.match(r"● signpostd \S+: degraded, online\n", text)
    assert row(text, NAME)[1] == "in-sync"
    assert row(text, "x.example.org")[1:] == ["parked", "-", "stranger", "-"]
    assert re.search(rf"x\.example\.org +parked.*\n +wanted .*{ADDRESS}\n", text)
    assert row(text, "a.example.net")[1] == "retrying"
    assert row(text, "away")[:4] == ["away", "retrying", "rfc2136", "example.net"]
    _, problems = text.split("\nProblems\n")
    assert re.search(r"^  x\.example\.org:\n    .*REFUSED.*\n    somebody must act; looks again in \d+ min, or at once "
                     r"after `signpostctl publish x\.example\.org`$", problems, re.MULTILINE)
    # One server that is away is one problem.
    assert re.search(r"^  a\.example\.net, b\.example\.net:\n    .*10\.53\.0\.77.*\n    tries again (now|in \d+ s)$",
                     problems, re.MULTILINE), problems
    assert problems.count("10.53.0.77") == 1 and NAME not in problems


def test_status_shows_what_is_wanted_while_the_change_waits(lab, bus, named, root):
    """The last address goes after a delay only."""
    setting = Setting(lab, bus, named, lab.configuration(withdraw_delay=60))
    lab.host.remove_address("eth0", ADDRESS + "/24")
    setting.client.wait_for_record(NAME, State="pending", Wanted=[])
    text = root.says()
    words = row(text, NAME)
    assert words[1] == "pending" and words[-1] == ADDRESS
    assert re.search(r"^ +wanted +in (\d+ s|1 min) +-$", text, re.MULTILINE), text


def test_what_others_published_is_not_missing(lab, bus, named, root):
    named.add("203.0.113.9")
    lab.host.add_address("eth0", ADDRESS + "/24")
    lab.start_daemon(lab.configuration(ownership="shared"), bus=bus.address)
    bus.wait_for_owner()
    Client(bus).wait_for_record(NAME, State="in-sync", Published=[ADDRESS, "203.0.113.9"])
    text = root.says()
    assert row(text, NAME)[-2:] == [ADDRESS + ",", "203.0.113.9"]
    assert "wanted" not in text


def test_status_without_the_network_says_so(setting, root):
    for link in ("up0", "eth0"):
        setting.lab.host.ip("link", "set", link, "down")
    until(lambda: not setting.client.properties()["Online"], "offline")
    assert root.says().split("\n")[0].endswith(", offline")


def test_of_many_records_status_shows_those_that_need_somebody(lab, bus, named, root):
    names = [f"h{i}.example.com" for i in range(40)]
    records = {name: {"ipv6": False} for name in [NAME, *names]}
    records |= {f"x{i}.example.org": {"ipv6": False, "provider": "stranger"} for i in range(35)}
    configuration = lab.configuration(records)
    configuration["providers"]["stranger"] = {"type": "rfc2136", "zone": "example.org", "server": SERVER, "timeout": 1}
    setting = Setting(lab, bus, named, configuration)
    for name in [*names, "x0.example.org", "x34.example.org"]:
        setting.client.wait_for_record(name, State="parked" if name.endswith("org") else "in-sync")
    until(lambda: len(re.findall(r"● x\d+\.example\.org +parked", root.says())) == 35, root.says)
    text = root.says()
    assert "41 in-sync (`signpostctl list` shows all)" in text and " h0.example.com" not in text
    shown = COLOUR.sub("", root.shows())
    assert len(re.findall(r"● x\d+\.example\.org +parked", shown)) == 30, "what fits on a screen"
    assert "… and 5 parked, 41 in-sync (`signpostctl list` shows all)" in shown
    # The server refuses each for the same reason, but for the name in it.
    assert "  x0.example.org, x1.example.org, x2.example.org and 32 more:\n" in text and text.count("REFUSED") == 1
    assert len(root.says("list", "--no-legend").splitlines()) == 76


def test_status_of_a_daemon_without_records(lab, bus, root):
    lab.start_daemon({"providers": {}, "records": {}}, bus=bus.address)
    bus.wait_for_owner()
    assert "no records are configured" in root.says()
    assert json.loads(root.says("status", "--json"))["records"] == []
    assert root.says("list").endswith("\n0 records\n")
    assert root.fails("explain") == "signpostctl: there are no records\n"


# list and explain


def test_list_has_a_line_for_each_record(trouble, root):
    text = root.says("list")
    lines = text.split("\n")
    assert lines[0].split() == ["NAME", "STATE", "PROVIDER", "TTL", "KIND", "PUBLISHED"]
    assert [line.split()[0] for line in lines[1:5]] == ["a.example.net", "b.example.net", NAME, "x.example.org"]
    assert row(text, NAME) == [NAME, "in-sync", "home", "60", "record", ADDRESS]
    assert row(text, "x.example.org") == ["x.example.org", "parked", "stranger", "60", "record", "-"]
    assert text.endswith("\n\n4 records\n")
    rows = root.says("list", "--no-legend").split("\n")
    assert [row.split() for row in rows] == [line.split() for line in [*lines[1:5], ""]]


def test_names_are_in_the_order_of_their_numbers(lab, bus, root):
    names = ["h1.example.com", "h2.example.com", "h10.example.com"]
    lab.start_daemon(lab.configuration({name: {} for name in reversed(names)}), bus=bus.address)
    bus.wait_for_owner()
    assert [line.split()[0] for line in root.says("list", "--no-legend").splitlines()] == names


def test_explain_says_of_each_address_why(setting, root):
    setting.lab.host.add_address("eth0", ADDRESS_IPV6 + "/64")
    setting.client.wait_for_record(NAME, State="in-sync", Published=[ADDRESS, ADDRESS_IPV6])
    text = root.says("explain", NAME)
    both = f"{ADDRESS}, {ADDRESS_IPV6}"
    assert text.startswith(f"● {NAME}: in-sync\n  wanted     {both}\n  published  {both}\n")
    assert row(text, ADDRESS) == [ADDRESS, "eth0", "yes"]
    assert row(text, ADDRESS_IPV6) == [ADDRESS_IPV6, "eth0", "yes"]
    assert " ".join(row(text, "10.53.1.2")) == '10.53.1.2 up0 no no pattern of "interfaces" names its interface'
    assert "loopback" in " ".join(row(text, "127.0.0.1"))
    rows = root.says("explain", NAME, "--no-legend").split("\n")
    assert [row.split() for row in rows] == [line.split() for line in text.split("\n")[5:]], "without what stands above"
    assert root.says("explain", NAME.upper() + ".") == text


def test_explain_needs_a_name_where_there_are_several(setting, root):
    assert root.fails("explain", status=2) == "signpostctl: which record? There are 2: `signpostctl list` shows them\n"


def test_explain_of_the_only_record_needs_no_name(lab, bus, root):
    lab.start_daemon(lab.configuration({NAME: {
        "ipv4": {"from": "static", "addresses": ["203.0.113.5"]}, "ipv6": False}}), bus=bus.address)
    bus.wait_for_owner()
    assert " ".join(row(root.says("explain"), "203.0.113.5")) == "203.0.113.5 - yes the configuration names it"


# --json


def test_json_is_what_d_bus_says(trouble, root):
    """While nothing moves: what is retrying has been taken away."""
    trouble.daemon.configure(trouble.lab.configuration({NAME: {}, OTHER: {"ipv6": False}}))
    root.says("reload")
    for name in (NAME, OTHER):
        trouble.client.wait_for_record(name, State="in-sync", Published=[ADDRESS])
    until(lambda: trouble.client.provider("home")["QueueLength"] == 0, "rest")
    client = trouble.client
    records = [record_as_json(client.record(name)) for name in (NAME, OTHER)]
    assert json.loads(root.says("list", "--json")) == records
    assert json.loads(root.says("status", "--json")) == {
        **as_json(client.properties(), set()), "records": records, "pools": [],
        "providers": [provider_as_json(client.provider("home"))]}
    for record in records:
        assert record["last_error"] is None and record["next_retry"] is None and record["last_change"]
    assert json.loads(root.says("explain", NAME, "--json")) == {
        "name": NAME, "addresses": [
            dict(zip(("address", "interface", "taken", "reason"), (*row[:1], row[1] or None, *row[2:])))
            for row in client.call("Explain", "s", NAME)]}
    assert json.loads(root.says("log-level", "--json")) == {"log_level": "debug"}


def test_json_has_what_is_wrong(trouble, root):
    status = json.loads(root.says("--json"))
    record = next(record for record in status["records"] if record["name"] == "x.example.org")
    said = record_as_json(trouble.client.record("x.example.org"))
    assert record == said
    assert record["state"] == "parked" and "REFUSED" in record["last_error"] and record["last_change"] is None
    assert status["state"] == "degraded"


def test_json_has_null_for_a_zone_that_is_found_out(lab, bus, root):
    lab.start_daemon(lab.configuration(provider={"zone": None}), bus=bus.address)
    bus.wait_for_owner()
    assert json.loads(root.says("status", "--json"))["providers"][0]["zone"] is None
    assert row(root.says(), "home")[3] == "-"


# Terminals


def test_colour_is_for_terminals(trouble, root):
    assert "\033" not in root.says() + root.says("list")
    text = root.shows()
    assert "\033[0;32m●\033[0m" in text and "\033[0;1;31mparked\033[0m" in text
    assert "\033" not in root.shows("status", NO_COLOR="1")
    assert "\033" in root.shows("status", NO_COLOR="")
    assert "\033" not in root.shows("status", TERM="dumb")
    assert "\033" not in root.shows("status", "--color=never")
    assert "\033" in root.says("status", "--color=always", NO_COLOR="1")
    assert "\033" not in root.shows("status", "--json")


def test_text_is_the_same_in_colour(trouble, root):
    root.says("log-level", "err")
    for arguments in (["list"], ["explain", NAME]):
        assert COLOUR.sub("", root.shows(*arguments)) == root.says(*arguments)


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_nothing_is_broken_in_the_middle_of_a_word(setting, root, columns):
    """EUI-64 addresses are long."""
    addresses = [f"2001:db8:aaaa:bbbb:211:32ff:fe12:345{i}" for i in range(3)]
    for address in addresses:
        setting.lab.host.add_address("eth0", address + "/64")
    setting.client.wait_for_record(NAME, State="in-sync", Published=sorted([ADDRESS, *addresses]))
    for arguments in ([], ["list"], ["explain", NAME]):
        text = COLOUR.sub("", root.shows(*arguments, columns=columns))
        assert all(len(line) <= columns for line in text.split("\n")), text
        assert all(address in text for address in addresses)


def test_without_utf8_there_is_only_ascii(trouble, root):
    text = root.says(LC_ALL="C")
    assert text.startswith("* signpostd") and text.isascii()


def test_control_characters_do_not_reach_the_terminal(lab, bus, named, root):
    """Linux takes almost any bytes as the name of an interface."""
    evil = "e\033[31m\a\x7f"
    Setting(lab, bus, named)
    lab.host.ip("link", "set", "eth0", "down")
    lab.host.ip("link", "set", "eth0", "name", evil)
    lab.host.ip("link", "set", evil, "up")
    lab.host.ip("address", "replace", MORE + "/24", "dev", evil)
    until(lambda: MORE in root.says("explain", NAME), "the address")
    for text in (root.says("explain", NAME), COLOUR.sub("", root.shows("explain", NAME))):
        assert "e\\x1b[31m\\x07\\x7f" in text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    text = root.says("explain", NAME, "--json")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert evil in {address["interface"] for address in json.loads(text)["addresses"]}
    assert "\\x1b[31m" in root.fails("withdraw", "x" + evil)
