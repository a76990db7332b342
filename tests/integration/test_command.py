# SPDX-License-Identifier: BSD-3-Clause
"""Options, exit status, and SIGHUP."""

import json
import os
import subprocess

import pytest

from conftest import HOST
from daemon import PROGRAM
from servers import NAME, Asker
from wait import until_equal


def signpostd(*arguments):
    env = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    return subprocess.run([PROGRAM, *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)


def test_help_and_version():
    done = signpostd("--help")
    assert done.returncode == 0
    for option in ("--config", "--check", "--once", "--force", "--dry-run", "--version", "--help"):
        assert option in done.stdout
    assert signpostd("--version").stdout.startswith("signpost")


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["argument"], ["--config"], ["--once", "--check", "more"]])
def test_usage_errors(arguments):
    done = signpostd(*arguments)
    assert done.returncode == 2
    assert done.stderr and not done.stdout


def test_check_of_a_good_configuration(lab):
    done = lab.make_daemon().run("--check")
    assert done.returncode == 0, done.stderr


def test_check_lists_every_error_with_its_place(lab):
    configuration = lab.configuration({NAME: {"ttl": "abc", "ipv5": True}, "other.example.org": {"provider": "gone"}})
    configuration["provders"] = {}
    daemon = lab.make_daemon(configuration)
    done = daemon.run("--check")
    said = done.stdout + done.stderr
    assert done.returncode == 78
    assert f"records/{NAME}/ttl" in said and "abc" in said
    assert "ipv5" in said and "ipv4" in said  # the nearest known key as a hint
    assert "provders" in said and "providers" in said
    assert "gone" in said
    assert said.count(str(daemon.configuration)) >= 4


def test_check_says_line_and_column_of_bad_syntax(lab):
    daemon = lab.make_daemon('{\n  "records": {\n    "a": }\n}\n')
    done = daemon.run("--check")
    assert done.returncode == 78
    assert f"{daemon.configuration}:3:" in done.stdout + done.stderr


def test_bad_configuration_at_start_is_78(lab):
    assert lab.make_daemon('{ "records": 7 }').run().returncode == 78


def test_missing_configuration_that_was_named_is_78(lab):
    daemon = lab.make_daemon()
    daemon.configuration.unlink()
    assert daemon.run().returncode == 78


def test_secret_that_others_can_read_is_refused(lab):
    daemon = lab.make_daemon()
    (daemon.etc / "update.secret").chmod(0o644)
    done = daemon.run("--check")
    assert done.returncode == 78
    assert "update.secret" in done.stderr + done.stdout
    assert lab.key.secret not in done.stderr + done.stdout


def test_comments_and_conf_d(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon("// a comment\n/* another */\n" + json.dumps(lab.configuration()))
    more = lab.configuration({"more.example.com": {}})
    (daemon.etc / "conf.d").mkdir()
    (daemon.etc / "conf.d" / "10-more.json").write_text(json.dumps({"records": more["records"]}))
    daemon.start()
    named.wait_for({"198.51.100.7"})
    named.wait_for({"198.51.100.7"}, "more.example.com")


def test_entry_that_stands_twice_is_an_error(lab):
    daemon = lab.make_daemon()
    (daemon.etc / "conf.d").mkdir()
    (daemon.etc / "conf.d" / "10-more.json").write_text(json.dumps({"records": lab.configuration()["records"]}))
    done = daemon.run("--check")
    assert done.returncode == 78
    assert NAME in done.stderr + done.stdout and "10-more.json" in done.stderr + done.stdout


def test_host_name_in_names(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration({"%l.example.com": {}, "full.%H": {}}), hostname="box7.example.com")
    named.wait_for({"198.51.100.7"}, "box7.example.com")
    named.wait_for({"198.51.100.7"}, "full.box7.example.com")


# --once, --dry-run, --force


def test_once_publishes_and_is_0(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    done = lab.make_daemon().run("--once")
    assert done.returncode == 0, done.stderr
    assert server.values(NAME, "A") == {"198.51.100.7"}


def test_once_with_nothing_to_do_is_0_and_writes_nothing(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon()
    assert daemon.run("--once").returncode == 0
    updates = named.updates
    assert daemon.run("--once").returncode == 0
    assert named.updates == updates


def test_once_is_1_when_dns_has_it_not(lab):
    """No server at all."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    done = lab.make_daemon(lab.configuration(provider={"timeout": 0.5})).run("--once")
    assert done.returncode == 1
    assert done.stderr


def test_once_is_1_when_refused(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.key.name = "stranger."
    done = lab.make_daemon().run("--once")
    assert done.returncode == 1
    assert "BADKEY" in done.stderr


def test_once_withdraws_what_is_gone(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon(lab.configuration(ownership="shared", withdraw_delay=1))
    assert daemon.run("--once").returncode == 0
    lab.host.remove_address("eth0", "198.51.100.7/24")
    assert daemon.run("--once").returncode == 0
    assert named.values(NAME, "A") == set()


def test_dry_run_prints_the_change_and_sends_nothing(lab, named):
    named.add("203.0.113.99")
    updates = named.updates
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "169.254.9.9/16")
    done = lab.make_daemon().run("--once", "--dry-run")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "198.51.100.7" in said and NAME in said and "203.0.113.99" in said
    assert "169.254.9.9" in said and "link-local" in said  # each address with its reason
    assert named.updates == updates
    assert named.values(NAME, "A") == {"203.0.113.99"}


def test_dry_run_of_a_provider(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(provider={"dry_run": True}))
    daemon.wait_for_log(r"would[^\n]*198\.51\.100\.7")
    assert named.updates == 0


def test_force_forgets_what_was_published(lab, named):
    """It writes although the state says that all is well."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon()
    assert daemon.run("--once").returncode == 0
    updates = named.updates
    assert daemon.run("--once", "--force").returncode == 0
    assert named.updates > updates
    assert named.values(NAME, "A") == {"198.51.100.7"}


# SIGHUP


def test_reload_of_a_good_configuration(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    daemon.configure(lab.configuration({NAME: {"ttl": 33}, "second.example.com": {}}))
    daemon.reload()
    server.wait_for({"198.51.100.7"}, "second.example.com")
    until_equal(lambda: server.rrset(NAME, "A").ttl, 33, "the TTL")


def test_reload_of_a_bad_configuration_leaves_the_old_one(lab, named):
    daemon = lab.start_daemon()
    daemon.configure('{ "records": { "host.example.com": { "ttl": -1, "colour": "red" } } }')
    position = daemon.log_position()
    daemon.reload()
    daemon.wait_for_log("colour", position)
    assert "ttl" in daemon.log[position:]
    lab.host.add_address("eth0", "198.51.100.7/24")
    named.wait_for({"198.51.100.7"})
    # And a good one is taken after that.
    daemon.configure(lab.configuration({"second.example.com": {}}))
    daemon.reload()
    named.wait_for({"198.51.100.7"}, "second.example.com")


def test_reload_under_fire(lab, named):
    """Reloads while changes are on their way lose none of them."""
    daemon = lab.start_daemon()
    for number in range(1, 30):
        lab.host.add_address("eth0", f"198.51.100.{number}/24")
        daemon.reload()
    named.wait_for({f"198.51.100.{number}" for number in range(1, 30)})
    lab.host.ip("address", "flush", "dev", "eth0", "scope", "global")
    daemon.reload()
    named.wait_for(set())


def test_reload_with_a_new_secret(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon()
    daemon.write_secret("update.secret", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    daemon.start()
    daemon.wait_for_log("BADSIG")
    daemon.write_secret("update.secret", lab.key.secret)
    daemon.reload()
    named.wait_for({"198.51.100.7"})


def test_nothing_configured_publishes_this_host(lab):
    """The embedded zone home.arpa on 127.0.0.1 port 5300, from all interfaces."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon(hostname="box7")
    daemon.start(configured=False)
    asker = Asker(lab.host, "127.0.0.1", 5300)
    daemon.wait_for_log("198\\.51\\.100\\.7")
    asker.wait_for({"198.51.100.7", HOST}, "box7.home.arpa")
    assert "5300" in daemon.log
