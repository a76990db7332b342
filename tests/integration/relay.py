# SPDX-License-Identifier: BSD-3-Clause
"""A man in the middle for DNS over UDP: holds messages back, loses answers, and tells lies."""

import selectors
import socket
import threading

import dns.flags
import dns.message
import dns.opcode

from servers import connect
from wait import until

ADDRESS = "10.53.0.5"


def is_update(wire):
    return len(wire) > 2 and (wire[2] >> 3) & 0xf == dns.opcode.UPDATE


class Relay:
    """Passes datagrams between its own address and the server's."""

    name = "relay"

    def __init__(self, namespace, server):
        self.namespace, self.server = namespace, server
        namespace.add_address("lo", ADDRESS + "/32")
        self.front = namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind((ADDRESS, 53))
        self._lock = threading.Lock()
        self.hold_updates = 0  # how many of the next UPDATEs to keep
        self.held = []
        self.lose_answers = 0  # of how many of the next UPDATEs the answer is lost
        self.lie = None        # bytes -> bytes to send at once for an UPDATE, or None
        self.swallow = False   # with a lie: do not pass the UPDATE on
        self.updates = 0
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.front, selectors.EVENT_READ)
        self._end, self._wake = socket.socketpair()
        self._selector.register(self._end, selectors.EVENT_READ)
        self._clients = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._end:
                    return
                with self._lock:
                    if key.fileobj is self.front:
                        self._request(*self.front.recvfrom(65535))
                    else:
                        self._answer(key.fileobj)

    def _request(self, wire, client):
        if is_update(wire):
            self.updates += 1
            if self.lie:
                self.front.sendto(self.lie(wire), client)
                if self.swallow:
                    return
            if self.hold_updates:
                self.hold_updates -= 1
                self.held.append((wire, client))
                return
        self._pass_on(wire, client)

    def _pass_on(self, wire, client):
        back = connect(self.namespace, self.server.address, 53, socket.SOCK_DGRAM)
        back.connect((self.server.address, 53))
        self._clients[back] = client
        self._selector.register(back, selectors.EVENT_READ)
        back.send(wire)

    def _answer(self, back):
        client = self._clients.pop(back)
        self._selector.unregister(back)
        with back:
            try:
                wire = back.recv(65535)
            except OSError:
                return
        if is_update(wire) and self.lose_answers:
            self.lose_answers -= 1
            return
        self.front.sendto(wire, client)

    @property
    def log(self):
        return f"{self.updates} UPDATEs, {len(self.held)} held"

    def wait_for_held(self, count=1):
        until(lambda: len(self.held) >= count, f"{count} UPDATEs")

    def release(self):
        """Passes on what was held; the server has executed it when this returns."""
        with self._lock:
            held, self.held, self.hold_updates = self.held, [], 0
        for wire, _ in held:
            with connect(self.namespace, self.server.address, 53, socket.SOCK_DGRAM) as sock:
                sock.setblocking(True)
                sock.settimeout(5)
                sock.sendto(wire, (self.server.address, 53))
                sock.recv(65535)

    def kill(self):
        self._wake.send(b"x")
        self._thread.join()
        for sock in (self.front, self._end, self._wake, *self._clients):
            sock.close()


def unsigned_answer(rcode):
    """A lie: an answer of this rcode with the right ID, and no signature."""
    def lie(wire):
        flags = dns.flags.QR | dns.opcode.to_flags(dns.opcode.UPDATE) | rcode
        # The header and the zone section (its name ends with a zero byte, then type and class).
        end = wire.index(b"\0", 12) + 5
        return wire[:2] + flags.to_bytes(2, "big") + b"\0\1\0\0\0\0\0\0" + wire[12:end]
    return lie
