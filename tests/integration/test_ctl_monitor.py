# SPDX-License-Identifier: BSD-3-Clause
"""signpostctl monitor: what it tells, and what it outlives."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bus import Bus, Refused, add_bus
from conftest import SERVER
from ctl import (ADDRESS, MORE, NOT_RUNNING, OTHER, Ctl, Follower, Setting, as_json, bus, environment, record_as_json,
                 root, row, setting)
from processes import WITH_US
from servers import NAME
from wait import until

# The bus itself.
BUS = {"service": "org.freedesktop.DBus", "path": "/org/freedesktop/DBus", "interface": "org.freedesktop.DBus"}


def is_on(setting, pid):
    """The process has been let into the bus, where it asks at once."""
    def owner(name):
        try:
            return setting.client.call("GetConnectionUnixProcessID", "s", name, **BUS)
        except Refused:  # it has gone meanwhile
            return None

    return pid in map(owner, setting.client.call("ListNames", **BUS))


def test_monitor_follows(setting, root):
    with Follower(root) as follower:
        follower.wait_for(r"^\w{3} [ \d]\d \d\d:\d\d:\d\d signpostd: running; online$")
        follower.wait_for(rf" {NAME}: in-sync; published {ADDRESS}$")
        after = follower.wait_for(r" provider home: ok$")
        setting.lab.host.add_address("eth0", MORE + "/24")
        follower.wait_for(rf" {NAME}: .*published \+{MORE}$", after)
        setting.server.process.signal(signal.SIGSTOP)
        setting.lab.host.remove_address("eth0", MORE + "/24")
        follower.wait_for(rf" {NAME}: (.* -> )?pending; wanted -{MORE}$|{NAME}: .*; wanted -{MORE}$", after)
        follower.wait_for(rf" {NAME}: .*pending -> retrying; .*{SERVER}.*; tries again (in \d+ s|now)$", after,
                          timeout=30)
        follower.wait_for(r" signpostd: running -> degraded$", after)
        setting.server.process.signal(signal.SIGCONT)
        follower.wait_for(rf" {NAME}: .* -> in-sync", after, timeout=30)
        assert follower.end() == (0, "")


def test_monitor_tells_what_a_reload_brings_and_takes(setting, root):
    with Follower(root) as follower:
        after = follower.wait_for(r" provider home: ")
        setting.daemon.configure(setting.lab.configuration({NAME: {"ttl": 300}, "new.example.com": {}}))
        root.says("reload")
        follower.wait_for(rf" {OTHER}: removed$", after)
        follower.wait_for(r" new\.example\.com: added; ", after)
        follower.wait_for(rf" {NAME}: .*ttl 60 -> 300", after)


def test_monitor_outlives_the_daemon(setting, root):
    with Follower(root) as follower, Follower(root, "--json") as in_json:
        after = follower.wait_for(r" provider home: ")
        in_json.wait_for(r'"name":"home"')
        setting.daemon.stop()
        after = follower.wait_for(r" signpostd: is not running$", after)
        setting.daemon.start()
        after = follower.wait_for(r" signpostd: is running$", after)
        follower.wait_for(rf" {NAME}: ", after)
        setting.client.wait_for_record(NAME, State="in-sync")
        setting.lab.host.add_address("eth0", MORE + "/24")
        follower.wait_for(rf" {NAME}: .*\+{MORE}", after)
        in_json.wait_for(r'"event":"vanished","object":"daemon","name":null')
        in_json.wait_for(r'"event":"appeared","object":"daemon","name":null')
        assert follower.end(signal.SIGINT) == (0, "")
        assert in_json.end() == (0, "")


def test_monitor_waits_for_a_daemon_that_is_not_there_yet(lab, bus, named, root):
    with Follower(root) as follower:
        after = follower.wait_for(r" signpostd: is not running$")
        Setting(lab, bus, named)
        follower.wait_for(rf" {NAME}: .*{ADDRESS}", after)
        assert len([line for line in follower.lines if "is not running" in line]) == 1


def test_monitor_in_json_is_one_object_a_line(setting, root):
    with Follower(root, "--json") as follower:
        follower.wait_for(r'"name":"home"')
        first = [json.loads(line) for line in follower.lines[:4]]
        assert [(line["event"], line["object"], line["name"]) for line in first] == [
            ("present", "manager", None), ("present", "record", NAME), ("present", "record", OTHER),
            ("present", "provider", "home")]
        assert first[0]["properties"] == as_json(setting.client.properties(), set())
        assert first[1]["properties"] == record_as_json(setting.client.record(NAME))
        after = len(follower.lines)
        setting.lab.host.add_address("eth0", MORE + "/24")
        follower.wait_for(rf'"changed".*"{NAME}".*"published":\["{ADDRESS}","{MORE}"\]', after)
        setting.client.wait_for_record(NAME, State="in-sync", Published=[ADDRESS, MORE])
        now, expected = {}, record_as_json(setting.client.record(NAME))

        def same():
            """What was there, with every change, is what is there."""
            now.update(first[1]["properties"])
            for line in map(json.loads, follower.lines[after:]):
                if (line["event"], line["name"]) == ("changed", NAME):
                    assert {name: now[name] for name in line["before"]} == line["before"]
                    assert line["properties"].keys() == line["before"].keys()
                    assert all(value != line["before"][name] for name, value in line["properties"].items())
                    now.update(line["properties"])
            return now == expected

        until(same, lambda: f"{expected}, not {now}")
        for line in map(json.loads, follower.lines):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["time"])


def test_monitor_of_a_daemon_that_hangs_can_be_interrupted(setting, root):
    setting.daemon.signal(signal.SIGSTOP)
    try:
        with Follower(root) as follower:
            status = Path(f"/proc/{follower.process.pid}/status")
            # From then on it takes the signal, wherever it waits for the daemon.
            until(lambda: int(re.search(r"SigCgt:\s+(\w+)", status.read_text())[1], 16) >> (signal.SIGINT - 1) & 1,
                  "it listens to signals")
            assert follower.end(signal.SIGINT) == (0, "")
    finally:
        setting.daemon.signal(signal.SIGCONT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_monitor_whose_reader_does_not_read_can_be_ended(setting, root, number):
    """It waits in a write, because the pipe is full."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    os.set_blocking(writer, True)
    process = subprocess.Popen(root.command("monitor"), env=environment(setting.bus.address), stdin=subprocess.DEVNULL,
                               stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    try:
        where = Path(f"/proc/{process.pid}/wchan")
        until(lambda: "pipe_write" in where.read_text(), "it writes")
        process.send_signal(number)
        assert process.wait(20) == 0 and process.stderr.read() == ""
    finally:
        process.kill()
        process.communicate()
        os.close(reader)


# Announces what it has just answered, and then a change.
REPEATING = """
import dbus, dbus.mainloop.glib, dbus.service
from gi.repository import GLib

class Daemon(dbus.service.Object):
    @dbus.service.method("org.freedesktop.DBus.Properties", "s", "a{sv}")
    def GetAll(self, interface):
        return {"Version": "1", "State": "running", "Online": True}

    @dbus.service.method("org.freedesktop.DBus.ObjectManager", "", "a{oa{sa{sv}}}")
    def GetManagedObjects(self):
        GLib.idle_add(self.announce)
        return dbus.Dictionary({}, "oa{sa{sv}}")

    def announce(self):
        for state in ("running", "degraded"):
            self.PropertiesChanged("org.signpost1.Manager", {"State": state}, dbus.Array([], "s"))

    @dbus.service.signal("org.freedesktop.DBus.Properties", "sa{sv}as")
    def PropertiesChanged(self, interface, changed, invalidated):
        pass

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
daemon = Daemon(bus, "/org/signpost1")
bus.request_name("org.signpost1")
GLib.MainLoop().run()
"""


def test_monitor_tells_nothing_twice(lab):
    """What the daemon announces a moment after it was read is no news."""
    pytest.importorskip("gi.repository.GLib", reason="python3-gi is not installed")
    policy = '<policy user="root"><allow own="org.signpost1"/><allow send_destination="org.signpost1"/></policy>'
    bus = add_bus(lab, policy=policy).start()
    daemon = subprocess.Popen([*WITH_US, sys.executable, "-c", REPEATING], env=environment(bus.address))
    try:
        bus.wait_for_owner()
        with Follower(Ctl(bus.address), "--json") as follower:
            follower.wait_for('"degraded"')
            lines = [json.loads(line) for line in follower.lines]
    finally:
        daemon.kill()
        daemon.wait()
    assert [(line["event"], line["properties"].get("state")) for line in lines] == [
        ("present", "running"), ("changed", "degraded")]


def test_monitor_ends_when_nobody_reads_on(setting, root):
    """Though nothing happens that it could fail to write."""
    process = subprocess.Popen(root.command("monitor"), env=environment(setting.bus.address), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 0 and process.stderr.read() == ""
    process.stderr.close()


def test_monitor_ends_with_the_bus(setting, root):
    with Follower(root) as follower:
        follower.wait_for(r" provider home: ")
        setting.bus.kill()
        assert follower.process.wait(20) == 1
        assert follower.process.stderr.read() == "signpostctl: the system bus went away\n"


def test_monitor_that_still_reads_ends_with_the_bus(setting, root):
    """It is not the daemon that does not answer."""
    setting.daemon.signal(signal.SIGSTOP)
    try:
        with Follower(root) as follower:
            until(lambda: is_on(setting, follower.process.pid), "it asks")
            setting.bus.kill()
            assert follower.process.wait(20) == 1
            assert follower.process.stderr.read() == "signpostctl: the system bus went away\n"
            follower.join()
            assert follower.lines == []
    finally:
        setting.daemon.signal(signal.SIGCONT)


@pytest.mark.parametrize("kind", sorted(Bus.PROGRAMS))
def test_it_works_with_each_bus(lab, named, kind):
    bus = add_bus(lab, kind).start()
    root = Ctl(bus.address)
    assert root.fails() == NOT_RUNNING
    setting = Setting(lab, bus, named)
    assert row(root.says(), NAME)[1] == "in-sync"
    assert root.says("publish", NAME) == f"{NAME}: published {ADDRESS}\n"
    with Follower(root) as follower:
        after = follower.wait_for(r" provider home: ")
        setting.daemon.kill()
        after = follower.wait_for(r" signpostd: is not running$", after)
        assert not [line for line in follower.lines if "does not answer" in line]
        setting.daemon.start()
        follower.wait_for(rf" {NAME}: .*in-sync", after)
