# SPDX-License-Identifier: BSD-3-Clause
"""What signpostctl has done by the daemon, who may, and what it says when something does not work."""

import json
import re
import signal
import subprocess
import time

import pytest

from bus import NOBODY, Polkit, add_bus
from ctl import (ADDRESS, NOT_RUNNING, OTHER, Ctl, Setting, Terminal, bus, environment, nobody, root, row, setting,
                 trouble)
from servers import NAME
from wait import until

LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]

# What it has done


def test_publish_says_what_is_published(setting, root):
    assert root.says("publish", NAME) == f"{NAME}: published {ADDRESS}\n"
    assert root.says("publish") == f"{NAME}: published {ADDRESS}\n{OTHER}: published {ADDRESS}\n"


def test_publish_repairs_and_force_writes_again(setting, root):
    setting.server.delete(NAME)
    root.says("publish", NAME)
    assert setting.server.values(NAME, "A") == {ADDRESS}
    before = setting.server.updates
    root.says("publish", NAME)
    assert setting.server.updates == before, "it was there"
    root.says("publish", NAME, "--force")
    assert setting.server.updates > before


def test_publish_of_nothing_says_so(setting, root):
    setting.lab.host.remove_address("eth0", ADDRESS + "/24")
    setting.client.wait_for_record(NAME, State="in-sync", Published=[])
    said = f"{NAME}: nothing is published; `signpostctl explain {NAME}` says why\n"
    assert root.says("publish", NAME) == said
    setting.lab.host.add_address("eth0", ADDRESS + "/24")
    setting.client.wait_for_record(NAME, State="in-sync", Published=[ADDRESS])
    root.says("withdraw", "eth0")
    assert root.says("publish", NAME) == said
    assert re.search(rf"{ADDRESS} .*(withdrawn|go down)", root.says("explain", NAME))


def test_publish_that_fails_says_which_and_why(trouble, root):
    said = root.fails("publish", "x.example.org")
    assert re.fullmatch(r"signpostctl: x\.example\.org \(A\) is parked: .*REFUSED.*\n", said)
    lines = root.fails("publish").split("\n")
    assert lines[0] == "signpostctl: this did not reach DNS:"
    assert {line.split()[0] for line in lines[1:] if line} == {"x.example.org", "a.example.net", "b.example.net"}


def test_refresh_looks_again(setting, root):
    setting.server.delete(NAME)
    assert root.says("refresh") == "signpostd reads addresses and DNS again\n"
    setting.server.wait_for({ADDRESS})


def test_refresh_leaves_what_is_parked(trouble, root):
    """Only who may publish has a server asked again that has refused."""
    before = trouble.client.record("x.example.org")
    trouble.server.delete(NAME)
    root.says("refresh")
    trouble.server.wait_for({ADDRESS})
    assert trouble.client.record("x.example.org") == before
    root.fails("publish", "x.example.org")
    assert trouble.client.record("x.example.org")["NextRetry"] != before["NextRetry"]


def test_reload_takes_the_new_configuration(setting, root):
    setting.daemon.configure(setting.lab.configuration({NAME: {"ttl": 300}}))
    assert root.says("reload") == "the configuration was read again and is in force\n"
    assert row(root.says("list"), NAME)[3] == "300"


def test_reload_of_a_bad_configuration_says_every_mistake(setting, root):
    setting.daemon.configure(setting.lab.configuration({NAME: {"ttl": -1}, OTHER: {"colour": "blue"}}))
    lines = root.fails("reload").split("\n")
    assert lines[0] == "signpostctl: the configuration is bad, and the one before it stays in force:"
    assert len(lines) == 4 and all(str(setting.daemon.configuration) in line for line in lines[1:3])
    assert f"records/{NAME}/ttl" in lines[1] + lines[2] and "colour" in lines[1] + lines[2]


def test_log_level_is_shown_and_set(setting, root):
    assert root.says("log-level") == "debug\n"
    for level in LEVELS:
        assert root.says("log-level", level) == level + "\n"
    assert root.says("log-level", "warn") == "warning\n"
    assert root.says("log-level") == "warning\n"
    assert json.loads(root.says("log-level", "info", "--json")) == {"log_level": "info"}


def test_withdrawn_interface_is_out_of_dns(setting, root):
    assert root.says("withdraw", "eth0") == "eth0: its addresses are no longer published\n"
    assert setting.server.values(NAME, "A") == set()
    assert root.fails("withdraw", "eth7") == 'signpostctl: this host has no network interface "eth7"\n'


def test_withdrawing_ends_in_time(lab, bus, named, root):
    setting = Setting(lab, bus, named, lab.configuration(provider={"timeout": 60}))
    named.process.signal(signal.SIGSTOP)
    try:
        begin = time.monotonic()
        assert root.fails("withdraw", "eth0", "--timeout", "0.7") == \
            "signpostctl: not done within 0.7 s; signpostd goes on with it\n"
        assert 0.6 < time.monotonic() - begin < 5
    finally:
        named.process.signal(signal.SIGCONT)
    setting.client.wait_for_record(NAME, State="in-sync", Published=[])


@pytest.mark.parametrize("who", ["signpostd", "bus"])
def test_withdrawing_ends_in_time_though_nobody_answers(setting, root, who):
    """Not the daemon, or not even the bus, which lets nobody in."""
    process = setting.daemon if who == "signpostd" else setting.bus
    process.signal(signal.SIGSTOP)
    try:
        begin = time.monotonic()
        said = root.fails("withdraw", "eth0", "--timeout=1")
        assert 0.9 < time.monotonic() - begin < 5
    finally:
        process.signal(signal.SIGCONT)
    assert ("not done within 1 s" if who == "signpostd" else "the system bus does not answer") in said


# Who may


def test_everybody_may_look(setting, nobody, root):
    for arguments in (["list"], ["explain", NAME], ["log-level"]):
        assert nobody.says(*arguments) == root.says(*arguments)
    assert NAME in nobody.says()


@pytest.mark.parametrize("arguments, action, doing", [
    (["publish", NAME], "publish", "publish records"),
    (["refresh"], "refresh", "let signpostd look again"),
    (["reload"], "reload", "reload the configuration"),
    (["log-level", "err"], "set-log-level", "set the log level"),
    (["withdraw", "eth0"], "publish", "withdraw addresses"),
])
def test_who_may_not_is_told_what_would_help(setting, lab, nobody, arguments, action, doing):
    polkit = Polkit(setting.bus)
    lab.processes.append(polkit)
    polkit.start()
    why, advice = ("there is nobody to ask here", "Run it at a terminal, where you are asked.")
    if arguments[0] == "withdraw":
        why, advice = ("this command never asks for it", "Run it as root.")
    assert nobody.fails(*arguments) == (
        f"signpostctl: you may {doing} only after authentication, and {why}\n{advice}\n"
        f"Root may, and so may those whom polkit's rules allow org.signpost1.{action} (see polkit(8)).\n")
    polkit.add_rule(f"org.signpost1.{action}", "NO")
    until(lambda: nobody.run(*arguments).stderr.startswith(f"signpostctl: you may not {doing}: "), "the rule")
    assert f"org.signpost1.{action} (see polkit(8))" in nobody.fails(*arguments)
    polkit.add_rule(f"org.signpost1.{action}", "YES")
    until(lambda: nobody.run(*arguments).returncode == 0, "the rule")


def test_who_is_at_a_terminal_is_asked(setting, lab, nobody):
    polkit = Polkit(setting.bus)
    lab.processes.append(polkit)
    polkit.start()
    with Terminal(nobody.command("reload"), environment(setting.bus.address)) as terminal:
        terminal.wait_for("Password: ")
        assert "AUTHENTICATING FOR org.signpost1.reload" in terminal.text
        terminal.type("\x03")
        assert terminal.wait() == -signal.SIGINT
    with Terminal(nobody.command("withdraw", "eth0"), environment(setting.bus.address)) as terminal:
        assert terminal.wait() == 1, "a hook is never asked"
        assert "Password" not in terminal.text and "\nRun it as root.\n" in terminal.text


def test_root_is_never_asked(setting, root):
    assert root.shows("publish", NAME) == f"{NAME}: published {ADDRESS}\n"


def test_a_bus_that_lets_nobody_speak_to_the_daemon_is_named(lab, named):
    bus = add_bus(lab, policy='<policy user="root"><allow own="org.signpost1"/></policy>').start()
    lab.start_daemon(bus=bus.address)
    bus.wait_for_owner()
    assert "you may not talk to signpostd" in Ctl(bus.address, NOBODY).fails()


# What does not work


@pytest.mark.parametrize("arguments", [[], ["list"], ["explain"], ["publish"], ["refresh"], ["reload"], ["log-level"],
                                       ["withdraw", "eth0"], ["status", "--json"], ["list", "a"], ["failover", "a", "b"],
                                       ["failback", "a"], ["drain", "a", "b"], ["auto", "a", "b"], ["check", "a"]])
def test_daemon_that_is_away_is_told_from_a_bus_that_is(bus, root, arguments):
    assert root.fails(*arguments) == NOT_RUNNING
    bus.kill()
    said = root.fails(*arguments)
    assert said.startswith(f"signpostctl: cannot connect to the system bus (unix:path={bus.socket}): ")
    assert said.endswith("\nsignpostctl reaches signpostd over D-Bus: is dbus running?\n")


def test_no_daemon_is_started(lab, root, bus):
    """The installed service file would let the bus do that."""
    services = bus.place / "services"
    services.mkdir()
    trace = bus.place / "started"
    (services / "org.signpost1.service").write_text(
        f"[D-BUS Service]\nName=org.signpost1\nUser=root\nExec=/bin/touch {trace}\n")
    configuration = bus.place / "bus.conf"
    configuration.write_text(configuration.read_text().replace(
        "</busconfig>", f"<servicedir>{services}</servicedir></busconfig>"))
    bus.kill()
    bus.start()
    for command in ("status", "publish", "refresh", "reload", "log-level"):
        assert root.fails(command) == NOT_RUNNING
    assert not trace.exists()


def test_unknown_record_is_answered_with_the_nearest(setting, root):
    for command in ("explain", "publish"):
        lines = root.fails(command, "hots.example.com").split("\n")
        assert lines[0].startswith('signpostctl: no record "hots.example.com"')
        assert NAME in lines[0] and OTHER in lines[0]
        assert lines[1] == f"Did you mean {NAME}?"
    assert root.fails("explain", "nas").split("\n")[1] == f"Did you mean {OTHER}?"
    assert "Did you mean" not in root.fails("explain", "www.somewhere.example")


def test_name_that_is_none_is_wrong_usage(setting, root):
    assert "empty label" in root.fails("explain", "a..b", status=2)


@pytest.mark.parametrize("arguments, said", [
    (["sattus"], "no command 'sattus': did you mean 'status'?"),
    (["fly"], "no command 'fly'"),
    (["refresh", "all"], "'refresh' takes no argument, not 'all' too"),
    (["list", "a", "b"], "'list' takes one argument, not 'b' too"),
    (["drain", "a"], "'drain' needs two arguments: POOL MEMBER"),
    (["drain", "a", "b", "c"], "'drain' takes two arguments, not 'c' too"),
    (["check"], "'check' needs an argument: POOL [MEMBER]"),
    (["failover", "a", ""], "the second argument of 'failover' is empty"),
    (["drain", "a", "b", "--for", "soon"], "--for takes a time like 90s, 30m, 1h30m or 2d, at most 3650 days, not 'soon'"),
    (["auto", "a", "b", "--for", "1h"], "'auto' takes no --for"),
    (["failback", "a", "--force"], "'failback' takes no --force"),
    (["publish", "a", "b"], "'publish' takes one argument, not 'b' too"),
    (["withdraw"], "'withdraw' needs an argument: INTERFACE"),
    (["publish", ""], "the argument of 'publish' is empty"),
    (["refresh", "--json"], "'refresh' takes no --json"),
    (["list", "--color=blue"], "--color takes auto, always or never, not 'blue'"),
    (["withdraw", "eth0", "--timeout=soon"], "--timeout takes seconds"),
    (["--bogus"], "unrecognized option '--bogus'"),
    (["li\033st"], "no command 'li\\x1bst'"),
])
def test_wrong_usage_is_2(arguments, said):
    text = Ctl("unix:path=/nonexistent").fails(*arguments, status=2)
    assert said in text and text.endswith("Try 'signpostctl --help'.\n")


def test_wrong_log_level_is_wrong_usage(setting, root):
    said = root.fails("log-level", "loud", status=2)
    assert '"loud"' in said and all(level in said for level in LEVELS)


def test_help_and_version_need_nobody():
    nowhere = Ctl("unix:path=/nonexistent")
    assert nowhere.says("--version").startswith("signpostctl ")
    text = nowhere.says("--help")
    for command in ("status", "list", "explain", "publish", "failover", "failback", "drain", "maintenance", "up", "down", "auto",
                    "check", "refresh", "reload", "monitor", "log-level", "withdraw"):
        assert re.search(rf"^  {command} ", text, re.MULTILINE)
        assert nowhere.says(command, "--help") == text
    assert max(map(len, text.split("\n"))) <= 80


def test_daemon_that_dies_under_a_call_is_named(setting, root):
    setting.server.process.signal(signal.SIGSTOP)
    try:
        process = subprocess.Popen(root.command("publish", NAME, "--force"), env=environment(setting.bus.address),
                                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        setting.client.wait_for_record(NAME, State="pending")
        setting.daemon.kill()
        said = process.communicate(timeout=30)[1]
    finally:
        setting.server.process.signal(signal.SIGCONT)
    assert process.returncode == 1
    assert said == "signpostctl: signpostd went away before it answered\n`journalctl -u signpostd` may say why.\n"


def test_output_that_cannot_be_written_is_a_failure(setting, root):
    for arguments in (["list"], ["monitor"], ["--help"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(root.command(*arguments), env=environment(setting.bus.address),
                                  stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
        assert (done.returncode, done.stderr) == (1, "signpostctl: cannot write the output: No space left on device\n")
