# SPDX-License-Identifier: BSD-3-Clause
"""Real DNS servers with the zone example.com that keys may update, asked directly from within their namespace."""

import base64
import collections
import datetime
import http.client
import json
import os
import re
import shutil
import socket
import threading

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsigkeyring
import dns.update
import pytest

from netns import run
from processes import Process
from wait import until, until_equal

ZONE = "example.com"
NAME = "host.example.com"
ALGORITHMS = ("hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")


class Key:
    def __init__(self, name="update.", algorithm="hmac-sha256"):
        self.name, self.algorithm = name, algorithm
        self.secret = base64.b64encode(os.urandom(32)).decode()

    @property
    def keyring(self):
        return dns.tsigkeyring.from_text({self.name: (self.dnspython_algorithm, self.secret)})

    @property
    def dnspython_algorithm(self):
        return "hmac-md5.sig-alg.reg.int" if self.algorithm == "hmac-md5" else self.algorithm


LOGGED_UPDATE = re.compile(r"^(\S+ \S+) client (@\S+ \S+)/key \S+: (signer|updating zone \S+: (?:adding|delet))", re.M)


class Change(collections.namedtuple("Change", "seconds source before after")):
    """One UPDATE's effect on one RRset: when, from which address, and what it held before and after."""

    @property
    def removed(self):
        return self.before - self.after

    @property
    def added(self):
        return self.after - self.before


class NoAnswer(Exception):
    """A server answered with something that is neither data nor their absence."""


def connect(namespace, address, port, kind, timeout=5):
    """A non-blocking socket for dnspython, made inside the namespace."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = namespace.socket(family, kind)
    if kind == socket.SOCK_STREAM:
        sock.settimeout(timeout)
        sock.connect((address, port))
    sock.setblocking(False)
    return sock


def exchange(namespace, address, message, port=53, tcp=False, timeout=2):
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    with connect(namespace, address, port, kind, timeout) as sock:
        if tcp:
            return dns.query.tcp(message, address, timeout, port, sock=sock)
        return dns.query.udp(message, address, timeout, port, sock=sock, ignore_unexpected=True)


class Asker:
    """Asks one server about names."""

    def __init__(self, namespace, address, port=53):
        self.namespace, self.address, self.port = namespace, address, port

    def ask(self, name, rrtype, tcp=False, timeout=2):
        query = dns.message.make_query(name, rrtype, use_edns=0, payload=1232)
        answer = exchange(self.namespace, self.address, query, self.port, tcp, timeout)
        if answer.flags & dns.flags.TC and not tcp:
            return self.ask(name, rrtype, True, timeout)
        return answer

    def rrset(self, name, rrtype):
        """The RRset, or None."""
        answer = self.ask(name, rrtype)
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise NoAnswer(f"{name} {rrtype}: {dns.rcode.to_text(answer.rcode())}")
        kind = dns.rdatatype.from_text(rrtype)
        return next((rrset for rrset in answer.answer if rrset.rdtype == kind), None)

    def values(self, name, rrtype):
        return {rdata.to_text() for rdata in self.rrset(name, rrtype) or ()}

    def wait_for(self, values, name=NAME, rrtype="A", timeout=15):
        """Waits until the name has exactly these values."""
        until_equal(lambda: self.values(name, rrtype), set(values), f"{name} {rrtype}", timeout)


class Watcher:
    """Asks for a name as fast as it can and keeps every different answer, in order, until the end of the block."""

    def __init__(self, asker, name=NAME, rrtype="A"):
        self.asker, self.name, self.rrtype = asker, name, rrtype
        self.answers, self.asked, self.error = [], 0, None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            with connect(self.asker.namespace, self.asker.address, self.asker.port, socket.SOCK_DGRAM) as sock:
                while not self._stop.is_set():
                    query = dns.message.make_query(self.name, self.rrtype)
                    answer = dns.query.udp(query, self.asker.address, 2, self.asker.port, sock=sock)
                    values = {rdata.to_text() for rrset in answer.answer for rdata in rrset}
                    self.asked += 1
                    if not self.answers or self.answers[-1] != values:
                        self.answers.append(values)
        except Exception as error:  # for the test's own thread to raise
            self.error = error

    def __enter__(self):
        self._thread.start()
        until(lambda: self.asked or self.error, "the first answer")
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        if self.error:
            raise self.error


class Server(Asker):
    """What named and knotd have in common."""

    def __init__(self, namespace, directory, address, keys):
        super().__init__(namespace, address)
        self.directory, self.keys = directory, {key.name: key for key in keys}
        directory.mkdir()
        (directory / "zone").write_text(self.zone_text(ZONE, address))
        self.process = None

    @staticmethod
    def zone_text(zone, address, records=""):
        return (f"$ORIGIN {zone}.\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n"
                f"ns 1 {'AAAA' if ':' in address else 'A'} {address}\n{records}")

    def start(self):
        self.process.start()
        until(self._answers, lambda: f"an answer of {self.process.name}:\n{self.process.log[-3000:]}")
        return self

    def _answers(self):
        assert self.process.running, f"{self.process.name} ended:\n{self.process.log[-3000:]}"
        try:
            return self.ask(ZONE, "SOA", timeout=0.2).rcode() == dns.rcode.NOERROR
        except (OSError, dns.exception.DNSException):
            return False

    def stop(self):
        self.process.stop()

    def kill(self):
        self.process.kill()

    @property
    def name(self):
        return self.process.name

    @property
    def log(self):
        return self.process.log

    # What somebody else does to the zone

    def update(self, change, zone=ZONE):
        """change(update) fills in a signed UPDATE; it must be taken."""
        key = next(iter(self.keys.values()))
        message = dns.update.Update(zone, keyring=key.keyring, keyalgorithm=key.dnspython_algorithm)
        change(message)
        answer = exchange(self.namespace, self.address, message, self.port, tcp=True)
        assert answer.rcode() == dns.rcode.NOERROR, dns.rcode.to_text(answer.rcode())

    def add(self, value, name=NAME, rrtype="A", ttl=60):
        self.update(lambda message: message.add(name + ".", ttl, rrtype, value))

    def delete(self, name=NAME, *what):
        self.update(lambda message: message.delete(name + ".", *what))

    def serial(self):
        return self.rrset(ZONE, "SOA")[0].serial


class Named(Server):
    """BIND. Counts what reached it."""

    PROGRAMS = ("named",)
    STATISTICS_PORT = 8053

    def __init__(self, namespace, directory, address, keys, more_zones=None, clock=None, recursion=False,
                 allow_update=None, policy=None, options="max-records-per-type 0;"):
        super().__init__(namespace, directory, address, keys)
        family, other = ("listen-on-v6", "listen-on") if ":" in address else ("listen-on", "listen-on-v6")
        names = "".join(f'key "{name}"; ' for name in self.keys)
        allowed = f"update-policy {{ {policy} }}" if policy else f"allow-update {{ {allow_update or names} }}"
        text = f"""
            options {{
                directory "{directory}"; {family} {{ {address}; }}; {other} {{ none; }};
                pid-file none; session-keyfile none; lock-file none; notify no; dnssec-validation no;
                recursion {"yes" if recursion else "no"}; empty-zones-enable no;
                managed-keys-directory "{directory}"; {options}
            }};
            controls {{ }};
            statistics-channels {{ inet {address} port {self.STATISTICS_PORT}; }};
            logging {{ category lame-servers {{ null; }}; }};
            zone "{ZONE}" {{ type primary; file "zone"; {allowed}; }};
            """
        for key in keys:
            text += f'key "{key.name}" {{ algorithm {key.algorithm}; secret "{key.secret}"; }};\n'
        for zone, records in (more_zones or {}).items():
            (directory / zone).write_text(self.zone_text(zone, address, records))
            text += f'zone "{zone}" {{ type primary; file "{zone}"; allow-update {{ {names} }}; }};\n'
        configuration = directory / "named.conf"
        configuration.write_text(text)
        self.process = Process("named", namespace, ("named", "-g", "-n", "1", "-c", configuration), directory / "log",
                               {**os.environ, **(clock or {})})

    def opcodes(self):
        connection = http.client.HTTPConnection(self.address, self.STATISTICS_PORT)
        connection.sock = connect(self.namespace, self.address, self.STATISTICS_PORT, socket.SOCK_STREAM)
        connection.sock.settimeout(5)
        try:
            connection.request("GET", "/json/v1/server")
            return json.load(connection.getresponse())["opcodes"]
        finally:
            connection.close()

    @property
    def updates(self):
        """UPDATE messages that arrived so far, over UDP and TCP."""
        return self.opcodes()["UPDATE"]

    def changes(self, name, rrtype="A"):
        """What became of an RRset since named started, one Change for each UPDATE that made it another one."""
        until(lambda: len(self._times()) == len(self._transactions()), "a journal that agrees with the log")
        found, values = [], set()
        for (seconds, source), lines in zip(self._times(), self._transactions()):
            before = set(values)
            for verb, owner, kind, value in lines:
                if (owner.lower(), kind) == (name.lower() + ".", rrtype):
                    (values.add if verb == "add" else values.discard)(value)
            if values != before:
                found.append(Change(seconds, source, before, set(values)))
        return found

    def _transactions(self):
        """Of each UPDATE that changed the zone the lines of the journal (verb, owner, type, value), without the SOA."""
        journal = self.directory / "zone.jnl"
        if not journal.exists():
            return []
        found = []
        for line in run("named-journalprint", journal).splitlines():
            verb, owner, _, _, kind, value = line.split(None, 5)
            if kind != "SOA":
                found[-1].append((verb, owner, kind, value))
            elif verb == "del":
                found.append([])
        return found

    def _times(self):
        """Of each UPDATE that changed the zone when it came and from whom."""
        found, approved = [], set()
        for moment, client, what in LOGGED_UPDATE.findall(self.log):
            if what.startswith("signer"):
                approved.add(client)  # others may be approved before its changes are told
            elif client in approved:
                seconds = datetime.datetime.strptime(moment, "%d-%b-%Y %H:%M:%S.%f").timestamp()
                found.append((seconds, client.split("#")[0].split(" ")[-1]))
                approved.discard(client)
        return found


class Knotd(Server):
    PROGRAMS = ("knotd",)

    def __init__(self, namespace, directory, address, keys):
        super().__init__(namespace, directory, address, keys)
        text = f"""
server:
    rundir: "{directory}"
    listen: "{address}@53"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: "{directory}"
    journal-db-max-size: 32M
    timer-db-max-size: 1M
    kasp-db-max-size: 5M
key:
"""
        for key in keys:
            text += f'  - id: "{key.name}"\n    algorithm: {key.algorithm}\n    secret: "{key.secret}"\n'
        text += f"""
acl:
  - id: update
    key: [{", ".join(f'"{name}"' for name in self.keys)}]
    action: update
zone:
  - domain: "{ZONE}"
    file: "{directory}/zone"
    zonefile-sync: -1
    journal-content: none
    acl: update
"""
        configuration = directory / "knot.conf"
        configuration.write_text(text)
        self.process = Process("knotd", namespace, ("knotd", "-c", configuration), directory / "log")


KINDS = {"named": Named, "knotd": Knotd}


def missing_programs(*programs):
    return [program for program in programs if not (shutil.which(program) or shutil.which("/usr/sbin/" + program))]


def skip_without(*programs):
    missing = missing_programs(*programs)
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
