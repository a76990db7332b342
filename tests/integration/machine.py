# SPDX-License-Identifier: BSD-3-Clause
"""A machine with a real systemd and signpost installed: a container that boots from this machine's own root, on an
overlay in memory, into a network namespace of the test's. Whatever it writes is gone with it, and so is every process
and mount of it when the tests end, however they end."""

import contextlib
import functools
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from processes import WITH_US
from wait import until

HOSTNAME = "host"
PROGRAMS = ("systemd-nspawn", "nsenter", "unshare", "setpriv", "tar")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"}
# Always there to mount on, and only the container's own mounts see it.
PLACE = "/mnt"
CGROUPS = Path("/sys/fs/cgroup")
CGROUP_PREFIX = "signpost-machine-"

# Units of this machine's systemd that no test needs.
MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "console-getty.service", "dev-hugepages.mount",
          "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer", "getty.target", "man-db.timer",
          "modprobe@.service", "sys-kernel-debug.mount", "sys-kernel-tracing.mount", "systemd-timesyncd.service",
          "systemd-update-utmp.service", "systemd-update-utmp-runlevel.service")

# Ends as systemd-nspawn. unshare(1) stays outside and takes everything along when it is killed. What this machine
# enables and configures is left out; $1 is the tree to install, $2 the network's descriptor, the rest masks units.
BOOT = """
set -e
for group in $CGROUPS; do echo 0 >"$group/cgroup.procs"; done
mount -t tmpfs -o mode=755 none "$PLACE"
cd "$PLACE"
mkdir lower upper work root
touch network
mount --no-canonicalize --bind "/proc/self/fd/$2" network
mount --bind / lower
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay root
mount -t tmpfs none /run
cd root
rm -rf etc/systemd/system/* etc/systemd/network/* etc/signpost var/lib/signpost etc/polkit-1/rules.d/* \
        etc/NetworkManager/system-connections/* var/lib/NetworkManager/*
cd ..
[ -z "$1" ] || tar -C "$1" -c . | tar -C root -x --keep-directory-symlink
mkdir -p root/etc/systemd/journald.conf.d
printf '[Journal]\\nStorage=volatile\\nRateLimitIntervalSec=0\\n' >root/etc/systemd/journald.conf.d/test.conf
printf '%032x\\n' 1 >root/etc/machine-id
printf '%s\\n' "$HOSTNAME" >root/etc/hostname
printf '127.0.0.1 localhost\\n::1 localhost\\n127.0.1.1 %s\\n' "$HOSTNAME" >root/etc/hosts
rm -f root/etc/resolv.conf
: >root/etc/resolv.conf
chroot root sh -ec "$PREPARE"
shift 2
exec systemd-nspawn --quiet --directory=root --machine="$HOSTNAME" --register=no --keep-unit \
        --network-namespace-path="$PLACE/network" --resolv-conf=off --timezone=off --link-journal=no \
        --capability=all --system-call-filter="bpf perf_event_open" --boot systemd.unit=multi-user.target "$@"
"""
# As a package does it.
INSTALL = "systemd-sysusers; journalctl --update-catalog\n"


class Failed(Exception):
    """A command in the machine ended with another status than 0."""

    def __init__(self, command, done):
        super().__init__(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")


class Machine:
    _numbers = itertools.count(1)

    def __init__(self, network, tree, prepare="", masked=()):
        """`network` is its network namespace, `tree` a folder with what is installed (or None); sh runs `prepare` in
        its root before it boots."""
        self.network, self.tree, self.prepare = network, tree, (INSTALL if tree else "") + prepare
        self.masked = (*MASKED, *masked)
        self.process = self.init = None

    def start(self):
        name = f"{CGROUP_PREFIX}{os.getpid()}-{next(self._numbers)}"
        self.groups = [group / name for group in own_cgroups()]
        for group in self.groups:
            group.mkdir()
        environment = {**ENVIRONMENT, "PLACE": PLACE, "HOSTNAME": HOSTNAME, "PREPARE": self.prepare,
                       "CGROUPS": " ".join(map(str, self.groups))}
        command = [*WITH_US, "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
                   "--mount-proc", "--", "sh", "-c", BOOT, "sh", self.tree or "", self.network.fd,
                   *(f"systemd.mask={unit}" for unit in self.masked)]
        # The console is outside of the mounts to come.
        self.console = tempfile.TemporaryFile("w+", errors="replace")
        self.process = subprocess.Popen([str(word) for word in command], env=environment, pass_fds=[self.network.fd],
                                        stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console,
                                        start_new_session=True)
        self.init = until(self._find_init, lambda: f"a machine that boots:\n{self.console_text}")
        until(self._booted, lambda: f"a machine that has booted:\n{self.console_text}", 60)
        return self

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    def _find_init(self):
        """systemd-nspawn is the child of unshare; of its own children the one in yet another namespace is systemd."""
        assert self.process.poll() is None, f"systemd-nspawn ended:\n{self.console_text}"
        for supervisor in children(self.process.pid):
            for child in children(supervisor):
                with contextlib.suppress(OSError):
                    if os.readlink(f"/proc/{child}/exe").endswith("/systemd"):
                        return child
        return None

    def _booted(self):
        assert self.process.poll() is None, f"the machine ended:\n{self.console_text}"
        state = self.call("systemctl", "is-system-running").stdout.strip()
        assert state not in ("degraded", "maintenance"), self.call("systemctl", "--failed", "--no-pager").stdout
        return state == "running"

    def close(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.console.close()
        for group in self.groups:
            until(lambda: remove_cgroup(group), f"an empty {group}")

    @property
    def console_text(self):
        # Not by its position: the machine writes with the same one.
        return Path(f"/proc/self/fd/{self.console.fileno()}").read_text(errors="replace")[-4000:]

    # Inside

    def call(self, *command, user=None, timeout=60):
        """Runs a command in the machine; returns what subprocess.run() returns."""
        become = ("setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups") if user else ()
        line = ["nsenter", "--target", self.init, "-m", "-p", "-n", "-u", "-i", "-C", *become, *command]
        return subprocess.run([str(word) for word in line], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=timeout)

    def run(self, *command, **options):
        """The same for a command that must end well; returns what it wrote."""
        done = self.call(*command, **options)
        if done.returncode != 0:
            raise Failed(list(map(str, command)), done)
        return done.stdout

    def path(self, name):
        """A file of the machine as seen from outside (its absolute symbolic links are not)."""
        return Path(f"/proc/{self.init}/root{name}")

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def systemctl(self, *words, **options):
        return self.run("systemctl", "--no-pager", *words, **options).strip()

    def show(self, unit, name):
        return self.systemctl("show", "--value", "--property", name, unit)

    def cursor(self):
        """The end of the journal."""
        self.run("journalctl", "--sync")
        entries = self.run("journalctl", "--quiet", "--lines", "1", "--output", "json").splitlines()
        return json.loads(entries[-1])["__CURSOR"]

    def journal(self, after=None):
        """Its entries as dictionaries. Not with matches: journalctl would lose the first entry after a cursor that is
        none of theirs."""
        self.run("journalctl", "--sync")
        where = ("--after-cursor", after) if after else ()
        text = self.run("journalctl", "--quiet", "--no-pager", "--output", "json", *where)
        return [json.loads(line) for line in text.splitlines()]

    def busctl(self, *words, **options):
        return self.run("busctl", "--system", *words, **options).strip()


def children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def own_cgroups():
    """The groups in which this process may make others, of each hierarchy that systemd uses; what tests left there
    that were killed is taken away."""
    found = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, group = line.split(":", 2)
        for name in {"name=systemd": ["systemd"], "": ["unified", "."]}.get(controllers, []):
            if (CGROUPS / name / "cgroup.procs").exists():
                found.append(CGROUPS / name / group.lstrip("/"))
                break
    for group in found:
        for stale in group.glob(CGROUP_PREFIX + "*"):
            if not Path("/proc", stale.name.removeprefix(CGROUP_PREFIX).split("-")[0]).exists():
                remove_cgroup(stale)
    return found


def remove_cgroup(group):
    """Takes an empty group and those below it away; says whether it is gone."""
    for directory, _, _ in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(directory)
    return not group.exists()


@functools.cache
def missing_for_machines():
    """Why no machine can be booted here; None if one can."""
    if os.geteuid() != 0:
        return "root is needed to boot a container"
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-ec",
                            f"mount -t tmpfs none {PLACE}; cd {PLACE}; mkdir lower upper work root;"
                            "mount --bind / lower;"
                            "mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay root"],
                           capture_output=True, text=True)
    if tried.returncode != 0:
        return f"no overlay of / can be mounted here: {tried.stderr.strip()}"
    if not own_cgroups():
        return "no control groups here"
    return None


def skip_without_machines():
    reason = missing_for_machines()
    if reason:
        pytest.skip(reason)
