# SPDX-License-Identifier: BSD-3-Clause
"""Hooks as the packaged service has them: what signpost-hooks(7) says of the sandbox, and its way out of it."""

import json
import re
from pathlib import Path

import pytest

from installation import install_on_machine
from wait import until

PAGE = Path(__file__).resolve().parents[2] / "man/signpost-hooks.7.scd"
SENDMAIL = "#!/bin/sh\n{ echo \"$(id -un) to $1\"; cat; } >>/var/tmp/sent\n"


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    yield from install_on_machine(tmp_path_factory)


@pytest.fixture(scope="module")
def named(installation):
    return installation.lab.start_server("named")


@pytest.fixture
def service(installation, named):
    installation.reset()
    yield installation
    print(installation.log())


@pytest.fixture
def publish(service):
    """Gives the host an address, of which DNS has not heard before."""
    given = []

    def give(address):
        service.lab.host.add_address("eth0", f"{address}/24")
        given.append(address)

    yield give
    for address in given:
        service.lab.host.remove_address("eth0", f"{address}/24")


def start(service, script):
    service.machine.write("/etc/signpost/hook", script, 0o755)
    service.configure({**service.lab.configuration(),
                       "hooks": [{"events": ["published"], "command": ["/etc/signpost/hook"]}]})
    service.start()


def examples(title):
    """The blocks of a section of the page, as a reader copies them."""
    section = re.search(rf"^## {title}\n(.*?)^##? ", PAGE.read_text(), re.MULTILINE | re.DOTALL)[1]
    return [block.replace("\\\\", "\\") for block in re.findall(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL)]


def test_sandbox_is_as_the_manual_says(service, publish):
    start(service, """#!/bin/sh
exec >/var/lib/signpost/seen
touch /var/lib/signpost/here && echo state
touch /tmp/here && echo temporary
touch /etc/here /usr/here /var/lib/here 2>/dev/null || echo read-only
ls /home /root >/dev/null 2>&1 || echo no homes
test -e /proc/1 || echo no others
grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status && echo no new privileges
echo done
""")
    publish("192.0.2.1")
    seen = service.machine.path("/var/lib/signpost/seen")
    until(lambda: seen.exists() and "done" in seen.read_text(), lambda: f"the hook:\n{service.log()}")
    assert seen.read_text().splitlines() == ["state", "temporary", "read-only", "no homes", "no others",
                                             "no new privileges", "done"]


def test_example_of_sendmail_gets_out_of_the_sandbox(service, publish):
    hook, path_unit, service_unit, program = examples("Mail by sendmail")
    machine = service.machine
    machine.write("/etc/systemd/system/signpost-mail.path", path_unit)
    machine.write("/etc/systemd/system/signpost-mail.service", service_unit)
    machine.write("/usr/local/sbin/signpost-mail", program, 0o755)
    machine.write("/usr/sbin/sendmail", SENDMAIL, 0o755)
    machine.systemctl("daemon-reload")
    machine.systemctl("enable", "--now", "signpost-mail.path")
    start(service, hook)
    publish("192.0.2.2")
    sent = machine.path("/var/tmp/sent")
    lines = until(lambda: sent.exists() and sent.read_text().splitlines(), lambda: f"mail:\n{service.log()}")
    assert lines[:3] == ["signpost to root", "Subject: signpost", ""]
    event = json.loads(until(lambda: sent.read_text().splitlines()[3:], "the event")[0])
    assert event["event"] == "published"
    machine.systemctl("disable", "--now", "signpost-mail.path")
