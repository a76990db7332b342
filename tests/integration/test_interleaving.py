# SPDX-License-Identifier: BSD-3-Clause
"""Messages that arrive late, answers that never arrive, and answers that lie."""

import dns.rcode
import pytest

import relay as relay_module
from relay import Relay, unsigned_answer
from servers import NAME
from wait import until

OTHERS = "203.0.113.99"


@pytest.fixture
def relay(lab, server):
    relay = Relay(lab.server, server)
    lab.processes.append(relay)
    return relay


def configuration(lab, **record):
    return lab.configuration(provider={"server": relay_module.ADDRESS, "timeout": 3, "verify": 10}, **record)


def left_of(server, ownership):
    """In shared mode somebody else has a value there."""
    if ownership == "exclusive":
        return set()
    server.add(OTHERS)
    return {OTHERS}


@pytest.mark.parametrize("ownership", ["exclusive", "shared"])
def test_edit_while_the_update_is_on_its_way(lab, server, relay, ownership):
    lab.host.add_address("eth0", "198.51.100.1/24")
    daemon = lab.start_daemon(configuration(lab, ownership=ownership))
    server.wait_for({"198.51.100.1"})
    relay.hold_updates = 1
    lab.host.add_address("eth0", "198.51.100.2/24")
    relay.wait_for_held()
    server.add(OTHERS)
    relay.release()
    server.wait_for({"198.51.100.1", "198.51.100.2"} | ({OTHERS} if ownership == "shared" else set()))
    daemon.wait_for_log("not what we expected")


@pytest.mark.parametrize("ownership", ["exclusive", "shared"])
def test_update_whose_answer_is_lost_is_ours_all_the_same(lab, server, relay, ownership):
    """It is sent again, and the server says that the prerequisite does not hold any more: because we did it."""
    left = left_of(server, ownership)
    daemon = lab.start_daemon(configuration(lab, ownership=ownership))
    relay.lose_answers = 1
    lab.host.add_address("eth0", "198.51.100.1/24")
    server.wait_for({"198.51.100.1"} | left)
    lab.host.add_address("eth0", "198.51.100.2/24")
    lab.host.remove_address("eth0", "198.51.100.1/24")
    server.wait_for({"198.51.100.2"} | left)
    lab.host.remove_address("eth0", "198.51.100.2/24")
    server.wait_for(left)
    assert daemon.running


@pytest.mark.parametrize("ownership", ["exclusive", "shared"])
@pytest.mark.parametrize("then", ["nothing to write", "a write on the way", "nothing left"])
def test_update_that_arrives_after_a_restart_leaves_nothing_behind(lab, server, relay, ownership, then):
    """kill -9 right after sending; the network delivers only when the next daemon has looked already."""
    left = left_of(server, ownership)
    keep = set() if then == "nothing left" else {"198.51.100.1"}
    for address in keep:
        lab.host.add_address("eth0", address + "/24")
    daemon = lab.start_daemon(configuration(lab, ownership=ownership))
    server.wait_for(keep | left)
    relay.hold_updates = 1
    lab.host.add_address("eth0", "198.51.100.2/24")
    relay.wait_for_held()
    daemon.kill()
    lab.host.remove_address("eth0", "198.51.100.2/24")
    if then == "a write on the way":
        lab.host.add_address("eth0", "198.51.100.3/24")
        keep.add("198.51.100.3")
        relay.hold_updates = 1
        daemon.start()
        relay.wait_for_held(2)
    else:
        after = len(daemon.notify.messages)
        daemon.start()
        until(lambda: any(line.startswith("STATUS=") and " 0 pending" in line for line in daemon.notify.lines(after)),
              "the second daemon to be content")
    relay.release()
    # "verify" looks after 10 s at the latest.
    server.wait_for(keep | left, timeout=20)
    until(lambda: relay.held == [], "nothing held")
    assert server.values(NAME, "A") == keep | left


@pytest.mark.parametrize("ownership", ["exclusive", "shared"])
def test_update_that_arrives_after_its_time_out_leaves_nothing_behind(lab, server, relay, ownership):
    """The same within one life of the daemon: it gave the write up, looked, and decided otherwise."""
    left = left_of(server, ownership)
    lab.host.add_address("eth0", "198.51.100.1/24")
    daemon = lab.start_daemon(configuration(lab, ownership=ownership))
    server.wait_for({"198.51.100.1"} | left)
    relay.hold_updates = 100
    lab.host.add_address("eth0", "198.51.100.2/24")
    relay.wait_for_held()
    lab.host.remove_address("eth0", "198.51.100.2/24")
    daemon.wait_for_log("does not answer")
    relay.hold_updates = 0
    after = len(daemon.notify.messages)
    until(lambda: any(" 0 pending, 0 retrying" in line for line in daemon.notify.lines(after)), "peace")
    relay.release()
    server.wait_for({"198.51.100.1"} | left, timeout=20)


def test_unsigned_success_is_not_believed(lab, server, relay):
    relay.lie, relay.swallow = unsigned_answer(dns.rcode.NOERROR), True
    lab.host.add_address("eth0", "198.51.100.1/24")
    daemon = lab.start_daemon(configuration(lab))
    until(lambda: relay.updates, "an UPDATE")
    # It ends the wait at the latest with the time-out: then the truth is told again.
    daemon.wait_for_log("signature|signed|does not answer")
    assert "published 198.51.100.1" not in daemon.log
    assert server.values(NAME, "A") == set()


@pytest.mark.parametrize("rcode", ["REFUSED", "SERVFAIL", "NOTAUTH", "NXRRSET"])
def test_unsigned_failure_before_the_true_answer_does_no_harm(lab, server, relay, rcode):
    relay.lie = unsigned_answer(dns.rcode.from_text(rcode))
    lab.host.add_address("eth0", "198.51.100.1/24")
    daemon = lab.start_daemon(configuration(lab))
    server.wait_for({"198.51.100.1"})
    daemon.wait_for_log("published 198.51.100.1")
    assert "parked" not in daemon.log


def test_answers_to_other_questions_are_ignored(lab, server, relay):
    """The ID is wrong: a guess, or an old answer."""
    def wrong_id(wire):
        good = unsigned_answer(dns.rcode.REFUSED)(wire)
        return bytes([good[0] ^ 1]) + good[1:]

    relay.lie = wrong_id
    lab.host.add_address("eth0", "198.51.100.1/24")
    daemon = lab.start_daemon(configuration(lab))
    server.wait_for({"198.51.100.1"})
    daemon.wait_for_log("published 198.51.100.1")
    assert "REFUSED" not in daemon.log
