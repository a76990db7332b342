# SPDX-License-Identifier: BSD-3-Clause
"""Who may do what: the real polkitd decides, and when it does not the answer is no."""

import contextlib
import os
import re
import signal
import time
from xml.etree import ElementTree

import pytest

from bus import LOG_CONTROL, MANAGER, NOBODY, ROOT, SERVICE, SIGNPOST, SOURCE, Client, DeafClient, Polkit
from bus import Refused, add_bus, path_of, start_monitor
from daemon import PROGRAM, Daemon
from servers import NAME
from wait import until

ADDRESS = "198.51.100.7"
DENIED = "org.freedesktop.DBus.Error.AccessDenied"
INTERACTIVE = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
NO_SUCH_RECORD = "org.signpost1.Error.NoSuchRecord"
PRIVILEGED = [("reload", "Reload", []), ("refresh", "Refresh", []), ("publish", "Publish", [NAME, "true"]),
              ("publish", "WithdrawInterface", ["eth0"])]
POLICY = SOURCE / "polkit" / "org.signpost1.policy"


class Setting:
    """A daemon on a bus, with polkitd unless told otherwise, and a record that is in sync."""

    def __init__(self, lab, server, polkit=True):
        self.lab, self.server = lab, server
        self.bus = add_bus(lab).start()
        self.polkit = Polkit(self.bus) if polkit else None
        if polkit:
            lab.processes.append(self.polkit)
            self.polkit.start()
        lab.host.add_address("eth0", ADDRESS + "/24")
        self.daemon = lab.start_daemon(lab.configuration(), bus=self.bus.address)
        self.bus.wait_for_owner()
        self.client = Client(self.bus)
        self.client.wait_for_record(NAME, State="in-sync")

    def refuse(self, member, *arguments, **options):
        """The error that a call as nobody is answered with."""
        with pytest.raises(Refused) as refused:
            self.bus.ask(member, *arguments, **{"user": NOBODY, **options})
        return refused.value

    def set_level(self, level, user=NOBODY, *options):
        return self.bus.busctl(*options, "set-property", SERVICE, LOG_CONTROL, "org.freedesktop.LogControl1", "LogLevel", "s",
                               level, user=user)

    def level(self):
        return self.client.properties(LOG_CONTROL, "org.freedesktop.LogControl1")["LogLevel"]

    def allow(self, action):
        """By a rule; returns when polkitd has read it."""
        self.polkit.add_rule(f"org.signpost1.{action}", "YES")
        until(lambda: self.polkit_says(action) == [True, False], f"a polkitd that knows the rule for {action}")

    def polkit_says(self, action):
        """(authorized, challenge) for somebody who is nobody."""
        asker = DeafClient(self.bus, NOBODY)
        try:
            # Its name is known when the bus lists it: it is the newest of nobody's.
            name = until(lambda: self.newest_of(NOBODY), "a connection of nobody's")
            answer = self.client.call("CheckAuthorization", "(sa{sv})sa{ss}us", ("system-bus-name", {"name": name}),
                                      f"org.signpost1.{action}", {}, 0, "", path="/org/freedesktop/PolicyKit1/Authority",
                                      interface="org.freedesktop.PolicyKit1.Authority", service="org.freedesktop.PolicyKit1")
            return list(answer[:2])
        finally:
            asker.close()

    def newest_of(self, user):
        driver = {"path": "/org/freedesktop/DBus", "interface": "org.freedesktop.DBus", "service": "org.freedesktop.DBus"}
        for name in reversed(self.client.call("ListNames", **driver)):
            with contextlib.suppress(Refused):
                if name.startswith(":") and self.client.call("GetConnectionUnixUser", "s", name, **driver) == user:
                    return name
        return None

    @contextlib.contextmanager
    def thinking(self):
        """polkitd does not answer meanwhile."""
        self.polkit.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.polkit.signal(signal.SIGCONT)


@pytest.fixture
def setting(lab, named):
    return Setting(lab, named)


# The files


def test_the_code_and_the_policy_name_the_same_actions():
    code = "".join(path.read_text() for path in (SOURCE / "src" / "bus").glob("*.c"))
    policy = {action.get("id") for action in ElementTree.parse(POLICY).iter("action")}
    assert set(re.findall(r'"(org\.signpost1\.[a-z][a-z-]*)"', code)) == policy


def test_each_action_says_what_it_is_about():
    actions = list(ElementTree.parse(POLICY).iter("action"))
    assert actions
    for action in actions:
        assert len(action.findtext("description")) > 20
        assert action.findtext("message").startswith("Authentication is required to ")
        assert action.findtext("message").endswith(".")
        defaults = {default.tag: default.text for default in action.find("defaults")}
        may = "yes" if action.get("id") == "org.signpost1.refresh" else "auth_admin_keep"
        assert defaults == {"allow_any": "auth_admin_keep", "allow_inactive": "auth_admin_keep", "allow_active": may}
        notes = {note.get("key"): note.text for note in action.iter("annotate")}
        assert notes == {"org.freedesktop.policykit.owner": "unix-user:signpost"}


# Refused


def test_a_refused_caller_changes_nothing(setting):
    setting.server.delete(NAME)
    setting.daemon.configure(setting.lab.configuration(ttl=99))
    for action, member, arguments in PRIVILEGED:
        error = setting.refuse(member, *arguments)
        assert error.name == INTERACTIVE and f"org.signpost1.{action}" in error.message
        error = setting.refuse(member, *arguments, interactive=True)
        assert error.name == DENIED and "agent" in error.message
    for more in ((), ("--allow-interactive-authorization=no",)):
        done = setting.set_level("err", NOBODY, *more)
        assert done.returncode != 0 and "org.signpost1.set-log-level is not allowed" in done.stderr
    record = setting.client.record(NAME)
    assert (record["Ttl"], record["Wanted"], setting.level()) == (60, [ADDRESS], "debug")
    assert setting.server.values(NAME, "A") == set()
    assert "is allowed to" not in setting.daemon.log


def test_a_rule_that_says_no(setting):
    setting.polkit.add_rule("org.signpost1.refresh", "NO")
    until(lambda: setting.refuse("Refresh").name == DENIED, "a polkitd that knows the rule")
    assert setting.refuse("Refresh", interactive=True).name == DENIED


def test_reading_needs_no_right(setting):
    bus = setting.bus
    assert path_of("record", NAME) in bus.ask("GetRecord", NAME, user=NOBODY)
    assert ADDRESS in bus.ask("Explain", NAME, user=NOBODY)
    assert path_of("record", NAME) in bus.ask("ListRecords", user=NOBODY)
    assert path_of("provider", "home") in bus.ask("ListProviders", user=NOBODY)
    for arguments in (("tree", SERVICE), ("introspect", SERVICE, ROOT), ("get-property", SERVICE, ROOT, MANAGER, "State"),
                      ("call", SERVICE, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
                      ("introspect", SERVICE, path_of("record", NAME)), ("introspect", SERVICE, LOG_CONTROL)):
        done = bus.busctl(*arguments, user=NOBODY)
        assert done.returncode == 0, done.stderr


def test_writing_what_is_read_only_is_no_question_for_polkit(setting):
    monitor = start_monitor(setting.lab, setting.bus)
    after = monitor.position()
    done = setting.bus.busctl("set-property", SERVICE, ROOT, MANAGER, "State", "s", "x", user=NOBODY)
    assert done.returncode != 0
    monitor.position()
    assert monitor.calls("CheckAuthorization", after) == []


# Allowed


def test_a_rule_added_meanwhile_allows(setting):
    for action in ("reload", "refresh", "publish", "set-log-level"):
        setting.allow(action)
    setting.daemon.configure(setting.lab.configuration(ttl=99))
    assert setting.bus.ask("Reload", user=NOBODY) == "()"
    setting.client.wait_for_record(NAME, Ttl=99, State="in-sync")
    setting.server.delete(NAME)
    assert setting.bus.ask("Publish", NAME, "false", user=NOBODY) == "()"
    assert setting.server.values(NAME, "A") == {ADDRESS}
    setting.server.delete(NAME)
    assert setting.bus.ask("Refresh", user=NOBODY) == "()"
    setting.server.wait_for({ADDRESS})
    assert setting.bus.ask("WithdrawInterface", "eth0", user=NOBODY) == "()"
    assert setting.server.values(NAME, "A") == set()
    assert setting.set_level("warning").returncode == 0 and setting.level() == "warning"


def test_one_action_is_not_another(setting):
    setting.allow("refresh")
    assert setting.bus.ask("Refresh", user=NOBODY) == "()"
    assert setting.refuse("Reload").name == INTERACTIVE


def test_an_allowed_caller_still_gets_the_errors(setting):
    setting.allow("publish")
    assert setting.refuse("Publish", "x.example.com", "false").name == NO_SUCH_RECORD
    assert setting.refuse("WithdrawInterface", "eth7").name == "org.signpost1.Error.NoSuchInterface"
    setting.allow("set-log-level")
    assert "no log level" in setting.set_level("loud").stderr


def test_the_callers_flag_reaches_polkit(setting):
    monitor = start_monitor(setting.lab, setting.bus)
    after = monitor.position()
    for interactive in (True, False):
        setting.refuse("Refresh", interactive=interactive)
    monitor.position()
    flags = [message["payload"]["data"][3] for message in monitor.calls("CheckAuthorization", after)]
    assert flags == [1, 0]


def test_root_needs_no_polkit(lab, named):
    setting = Setting(lab, named, polkit=False)
    assert setting.bus.ask("Publish", NAME, "true") == "()"
    assert setting.bus.ask("Refresh") == "()"
    assert setting.set_level("err", None).returncode == 0 and setting.level() == "err"


# The daemon's own user


class OwnUser(Daemon):
    """As the service runs it."""

    @staticmethod
    def _command(*arguments):
        command = Daemon._command(*arguments)
        at = command.index(PROGRAM)
        return (*command[:at], "setpriv", f"--reuid={SIGNPOST}", f"--regid={SIGNPOST}", "--clear-groups", "--", *command[at:])


@pytest.mark.parametrize("owner", [True, False])
def test_the_owner_may_ask_polkit(lab, owner):
    """Without the annotation polkitd answers nobody but root."""
    bus = add_bus(lab).start()
    polkit = Polkit(bus)
    lab.processes.append(polkit)
    if not owner:
        policy = bus.place / "actions" / POLICY.name
        policy.write_text(re.sub("<annotate.*</annotate>", "", policy.read_text()))
    polkit.add_rule("org.signpost1.refresh", "YES")
    polkit.start()
    if not all(folder.stat().st_mode & 1 for folder in PROGRAM.parents):
        pytest.skip("the build lies where only root may go")
    # Where others may go.
    daemon = OwnUser(lab.host, bus.place / "own", bus=bus.address)
    lab.processes.append(daemon)
    os.chown(daemon.state, SIGNPOST, SIGNPOST)
    os.chmod(daemon.notify.directory, 0o755)
    os.chmod(daemon.notify.path, 0o777)
    source = {"from": "interfaces", "interfaces": ["eth*"]}
    daemon.configure({"providers": {"here": {"type": "embedded", "zone": "home.arpa"}},
                      "records": {"host.home.arpa": {"provider": "here", "ipv4": source}},
                      "gateway": {"listen": ["127.0.0.1:5300"]}})
    daemon.start()
    bus.wait_for_owner()
    if owner:
        assert bus.ask("Refresh", user=NOBODY) == "()"
    else:
        with pytest.raises(Refused) as refused:
            bus.ask("Refresh", user=NOBODY)
        assert refused.value.name == DENIED and "polkit does not decide" in refused.value.message
    assert bus.ask("Refresh", user=SIGNPOST) == "()"


# A polkit that is away or slow


def test_without_polkit_the_answer_is_no(lab, named):
    setting = Setting(lab, named, polkit=False)
    begin = time.monotonic()
    for action, member, arguments in PRIVILEGED:
        error = setting.refuse(member, *arguments, interactive=True)
        assert error.name == DENIED and "polkit" in error.message
    assert time.monotonic() - begin < 8


def test_polkit_that_comes_later_is_asked(lab, named):
    setting = Setting(lab, named, polkit=False)
    assert setting.refuse("Refresh").name == DENIED
    setting.polkit = Polkit(setting.bus)
    lab.processes.append(setting.polkit)
    setting.polkit.add_rule("org.signpost1.refresh", "YES")
    setting.polkit.start()
    assert setting.bus.ask("Refresh", user=NOBODY) == "()"


def test_slow_polkit_is_a_no_in_time_and_holds_nothing_up(setting):
    setting.allow("reload")
    with setting.thinking():
        begin = time.monotonic()
        caller = setting.bus.start_asking("Reload", user=NOBODY, interactive=False)
        until(lambda: setting.newest_of(NOBODY), "a caller")
        setting.lab.host.add_address("eth0", "198.51.100.8/24")
        setting.server.wait_for({ADDRESS, "198.51.100.8"})
        assert setting.bus.ask("Publish", NAME, "true") == "()"
        assert caller.poll() is None
        said = caller.communicate(timeout=30)[0]
        assert DENIED in said and "polkit" in said
        assert 9 < time.monotonic() - begin < 14
    assert setting.bus.ask("Reload", user=NOBODY) == "()"


def test_polkit_that_goes_while_it_thinks_is_a_no(setting):
    monitor = start_monitor(setting.lab, setting.bus)
    after = monitor.position()
    setting.polkit.signal(signal.SIGSTOP)
    caller = setting.bus.start_asking("Reload", user=NOBODY)
    until(lambda: monitor.calls("CheckAuthorization", after), "a question to polkit")
    begin = time.monotonic()
    setting.polkit.kill()
    assert DENIED in caller.communicate(timeout=30)[0]
    assert time.monotonic() - begin < 5


def test_callers_that_go_while_polkit_thinks_leave_nothing_behind(setting):
    """Many more than may wait at a time, so that any one that stays would be noticed."""
    monitor = start_monitor(setting.lab, setting.bus)
    with setting.thinking():
        for _ in range(3):
            after = monitor.position()
            callers = [setting.bus.start_asking("Refresh", user=NOBODY) for _ in range(12)]
            until(lambda: len(monitor.calls("CheckAuthorization", after)) == 12, "12 questions to polkit")
            for caller in callers:
                caller.kill()
                caller.communicate()
            until(lambda: len(monitor.calls("CancelCheckAuthorization", after)) == 12, "12 that are taken back")
            monitor.position()
            asked = {message["payload"]["data"][4] for message in monitor.calls("CheckAuthorization", after)}
            cancelled = {message["payload"]["data"][0] for message in monitor.calls("CancelCheckAuthorization", after)}
            assert asked == cancelled and len(asked) == 12
            owner = setting.bus.owner()
            added, removed = ([message for message in monitor.calls(member, after) if message["sender"] == owner]
                              for member in ("AddMatch", "RemoveMatch"))
            assert len(added) == len(removed) == 12
    assert "is allowed to user 65534" not in setting.daemon.log


def test_only_so_many_questions_at_a_time(setting):
    """A caller gets 8, a user 16; root is not kept out by them."""
    monitor = start_monitor(setting.lab, setting.bus)
    after = monitor.position()
    with setting.thinking():
        clients = [DeafClient(setting.bus, NOBODY) for _ in range(4)]
        for client in clients:
            for _ in range(20):
                client.ask(SERVICE, ROOT, MANAGER, "Refresh")

        def refused():
            return [message for message in monitor.messages()[after:]
                    if message.get("error_name") == "org.signpost1.Error.Busy"]

        until(lambda: len(refused()) == 64, lambda: f"64 errors, not {len(refused())}")
        monitor.position()
        assert len(monitor.calls("CheckAuthorization", after)) == 16
        assert setting.bus.ask("Refresh") == "()"
        for client in clients:
            client.close()
        until(lambda: len(monitor.calls("CancelCheckAuthorization", after)) == 16, "16 that are taken back")


def test_what_was_asked_about_is_looked_up_after_polkit_spoke(setting):
    """The record is gone by then."""
    setting.allow("publish")
    monitor = start_monitor(setting.lab, setting.bus)
    after = monitor.position()
    with setting.thinking():
        caller = setting.bus.start_asking("Publish", NAME, "false", user=NOBODY)
        until(lambda: monitor.calls("CheckAuthorization", after), "a question to polkit")
        setting.daemon.configure(setting.lab.configuration({"other.example.com": {}}))
        setting.client.call("Reload")
    assert NO_SUCH_RECORD in caller.communicate(timeout=30)[0]
