# SPDX-License-Identifier: BSD-3-Clause
"""From power-on to shutdown: the network and DNS may be late; what has to be withdrawn goes before the network does."""

import json
import re
import shlex

import pytest

from conftest import Lab
from installation import Installation, UNIT
from machine import Machine, skip_without_machines
from netns import MissingRight, veth
from package import installed_tree
from servers import NAME
from wait import until

ADDRESS = "10.53.9.2"
SECRET = "/etc/signpost/update.secret"

# Takes the link down as it stops, as ifupdown does.
NETWORK_UNIT = "test-network.service"
NETWORK = """[Unit]
Before=network.target
Wants=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStop=ip link set eth0 down
[Install]
WantedBy=multi-user.target
"""
# Stops what a shutdown stops, in one transaction as a shutdown does.
SHUTDOWN_UNIT = "test-shutdown.target"
SHUTDOWN = f"""[Unit]
DefaultDependencies=no
Conflicts={UNIT} network.target {NETWORK_UNIT}
"""


@pytest.fixture
def lab(tmp_path):
    skip_without_machines()
    try:
        lab = Lab(tmp_path)
    except MissingRight as error:
        pytest.skip(str(error))
    yield lab
    lab.close()


def write(path, text):
    """A line of shell."""
    return f"mkdir -p $(dirname {path}); printf %s {shlex.quote(text)} >{path}\n"


def boot(lab, host, tree, **record):
    """With the service configured and enabled."""
    configuration = json.dumps(lab.configuration(**record))
    prepare = (write("/etc/signpost/signpost.json", configuration) + write(SECRET, lab.key.secret)
               + f"chmod 600 {SECRET}; chown signpost {SECRET}\n"
               + write(f"/etc/systemd/system/{NETWORK_UNIT}", NETWORK)
               + write(f"/etc/systemd/system/{SHUTDOWN_UNIT}", SHUTDOWN)
               + f"systemctl enable --quiet {UNIT} {NETWORK_UNIT}\n")
    return Machine(host, tree, prepare)


def plug_in(lab, host):
    veth(host, "eth0", lab.server, "late.eth0")
    lab.server.add_address("late.eth0", "10.53.9.1/24")
    host.add_address("eth0", ADDRESS + "/24")
    host.ip("route", "add", "default", "via", "10.53.9.1")


def test_late_link_and_late_dns_are_states(lab, tmp_path_factory):
    host = lab.namespace("host")
    with boot(lab, host, installed_tree(tmp_path_factory)) as machine:
        service = Installation(machine, lab)
        assert service.state == "active"
        service.wait_for_bus()
        plug_in(lab, host)
        until(lambda: re.search(r"[1-9] retrying", machine.show(UNIT, "StatusText")),
              lambda: f"a retry:\n{service.log()}")
        lab.start_server("named").wait_for({ADDRESS}, timeout=30)
        assert (service.state, service.restarts) == ("active", 0)
        print(service.log())


def test_shutdown_withdraws_while_the_network_still_works(lab, tmp_path_factory):
    named = lab.start_server("named")
    host = lab.namespace("host")
    plug_in(lab, host)
    with boot(lab, host, installed_tree(tmp_path_factory), withdraw_on_stop=True) as machine:
        named.wait_for({ADDRESS})
        machine.systemctl("start", SHUTDOWN_UNIT)
        until(lambda: machine.show(NETWORK_UNIT, "ActiveState") == "inactive", "the network to stop")
        stopped = int(machine.show(UNIT, "InactiveEnterTimestampMonotonic"))
        assert 0 < stopped <= int(machine.show(NETWORK_UNIT, "ActiveExitTimestampMonotonic"))
        assert "LOWER_UP" not in host.ip("link", "show", "eth0")
        assert named.values(NAME, "A") == set()
