# SPDX-License-Identifier: BSD-3-Clause
"""A machine whose links systemd-networkd manages, with networkd-dispatcher."""

import pytest

from installation import install_on_machine
from netns import veth
from servers import NAME, missing_programs

ROUTER, ADDRESS = "10.53.9.1", "10.53.9.2"
NETWORK = "[Match]\\nName={}\\n[Network]\\nAddress={}/24\\nLinkLocalAddressing=no\\n{}"
CONFIGURE = f"""
systemctl enable --quiet systemd-networkd.service networkd-dispatcher.service
printf '{NETWORK.format("eth0", ADDRESS, f"Gateway={ROUTER}")}\\n' >/etc/systemd/network/10-eth0.network
printf '{NETWORK.format("other0", "192.0.2.2", "")}\\n' >/etc/systemd/network/10-other0.network
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    missing = missing_programs("networkctl", "networkd-dispatcher")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")

    def cable(lab):
        host = lab.namespace("host")
        veth(host, "eth0", lab.server, "nd.eth0")
        veth(host, "other0", lab.server, "nd.other0")
        host.ip("link", "set", "other0", "down")
        lab.server.ip("link", "set", "nd.other0", "down")
        lab.server.add_address("nd.eth0", ROUTER + "/24")
        return host

    yield from install_on_machine(tmp_path_factory, connect=cable, prepare=CONFIGURE,
                                  masked=["systemd-networkd-wait-online.service"])


def test_link_that_becomes_routable_lets_the_daemon_look_again(installation):
    """Somebody else deleted the record; of that the kernel knows nothing."""
    lab = installation.lab
    named = lab.start_server("named")
    installation.reset()
    installation.configure()
    installation.start()
    named.wait_for({ADDRESS})
    named.delete(NAME)
    lab.server.ip("link", "set", "nd.other0", "up")
    named.wait_for({ADDRESS})
