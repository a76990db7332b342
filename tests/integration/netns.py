# SPDX-License-Identifier: BSD-3-Clause
"""Network namespaces without names: they are held by a file descriptor of this process and are gone with it, so that
nothing is left behind however a test ends."""

import contextlib
import ctypes
import os
import socket
import subprocess

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class MissingRight(Exception):
    """The tests may not make namespaces here."""


def _call(function, *arguments):
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _current():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def run(*command, input=None):
    """Runs a tool to its end and returns its output; says what it said when it fails."""
    done = subprocess.run([str(part) for part in command], input=input, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Namespace:
    def __init__(self, name):
        self.name = name
        before = _current()
        try:
            _call(_libc.unshare, CLONE_NEWNET)
        except OSError as error:
            os.close(before)
            raise MissingRight(f"no network namespaces here: {error.strerror} (root is needed)") from error
        try:
            self.fd = _current()
        finally:
            _call(_libc.setns, before, CLONE_NEWNET)
            os.close(before)
        self.ip("link", "set", "lo", "up")

    def close(self):
        os.close(self.fd)

    @property
    def path(self):
        """For ip(8), where it takes the name of a namespace."""
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    @contextlib.contextmanager
    def entered(self):
        """What this thread opens or starts meanwhile belongs to the namespace."""
        before = _current()
        _call(_libc.setns, self.fd, CLONE_NEWNET)
        try:
            yield self
        finally:
            _call(_libc.setns, before, CLONE_NEWNET)
            os.close(before)

    def run(self, *command, input=None):
        with self.entered():
            return run(*command, input=input)

    def ip(self, *arguments):
        return self.run("ip", *arguments)

    def ip_batch(self, lines):
        """Many changes by one ip(8), as fast as the kernel takes them."""
        return self.run("ip", "-batch", "-", input="\n".join(lines) + "\n")

    def sysctl(self, key, value):
        with self.entered(), open("/proc/sys/" + key, "w") as file:
            file.write(str(value))

    def socket(self, family, kind):
        with self.entered():
            return socket.socket(family, kind | socket.SOCK_CLOEXEC)

    def nft(self, rules):
        return self.run("nft", "-f", "-", input=rules)

    # Addresses of its links

    def add_address(self, link, address, *more):
        """IPv6 without DAD, unless `more` says otherwise ("dad")."""
        flags = [word for word in more if word != "dad"]
        if ":" in address and "dad" not in more:
            flags.append("nodad")
        self.ip("address", "add", address, "dev", link, *flags)

    def remove_address(self, link, address):
        self.ip("address", "del", address, "dev", link)


def veth(a, a_name, b, b_name):
    """A cable between two namespaces (or one), both ends up."""
    a.ip("link", "add", a_name, "type", "veth", "peer", "name", b_name, "netns", b.path)
    for namespace, name in ((a, a_name), (b, b_name)):
        # No router solicitations or autoconfiguration but where a test wants them.
        namespace.sysctl(f"net/ipv6/conf/{name}/accept_ra", 0)
        namespace.ip("link", "set", name, "up")
