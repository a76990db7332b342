# SPDX-License-Identifier: BSD-3-Clause
"""Much at once."""

import signal
import time

from servers import NAME
from wait import until_equal

HANDFUL = 5


def at_most(seconds):
    """How many UPDATEs changes may cost that ip(8) took so long to make. One goes out when the one before is answered,
    which takes milliseconds: a handful when nothing else runs, more on a machine that makes the changes slowly."""
    return HANDFUL + int(seconds * 300)


def many(count, start=0):
    return [f"100.{64 + number // 65536}.{number // 256 % 256}.{number % 256}" for number in range(start, start + count)]


def up_to(limit):
    return {"from": "interfaces", "interfaces": ["eth*"], "limit": limit}


def test_default_limit_is_what_bind_takes(lab, named):
    lab.host.ip_batch([f"address add {address}/32 dev eth0" for address in many(150)])
    lab.start_daemon()
    until_equal(lambda: len(named.values(NAME, "A")), 100, "how many are published")


def test_ten_thousand_addresses(lab, named):
    """DNS gets the thousand that the limit allows; the tables hold all of them."""
    daemon = lab.start_daemon(lab.configuration(ipv4=up_to(1000)))
    before, begin = named.updates, time.monotonic()
    lab.host.ip_batch([f"address add {address}/32 dev eth0" for address in many(10000)])
    seconds = time.monotonic() - begin
    until_equal(lambda: len(named.values(NAME, "A")), 1000, "how many are published", timeout=30)
    # Two more are there: lo's and up0's.
    daemon.wait_for_log("1000 of 10002 ", timeout=5)
    assert named.updates - before <= at_most(seconds)
    assert daemon.log.count("\n") < 10000, "the log is no place for each of ten thousand"
    # And it still follows.
    lab.host.ip("address", "flush", "dev", "eth0", "scope", "global")
    lab.host.add_address("eth0", "198.51.100.7/24")
    named.wait_for({"198.51.100.7"}, timeout=30)


def test_ten_thousand_addresses_at_start(lab, named):
    lab.host.ip_batch([f"address add {address}/32 dev eth0" for address in many(10000)])
    before = named.updates
    lab.start_daemon(lab.configuration(ipv4=up_to(1000)))
    until_equal(lambda: len(named.values(NAME, "A")), 1000, "how many are published", timeout=30)
    assert named.updates - before <= 2


def test_burst_of_a_thousand_changes_is_a_handful_of_updates(lab, server):
    """500 addresses come, 498 of them go again."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    before = server.updates if hasattr(server, "updates") else None
    addresses = many(500)
    lines = [f"address add {address}/32 dev eth0" for address in addresses]
    lines += [f"address del {address}/32 dev eth0" for address in addresses[2:]]
    lines += ["address del 198.51.100.7/24 dev eth0"]
    begin = time.monotonic()
    lab.host.ip_batch(lines)
    seconds = time.monotonic() - begin
    server.wait_for(set(addresses[:2]))
    if before is not None:
        assert server.updates - before <= at_most(seconds)


def test_many_records(lab, server):
    """300 names change together, in few messages."""
    records = {f"n{number}.example.com": {"ipv6": False} for number in range(300)}
    lab.start_daemon(lab.configuration(records))
    before = server.updates if hasattr(server, "updates") else None
    lab.host.add_address("eth0", "198.51.100.7/24")
    for name in records:
        server.wait_for({"198.51.100.7"}, name)
    if before is not None:
        assert server.updates - before <= HANDFUL


def test_overrun_is_made_good(lab, named):
    """The daemon does not read for a while: the kernel's messages are lost, and it has to look again."""
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    named.wait_for({"198.51.100.7"})
    daemon.signal(signal.SIGSTOP)
    addresses = many(5000)
    lab.host.ip_batch([f"address add {address}/32 dev eth0" for address in addresses]
                      + [f"address del {address}/32 dev eth0" for address in addresses[3:]])
    lab.host.remove_address("eth0", "198.51.100.7/24")
    daemon.signal(signal.SIGCONT)
    named.wait_for(set(addresses[:3]))
    lab.host.add_address("eth0", "198.51.100.8/24")
    named.wait_for(set(addresses[:3]) | {"198.51.100.8"})


def test_rrset_that_the_server_finds_too_large_holds_up_nobody_else(lab):
    """BIND takes 100 records of a name and type unless told otherwise (max-records-per-type) and answers SERVFAIL."""
    server = lab.start_server("named", options="max-records-per-type 100;")
    lab.host.ip_batch([f"address add {address}/32 dev eth0" for address in many(150)])
    lab.host.add_address("up0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration({
        "large.example.com": {"ipv4": up_to(1000)},
        "small.example.com": {"ipv4": {"from": "interfaces", "interfaces": ["up*"], "exclude": ["10.0.0.0/8"]}},
    }))
    server.wait_for({"198.51.100.7"}, "small.example.com")
