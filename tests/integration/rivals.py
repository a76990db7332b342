# SPDX-License-Identifier: BSD-3-Clause
"""keepalived and HAProxy beside us: on the same host, checking the same members as often as we do."""

import os
import re
import shutil
import socket
import tempfile
import weakref
from pathlib import Path

from netns import run
from processes import Process
from servers import skip_without
from wait import until_equal

LOGGED = re.compile(r"(Removing|Adding) service \[([0-9a-f.:]+)\]")


class Keepalived(Process):
    """Its log says whom it takes out. IPVS need not be there: see ipvs.c."""

    PROGRAMS = ("keepalived", "cc")

    def __init__(self, namespace, directory, members):
        skip_without(*self.PROGRAMS)
        directory.mkdir()
        self.members = set(members)
        library = directory / "ipvs.so"
        run("cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library, Path(__file__).parent / "ipvs.c")
        ping = "PING_CHECK {\n connect_timeout 0.3\n retry 2\n delay_before_retry 0.2\n }"
        servers = "\n".join(f"real_server {member} 80 {{\n {ping}\n}}" for member in members)
        (directory / "keepalived.conf").write_text(
            "virtual_server 192.0.2.99 80 {\n delay_loop 0.5\n lb_kind DR\n protocol TCP\n" + servers + "\n}\n")
        super().__init__("keepalived", namespace,
                         ("keepalived", "--dont-fork", "--log-console", "--log-detail", "--check",
                          "--use-file", directory / "keepalived.conf", "--pid", directory / "pid",
                          "--checkers_pid", directory / "checkers.pid"),
                         directory / "log", {**os.environ, "LD_PRELOAD": str(library)})

    @property
    def up(self):
        last = {member: verb for verb, member in LOGGED.findall(self.log)}
        return {member for member in self.members if last.get(member) != "Removing"}

    def wait_until_up(self):
        self.wait_for_log("Startup complete")
        until_equal(lambda: self.up, self.members, "what keepalived holds for alive")


class HAProxy(Process):
    """Tells on a socket how its servers are."""

    PROGRAMS = ("haproxy",)

    def __init__(self, namespace, directory, members):
        skip_without(*self.PROGRAMS)
        directory.mkdir()
        self.members = set(members)
        # Its path has to be short.
        place = tempfile.mkdtemp(prefix="signpost-haproxy-")
        weakref.finalize(self, shutil.rmtree, place)
        self._socket = place + "/socket"
        servers = "\n".join(f" server {member} {member}:80" for member in members)
        (directory / "haproxy.cfg").write_text(
            f"global\n stats socket {self._socket} level admin\n maxconn 500\n"
            "defaults\n mode tcp\n timeout connect 1s\n timeout client 5s\n timeout server 5s\n timeout check 300ms\n"
            "backend members\n default-server check inter 500ms fastinter 200ms downinter 500ms fall 3 rise 2\n"
            f"{servers}\n")
        super().__init__("haproxy", namespace, ("haproxy", "-db", "-f", directory / "haproxy.cfg"), directory / "log")

    @property
    def up(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(self._socket)
            sock.sendall(b"show servers state\n")
            with sock.makefile() as lines:
                rows = [line.split() for line in lines if " members " in line]
        # Columns: server name, its operational state: 0 is stopped.
        return {row[3] for row in rows if row[5] != "0"}

    def wait_until_up(self):
        until_equal(lambda: self.up if Path(self._socket).exists() else None, self.members,
                    "what HAProxy holds for alive")


def start_rivals(lab, host, members):
    """Both, once all is well for them."""
    rivals = [kind(host, lab.directory / kind.__name__.lower(), members) for kind in (Keepalived, HAProxy)]
    for rival in rivals:
        lab.processes.append(rival)
        rival.start()
    for rival in rivals:
        rival.wait_until_up()
    return rivals
