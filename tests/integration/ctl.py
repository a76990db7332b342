# SPDX-License-Identifier: BSD-3-Clause
"""signpostctl as the tests run it: on a test's own bus, into a pipe or on a terminal that keeps what it is shown; and
what its tests begin with."""

import datetime
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading

import pytest

from bus import NOBODY, Client, add_bus, become
from conftest import SERVER
from daemon import BUILD, SANITIZER
from members import POOL, TCP, addresses, configuration, pool, site
from processes import WITH_US
from servers import NAME
from wait import until

PROGRAM = BUILD / "src" / "ctl" / "signpostctl"
COLOUR = re.compile("\033\\[[0-9;]*m")
OTHER = "nas.example.com"
ADDRESS, ADDRESS_IPV6, MORE = "198.51.100.7", "2001:db8:1::7", "198.51.100.8"
NOT_RUNNING = "signpostctl: signpostd is not running\nStart it with `systemctl start signpostd`.\n"


def environment(address, **more):
    """No variable of whoever runs the tests decides what is printed."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm",
            "DBUS_SYSTEM_BUS_ADDRESS": address,
            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}, **more}


class Ctl:
    """Somebody at this host: root, or the user with this number."""

    def __init__(self, address, user=None):
        assert PROGRAM.exists(), f"no {PROGRAM}: build first, or set SIGNPOST_BUILD"
        self.address, self.user = address, user

    def command(self, *arguments):
        return [*WITH_US, *become(self.user), str(PROGRAM), *map(str, arguments)]

    def run(self, *arguments, timeout=60, **env):
        """Into pipes. Returns what subprocess.run() returns."""
        done = subprocess.run(self.command(*arguments), env=environment(self.address, **env), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)
        assert not SANITIZER.search(done.stderr), done.stderr
        return done

    def says(self, *arguments, **env):
        """What it prints when all is well."""
        done = self.run(*arguments, **env)
        assert (done.returncode, done.stderr) == (0, ""), f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def fails(self, *arguments, status=1, **env):
        """What it says on standard error when it fails, with nothing on standard output."""
        done = self.run(*arguments, **env)
        said = f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert (done.returncode, done.stdout) == (status, ""), said
        return done.stderr

    def shows(self, *arguments, columns=120, **env):
        """What a terminal is sent when all is well."""
        with Terminal(self.command(*arguments), environment(self.address, **env), columns) as terminal:
            assert terminal.wait() == 0, terminal.text
            return terminal.text


def take_terminal():
    """In the child: what is typed is to be heard, also where the tests themselves run in the background or under nohup."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A program on a terminal of its own; `text` is what it has written there so far."""

    def __init__(self, command, env, columns=120):
        self.text = ""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(command, env=env, stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True,
                                        preexec_fn=take_terminal)
        os.close(slave)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        data = b""
        while True:
            try:
                more = os.read(self._master, 65536)
            except OSError:  # the last one that had the terminal has gone
                return
            data += more
            self.text = data.decode(errors="replace").replace("\r\n", "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.wait()
        os.close(self._master)

    def type(self, text):
        os.write(self._master, text.encode())

    def wait(self, timeout=30):
        """Until it ends, and all that it wrote is here."""
        status = self.process.wait(timeout)
        self._thread.join(timeout)
        return status

    def wait_for(self, text, timeout=15):
        until(lambda: text in self.text, lambda: f"{text!r} on the terminal:\n{self.text}", timeout)


class Follower:
    """`signpostctl monitor` into a pipe: its lines as they come."""

    def __init__(self, ctl, *arguments):
        self.lines = []
        self.process = subprocess.Popen(ctl.command("monitor", *arguments), env=environment(ctl.address),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def wait_for(self, pattern, after=0, timeout=15):
        """Waits for a line with a match of the regular expression, and returns how many lines there are up to it."""
        def found():
            return next((i + 1 for i, line in enumerate(self.lines) if i >= after and re.search(pattern, line)), 0)

        return until(found, lambda: f"/{pattern}/ in:\n" + "\n".join(self.lines[after:]), timeout)

    def join(self, timeout=20):
        """Until all that it wrote is here: for one that has ended."""
        self._thread.join(timeout)
        assert not self._thread.is_alive()

    def end(self, number=signal.SIGTERM):
        """Its exit status and what it said on standard error."""
        self.process.send_signal(number)
        status = self.process.wait(20)
        return status, self.process.stderr.read()


# What the tests of signpostctl begin with


@pytest.fixture
def bus(lab):
    return add_bus(lab).start()


@pytest.fixture
def root(bus):
    return Ctl(bus.address)


@pytest.fixture
def nobody(bus):
    return Ctl(bus.address, NOBODY)


class Setting:
    """A daemon on a bus, with a record that is in sync."""

    def __init__(self, lab, bus, server, configuration=None):
        self.lab, self.bus, self.server = lab, bus, server
        lab.host.add_address("eth0", ADDRESS + "/24")
        self.daemon = lab.start_daemon(configuration, bus=bus.address)
        bus.wait_for_owner()
        self.client = Client(bus)
        self.client.wait_for_record(NAME, State="in-sync", Published=[ADDRESS])


@pytest.fixture
def setting(lab, bus, named):
    return Setting(lab, bus, named, lab.configuration({NAME: {}, OTHER: {"ipv6": False}}))


@pytest.fixture
def trouble(lab, bus, named):
    """A record that is in sync, two whose server does not answer, one whose server refuses."""
    away, stranger = ({"provider": provider, "ipv6": False} for provider in ("away", "stranger"))
    configuration = lab.configuration({NAME: {}, "a.example.net": away, "b.example.net": away,
                                       "x.example.org": stranger})
    configuration["providers"] |= {
        "away": {"type": "rfc2136", "zone": "example.net", "server": "10.53.0.77", "timeout": 1},
        "stranger": {"type": "rfc2136", "zone": "example.org", "server": SERVER, "timeout": 1}}
    setting = Setting(lab, bus, named, configuration)
    setting.client.wait_for_record("x.example.org", State="parked")
    for name in ("a.example.net", "b.example.net"):
        setting.client.wait_for_record(name, State="retrying")
    return setting


class Pools:
    """A daemon on a bus, with a record, and a pool of three web servers that are up."""

    def __init__(self, lab, bus, server, site, **more):
        self.lab, self.bus, self.server, self.site = lab, bus, server, site
        self.members = dict(zip(("web1", "web2", "web3"), addresses(3)))
        self.services = {name: site.serve(member) for name, member in self.members.items()}
        lab.host.add_address("eth0", ADDRESS + "/24")
        made = configuration(lab, pool(self.members, TCP, **more))
        self.daemon = lab.start_daemon({**made, "records": lab.configuration()["records"]}, bus=bus.address)
        bus.wait_for_owner()
        self.client = Client(bus)
        self.client.wait_for_record(NAME, State="in-sync", Published=[ADDRESS])
        self.wait_for("web1", "web2", "web3")
        self.client.wait_for_pool(POOL, Condition="normal", State="in-sync", MembersUp=3)

    def addresses(self, *names):
        return {self.members[name] for name in names}

    def wait_for(self, *names):
        """DNS has these, and no others."""
        self.server.wait_for(self.addresses(*names), POOL)

    @property
    def published(self):
        return sorted(name for name, member in self.members.items() if member in self.server.values(POOL, "A"))

    def kill(self, *names):
        for name in names:
            self.services[name].kill()
        for name in names:
            self.client.wait_for_member(POOL, name, Health="down")


@pytest.fixture
def pools(lab, bus, named, site):
    return Pools(lab, bus, named, site)


# What it prints


def row(text, name):
    """The words of the line that begins with the name, without the dot before it."""
    rows = [line.removeprefix("● ").split() for line in COLOUR.sub("", text).split("\n")]
    found = [words for words in rows if words and words[0] == name]
    assert len(found) == 1, f"{name} in\n{text}"
    return found[0]


def as_json(properties, optional):
    """What --json has for what D-Bus says: names in lower_snake_case, null for none, times as RFC 3339."""
    def convert(name, value):
        if value in ("", 0) and name in optional:
            return None
        if name in ("LastChange", "NextRetry", "RetryAfter", "AdminUntil", "LastCheckTime"):
            moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=value)
            return moment.isoformat(timespec="microseconds") + "Z"
        return value

    return {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower(): convert(name, value) for name, value in properties.items()}


def record_as_json(properties):
    return as_json(properties, {"LastError", "LastChange", "NextRetry"})


def pool_as_json(properties, members):
    """members: as member_as_json() has them, in the order in which they are shown."""
    overrides = [{"member": member, "until": as_json({"AdminUntil": until}, {"AdminUntil"})["admin_until"], "user": user,
                  "reason": reason or None} for member, until, user, reason in properties["Overrides"]]
    return {**as_json(properties, {"LastError", "LastChange", "NextRetry", "Priority"}), "overrides": overrides,
            "members": members}


def member_as_json(pool, properties):
    return {"pool": pool, **as_json(properties, {"AdminReason", "AdminUser", "AdminUntil", "Latency", "LastCheckTime",
                                                 "LastChange", "LastError"})}


def provider_as_json(properties):
    return as_json(properties, {"Zone", "LastError", "RetryAfter"})
