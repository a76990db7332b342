# SPDX-License-Identifier: BSD-3-Clause
"""A system bus of a test's own, run by dbus-daemon or dbus-broker, with the real polkitd beside it; and its clients. What
the programs would find in /etc, /run and /usr/share is theirs alone: mounts that nobody else sees."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import weakref
from pathlib import Path
from xml.etree import ElementTree

import pytest

from processes import Process
from servers import missing_programs
from wait import until

try:
    import dbus
    import dbus.bus
except ImportError:
    dbus = None

SOURCE = Path(__file__).resolve().parents[2]
SERVICE = "org.signpost1"
ROOT = "/org/signpost1"
LOG_CONTROL = "/org/freedesktop/LogControl1"
MANAGER, RECORD, PROVIDER, POOL, MEMBER = (f"{SERVICE}.{name}"
                                           for name in ("Manager", "Record", "Provider", "Pool", "Member"))
ERROR = f"{SERVICE}.Error."
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECTS = "org.freedesktop.DBus.ObjectManager"
EMITS = "org.freedesktop.DBus.Property.EmitsChangedSignal"
NOBODY = 65534
# The daemon's own user, whom only these programs know.
SIGNPOST = 61999

# As /usr/share/dbus-1/system.conf, but for the place.
CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
  </policy>
  <policy user="root">
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Monitoring"/>
  </policy>
  {policy}
  {limits}
  <include>/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
</busconfig>
"""
SURROUNDINGS = """
set -e
mount --bind "$PLACE/passwd" /etc/passwd
mount --bind "$PLACE/group" /etc/group
if [ -e "$PLACE/journal" ]; then
        mount -t tmpfs none /run/systemd
        mkdir /run/systemd/journal
        : >/run/systemd/journal/socket
        mount --bind "$PLACE/journal" /run/systemd/journal/socket
fi
if [ -d "$PLACE/rules" ]; then
        mount --bind "$PLACE/actions" /usr/share/polkit-1/actions
        mount --bind "$PLACE/rules" /usr/share/polkit-1/rules.d
        mount --bind "$PLACE/rules" /etc/polkit-1/rules.d
fi
exec "$@"
"""
# The launcher takes its listening socket as systemd hands it over.
LAUNCH = """
import os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(64)
os.chmod(sys.argv[1], 0o666)  # after it, as in systemd: whoever watches the socket tries again now
if listener.fileno() == 3:
    os.set_inheritable(3, True)
else:
    os.dup2(listener.fileno(), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp(sys.argv[2], sys.argv[2:])
"""


# Introspection


def members_of(interface):
    """{(kind, name): what it takes and gives}"""
    members = {}
    for element in interface:
        if element.tag == "property":
            emits = [note.get("value") for note in element if note.get("name") == EMITS]
            members["property", element.get("name")] = element.get("type"), element.get("access"), emits
        elif element.tag in ("method", "signal"):
            members[element.tag, element.get("name")] = [
                (arg.get("name"), arg.get("type"), arg.get("direction", "in")) for arg in element if arg.tag == "arg"]
    return members


def interface_of(text, name):
    found = [element for element in ElementTree.fromstring(text) if element.get("name") == name]
    assert len(found) == 1
    return members_of(found[0])


def installed_interface(name):
    return interface_of((SOURCE / "dbus" / f"{name}.xml").read_text(), name)


class Refused(Exception):
    """A call was answered with an error."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


def plain(value):
    """What python-dbus gives as what Python has."""
    if isinstance(value, dict):
        return {plain(key): plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, tuple):
        return tuple(plain(member) for member in value)
    if isinstance(value, dbus.Boolean):
        return bool(value)
    return str(value) if isinstance(value, str) else int(value) if isinstance(value, int) else value


class Bus(Process):
    """The bus at `address`. Everything it needs lies in a folder with a short name, because it is part of the socket's
    address, which strangers may enter."""

    PROGRAMS = {"dbus-daemon": ("dbus-daemon",), "dbus-broker": ("dbus-broker", "dbus-broker-launch")}

    def __init__(self, namespace, kind="dbus-daemon", policy=None, limits=""):
        """policy: what takes the place of dbus/org.signpost1.conf. limits: see dbus-daemon(1)."""
        missing = missing_programs(*self.PROGRAMS[kind], "busctl", "gdbus")
        if missing or dbus is None:
            pytest.skip(f"not installed: {', '.join(missing) or 'python3-dbus'}")
        self.kind = kind
        self.place = Path(tempfile.mkdtemp(prefix="signpost-bus-"))
        weakref.finalize(self, shutil.rmtree, self.place)
        self.place.chmod(0o755)
        self.socket = self.place / "bus"
        self.address = f"unix:path={self.socket}"
        add_accounts(self.place)
        configuration = self.place / "bus.conf"
        configuration.write_text(CONFIGURATION.format(
            socket=self.socket, limits=limits,
            policy=policy or f"<include>{SOURCE}/dbus/org.signpost1.conf</include>"))
        command = ("dbus-daemon", "--nofork", f"--config-file={configuration}")
        if kind == "dbus-broker":
            command = (sys.executable, "-c", LAUNCH, self.socket, "dbus-broker-launch", "--scope", "system",
                       "--config-file", configuration)
        self._journal = None
        super().__init__(kind, namespace, surrounded(*command), self.place / "log", self.environment)

    @property
    def environment(self):
        return {"PATH": os.environ["PATH"], "PLACE": str(self.place), "DBUS_SYSTEM_BUS_ADDRESS": self.address}

    def start(self):
        self.socket.unlink(missing_ok=True)
        if self.kind == "dbus-broker":
            self._journal = Drain(self.place / "journal")
        super().start()
        until(self.answers, lambda: f"an answer of {self.kind}:\n{self.log[-2000:]}")
        return self

    def answers(self):
        assert self.running, f"{self.kind} ended:\n{self.log[-2000:]}"
        return self.busctl("list", "--no-pager").returncode == 0

    def signal(self, number):
        """To the process that passes messages on."""
        os.kill(self._broker, number)

    def kill(self):
        if self.running:
            self.signal(signal.SIGKILL)
        super().kill()
        if self._journal:
            self._journal = self._journal.close()

    @property
    def _broker(self):
        if self.kind == "dbus-daemon":
            return self.pid
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else self.pid

    # Clients

    def busctl(self, *arguments, user=None, timeout=60):
        return self._run("busctl", f"--address={self.address}", *arguments, user=user, timeout=timeout)

    def gdbus(self, verb, *arguments, user=None, timeout=60):
        return self._run("gdbus", verb, "--address", self.address, *arguments, user=user, timeout=timeout)

    def ask(self, member, *arguments, user=None, interactive=False, timeout=60, path=ROOT, interface=MANAGER):
        """Calls a method with gdbus, as such a user. Raises Refused."""
        done = self.gdbus("call", "--dest", SERVICE, "--object-path", path, "--method", f"{interface}.{member}",
                          "--timeout", str(timeout), *(["--interactive"] if interactive else []), "--",
                          *map(str, arguments), user=user, timeout=timeout + 20)
        if done.returncode == 0:
            return done.stdout.strip()
        words = done.stderr.strip().removeprefix("Error: GDBus.Error:").split(": ", 1)
        raise Refused(words[0], words[-1])

    def start_asking(self, member, *arguments, user=None, interactive=True, path=ROOT, interface=MANAGER):
        """The same, with nobody who waits for the answer: a process."""
        command = ["gdbus", "call", "--address", self.address, "--dest", SERVICE, "--object-path", path, "--method",
                   f"{interface}.{member}", "--timeout", "300", *(["--interactive"] if interactive else []), "--",
                   *map(str, arguments)]
        return subprocess.Popen([*become(user), *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def _run(self, *command, user, timeout):
        return subprocess.run([*become(user), *map(str, command)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=timeout)

    def owner(self, name=SERVICE):
        """The unique name of whoever has this name; None: nobody."""
        done = self.busctl("--json=short", "call", "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetNameOwner", "s", name)
        return json.loads(done.stdout)["data"][0] if done.returncode == 0 else None

    def wait_for_owner(self, name=SERVICE, other_than=None, timeout=15):
        def found():
            owner = self.owner(name)
            return owner if owner != other_than else None

        return until(found, f"{name} on the bus", timeout)


class Polkit(Process):
    """polkitd with our actions and the rules that a test adds. The bus names the user "signpost" to it too."""

    PROGRAM = "/usr/lib/polkit-1/polkitd"

    def __init__(self, bus):
        if not os.access(self.PROGRAM, os.X_OK):
            pytest.skip("polkitd is not installed")
        self.bus = bus
        self.rules = bus.place / "rules"
        self.rules.mkdir()
        shutil.copytree(SOURCE / "polkit", bus.place / "actions", ignore=lambda *_: ["meson.build"])
        super().__init__("polkitd", bus.namespace, surrounded(self.PROGRAM, "--no-debug"), bus.place / "polkit.log",
                         bus.environment)

    def start(self):
        super().start()
        self.bus.wait_for_owner("org.freedesktop.PolicyKit1")
        return self

    def add_rule(self, action, result, user="nobody"):
        """Takes effect a little later: polkitd watches the folder."""
        (self.rules / f"10-{action}.rules").write_text(
            f'polkit.addRule(function(action, subject) {{ if (action.id == "{action}" && subject.user == "{user}") '
            f"return polkit.Result.{result}; }});\n")


class Drain:
    """A datagram socket that takes everything and keeps nothing: the journal's place."""

    def __init__(self, path):
        self._path = str(path)
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._path)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while self._socket.recv(65536) != b"end":
            pass

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"end", self._path)
        self._thread.join()
        self._socket.close()


class Client:
    """A connection of the test's own, as root."""

    def __init__(self, bus):
        self.connection = dbus.bus.BusConnection(bus.address)
        self.connection.set_exit_on_disconnect(False)

    def close(self):
        self.connection.close()

    @property
    def name(self):
        return self.connection.get_unique_name()

    def call(self, member, signature="", *arguments, path=ROOT, interface=MANAGER, timeout=30, service=SERVICE):
        try:
            return plain(self.connection.call_blocking(service, path, interface, member, signature, arguments,
                                                       timeout=timeout))
        except dbus.DBusException as error:
            raise Refused(error.get_dbus_name(), error.get_dbus_message()) from None

    def properties(self, path=ROOT, interface=MANAGER):
        return self.call("GetAll", "s", interface, path=path, interface=PROPERTIES)

    def record(self, name):
        return self.properties(self.call("GetRecord", "s", name), RECORD)

    def provider(self, name):
        return self.properties(self.call("GetProvider", "s", name), PROVIDER)

    def pool(self, name):
        return self.properties(path_of("pool", name), POOL)

    def member(self, pool, name):
        return self.properties(path_of("pool", pool, name), MEMBER)

    def objects(self):
        return self.call("GetManagedObjects", interface=OBJECTS)

    def set_log(self, name, value):
        return self.call("Set", "ssv", "org.freedesktop.LogControl1", name, value, path=LOG_CONTROL,
                         interface=PROPERTIES)

    def wait_for_record(self, name, timeout=15, **wanted):
        self._wait_for(lambda: self.record(name), name, wanted, timeout)

    def wait_for_pool(self, name, timeout=15, **wanted):
        self._wait_for(lambda: self.pool(name), name, wanted, timeout)

    def wait_for_member(self, pool, name, timeout=15, **wanted):
        self._wait_for(lambda: self.member(pool, name), f"{name} of {pool}", wanted, timeout)

    @staticmethod
    def _wait_for(read_all, what, wanted, timeout):
        def read():
            properties = read_all()
            return {key: sorted(properties[key]) if isinstance(properties[key], list) else properties[key]
                    for key in wanted}

        until(lambda: read() == wanted, lambda: f"{what} as {wanted}, not {read()}", timeout)


class DeafClient:
    """Asks as such a user, and reads nothing: libdbus would."""

    def __init__(self, bus, user=0):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        os.seteuid(user)  # whoever connects is the client
        try:
            self._socket.connect(str(bus.socket))
        finally:
            os.seteuid(0)
        self._socket.sendall(b"\0AUTH EXTERNAL " + str(user).encode().hex().encode() + b"\r\nBEGIN\r\n")
        self._serial = 0
        self.ask("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")

    def ask(self, *words):
        """Destination, path, interface and member of a call without arguments. False: the bus takes no more."""
        self._serial += 1
        fields = b""
        for (code, kind), word in zip(((6, b"s"), (1, b"o"), (2, b"s"), (3, b"s")), words):
            fields += bytes(-len(fields) % 8) + struct.pack("<BB2sI", code, 1, kind + b"\0", len(word)) + word.encode() + b"\0"
        header = struct.pack("<cBBBIII", b"l", 1, 0, 1, 0, self._serial, len(fields)) + fields
        return self._send(header + bytes(-len(header) % 8))

    def _send(self, message):
        try:
            self._socket.sendall(message)
            return True
        except OSError:  # thrown out
            return False

    def close(self):
        self._socket.close()


class Monitor(Process):
    """Everything that the daemon says and is told, in order."""

    def __init__(self, bus):
        self.bus = bus
        super().__init__("busctl", bus.namespace,
                         ("busctl", f"--address={bus.address}", "monitor", "--json=short", SERVICE),
                         bus.place / f"monitor{len(list(bus.place.glob('monitor*')))}",
                         {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus.address})

    def start(self):
        super().start()
        until(lambda: self._hears(), lambda: f"busctl that hears something:\n{self.log[-2000:]}")
        return self

    def _hears(self):
        self._ping()
        return self._pongs() > 0

    def _ping(self):
        done = self.bus.busctl("call", SERVICE, ROOT, "org.freedesktop.DBus.Peer", "Ping")
        assert done.returncode == 0, done.stderr

    def _pongs(self):
        return sum(message.get("member") == "Ping" for message in self.messages())

    def messages(self):
        lines = self.log.split("\n")[:-1]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def position(self):
        """After everything that the daemon has said so far."""
        before = self._pongs()
        self._ping()
        until(lambda: self._pongs() > before, "a ping that is heard")
        return len(self.messages())

    def signals(self, after=0):
        owner = self.bus.owner()
        return [message for message in self.messages()[after:]
                if message["type"] == "signal" and message.get("sender") == owner]

    def objects(self, member, after=0):
        """What InterfacesAdded or InterfacesRemoved told: {path: its interfaces}."""
        return dict(message["payload"]["data"] for message in self.signals(after) if message["member"] == member)

    def changes(self, after=0):
        """PropertiesChanged, in order: (path, {name: value})."""
        found = []
        for message in self.signals(after):
            if message["member"] == "PropertiesChanged":
                _, changed, invalidated = message["payload"]["data"]
                assert invalidated == []
                found.append((message["path"], {name: value["data"] for name, value in changed.items()}))
        return found

    def calls(self, member, after=0):
        return [message for message in self.messages()[after:]
                if message["type"] == "method_call" and message.get("member") == member]


def add_accounts(place):
    for name, line in (("passwd", f"signpost:x:{SIGNPOST}:{SIGNPOST}:signpost:/:/usr/sbin/nologin\n"),
                       ("group", f"signpost:x:{SIGNPOST}:\n")):
        lines = [other for other in Path("/etc", name).read_text().splitlines(True) if not other.startswith("signpost:")]
        (place / name).write_text("".join(lines) + line)


def surrounded(*command):
    return ("unshare", "--mount", "--", "sh", "-c", SURROUNDINGS, "sh", *command)


def become(user):
    """A command's beginning that makes it somebody else's."""
    return () if user is None else ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--")


def add_bus(lab, kind="dbus-daemon", **options):
    """A bus that ends with the lab."""
    bus = Bus(lab.host, kind, **options)
    lab.processes.append(bus)
    return bus


def start_monitor(lab, bus):
    monitor = Monitor(bus)
    lab.processes.append(monitor)
    return monitor.start()


def path_of(kind, *names):
    """As sd_bus_path_encode() does it."""
    def encode(name):
        return "".join(c if c.isascii() and c.isalpha() or c.isdigit() and i > 0 else f"_{ord(c):02x}"
                       for i, c in enumerate(name))

    return "/".join((ROOT, kind, *map(encode, names)))
