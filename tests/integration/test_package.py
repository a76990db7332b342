# SPDX-License-Identifier: BSD-3-Clause
"""The Debian package: what lintian says, and its life on a machine from installation to purge."""

import shutil
import subprocess

import pytest

from installation import BUS_NAME, UNIT, Installation
from machine import Machine, skip_without_machines
from netns import MissingRight, Namespace, run
from package import SOURCE, built_package, package_file
from servers import missing_programs
from wait import until

ADDRESS = "192.0.2.7"
# Services shall start as on a real machine; one that has the package already becomes one that has not. The index of the
# manual pages takes seconds and says nothing.
CONFIGURE = """
rm -f /usr/sbin/policy-rc.d /var/lib/man-db/auto-update
dpkg --purge signpost >/dev/null 2>&1 || true
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return built_package(tmp_path_factory)


@pytest.fixture
def machine(package):
    skip_without_machines()
    try:
        network = Namespace("machine")
    except MissingRight as error:
        pytest.skip(str(error))
    try:
        network.add_address("lo", ADDRESS + "/32")
        with Machine(network, None, CONFIGURE) as machine:
            yield machine
    finally:
        network.close()


def dpkg(machine, *words):
    return machine.run("dpkg", "--force-unsafe-io", *words, timeout=120)


def install(machine, file):
    shutil.copy(file, machine.path(f"/root/{file.name}"))
    return dpkg(machine, "--install", f"/root/{file.name}")


def later_version(package, directory):
    """The same package as version 9."""
    tree = directory / "tree"
    run("dpkg-deb", "--raw-extract", package_file(package), tree)
    control = tree / "DEBIAN" / "control"
    lines = control.read_text().splitlines()
    control.write_text("\n".join("Version: 9-1" if line.startswith("Version:") else line for line in lines) + "\n")
    run("dpkg-deb", "--root-owner-group", "--build", tree, directory / "signpost_9-1.deb")
    return directory / "signpost_9-1.deb"


def exists(machine, path):
    return machine.call("test", "-e", path).returncode == 0


def answer(machine, rrtype="A"):
    done = machine.call("dig", "+short", "+tries=1", "+time=1", "@127.0.0.1", "-p", "5300", "host.home.arpa", rrtype)
    return done.stdout.split()


def test_lintian_finds_nothing(package):
    changes = next(package.glob("*.changes"))
    done = subprocess.run(["lintian", "--allow-root", "--display-info", "--pedantic", "--fail-on",
                           "error,warning,info,pedantic", changes], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_install_upgrade_remove_purge(machine, package, tmp_path):
    service = Installation(machine, None)
    service.begin = machine.cursor()
    install(machine, package_file(package))
    assert (service.state, machine.systemctl("is-enabled", UNIT)) == ("active", "enabled")
    service.wait_for_bus()
    assert [entry["MESSAGE"] for entry in service.entries() if int(entry["PRIORITY"]) < 5] == []
    until(lambda: ADDRESS in answer(machine), lambda: f"the address in DNS:\n{service.log()}")
    machine.run("signpostctl", "status")
    # What NetworkManager runs.
    script = "/usr/lib/NetworkManager/dispatcher.d/50-signpost"
    assert machine.run("stat", "--format", "%U:%G %a", script).strip() == "root:root 755"
    assert machine.run("readlink", "--canonicalize", script.replace("50-", "pre-down.d/50-")).strip() == script

    # The state is what an upgrade must not lose: so that it shows, nobody else has these lines.
    machine.write("/etc/signpost/conf.d/level.json", '{ "log": { "level": "debug" } }')
    before = service.pid
    machine.systemctl("stop", UNIT)
    state = machine.run("sh", "-c", "cat /var/lib/signpost/state.json")
    assert "host.home.arpa" in state
    machine.systemctl("start", UNIT)
    install(machine, later_version(package, tmp_path))
    assert (service.state, service.pid != before) == ("active", True)
    machine.systemctl("stop", UNIT)
    assert machine.run("sh", "-c", "cat /var/lib/signpost/state.json") == state
    assert exists(machine, "/etc/signpost/conf.d/level.json")

    machine.systemctl("start", UNIT)
    dpkg(machine, "--remove", "signpost")
    assert service.state == "inactive"
    assert not exists(machine, "/usr/sbin/signpostd")
    assert exists(machine, "/var/lib/signpost/state.json") and exists(machine, "/etc/signpost/conf.d/level.json")

    dpkg(machine, "--purge", "signpost")
    for path in ("/var/lib/signpost", "/etc/signpost", f"/etc/systemd/system/multi-user.target.wants/{UNIT}",
                 "/etc/systemd/system/dbus-org.signpost1.service"):
        assert not exists(machine, path), path
    assert BUS_NAME not in machine.busctl("list", "--activatable")


def test_its_own_test_passes(machine, package):
    """The one that Debian runs."""
    install(machine, package_file(package))
    machine.write("/root/publishes", (SOURCE / "debian" / "tests" / "publishes").read_text(), 0o755)
    machine.run("/root/publishes")


@pytest.mark.parametrize("shell, command", [
    ("bash", ". /usr/share/bash-completion/bash_completion; __load_completion signpostctl; complete -p signpostctl"),
    ("zsh", "autoload -Uz compinit; compinit -D; print -r -- ${_comps[signpostctl]:?}"),
])
def test_shells_find_its_completion(machine, package, shell, command):
    if missing_programs(shell):
        pytest.skip(f"not installed: {shell}")
    install(machine, package_file(package))
    assert "_signpostctl" in machine.run(shell, "-c", command)
