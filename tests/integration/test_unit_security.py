# SPDX-License-Identifier: BSD-3-Clause
"""The unit's sandbox as systemd-analyze(1) rates it, 0.0 being perfect, with each of the examples in force."""

import shutil
import subprocess

import pytest

from package import SOURCE

UNIT = "signpostd.service"
PARTS = SOURCE / "systemd"
UNSAFE = "unsafe"


def unit_text():
    text = (PARTS / f"{UNIT}.in").read_text()
    return text.replace("@sbindir@", "/usr/sbin").replace("@bindir@", "/usr/bin")


def drop_in(name):
    return "[Service]\nUser=root\nCapabilityBoundingSet=~\n" if name == UNSAFE else (PARTS / f"{name}.conf").read_text()


def exposure_is_at_most(directory, rating, *names):
    if not shutil.which("systemd-analyze"):
        pytest.skip("not installed: systemd-analyze")
    directory.mkdir(exist_ok=True)
    (directory / UNIT).write_text(unit_text())
    for name in names:
        folder = directory / f"{UNIT}.d"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.conf").write_text(drop_in(name))
    done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true",
                           f"--threshold={round(rating * 10)}", directory / UNIT], capture_output=True, text=True)
    print(done.stdout + done.stderr)
    assert f"Overall exposure level for {UNIT}" in done.stdout
    return done.returncode == 0


@pytest.mark.parametrize("rating, names", [
    (1.5, []),
    (1.1, ["no-capabilities"]),
    (1.5, ["gateway-port"]),
    (1.1, ["gateway-port", "no-capabilities"]),
    (1.8, ["commands"]),
])
def test_exposure_is_low(tmp_path, rating, names):
    assert exposure_is_at_most(tmp_path, rating, *names)


def test_what_the_unit_says_counts(tmp_path):
    assert not exposure_is_at_most(tmp_path / "one", 1.4)
    assert not exposure_is_at_most(tmp_path / "two", 1.5, UNSAFE)


def test_unit_has_no_mistakes(tmp_path):
    """systemd-analyze verify wants the programs to be there: any will do."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("not installed: systemd-analyze")
    unit = tmp_path / UNIT
    unit.write_text(unit_text().replace("/usr/sbin/signpostd", "/usr/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit], capture_output=True,
                          text=True)
    assert (done.returncode, done.stderr) == (0, "")
