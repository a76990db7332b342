# SPDX-License-Identifier: BSD-3-Clause
"""The test bed: a host where signpostd runs, a server where DNS runs, cables between them; each test its own."""

import itertools
import os
import shutil
from pathlib import Path

import pytest

from daemon import BUILD, Daemon
from netns import MissingRight, Namespace, run, veth
from servers import KINDS, NAME, ZONE, Key, missing_programs

# The server has addresses of its own, behind the cable to each host.
SERVER, SERVER_IPV6 = "10.53.0.1", "fd53::1"
HOST = "10.53.1.2"


class Lab:
    """`up0` leads from the host to the server; `eth0` is the link whose addresses come and go."""

    def __init__(self, directory):
        self.directory = directory
        self.namespaces, self.processes = [], []
        self.key = Key()
        self._numbers = itertools.count(1)
        self.server = self.namespace("server")
        self.server.add_address("lo", SERVER + "/32")
        self.server.add_address("lo", SERVER_IPV6 + "/128")
        self._hosts = itertools.count(1)
        self.host = self.add_host()

    def namespace(self, name):
        namespace = Namespace(name)
        self.namespaces.append(namespace)
        return namespace

    def add_host(self):
        number = next(self._hosts)
        host = self.namespace(f"host{number}")
        # As systemd sets it: removing a subnet's first address must not take the others along.
        host.sysctl("net/ipv4/conf/all/promote_secondaries", 1)
        veth(host, "up0", self.server, f"net{number}")
        for network, bits in ((f"10.53.{number}.", 24), (f"fd53:{number}::", 64)):
            self.server.add_address(f"net{number}", f"{network}1/{bits}")
            host.add_address("up0", f"{network}2/{bits}")
        host.ip("route", "add", "10.53.0.0/24", "via", f"10.53.{number}.1")
        host.ip("route", "add", "fd53::/64", "via", f"fd53:{number}::1")
        self.add_link(host, "eth0", f"peer{number}.eth0")
        return host

    def add_link(self, host, name, peer):
        veth(host, name, self.server, peer)

    @property
    def peer(self):
        """The other end of the host's eth0, in the server's namespace."""
        return "peer1.eth0"

    def start_server(self, kind="named", **options):
        server = self.make_server(kind, **options)
        return server.start()

    def make_server(self, kind="named", address=SERVER, keys=None, **options):
        missing = missing_programs(*KINDS[kind].PROGRAMS)
        if missing:
            pytest.skip(f"{', '.join(missing)} is not installed")
        directory = self.directory / f"{kind}{next(self._numbers)}"
        server = KINDS[kind](self.server, directory, address, keys or [self.key], **options)
        self.processes.append(server)
        return server

    def configuration(self, records=None, provider=None, **record):
        """One record for eth0 at the server; each part may be changed or added to."""
        source = {"from": "interfaces", "interfaces": ["eth*"]}
        base = {"provider": "home", "ttl": 60, "withdraw_delay": 0.5, "ipv4": dict(source), "ipv6": dict(source)}
        home = {"type": "rfc2136", "zone": ZONE, "server": SERVER, "key": self.key.name, "timeout": 2,
                **(provider or {})}
        return {
            "keys": {self.key.name: {"algorithm": self.key.algorithm, "secret_file": "update.secret"}},
            "providers": {"home": {name: value for name, value in home.items() if value is not None}},
            "records": {name: {**base, **record, **more} for name, more in (records or {NAME: {}}).items()},
            "log": {"level": "debug"},
        }

    def make_daemon(self, configuration=None, host=None, **options):
        daemon = Daemon(host or self.host, self.directory / f"signpostd{next(self._numbers)}", **options)
        self.processes.append(daemon)
        daemon.write_secret("update.secret", self.key.secret)
        daemon.configure(configuration or self.configuration())
        return daemon

    def start_daemon(self, configuration=None, host=None, **options):
        return self.make_daemon(configuration, host, **options).start()

    def close(self):
        """Everything ends, whatever fails on the way; the first failure is the test's."""
        failures = []
        for process in reversed(self.processes):
            try:
                process.close() if isinstance(process, Daemon) else process.kill()
            except Exception as error:  # the others must end too
                failures.append(error)
        for namespace in self.namespaces:
            namespace.close()
        if failures:
            raise failures[0]

    def print_logs(self):
        """pytest shows this when the test fails."""
        for process in self.processes:
            print(f"---- {process.name}\n{process.log[-6000:]}")


@pytest.fixture
def lab(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("root is needed to make network namespaces")
    missing = missing_programs("ip", "nft", "unshare", "setpriv", "hostname")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    try:
        lab = Lab(tmp_path)
    except MissingRight as error:
        pytest.skip(str(error))
    yield lab
    try:
        lab.close()
    finally:
        lab.print_logs()


@pytest.fixture
def named(lab):
    return lab.start_server("named")


@pytest.fixture(params=sorted(KINDS))
def server(request, lab):
    """The same test against each kind of server."""
    return lab.start_server(request.param)


@pytest.fixture
def skewed_clock(tmp_path):
    """Gives the environment for a program whose clock is wrong by so many seconds."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        pytest.skip("no C compiler")
    library = tmp_path / "skewed-clock.so"
    run(compiler, "-shared", "-fPIC", "-o", library, Path(__file__).parent / "skewed-clock.c")
    return lambda seconds: {"LD_PRELOAD": str(library), "CLOCK_SKEW": str(seconds)}


def pytest_report_header():
    return f"signpost build: {BUILD}"
