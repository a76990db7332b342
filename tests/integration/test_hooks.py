# SPDX-License-Identifier: BSD-3-Clause
"""Hooks are told what happened, in JSON and in their environment; whatever they do, DNS goes on."""

import datetime
import json
import os
import re
import socket
import stat
import threading
from pathlib import Path

import pytest

from members import POOL, address, addresses, configuration, pool, site, watch
from servers import NAME, missing_programs
from wait import until

ALL_EVENTS = ("published", "member-down", "member-up", "failover", "failback", "observer-lost", "observer-ok", "parked")
PATIENT = 600


class Hook:
    """A shell script that keeps what it is told, and does something more."""

    def __init__(self, directory, name="hook", more="", events=ALL_EVENTS, timeout=10):
        self.events, self.timeout = events, timeout
        self.path, self.told_path, self.pid_path = (directory / f"{name}{suffix}" for suffix in ("", ".told", ".pid"))
        self.environment_path = directory / f"{name}.environment"
        self.path.write_text(f"#!/bin/sh\n{{ env | LC_ALL=C sort; echo; }} >>{self.environment_path}\n"
                             f"echo $$ >{self.pid_path}\ncat >>{self.told_path}\n{more}\n")
        self.path.chmod(stat.S_IRWXU)

    @property
    def configuration(self):
        return {"events": list(self.events), "command": [str(self.path)], "timeout": self.timeout}

    @property
    def told(self):
        """The events, as dictionaries."""
        return [json.loads(line) for line in self.lines(self.told_path)]

    @property
    def environments(self):
        blocks = self.environment_path.read_text().split("\n\n") if self.environment_path.exists() else []
        return [dict(line.split("=", 1) for line in block.splitlines()) for block in blocks if block.strip()]

    @property
    def pid(self):
        return int(self.pid_path.read_text())

    def of(self, kind):
        return [event for event in self.told if event["event"] == kind]

    def wait_for(self, kind, count=1):
        """Until it was told of that many events of a kind, which are returned."""
        until(lambda: len(self.of(kind)) >= count, lambda: f"{count} {kind}, only {self.told}")
        return self.of(kind)

    @staticmethod
    def lines(path):
        # The last one may be half written.
        return path.read_text().split("\n")[:-1] if path.exists() else []


@pytest.fixture
def make_hook(tmp_path):
    directory = tmp_path / "hooks"
    directory.mkdir()
    return lambda *arguments, **options: Hook(directory, *arguments, **options)


def with_hooks(configuration, *hooks):
    return {**configuration, "hooks": [hook.configuration for hook in hooks]}


def is_running(pid):
    try:
        # One that nobody has waited for yet has ended too.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


# What is told


def test_record_that_is_published_is_told(lab, named, make_hook):
    hook = make_hook()
    before = datetime.datetime.now(datetime.timezone.utc)
    lab.start_daemon(with_hooks(lab.configuration(), hook))
    lab.host.add_address("eth0", "192.0.2.1/24")
    lab.host.add_address("eth0", "192.0.2.2/24")
    named.wait_for({"192.0.2.1", "192.0.2.2"})
    until(lambda: any(event["after"] == ["192.0.2.1", "192.0.2.2"] for event in hook.told), lambda: f"both, only {hook.told}")
    first = hook.told[0]
    time = datetime.datetime.fromisoformat(first.pop("time").replace("Z", "+00:00"))
    assert before <= time <= datetime.datetime.now(datetime.timezone.utc)
    assert first in [{"version": 1, "event": "published", "host": "host.example.com", "name": NAME, "provider": "home",
                      "type": "A", "before": [], "after": after}
                     for after in (["192.0.2.1"], ["192.0.2.1", "192.0.2.2"])]
    lab.host.remove_address("eth0", "192.0.2.1/24")
    until(lambda: hook.told[-1]["before"] == ["192.0.2.1", "192.0.2.2"] and hook.told[-1]["after"] == ["192.0.2.2"],
          lambda: f"the removal, only {hook.told}")


def test_environment_says_the_same_and_nothing_of_ours(lab, named, make_hook):
    hook = make_hook()
    lab.start_daemon(with_hooks(lab.configuration(), hook), env={"SIGNPOST_TEST_SECRET": "secret"})
    lab.host.add_address("eth0", "2001:db8::1/64", "nodad")
    named.wait_for({"2001:db8::1"}, rrtype="AAAA")
    event = hook.wait_for("published")[0]
    environment = until(lambda: hook.environments, "the environment")[0]
    expected = {f"SIGNPOST_{key.upper()}": " ".join(value) if isinstance(value, list) else value
                for key, value in event.items() if key != "version"}
    assert {name: value for name, value in environment.items() if name.startswith("SIGNPOST_")} == expected
    # The shell adds the others.
    assert set(environment) - set(expected) <= {"PATH", "LANG", "PWD", "OLDPWD", "SHLVL", "_"}


def test_only_what_was_asked_for_is_told(lab, named, make_hook):
    one, other = make_hook("one", events=["published"]), make_hook("other", events=["parked", "member-up"])
    lab.start_daemon(with_hooks(lab.configuration(), one, other))
    lab.host.add_address("eth0", "192.0.2.1/24")
    one.wait_for("published")
    lab.host.add_address("eth0", "192.0.2.2/24")
    until(lambda: one.told[-1]["after"] == ["192.0.2.1", "192.0.2.2"], lambda: f"both, only {one.told}")
    assert not other.told


def test_member_that_goes_and_comes_back_is_told_with_the_reason(lab, site, named, make_hook):
    hook = make_hook(events=["member-down", "member-up"])
    site.add(*addresses(3))
    made = with_hooks(configuration(lab, pool(addresses(3))), hook)
    lab.start_daemon(made)
    named.wait_for(addresses(3), POOL)
    site.drop(address(2))
    down = hook.wait_for("member-down")[0]
    del down["time"]
    assert re.search("no answer", down.pop("reason"))
    assert down == {"version": 1, "event": "member-down", "host": "host.example.com", "name": POOL, "pool": POOL,
                    "member": "m2", "address": address(2), "provider": "home", "type": "A"}
    site.heal(address(2))
    until(lambda: [event["member"] for event in hook.of("member-up")][-1:] == ["m2"], lambda: f"m2, only {hook.told}")


def test_failover_and_failback_tell_who_served_and_who_serves(lab, site, named, make_hook):
    hook = make_hook(events=["failover", "failback"])
    first, second = addresses(2)
    site.add(first, second)
    members = {"a": {"address": first, "priority": 1}, "b": {"address": second, "priority": 2}}
    lab.start_daemon(with_hooks(configuration(lab, pool(members, policy="priority")), hook))
    named.wait_for({first}, POOL)
    site.drop(first)
    event = hook.wait_for("failover")[0]
    assert (event["pool"], event["type"], event["before"]) == (POOL, "A", [first])
    assert second in event["after"] and event["reason"]
    named.wait_for({second}, POOL)
    site.heal(first)
    event = hook.wait_for("failback")[0]
    assert event["before"] == [second] and first in event["after"]


def test_observer_that_is_lost_is_told(lab, site, named, make_hook):
    hook = make_hook(events=["observer-lost", "observer-ok"])
    site.add(*addresses(3))
    lab.start_daemon(with_hooks(configuration(lab, pool(addresses(3))), hook))
    named.wait_for(addresses(3), POOL)
    site.cut_upstream(lab.host)
    event = hook.wait_for("observer-lost")[0]
    assert event["reason"] and "name" not in event and "type" not in event
    site.restore_upstream(lab.host)
    hook.wait_for("observer-ok")


def test_refusal_is_told(lab, named, make_hook):
    hook = make_hook(events=["parked"])
    daemon = lab.make_daemon(with_hooks(lab.configuration(), hook))
    daemon.write_secret("update.secret", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    daemon.start()
    lab.host.add_address("eth0", "192.0.2.1/24")
    event = hook.wait_for("parked")[0]
    assert event["provider"] == "home" and re.search("BADSIG|NOTAUTH|key", event["reason"], re.IGNORECASE)


# What hooks do to themselves


def test_hook_that_hangs_holds_up_neither_dns_nor_others_nor_the_end(lab, named, make_hook):
    hanging = make_hook("hanging", more="trap '' TERM; sleep 1000 & sleep 1000; sleep 1000", timeout=PATIENT)
    other = make_hook("other")
    daemon = lab.start_daemon(with_hooks(lab.configuration(), hanging, other))
    for last in range(1, 4):
        lab.host.add_address("eth0", f"192.0.2.{last}/24")
        named.wait_for({f"192.0.2.{number}" for number in range(1, last + 1)})
    until(lambda: other.told and len(other.told[-1]["after"]) == 3, lambda: f"all three, only {other.told}")
    assert len(hanging.told) == 1
    pid = hanging.pid
    assert is_running(pid)
    group = os.getpgid(pid)
    assert group == pid != os.getpgid(daemon.pid)
    daemon.stop(timeout=5)
    until(lambda: not is_running(pid), "the end of the hook")


def test_hook_that_takes_too_long_is_ended_and_told_of_the_next_event(lab, named, make_hook):
    hook = make_hook(more="echo still busy >&2; sleep 1000", timeout=0.5)
    daemon = lab.start_daemon(with_hooks(lab.configuration(), hook))
    lab.host.add_address("eth0", "192.0.2.1/24")
    daemon.wait_for_log(f"hook {hook.path}: published of {NAME}: timed out: still busy")
    until(lambda: not is_running(hook.pid), "the end of the hook")
    lab.host.add_address("eth0", "192.0.2.2/24")
    until(lambda: hook.told[-1]["after"] == ["192.0.2.1", "192.0.2.2"], lambda: f"both, only {hook.told}")


def test_failure_is_logged_with_status_and_last_line(lab, named, make_hook):
    hook = make_hook(more="echo trying >&2; echo no such mailbox >&2; exit 67")
    daemon = lab.start_daemon(with_hooks(lab.configuration(), hook))
    lab.host.add_address("eth0", "192.0.2.1/24")
    daemon.wait_for_log(f"hook {hook.path}: published of {NAME}: exit status 67: no such mailbox")


def test_program_that_is_missing_is_logged_and_the_next_one_is_told(lab, named, make_hook):
    missing, good = make_hook("missing"), make_hook("good")
    daemon = lab.make_daemon(with_hooks(lab.configuration(), missing, good))
    missing.path.unlink()
    daemon.start()
    lab.host.add_address("eth0", "192.0.2.1/24")
    good.wait_for("published")
    daemon.wait_for_log(f"hook {missing.path}: published of {NAME}: cannot be started: No such file or directory")


def test_program_that_cannot_be_run_is_a_warning_at_the_check_and_at_the_start(lab, make_hook):
    good, missing = make_hook("good"), make_hook("missing")
    missing.path.unlink()
    daemon = lab.make_daemon(with_hooks(lab.configuration(), good, missing))
    warning = f"warning: hooks/1/command: {missing.path} cannot be run: No such file or directory"
    done = daemon.run("--check")
    assert done.returncode == 0
    assert warning in done.stderr
    assert str(good.path) not in done.stderr
    daemon.start()
    daemon.wait_for_log(warning)


def test_of_a_flood_the_newest_are_told_and_the_others_counted(lab, named, make_hook, tmp_path):
    """Three hundred records change while the hook is busy with the first."""
    go = tmp_path / "go"
    hook = make_hook(more=f"while [ ! -e {go} ]; do sleep 0.05; done", timeout=PATIENT)
    records = {f"h{number}.example.com": {} for number in range(300)}
    daemon = lab.start_daemon(with_hooks(lab.configuration(records), hook))
    lab.host.add_address("eth0", "192.0.2.1/24")
    for name in records:
        named.wait_for({"192.0.2.1"}, name)
    daemon.wait_for_log("more than 256 events wait for it; the oldest are dropped")
    assert len(hook.told) == 1
    go.touch()
    # One more, unless all were there before the first was told.
    lost = int(daemon.wait_for_log(r"up to date again; it was not told of (\d+) events")[1])
    told = until(lambda: len(hook.told) == 300 - lost and hook.told, lambda: f"{300 - lost} events, only {len(hook.told)}")
    assert lost in (43, 44)
    assert [event["lost"] for event in told if "lost" in event] == [lost]


# The examples of the manual


class Receiver:
    """Listens where the daemon's host sees it, and lets one client talk."""

    def __init__(self, namespace, port, talk):
        self.received = None
        self._listener = namespace.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen()
        self._thread = threading.Thread(target=self._run, args=(talk,), daemon=True)
        self._thread.start()

    def _run(self, talk):
        connection, _ = self._listener.accept()
        with self._listener, connection, connection.makefile("rwb") as stream:
            self.received = talk(stream)

    def wait(self):
        return until(lambda: self.received, "a client")


def say(stream, *lines):
    stream.write("".join(f"{line}\r\n" for line in lines).encode())
    stream.flush()


def read_line(stream):
    return stream.readline().decode().rstrip("\r\n")


def read_lines(stream, end):
    return list(iter(lambda: read_line(stream), end))


def talk_http(stream):
    """The head and the body."""
    head = read_lines(stream, "")
    length = next(int(line.split(":")[1]) for line in head if line.lower().startswith("content-length:"))
    body = stream.read(length).decode()
    say(stream, "HTTP/1.1 200 OK", "Content-Length: 0", "")
    return head, body


def talk_smtp(stream):
    """The commands and the message."""
    say(stream, "220 mail.example.com")
    commands = []
    while (line := read_line(stream)) not in ("QUIT", ""):
        commands.append(line)
        say(stream, "354 go on" if line == "DATA" else "250 fine")
        if line == "DATA":
            message = read_lines(stream, ".")
            say(stream, "250 taken")
    say(stream, "221 bye")
    return commands, message


EXAMPLES = Path(__file__).resolve().parents[2] / "examples/hooks"


def run_example(lab, command, port, talk):
    """What the example sends when a record is published."""
    missing = missing_programs("curl", "jq")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    receiver = Receiver(lab.host, port, talk)
    hook = {"events": ["published"], "command": list(map(str, command))}
    lab.start_daemon({**lab.configuration(), "hooks": [hook]})
    lab.host.add_address("eth0", "192.0.2.1/24")
    return receiver.wait()


def test_example_of_a_webhook(lab, named):
    command = ["/usr/bin/curl", "-fsS", "--max-time", "8", "-o", "/dev/null", "-H", "Content-Type: application/json",
               "--data-binary", "@-", "http://127.0.0.1:8080/dns"]
    head, body = run_example(lab, command, 8080, talk_http)
    assert head[0] == "POST /dns HTTP/1.1" and "Content-Type: application/json" in head
    assert json.loads(body)["after"] == ["192.0.2.1"]


def test_example_of_a_mail(lab, named):
    commands, message = run_example(lab, [EXAMPLES / "mail", "admin@example.com"], 25, talk_smtp)
    assert any(command.startswith("RCPT TO:<admin@example.com>") for command in commands)
    end_of_head = message.index("")
    assert {f"Subject: published: {NAME}", "To: <admin@example.com>"} <= set(message[:end_of_head])
    assert {"AFTER=192.0.2.1", "BEFORE=", f"NAME={NAME}"} <= set(message[end_of_head:])


def test_example_for_ntfy(lab, named):
    head, body = run_example(lab, [EXAMPLES / "ntfy", "http://127.0.0.1:8080/topic"], 8080, talk_http)
    assert head[0] == "POST /topic HTTP/1.1" and {"Title: published", "Priority: high"} <= set(head)
    assert body == f"{NAME} now 192.0.2.1"


def test_example_for_slack(lab, named, tmp_path):
    secret = tmp_path / "slack"
    secret.write_text('url = "http://127.0.0.1:8080/services/secret"\n')
    head, body = run_example(lab, [EXAMPLES / "slack", secret], 8080, talk_http)
    assert head[0] == "POST /services/secret HTTP/1.1"
    assert json.loads(body) == {"text": f"published · {NAME} · 192.0.2.1"}


# Another configuration


def test_reload_puts_new_hooks_in_force(lab, named, make_hook):
    old, new = make_hook("old"), make_hook("new")
    daemon = lab.start_daemon(with_hooks(lab.configuration(), old))
    lab.host.add_address("eth0", "192.0.2.1/24")
    old.wait_for("published")
    daemon.configure(with_hooks(lab.configuration(), new))
    after = len(daemon.notify.messages)
    daemon.reload()
    daemon.notify.wait_for("READY=1", after)
    count = len(old.told)
    lab.host.add_address("eth0", "192.0.2.2/24")
    until(lambda: new.told and new.told[-1]["after"] == ["192.0.2.1", "192.0.2.2"], lambda: f"both, only {new.told}")
    assert len(old.told) == count


def test_libraries_of_http_are_there_only_for_checks_by_http(lab, site, named):
    """They would take more memory than all the rest of the daemon."""
    def has_libcurl(daemon):
        return "/libcurl.so" in daemon.inside(f"/proc/{daemon.pid}/maps").read_text()

    site.serve(*addresses(2))
    daemon = watch(lab, named, addresses(2), {"type": "tcp", "port": 80})
    assert not has_libcurl(daemon)
    daemon.configure(configuration(lab, pool(addresses(2), {"type": "http"})))
    daemon.reload()
    until(lambda: has_libcurl(daemon), "libcurl")
