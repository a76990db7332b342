# SPDX-License-Identifier: BSD-3-Clause
"""The scripts for NetworkManager's dispatcher and for networkd-dispatcher: what they ask of signpostctl, which here
only takes notes."""

import os
import subprocess

import pytest

from package import SOURCE

NETWORKMANAGER = SOURCE / "networkmanager" / "50-signpost"
NETWORKD = SOURCE / "networkd-dispatcher" / "50-signpost"


def run(directory, script, arguments, environment=None, status=0):
    """What was asked for, in one string."""
    notes, programs = directory / "notes", directory / "bin"
    programs.mkdir()
    signpostctl = programs / "signpostctl"
    signpostctl.write_text(f'#!/bin/sh\necho "$*" >>{notes}\necho out; echo error >&2\nexit {status}\n')
    signpostctl.chmod(0o755)
    done = subprocess.run([script, *arguments], capture_output=True, text=True,
                          env={"PATH": f"{programs}:{os.environ['PATH']}", **(environment or {})})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return notes.read_text().strip() if notes.exists() else ""


@pytest.mark.parametrize("arguments, connectivity, expected", [
    (["eth0", "pre-down"], None, "withdraw eth0 --timeout 8"),
    (["tun0", "vpn-pre-down"], None, "withdraw tun0 --timeout 8"),
    (["eth0", "up"], None, "refresh"),
    (["tun0", "vpn-up"], None, "refresh"),
    (["", "connectivity-change"], "FULL", "refresh"),
    (["", "connectivity-change"], "PORTAL", ""),
    (["", "connectivity-change"], None, ""),
    (["eth0", "down"], None, ""),
    (["eth0", "dhcp4-change"], None, ""),
    (["none", "hostname"], None, ""),
    ([], None, ""),
])
def test_networkmanager(tmp_path, arguments, connectivity, expected):
    environment = {"CONNECTIVITY_STATE": connectivity} if connectivity else None
    assert run(tmp_path, NETWORKMANAGER, arguments, environment) == expected


def test_networkd(tmp_path):
    assert run(tmp_path, NETWORKD, []) == "refresh"


@pytest.mark.parametrize("script, arguments", [(NETWORKMANAGER, ["eth0", "pre-down"]), (NETWORKMANAGER, ["eth0", "up"]),
                                               (NETWORKD, [])])
def test_quiet_when_it_fails(tmp_path, script, arguments):
    assert run(tmp_path, script, arguments, status=1) != ""


@pytest.mark.parametrize("script", [NETWORKMANAGER, NETWORKD])
def test_may_be_run(script):
    """Who else may is the umask's choice here; what is installed has the mode that NetworkManager wants."""
    assert script.stat().st_mode & 0o100
