# SPDX-License-Identifier: BSD-3-Clause
"""Programs that a test starts: each in its namespace, its output in a file, ended by its pid, and killed by the
kernel should the tests themselves be killed."""

import re
import signal
import subprocess

from wait import until

WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")


class Process:
    def __init__(self, name, namespace, command, log, env=None):
        self.name, self.namespace, self.command, self.log_path, self.env = name, namespace, command, log, env
        self.process = None
        self.log_path.touch()

    def start(self):
        assert not self.running, f"{self.name} runs already"
        with self.namespace.entered(), self.log_path.open("ab") as log:
            self.process = subprocess.Popen([*WITH_US, *map(str, self.command)], env=self.env, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=20):
        return self.process.wait(timeout)

    def stop(self, timeout=20):
        """Asks it to end, and returns its exit status."""
        if self.running:
            self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        if self.running:
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    # Its output

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def log_position(self):
        return len(self.log)

    def wait_for_log(self, pattern, after=0, timeout=15):
        """Waits for a match of the regular expression (any case), and returns it."""
        expression = re.compile(pattern, re.IGNORECASE)
        return until(lambda: expression.search(self.log, after),
                     lambda: f"/{pattern}/ in the log of {self.name}:\n{self.log[after:][-3000:]}", timeout)
