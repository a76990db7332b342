# SPDX-License-Identifier: BSD-3-Clause
"""What is ours survives whatever ends the daemon, and a disk that does not help."""

import random
import time

import pytest

from servers import NAME
from wait import until, until_equal

FOREIGN = "203.0.113.99"


def state_files(daemon):
    return [path for path in daemon.state.iterdir() if path.is_file()]


def test_what_left_while_the_daemon_was_dead_is_withdrawn(lab, server):
    server.add(FOREIGN)
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(ownership="shared"))
    server.wait_for({FOREIGN, "198.51.100.7"})
    daemon.kill()
    lab.host.remove_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "198.51.100.8/24")
    daemon.start()
    server.wait_for({FOREIGN, "198.51.100.8"})


@pytest.mark.parametrize("kind,ownership,rounds", [("named", "shared", 25), ("named", "exclusive", 15),
                                                   ("knotd", "shared", 12)])
def test_killed_at_any_point(lab, kind, ownership, rounds):
    """kill -9 while it works, again and again: nothing foreign goes, nothing of ours is left behind."""
    server = lab.start_server(kind)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    if ownership == "shared":
        server.add(FOREIGN)
    daemon = lab.make_daemon(lab.configuration(ownership=ownership, withdraw_delay=0, ipv6=False))
    here = set()
    for _ in range(rounds):
        daemon.start(wait=False)
        end = time.monotonic() + chance.uniform(0, 0.12)
        while time.monotonic() < end:
            address = f"198.51.100.{chance.randrange(1, 9)}"
            if address in here:
                lab.host.remove_address("eth0", address + "/24")
            else:
                lab.host.add_address("eth0", address + "/24")
            here ^= {address}
        daemon.kill()
    daemon.start()
    server.wait_for(here | ({FOREIGN} if ownership == "shared" else set()))
    lab.host.ip("address", "flush", "dev", "eth0", "scope", "global")
    server.wait_for({FOREIGN} if ownership == "shared" else set())


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty"])
def test_damaged_state_file_is_set_aside_and_said(lab, named, damage):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    named.wait_for({"198.51.100.7"})
    daemon.stop()
    files = state_files(daemon)
    assert files
    for path in files:
        content = path.read_bytes()
        path.write_bytes({"cut": content[:len(content) // 2], "garbage": b"\0\xff{" * 50, "empty": b""}[damage])
    lab.host.add_address("eth0", "198.51.100.8/24")
    position = daemon.log_position()
    daemon.start()
    named.wait_for({"198.51.100.7", "198.51.100.8"})
    daemon.wait_for_log("damaged", position)
    assert [path for path in daemon.state.iterdir() if ".damaged-" in path.name]


def test_full_disk(lab, named):
    """Publishing goes on; it is said once; and the state is written when there is room again."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(full_disk=True)
    named.wait_for({"198.51.100.7"})
    daemon.wait_for_log("no space left")
    lab.host.add_address("eth0", "198.51.100.8/24")
    named.wait_for({"198.51.100.7", "198.51.100.8"})
    assert daemon.log.lower().count("no space left") == 1
    daemon.inside(daemon.state / "filler").unlink()
    lab.host.add_address("eth0", "198.51.100.9/24")
    named.wait_for({"198.51.100.7", "198.51.100.8", "198.51.100.9"})

    def saved():
        texts = [path.read_text() for path in daemon.inside(daemon.state).iterdir()]
        return any("198.51.100.9" in text for text in texts)

    until(saved, "the state on the disk")


def test_state_directory_that_cannot_be_written(lab, named):
    """As full_disk, but nothing at all can be made there."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon()
    daemon.state.rmdir()
    daemon.state.write_text("not a directory\n")
    daemon.start()
    named.wait_for({"198.51.100.7"})


def test_state_of_a_record_that_left_the_configuration(lab, named):
    """What was published for it is withdrawn, or at least nothing else is touched and it is said."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration({NAME: {}, "old.example.com": {}}))
    named.wait_for({"198.51.100.7"}, "old.example.com")
    named.wait_for({"198.51.100.7"})
    daemon.configure(lab.configuration())
    daemon.reload()
    lab.host.add_address("eth0", "198.51.100.8/24")
    named.wait_for({"198.51.100.7", "198.51.100.8"})
    assert daemon.running


def test_unknown_facts_withdraw_nothing(lab, named):
    """A restart reads the state before the kernel: between the two nothing may go."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(withdraw_delay=0))
    named.wait_for({"198.51.100.7"})
    serial = named.serial()
    for _ in range(3):
        daemon.stop()
        daemon.start()
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    named.wait_for({"2001:db8:1::7"}, rrtype="AAAA")
    until_equal(named.serial, serial + 1, "the serial")


def test_second_daemon_with_the_same_state_is_refused(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    named.wait_for({"198.51.100.7"})
    done = daemon.run("--once")
    assert done.returncode == 1
    assert str(daemon.state) in done.stderr
    assert daemon.running
