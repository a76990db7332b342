# SPDX-License-Identifier: BSD-3-Clause
"""sd_notify(3): what systemd is told."""

import re
import signal
import time

from wait import until


def test_ready_and_status(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    assert "READY=1" in daemon.notify.lines()
    daemon.notify.wait_for("STATUS=")


def test_ready_does_not_wait_for_the_server(lab):
    lab.host.add_address("eth0", "198.51.100.7/24")
    begin = time.monotonic()
    lab.start_daemon()
    assert time.monotonic() - begin < 2


def test_status_says_what_is_wrong(lab):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(lab.configuration(provider={"timeout": 0.5}))
    until(lambda: any(re.match(r"STATUS=.*\b[1-9]\d* retrying", line) for line in daemon.notify.lines()),
          lambda: f"a status that says so, only {daemon.notify.lines()}")


def test_reloading_with_the_time(lab, named):
    daemon = lab.start_daemon()
    for good in (True, False):
        daemon.configure(lab.configuration() if good else "{")
        after = len(daemon.notify.messages)
        before_usec = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        daemon.reload()
        daemon.notify.wait_for("READY=1", after)
        lines = daemon.notify.lines(after)
        stamps = [int(line.split("=")[1]) for line in lines if line.startswith("MONOTONIC_USEC=")]
        assert "RELOADING=1" in lines
        assert lines.index("RELOADING=1") < lines.index("READY=1")
        assert stamps and before_usec <= stamps[0] <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def test_watchdog(lab, named):
    daemon = lab.start_daemon(env={"WATCHDOG_USEC": "1000000"})
    until(lambda: daemon.notify.lines().count("WATCHDOG=1") >= 3, "three signs of life")


def test_no_watchdog_unasked(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    named.wait_for({"198.51.100.7"})
    daemon.stop()
    assert "WATCHDOG=1" not in daemon.notify.lines()


def test_stopping(lab, named):
    daemon = lab.start_daemon()
    daemon.stop()
    assert "STOPPING=1" in daemon.notify.lines()


def test_sigint_stops_too(lab, named):
    daemon = lab.start_daemon()
    daemon.signal(signal.SIGINT)
    assert daemon.wait() == 0
