# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for events: a condition is polled until it holds or a deadline passes. Nothing here sleeps for a time that
somebody guessed."""

import time

POLL_SECONDS = 0.02


def until(condition, what, timeout=15):
    """Returns the first true value of condition(); fails with what was wanted and what there was."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what() if callable(what) else what}")
        time.sleep(POLL_SECONDS)


def until_equal(read, wanted, what, timeout=15):
    """Waits for read() to give what is wanted."""
    last = [None]

    def same():
        last[0] = read()
        return last[0] == wanted

    until(same, lambda: f"{what} is {show(last[0])}, not {show(wanted)}", timeout)


def show(value):
    if isinstance(value, (set, frozenset)):
        some = sorted(map(str, value))
        return "{" + ", ".join(some[:8]) + (f", … {len(some)} in all" if len(some) > 8 else "") + "}"
    return repr(value)
