# SPDX-License-Identifier: BSD-3-Clause
"""signpost as an administrator has it: on a machine with systemd, beside a name server that takes its updates."""

import json

import pytest

from conftest import Lab
from machine import Machine, skip_without_machines
from netns import MissingRight
from package import installed_tree
from wait import until

UNIT = "signpostd.service"
DROPINS = f"/run/systemd/system/{UNIT}.d"
BUS_NAME, BUS_PATH, MANAGER = "org.signpost1", "/org/signpost1", "org.signpost1.Manager"


class Installation:
    def __init__(self, machine, lab):
        self.machine, self.lab = machine, lab
        self.begin = None

    def reset(self):
        """As just installed: enabled, not started, nothing configured."""
        machine = self.machine
        machine.systemctl("stop", UNIT)
        machine.run("sh", "-c", f"rm -rf /etc/signpost /var/lib/signpost {DROPINS}")
        machine.systemctl("daemon-reload")
        machine.call("systemctl", "reset-failed", UNIT)
        machine.run("systemctl", "enable", "--quiet", UNIT)
        self.begin = machine.cursor()

    def configure(self, configuration=None):
        """A dictionary, text, or as the lab has it; the secret is one that the service can read."""
        if not isinstance(configuration, str):
            configuration = json.dumps(configuration or self.configuration(), indent=2)
        self.machine.write("/etc/signpost/signpost.json", configuration)
        self.secret()

    def configuration(self, records=None, provider=None, **record):
        return self.lab.configuration(records, provider, **record)

    def secret(self, path="/etc/signpost/update.secret", owner="signpost"):
        self.machine.write(path, self.lab.key.secret + "\n", 0o600)
        self.machine.run("chown", owner, path)

    def drop_in(self, name, text):
        self.machine.write(f"{DROPINS}/{name}.conf", text)
        self.machine.systemctl("daemon-reload")

    def start(self):
        self.machine.systemctl("start", UNIT)
        return self

    @property
    def pid(self):
        return int(self.machine.show(UNIT, "MainPID"))

    @property
    def state(self):
        return self.machine.show(UNIT, "ActiveState")

    @property
    def restarts(self):
        return int(self.machine.show(UNIT, "NRestarts"))

    def wait_for_state(self, state, timeout=15):
        until(lambda: self.state == state, lambda: f"{UNIT} {state}, only {self.state}:\n{self.log()}", timeout)

    def entries(self, **fields):
        """The journal of the unit since the test began, from itself and from systemd about it."""
        return [entry for entry in self.machine.journal(self.begin)
                if UNIT in (entry.get("_SYSTEMD_UNIT"), entry.get("UNIT"))
                and all(entry.get(name) == value for name, value in fields.items())]

    def log(self):
        return "\n".join(str(entry.get("MESSAGE")) for entry in self.entries())

    def wait_for_log(self, text, timeout=15):
        until(lambda: text in self.log(), lambda: f"{text!r} in the journal:\n{self.log()}", timeout)

    # D-Bus

    @property
    def on_the_bus(self):
        return self.machine.call("busctl", "--system", "status", BUS_NAME).returncode == 0

    def call(self, method, *arguments, **options):
        """Calls a method of the manager; the result as busctl shows it."""
        return self.machine.busctl("call", BUS_NAME, BUS_PATH, MANAGER, method, *arguments, **options)

    def wait_for_bus(self):
        until(lambda: self.on_the_bus, lambda: f"{BUS_NAME} on the bus:\n{self.log()}")


def install_on_machine(tmp_path_factory, connect=lambda lab: lab.host, **options):
    """A generator for a fixture: a lab in which a host is a machine; connect(lab) gives its network namespace."""
    skip_without_machines()
    try:
        lab = Lab(tmp_path_factory.mktemp("machine"))
    except MissingRight as error:
        pytest.skip(str(error))
    try:
        with Machine(connect(lab), installed_tree(tmp_path_factory), **options) as machine:
            yield Installation(machine, lab)
    finally:
        lab.close()
