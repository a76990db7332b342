# SPDX-License-Identifier: BSD-3-Clause
"""Servers that are members of a pool, in one process: HTTP or HTTPS at each of the addresses that are named. What each
of them does is said on a control port of 127.0.0.1: a line of JSON, answered with what each has seen.

member-server.py CONTROL_PORT PORT CERTIFICATE|- ADDRESS…"""

import asyncio
import contextlib
import json
import ssl
import sys

# Status and body. The server that is "mute" takes the request and never answers.
ANSWERS = {
    "ok": ("200 OK", "all is well\n"),
    "error": ("500 Internal Server Error", "all is lost\n"),
    "wrong": ("200 OK", "under construction\n"),
    "mute": None,
}


class Servers:
    def __init__(self):
        self.how, self.connections, self.heard = {}, {}, {}

    async def serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader, writer):
        member = writer.get_extra_info("sockname")[0]
        self.connections[member] = self.connections.get(member, 0) + 1
        request = await reader.readuntil(b"\r\n\r\n")
        self.heard[member] = request.decode(errors="replace")
        answer = ANSWERS[self.how.get(member, "ok")]
        if answer is None:
            await reader.read()
            return
        status, body = answer
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        await writer.drain()

    async def obey(self, reader, writer):
        order = json.loads(await reader.readline())
        for member in order.get("members", ()):
            assert order["how"] in ANSWERS
            self.how[member] = order["how"]
        writer.write(json.dumps({"connections": self.connections, "heard": self.heard}).encode() + b"\n")
        await writer.drain()
        writer.close()


async def main(control, port, certificate, *members):
    servers, context = Servers(), None
    if certificate != "-":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    running = [await asyncio.start_server(servers.serve, member, int(port), ssl=context, backlog=128)
               for member in members]
    running.append(await asyncio.start_server(servers.obey, "127.0.0.1", int(control)))
    await asyncio.gather(*(each.serve_forever() for each in running))


asyncio.run(main(*sys.argv[1:]))
