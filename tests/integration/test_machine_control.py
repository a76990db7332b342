# SPDX-License-Identifier: BSD-3-Clause
"""Administrators and others on a machine with the real bus, polkit, systemctl and journal."""

import shutil

import pytest

from installation import BUS_NAME, UNIT, install_on_machine
from machine import Failed
from servers import NAME
from wait import until

ADDRESS = "198.51.100.7"
PUBLISHED = "29716ca53eb547988e15090fb895251d"
RULES = "/etc/polkit-1/rules.d/10-test.rules"
RULE = """polkit.addRule(function(action, subject) {
        if (action.id == "org.signpost1.publish" && subject.user == "nobody")
                return polkit.Result.YES;
});
"""


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
    named.delete(NAME)
    installation.configure()
    yield installation
    print(installation.log())


@pytest.fixture
def published(service, named):
    service.start()
    named.wait_for({ADDRESS})
    service.wait_for_bus()
    return service


# The bus


def test_a_call_starts_the_service(service, named):
    assert service.state == "inactive"
    assert NAME in service.call("ListRecords").replace("_2e", ".")
    assert service.state == "active"
    named.wait_for({ADDRESS})


def test_a_call_does_not_start_what_is_disabled(service):
    service.machine.systemctl("disable", "--quiet", UNIT)
    with pytest.raises(Failed):
        service.call("ListRecords")
    assert service.state == "inactive"


def test_signpostctl_does_not_start_the_service(service):
    done = service.machine.call("signpostctl", "status")
    assert done.returncode == 1
    assert service.state == "inactive"


def test_survives_the_bus(published, named):
    """The bus dies and comes back; in between DNS is kept up; the process stays the same."""
    machine, before = published.machine, published.pid
    machine.systemctl("kill", "--signal", "KILL", "dbus.service")
    published.wait_for_log("connection is lost")
    published.lab.host.add_address("eth0", "198.51.100.9/24")
    try:
        named.wait_for({ADDRESS, "198.51.100.9"})
        machine.systemctl("start", "dbus.service")
        published.wait_for_bus()
        assert NAME in published.call("ListRecords").replace("_2e", ".")
        assert (published.pid, published.restarts) == (before, 0)
    finally:
        published.lab.host.remove_address("eth0", "198.51.100.9/24")
        named.wait_for({ADDRESS})


def test_systemctl_knows_and_sets_the_log_level(published):
    machine = published.machine
    assert machine.systemctl("service-log-level", UNIT) == "debug"
    machine.systemctl("service-log-level", UNIT, "warning")
    assert machine.systemctl("service-log-level", UNIT) == "warning"
    assert machine.run("signpostctl", "log-level").strip() == "warning"


# Who may


@pytest.fixture
def polkit(installation):
    if not shutil.which("pkaction"):
        pytest.skip("not installed: polkitd")
    yield
    installation.machine.path(RULES).unlink(missing_ok=True)


def publish(service, **options):
    return service.machine.call("signpostctl", "publish", NAME, "--force", **options)


def test_everybody_may_look(published):
    machine = published.machine
    status = machine.run("signpostctl", "status", user="nobody")
    assert NAME in status and ADDRESS in status
    assert ADDRESS in machine.run("signpostctl", "explain", NAME, user="nobody")


def test_others_are_refused_until_a_rule_allows_them(published, named, polkit):
    machine = published.machine
    named.delete(NAME)
    refused = publish(published, user="nobody")
    assert refused.returncode == 1
    assert named.values(NAME, "A") == set()
    assert "allow" in refused.stderr.lower() or "authori" in refused.stderr.lower()

    machine.write(RULES, RULE)
    until(lambda: publish(published, user="nobody").returncode == 0,
          lambda: f"polkit to have read the rule:\n{publish(published, user='nobody').stderr}")
    assert named.values(NAME, "A") == {ADDRESS}
    # The rule is about publishing alone.
    assert machine.call("signpostctl", "reload", user="nobody").returncode == 1


def test_root_may_without_polkit(published, named):
    published.machine.systemctl("mask", "--runtime", "--now", "--quiet", "polkit.service")
    try:
        named.delete(NAME)
        done = publish(published)
        assert done.returncode == 0, done.stderr
        assert named.values(NAME, "A") == {ADDRESS}
        named.delete(NAME)
        assert publish(published, user="nobody").returncode == 1
        assert named.values(NAME, "A") == set()
    finally:
        published.machine.systemctl("unmask", "--runtime", "--quiet", "polkit.service")


# The journal


def test_journal_has_the_fields(published):
    entry = wait_for_entry(published, PUBLISHED)
    wanted = {"SIGNPOST_NAME": NAME, "SIGNPOST_TYPE": "A", "SIGNPOST_PROVIDER": "home", "_SYSTEMD_UNIT": UNIT,
              "SYSLOG_IDENTIFIER": "signpostd", "PRIORITY": "6"}
    assert {name: entry.get(name) for name in wanted} == wanted
    assert ADDRESS in entry["MESSAGE"]


def test_journal_explains_what_to_do(published):
    entry = wait_for_entry(published, PUBLISHED)
    text = published.machine.run("journalctl", "--catalog", "--no-pager", "--cursor", entry["__CURSOR"], "--lines", "1")
    assert f"DNS now has the addresses of {NAME} (A)" in text
    assert "man:signpostd(8)" in text


def wait_for_entry(service, message_id):
    """DNS has it a moment before the daemon hears that it has."""
    return until(lambda: service.entries(MESSAGE_ID=message_id), lambda: f"{message_id} in:\n{service.log()}")[0]


# Beside each other


def test_installed_files_are_what_the_machine_expects(installation):
    """What tools find wrong with them."""
    machine = installation.machine
    assert machine.run("systemd-analyze", "verify", "--man=yes", UNIT) == ""
    for page in ("8 signpostd", "1 signpostctl", "5 signpost.json", "5 org.signpost1"):
        machine.run("man", "--where", *page.split())
    for action in ("refresh", "publish", "reload", "set-log-level"):
        machine.run("pkaction", "--action-id", f"org.signpost1.{action}")
    assert BUS_NAME in machine.busctl("list", "--activatable")
