# SPDX-License-Identifier: BSD-3-Clause
"""Buses that come and go, and clients and buses that do not behave: DNS is kept up, memory stays bounded, nobody is waited
for."""

import os
import signal
import socket
import time

import pytest

from bus import OBJECTS, ROOT, SERVICE, Bus, Client, DeafClient, add_bus, path_of, start_monitor
from package import sanitized
from servers import NAME
from wait import until

ADDRESS, MORE = "198.51.100.7", "198.51.100.8"
MIB = 1 << 20


@pytest.fixture(params=sorted(Bus.PROGRAMS))
def each_bus(request, lab):
    """The same test with each kind of bus, not started."""
    return add_bus(lab, request.param)


@pytest.fixture
def bus(lab):
    return add_bus(lab).start()


def start_daemon(lab, bus, records=None, **options):
    lab.host.add_address("eth0", ADDRESS + "/24")
    return lab.start_daemon(lab.configuration(records), bus=bus.address, **options)


def many_records(count):
    return {f"r{number}.example.com": {"ipv6": False} for number in range(count)} | {NAME: {}}


def status_of(daemon, name):
    with open(f"/proc/{daemon.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name + ":"))


class Memory:
    """What the daemon takes now, to be compared with what it takes later."""

    def __init__(self, daemon):
        self.daemon, self.before = daemon, status_of(daemon, "VmRSS")

    def check(self, growth, peak=False):
        """A build with sanitizers keeps what was freed."""
        grown = (status_of(self.daemon, "VmHWM" if peak else "VmRSS") - self.before) * 1024
        assert sanitized() or grown < growth, f"{grown} bytes more"


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.pid}/fd"))


def wait_for_rest(daemon):
    """Until it has used no processor for a second."""
    def used():
        with open(f"/proc/{daemon.pid}/stat") as stat:
            return stat.read().rsplit(") ", 1)[1].split()[11:13]

    until_steady(used, 1)


def wait_for_sleep(daemon):
    """Until nothing has woken it for four seconds."""
    until_steady(lambda: status_of(daemon, "voluntary_ctxt_switches"), 4)


def until_steady(read, seconds):
    last = [read(), time.monotonic()]

    def steady():
        if read() != last[0]:
            last[:] = read(), time.monotonic()
        return time.monotonic() - last[1] > seconds

    until(steady, lambda: f"{seconds} s in which {last[0]} stays so", 60)


def shake(lab, server, times):
    """Addresses come and go, each time until DNS has it."""
    for _ in range(times):
        lab.host.add_address("eth0", MORE + "/24")
        server.wait_for({ADDRESS, MORE})
        lab.host.remove_address("eth0", MORE + "/24")
        server.wait_for({ADDRESS})


# Coming and going


def test_works_without_a_bus(lab, bus, named):
    bus.kill()
    bus.socket.unlink()
    daemon = start_daemon(lab, bus)
    named.wait_for({ADDRESS})
    assert daemon.running


def test_name_appears_with_the_bus(lab, each_bus, named):
    daemon = start_daemon(lab, each_bus)
    named.wait_for({ADDRESS})
    each_bus.start()
    each_bus.wait_for_owner()
    Client(each_bus).wait_for_record(NAME, State="in-sync", Published=[ADDRESS])
    assert daemon.running


@pytest.mark.parametrize("clean", [True, False])
def test_survives_a_bus_that_restarts(lab, each_bus, named, clean):
    each_bus.start()
    daemon = start_daemon(lab, each_bus)
    for number in range(3):
        each_bus.wait_for_owner()
        after = daemon.log_position()
        each_bus.stop() if clean else each_bus.kill()
        daemon.wait_for_log("D-Bus: the connection is lost", after)
        lab.host.add_address("eth0", f"198.51.100.{20 + number}/24")
        named.wait_for({ADDRESS, *(f"198.51.100.{20 + n}" for n in range(number + 1))})
        each_bus.start()
        each_bus.wait_for_owner()
        client = Client(each_bus)
        assert len(client.record(NAME)["Published"]) == number + 2
        assert len(client.objects()) == 2
        monitor = start_monitor(lab, each_bus)
        position = monitor.position()
        lab.host.add_address("eth0", f"198.51.101.{number + 1}/24")
        until(lambda: any(path == path_of("record", NAME) for path, _ in monitor.changes(position)), "announcements again")
        lab.host.remove_address("eth0", f"198.51.101.{number + 1}/24")
        named.wait_for({ADDRESS, *(f"198.51.100.{20 + n}" for n in range(number + 1))})


def test_a_restart_leaks_nothing(lab, bus, named):
    daemon = start_daemon(lab, bus)
    bus.wait_for_owner()
    named.wait_for({ADDRESS})
    before = descriptors(daemon)
    for _ in range(8):
        bus.kill()
        bus.start()
        bus.wait_for_owner()
    until(lambda: descriptors(daemon) == before, lambda: f"{before} descriptors, not {descriptors(daemon)}")


def test_waits_for_a_bus_without_waking_up(lab, named):
    """It watches each folder on the way, so these should be some where nobody else is busy."""
    lab.host.add_address("eth0", ADDRESS + "/24")
    daemon = lab.start_daemon(bus="unix:path=/etc/signpost-no-bus/socket")
    named.wait_for({ADDRESS})
    wait_for_sleep(daemon)
    assert "cannot connect" not in daemon.log, "it tried"


def test_nothing_wakes_it_while_nothing_happens(lab, bus, named):
    daemon = start_daemon(lab, bus)
    bus.wait_for_owner()
    named.wait_for({ADDRESS})
    Client(bus).wait_for_record(NAME, State="in-sync")
    wait_for_sleep(daemon)


def test_a_bus_that_does_not_answer_holds_nobody_up(lab, bus, named):
    """It takes connections and says nothing."""
    bus.kill()
    bus.socket.unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(bus.socket))
        listener.listen()
        begin = time.monotonic()
        daemon = start_daemon(lab, bus)
        named.wait_for({ADDRESS})
        daemon.stop()
        assert time.monotonic() - begin < 5


def test_a_bus_that_hangs_up_is_not_called_all_the_time(lab, bus, named):
    bus.kill()
    bus.socket.unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(bus.socket))
        listener.listen()
        listener.settimeout(10)
        daemon = start_daemon(lab, bus)
        calls, deadline = 0, time.monotonic() + 3
        while time.monotonic() < deadline:
            try:
                listener.accept()[0].close()
                calls += 1
                listener.settimeout(max(0.01, deadline - time.monotonic()))
            except TimeoutError:
                break
        assert 2 <= calls <= 8
        assert daemon.log.count("does not let us in") <= calls + 1
    named.wait_for({ADDRESS})
    bus.start()
    bus.wait_for_owner(timeout=30)


def test_a_bus_that_forbids_the_name_is_told_once(lab, named):
    bus = add_bus(lab, policy="<!-- nobody may own it -->").start()
    daemon = start_daemon(lab, bus)
    daemon.wait_for_log("warning: D-Bus: cannot have the name org.signpost1")
    named.wait_for({ADDRESS})
    daemon.wait_for_log("(?s)cannot have the name.*cannot have the name")
    assert daemon.log.count("warning: D-Bus: cannot have the name") == 1


def test_two_daemons_share_the_name_in_turn(lab, bus, named):
    first = start_daemon(lab, bus)
    owner = bus.wait_for_owner()
    host = lab.add_host()
    second = lab.start_daemon(lab.configuration({"second.example.com": {}}), host=host, bus=bus.address)
    second.wait_for_log("warning: D-Bus: somebody else answers as org.signpost1")
    host.add_address("eth0", "203.0.113.9/24")
    named.wait_for({"203.0.113.9"}, "second.example.com")
    assert bus.owner() == owner
    first.stop()
    bus.wait_for_owner(other_than=owner)
    second.wait_for_log("D-Bus: answering as org.signpost1")
    assert Client(bus).call("ListRecords") == [path_of("record", "second.example.com")]


def test_calls_under_way_end_with_the_bus(lab, bus, named):
    daemon = start_daemon(lab, bus)
    bus.wait_for_owner()
    Client(bus).wait_for_record(NAME, State="in-sync")
    named.process.signal(signal.SIGSTOP)
    callers = [bus.start_asking("Publish", NAME, "true") for _ in range(3)]
    try:
        until(lambda: daemon.log.count("org.signpost1.publish is allowed") == 3, "three calls")
        bus.kill()
        for caller in callers:
            assert caller.wait(20) != 0
    finally:
        named.process.signal(signal.SIGCONT)
    bus.start()
    bus.wait_for_owner()
    Client(bus).call("Publish", "sb", NAME, True, timeout=60)


# Those that do not read, and those that ask too much


def test_a_client_that_never_reads_costs_no_memory(lab, bus, named):
    daemon = start_daemon(lab, bus, many_records(200))
    bus.wait_for_owner()
    Client(bus).wait_for_record("r199.example.com", State="in-sync")
    deaf = Client(bus)
    deaf.connection.add_match_string(f"type='signal',sender='{SERVICE}'")
    shake(lab, named, 2)
    memory = Memory(daemon)
    shake(lab, named, 10)
    Client(bus).wait_for_record("r199.example.com", State="in-sync", Published=[ADDRESS])
    memory.check(2 * MIB)
    deaf.close()


def test_a_bus_that_stands_still_costs_neither_memory_nor_dns(lab, each_bus, named):
    each_bus.start()
    daemon = start_daemon(lab, each_bus, many_records(200))
    each_bus.wait_for_owner()
    Client(each_bus).wait_for_record("r199.example.com", State="in-sync")
    shake(lab, named, 2)
    monitor = start_monitor(lab, each_bus)
    after = monitor.position()
    memory = Memory(daemon)
    each_bus.signal(signal.SIGSTOP)
    try:
        shake(lab, named, 100)
        lab.host.add_address("eth0", MORE + "/24")
        named.wait_for({ADDRESS, MORE}, "r199.example.com")
        memory.check(2 * MIB)
    finally:
        each_bus.signal(signal.SIGCONT)

    def told():
        """What somebody who listens knows at last."""
        known = {}
        for path, properties in monitor.changes(after):
            known.setdefault(path, {}).update(properties)
        return {path: properties.get("Published") for path, properties in known.items() if "/record/" in path}

    wanted = {path_of("record", name): [ADDRESS, MORE] for name in many_records(200)}
    until(lambda: told() == wanted, lambda: f"the last word about {len(wanted)} records, only {told()}", 30)


def test_a_bus_that_stands_still_does_not_delay_the_end(lab, bus, named):
    daemon = start_daemon(lab, bus, many_records(200))
    bus.wait_for_owner()
    Client(bus).wait_for_record("r199.example.com", State="in-sync")
    bus.signal(signal.SIGSTOP)
    try:
        shake(lab, named, 50)
        begin = time.monotonic()
        daemon.stop()
        assert time.monotonic() - begin < 3
    finally:
        bus.signal(signal.SIGCONT)


@pytest.mark.parametrize("kind", sorted(Bus.PROGRAMS))
def test_a_flood_of_calls_is_borne(lab, kind, named):
    """Forty clients ask for everything again and again and read nothing, until dbus-daemon takes no more answers (and
    dbus-broker throws them out)."""
    bus = add_bus(lab, kind, limits='<limit name="max_incoming_bytes">8000000</limit>').start()
    daemon = start_daemon(lab, bus, many_records(200))
    bus.wait_for_owner()
    Client(bus).wait_for_record("r199.example.com", State="in-sync")
    memory = Memory(daemon)
    clients = [DeafClient(bus) for _ in range(40)]
    for _ in range(50):
        for client in clients:
            client.ask(SERVICE, ROOT, OBJECTS, "GetManagedObjects")
    shake(lab, named, 3)
    wait_for_rest(daemon)
    shake(lab, named, 1)
    for client in clients:
        client.close()
    assert Client(bus).call("ListProviders", timeout=60)
    memory.check(10 * MIB, peak=True)
