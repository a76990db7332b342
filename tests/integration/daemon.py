# SPDX-License-Identifier: BSD-3-Clause
"""signpostd as the tests run it: in a namespace, with a state directory and a host name of its own, a log in a file,
and somebody who listens to sd_notify(3)."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from processes import WITH_US, Process
from wait import until

BUILD = Path(os.environ.get("SIGNPOST_BUILD") or Path(__file__).resolve().parents[2] / "build").resolve()
PROGRAM = BUILD / "src" / "signpostd"

# Each test's mounts and host name are its own. The pid stays the same through every exec.
SURROUNDINGS = """
set -e
hostname "$SIGNPOST_TEST_HOSTNAME"
if [ -d /etc/signpost ]; then mount -t tmpfs none /etc/signpost; fi
if [ -n "$SIGNPOST_TEST_RESOLV_CONF" ]; then mount --bind "$SIGNPOST_TEST_RESOLV_CONF" /etc/resolv.conf; fi
if [ -n "$SIGNPOST_TEST_HOSTS" ]; then mount --bind "$SIGNPOST_TEST_HOSTS" /etc/hosts; fi
if [ -n "$SIGNPOST_TEST_FULL_DISK" ]; then
        mount -t tmpfs -o size=4k,mode=0700 none "$STATE_DIRECTORY"
        head -c 4096 /dev/zero >"$STATE_DIRECTORY/filler"
fi
exec "$@"
"""
SANITIZER = re.compile(r"runtime error:|(Address|Leak|UndefinedBehavior|Memory)Sanitizer")


class NotifySocket:
    """Keeps the datagrams of sd_notify."""

    def __init__(self):
        # Not under tmp_path: a path longer than 107 characters does not fit into a socket's address.
        self.directory = tempfile.mkdtemp(prefix="signpost-")
        self.path = self.directory + "/notify"
        self.messages = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while True:
            datagram = self._socket.recv(65536)
            if datagram == b"end":
                return
            self.messages.append(datagram.decode().split("\n"))

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"end", self.path)
        self._thread.join()
        self._socket.close()
        shutil.rmtree(self.directory)

    def lines(self, after=0):
        return [line for message in self.messages[after:] for line in message]

    def wait_for(self, line, after=0, timeout=10):
        """Waits for a line that begins so, and returns it."""
        found = until(lambda: [text for text in self.lines(after) if text.startswith(line)],
                      lambda: f"{line} by sd_notify, only {self.lines(after)}", timeout)
        return found[0]


class Daemon(Process):
    def __init__(self, namespace, directory, hostname="host.example.com", resolv_conf=None, hosts=None,
                 full_disk=False, bus=None, env=None):
        """bus: the address of a D-Bus; None: there is none, and never this machine's."""
        directory.mkdir()
        self.directory = directory
        self.etc, self.state = directory / "etc", directory / "state"
        self.etc.mkdir()
        self.state.mkdir(mode=0o700)
        self.configuration = self.etc / "signpost.json"
        self.notify = NotifySocket()
        environment = {
            "PATH": os.environ["PATH"],
            "STATE_DIRECTORY": str(self.state),
            "NOTIFY_SOCKET": self.notify.path,
            "DBUS_SYSTEM_BUS_ADDRESS": bus or f"unix:path={directory}/no-bus",
            "SIGNPOST_TEST_HOSTNAME": hostname,
            "SIGNPOST_TEST_RESOLV_CONF": str(resolv_conf or ""),
            "SIGNPOST_TEST_HOSTS": str(hosts or ""),
            "SIGNPOST_TEST_FULL_DISK": "yes" if full_disk else "",
            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")},
            **(env or {}),
        }
        super().__init__("signpostd", namespace, self._command("--config", self.configuration), directory / "log",
                         environment)

    @staticmethod
    def _command(*arguments):
        return ("unshare", "--mount", "--uts", "--", "sh", "-c", SURROUNDINGS, "sh", PROGRAM, *arguments)

    def configure(self, configuration):
        """Writes the configuration: a dictionary, or text."""
        text = configuration if isinstance(configuration, str) else json.dumps(configuration, indent=2)
        self.configuration.write_text(text)

    def write_secret(self, name, text):
        path = self.etc / name
        path.touch(mode=0o600)
        path.write_text(text + "\n")

    def start(self, *more, wait=True, configured=True):
        """Starts it; returns when it says that it is ready."""
        assert PROGRAM.exists(), f"no {PROGRAM}: build first, or set SIGNPOST_BUILD"
        self.command = self._command(*(("--config", self.configuration) if configured else ()), *more)
        before = len(self.notify.messages)
        super().start()
        if wait:
            until(lambda: "READY=1" in self.notify.lines(before) or not self.running,
                  lambda: f"READY=1, only {self.notify.lines(before)}")
            assert self.running, f"signpostd ended with {self.process.returncode}:\n{self.log}"
        return self

    def run(self, *arguments, timeout=30, configured=True):
        """Runs it to its end beside whatever runs; returns what subprocess.run() returns."""
        assert PROGRAM.exists(), f"no {PROGRAM}: build first, or set SIGNPOST_BUILD"
        configuration = ("--config", self.configuration) if configured else ()
        env = {name: value for name, value in self.env.items() if name != "NOTIFY_SOCKET"}
        with self.namespace.entered():
            done = subprocess.run([*WITH_US, *map(str, self._command(*configuration, *arguments))], env=env,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        with self.log_path.open("a") as log:
            log.write(f"-- {arguments}: {done.returncode}\n{done.stdout}{done.stderr}--\n")
        return done

    def reload(self):
        self.signal(signal.SIGHUP)

    def stop(self, timeout=20):
        status = super().stop(timeout)
        assert status == 0, f"signpostd ended with {status} on SIGTERM:\n{self.log[-3000:]}"
        return status

    def close(self):
        """At the end of each test: it still runs or ended as told, and no sanitizer complained."""
        try:
            if self.running:
                self.signal(signal.SIGCONT)
                self.stop()
        finally:
            self.kill()
            self.notify.close()
        self.check_sanitizers()

    def check_sanitizers(self):
        assert not SANITIZER.search(self.log), f"a sanitizer's report:\n{self.log}"

    def inside(self, path):
        """A file as the running daemon sees it, with its own mounts."""
        return Path(f"/proc/{self.pid}/root{path}")
