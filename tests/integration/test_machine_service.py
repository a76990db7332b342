# SPDX-License-Identifier: BSD-3-Clause
"""The service under a real systemd: how it starts, stays, reloads and stops, and what it may not do."""

import fcntl

import pytest

from installation import UNIT, install_on_machine
from machine import HOSTNAME, Failed
from servers import NAME
from wait import until

ADDRESS = "198.51.100.7"
OTHER = "nas.example.com"


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    yield from install_on_machine(tmp_path_factory)


@pytest.fixture(scope="module")
def named(installation):
    installation.lab.host.add_address("eth0", ADDRESS + "/24")
    return installation.lab.start_server("named")


@pytest.fixture
def service(installation, named):
    installation.reset()
    yield installation
    print(installation.log())


@pytest.fixture
def published(service, named):
    """The service runs, and what it published stands in DNS."""
    named.delete(NAME)
    service.configure()
    service.start()
    named.wait_for({ADDRESS})
    return service


def test_started_means_ready(published):
    machine = published.machine
    assert (published.state, machine.show(UNIT, "Type")) == ("active", "notify")
    assert "in sync" in machine.show(UNIT, "StatusText")
    assert machine.run("ps", "-o", "user=", "-p", published.pid).strip() == "signpost"


def test_runs_with_no_configuration(service):
    service.start()
    until(lambda: ADDRESS in dig(service, port=5300), lambda: f"the address in its own zone:\n{service.log()}")


def test_keeps_its_own_state(published):
    files = {path.name for path in published.machine.path("/var/lib/signpost").iterdir()}
    assert files - {"lock"}
    assert published.machine.run("stat", "--format", "%U %a", "/var/lib/signpost").split() == ["signpost", "700"]


# Coming back


def test_hung_daemon_is_killed_and_comes_back(service, named):
    service.configure()
    service.drop_in("watchdog", "[Service]\nWatchdogSec=1\n")
    service.start()
    before = service.pid
    service.machine.run("kill", "-STOP", before)
    until(lambda: service.restarts == 1 and service.state == "active", lambda: f"a restart:\n{service.log()}")
    assert service.pid != before
    service.wait_for_log("Watchdog timeout")


def test_crashed_daemon_comes_back(published, named):
    before = published.pid
    named.delete(NAME)
    published.machine.run("kill", "-SEGV", before)
    named.wait_for({ADDRESS})
    assert published.restarts == 1


def test_comes_back_however_often_it_fails(service, named):
    """Somebody else holds the state directory for longer than systemd usually tries."""
    service.configure()
    service.drop_in("quick", "[Service]\nRestartSec=20ms\n")
    service.start()
    service.machine.systemctl("stop", UNIT)
    with service.machine.path("/var/lib/signpost/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        service.machine.call("systemctl", "start", UNIT)
        until(lambda: service.restarts > 7, lambda: f"the eighth restart:\n{service.log()}")
        assert service.state != "failed"
    service.wait_for_state("active")


def test_bad_configuration_is_not_tried_again(service):
    service.configure('{ "records": { "host.example.com": { "tll": 60 } } }')
    with pytest.raises(Failed):
        service.start()
    show = service.machine.show
    assert (service.state, show(UNIT, "ExecMainStatus"), service.restarts) == ("failed", "78", 0)
    assert "ttl" in service.log()


# Reload


def test_reload_is_in_force_when_it_returns(published, named):
    before = published.pid
    named.delete(OTHER)
    published.configure(published.configuration(records={NAME: {}, OTHER: {}}))
    published.machine.systemctl("reload", UNIT)
    assert published.call("ListRecords").startswith("ao 2 ")
    named.wait_for({ADDRESS}, OTHER)
    assert published.pid == before


def test_reload_of_a_bad_configuration_fails_and_says_why(published, named):
    before = published.pid
    published.configure('{ "records": { "host.example.com": { "tll": 60 } } }')
    with pytest.raises(Failed):
        published.machine.systemctl("reload", UNIT)
    assert "ttl" in published.log()
    assert (published.pid, published.state) == (before, "active")
    named.add("192.0.2.1")  # what was in force still is
    published.lab.host.add_address("eth0", "198.51.100.8/24")
    try:
        named.wait_for({ADDRESS, "198.51.100.8"})
    finally:
        published.lab.host.remove_address("eth0", "198.51.100.8/24")
        named.wait_for({ADDRESS})


def test_reload_takes_over_a_new_host_name(service, named):
    machine = service.machine
    named.delete("host.example.com")
    named.delete("office.example.com")
    service.configure(service.configuration(records={"%l.example.com": {}}))
    service.start()
    named.wait_for({ADDRESS}, "host.example.com")
    before = service.pid
    machine.run("hostnamectl", "hostname", "office")
    try:
        machine.systemctl("reload", UNIT)
        named.wait_for({ADDRESS}, "office.example.com")
    finally:
        machine.run("hostnamectl", "hostname", HOSTNAME)
    assert service.pid == before


BUS = ("dbus.socket", "dbus.service")


def start_bus(service):
    service.machine.systemctl("unmask", "--runtime", "--quiet", *BUS)
    service.machine.systemctl("start", *BUS)


@pytest.fixture
def without_bus(service):
    service.machine.systemctl("mask", "--runtime", "--now", "--quiet", *BUS)
    yield service
    start_bus(service)


def test_works_and_reloads_without_a_bus(without_bus, named):
    service = without_bus
    named.delete(NAME)
    named.delete(OTHER)
    service.configure()
    service.start()
    named.wait_for({ADDRESS})
    service.configure(service.configuration(records={OTHER: {}}))
    service.machine.systemctl("reload", UNIT)
    named.wait_for({ADDRESS}, OTHER)
    service.configure("{")
    service.machine.systemctl("reload", UNIT)
    service.wait_for_log("the old one stays in force")
    assert service.state == "active"


def test_late_bus_is_a_state(without_bus):
    without_bus.start()
    before = without_bus.pid
    start_bus(without_bus)
    without_bus.wait_for_bus()
    assert without_bus.pid == before


# Secrets


def test_secret_that_the_service_cannot_read_is_handed_over(service, named):
    named.delete(NAME)
    service.configure()
    service.machine.run("rm", "/etc/signpost/update.secret")
    service.secret("/root/signpost.secret", owner="root")
    assert service.machine.call("cat", "/root/signpost.secret", user="signpost").returncode != 0
    with pytest.raises(Failed):
        service.start()
    service.drop_in("secret", "[Service]\nLoadCredential=update.secret:/root/signpost.secret\n")
    service.start()
    named.wait_for({ADDRESS})
    service.machine.systemctl("reload", UNIT)


# Sandbox

# Each line tries what the service's user may do elsewhere, and says so when it could.
PROBE = """#!/bin/sh
could() { what=$1; shift; if "$@" >/dev/null 2>&1; then echo "$what"; fi; }
python() { python3 -c "$1"; }
for place in $PLACES; do could "write in $place" touch $place/open-to-all/file; done
could 'see homes' ls /home/open-to-all
could 'see the processes of others' test -d /proc/1
could 'see more of /proc' cat /proc/meminfo
could 'open a device' dd if=/dev/open-to-all count=0
could 'make a namespace' unshare --user true
could 'make a setuid file' sh -c 'cp /bin/true $HOME/setuid && chmod u+s $HOME/setuid'
could 'have memory to write and execute' python 'import mmap; mmap.mmap(-1, 1, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)'
could 'change its personality' setarch --addr-no-randomize true
could 'bind itself to a processor' taskset --pid --cpu-list 0 $$
could 'use its state' touch /var/lib/signpost/file
could 'use /tmp' touch /tmp/file
"""
PLACES = ("/etc", "/etc/signpost", "/usr", "/var/lib", "/run", "/run/lock", "/home", "/dev/shm")
ALLOWED = {"use its state", "use /tmp"}


def test_sandbox_lets_nothing_out(service):
    """The same script as the same user, outside and in."""
    machine, places = service.machine, " ".join(PLACES)
    machine.write("/usr/local/bin/probe", PROBE, 0o755)
    machine.run("sh", "-c", f"for place in {places}; do mkdir -pm 777 $place/open-to-all; done;"
                            "mknod -m 666 /dev/open-to-all c 1 3; install -d -o signpost -m 700 /var/lib/signpost")
    outside = machine.run("env", "HOME=/tmp", f"PLACES={places}", "/usr/local/bin/probe", user="signpost")
    expected = {line.split("'")[1] for line in PROBE.splitlines() if line.startswith("could '")}
    assert set(outside.splitlines()) == expected | {f"write in {place}" for place in PLACES}

    service.drop_in("probe", f"[Service]\nEnvironment='PLACES={places}'\n"
                             "ExecStartPre=/bin/sh -c '/usr/local/bin/probe >$STATE_DIRECTORY/result'\n")
    service.start()
    assert set(machine.path("/var/lib/signpost/result").read_text().splitlines()) == ALLOWED


def test_gateway_port_takes_its_drop_in(service):
    """The example is what makes port 53 work, and nothing else does."""
    service.configure({"providers": {"here": {"type": "embedded", "zone": "home.arpa"}},
                       "records": {"%l.home.arpa": {}}, "gateway": {"listen": ["127.0.0.1:53"]}})
    service.start()
    service.wait_for_log("cannot answer DNS queries at 127.0.0.1:53")
    service.machine.systemctl("stop", UNIT)
    example = "/usr/share/doc/signpost/examples/signpostd.service.d/gateway-port.conf"
    service.drop_in("gateway-port", service.machine.path(example).read_text())
    service.start()
    until(lambda: ADDRESS in dig(service), lambda: f"an answer at port 53:\n{service.log()}")


def dig(service, port=53):
    return service.machine.call("dig", "+short", "+tries=1", "+time=1", "-p", port, "@127.0.0.1", "host.home.arpa",
                                "A").stdout
