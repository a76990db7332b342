#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A web server that does as its path says, well or badly: server.py CERTIFICATE KEY.

Says its two ports (HTTP, HTTPS), the same on 127.0.0.1 and ::1, and ends when its standard input does.
"""

import itertools
import os
import re
import socket
import ssl
import struct
import sys
import threading

connections = itertools.count(1)


def answer(body, status=200, head=""):
    body = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


class Connection:
    def __init__(self, connection, number):
        self.connection, self.number = connection, number
        self.server_name = None

    def receive_request(self):
        """The head and the body; None: the client has gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.connection.recv(65536)
            if not piece:
                return None
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        while length and len(body) < int(length[1]):
            body += self.connection.recv(65536)
        return head, body

    def wait_for_client_to_go(self):
        while self.connection.recv(65536):
            pass

    def repeat(self, piece, pause=None):
        """As long as the client takes it."""
        gone = threading.Event()
        while True:
            self.connection.sendall(piece)
            if pause:
                gone.wait(pause)

    def serve(self, head, body):
        """False: the connection ends."""
        path = head.split(b" ")[1].decode()
        word, _, rest = path[1:].partition("/")
        send = self.connection.sendall
        if word == "ok":
            send(answer("hello world"))
        elif word == "status":
            send(answer("as you wish", int(rest), "Location: /ok\r\n"))
        elif word == "echo":
            send(answer(head + b"\r\n\r\n" + body))
        elif word == "connection":
            send(answer(f"connection {self.number}"))
        elif word == "server-name":
            send(answer(f"server name {self.server_name}"))
        elif word == "chunked":
            send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n")
        elif word == "until-close":
            send(b"HTTP/1.0 200 OK\r\n\r\nhello world")
            return False
        elif word == "size":
            send(answer(b"x" * (int(rest) - 3) + b"end"))
        elif word == "hang":
            self.wait_for_client_to_go()
            return False
        elif word == "trickle":
            send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            self.repeat(b"x", 0.02)
        elif word == "endless-body":
            send(b"HTTP/1.1 200 OK\r\n\r\n")
            self.repeat(b"x" * 65536)
        elif word == "long-head":
            send(answer("hello world", head=("X-Filler: " + "x" * 1000 + "\r\n") * 100))
        elif word == "endless-head":
            send(b"HTTP/1.1 200 OK\r\n")
            self.repeat(b"X-Filler: " + b"x" * 1000 + b"\r\n")
        elif word == "short":
            send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")
            return False
        elif word == "garbage":
            send(b"SSH-2.0-OpenSSH_9.2p1\r\n")
            return False
        elif word == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        else:  # empty
            return False
        return True

    def run(self):
        try:
            while request := self.receive_request():
                if not self.serve(*request):
                    break
        except OSError:
            pass
        try:
            if isinstance(self.connection, ssl.SSLSocket):
                self.connection.unwrap()
        except (OSError, ValueError):
            pass
        self.connection.close()


def handle(connection, context):
    served = Connection(connection, next(connections))
    if context:
        try:
            served.connection = context.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            return
        served.server_name = getattr(served.connection, "asked_for", None)
    served.run()


def accept(listener, context):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=handle, args=(connection, context), daemon=True).start()


def listen(context):
    """Its port."""
    first = socket.create_server(("127.0.0.1", 0), backlog=100)
    port = first.getsockname()[1]
    listeners = [first]
    try:
        listeners.append(socket.create_server(("::1", port), family=socket.AF_INET6, backlog=100))
    except OSError:
        pass  # a host without IPv6
    for listener in listeners:
        threading.Thread(target=accept, args=(listener, context), daemon=True).start()
    return port


def main(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def remember(connection, name, _):
        connection.asked_for = name

    context.sni_callback = remember
    print(listen(None), listen(context), flush=True)
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
