# SPDX-License-Identifier: BSD-3-Clause
"""The embedded zone, served and stored."""

import os
import random
import shutil
import socket

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.update
import dns.zone
import pytest

from conftest import HOST as ADDRESS
from netns import run
from servers import Asker, connect, exchange
from wait import until, until_equal

HOST = "host.home.arpa"
PORT = 5300


@pytest.fixture
def embedded(lab):
    """A daemon that keeps home.arpa itself, and somebody who asks it."""
    daemon = lab.start_daemon(configuration())
    daemon.asker = Asker(lab.host, "127.0.0.1", PORT)
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.host.add_address("eth0", "2001:db8:1::7/64")
    daemon.asker.wait_for({"198.51.100.7"}, HOST)
    daemon.asker.wait_for({"2001:db8:1::7"}, HOST, "AAAA")
    return daemon


def configuration(**record):
    source = {"from": "interfaces", "interfaces": ["eth*"], "limit": 1000}
    return {
        "providers": {"here": {"type": "embedded", "zone": "home.arpa"}},
        "records": {HOST: {"provider": "here", "ttl": 60, "withdraw_delay": 0.5, "ipv4": source, "ipv6": source, **record}},
        "gateway": {"listen": [f"127.0.0.1:{PORT}", f"[::1]:{PORT}", f"{ADDRESS}:{PORT}"]},
    }


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", ADDRESS])
def test_answers(lab, embedded, address, tcp):
    answer = Asker(lab.host, address, PORT).ask(HOST, "A", tcp)
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.flags & dns.flags.AA and not answer.flags & dns.flags.RA
    assert [rdata.to_text() for rdata in answer.answer[0]] == ["198.51.100.7"]
    assert answer.answer[0].ttl == 60


def test_answers_from_another_host(lab, embedded):
    assert Asker(lab.server, ADDRESS, PORT).values(HOST, "A") == {"198.51.100.7"}


def test_apex(embedded):
    assert embedded.asker.rrset("home.arpa", "SOA")
    assert embedded.asker.rrset("home.arpa", "NS")


def test_nxdomain_and_nodata_come_with_the_soa(embedded):
    for name, rrtype, rcode in (("nobody.home.arpa", "A", dns.rcode.NXDOMAIN), (HOST, "TXT", dns.rcode.NOERROR)):
        answer = embedded.asker.ask(name, rrtype)
        assert answer.rcode() == rcode
        assert not answer.answer
        soa = answer.authority[0]
        assert soa.rdtype == dns.rdatatype.SOA and soa.name.to_text() == "home.arpa."
        assert soa.ttl <= soa[0].minimum


def test_other_zones_are_refused(embedded):
    assert embedded.asker.ask("www.example.com", "A").rcode() == dns.rcode.REFUSED


def test_any_is_minimal(embedded):
    assert len(embedded.asker.ask(HOST, "ANY").answer) == 1


def test_names_do_not_mind_case(embedded):
    assert embedded.asker.values("HoSt.hOmE.aRpA", "A") == {"198.51.100.7"}


def test_other_opcodes_are_not_implemented(lab, embedded):
    message = dns.message.make_query("home.arpa", "SOA")
    message.set_opcode(dns.opcode.STATUS)
    assert exchange(lab.host, "127.0.0.1", message, PORT).rcode() == dns.rcode.NOTIMP


def test_updates_from_outside_change_nothing(lab, embedded):
    update = dns.update.Update("home.arpa")
    update.add("intruder", 60, "A", "192.0.2.66")
    assert exchange(lab.host, "127.0.0.1", update, PORT).rcode() in (dns.rcode.NOTIMP, dns.rcode.REFUSED)
    assert embedded.asker.values("intruder.home.arpa", "A") == set()


def test_edns(lab, embedded):
    with_edns = exchange(lab.host, "127.0.0.1", dns.message.make_query(HOST, "A", use_edns=0, payload=4096), PORT)
    assert with_edns.edns == 0
    without = exchange(lab.host, "127.0.0.1", dns.message.make_query(HOST, "A"), PORT)
    assert without.edns == -1
    query = dns.message.make_query(HOST, "A", use_edns=0)
    query.ednsflags |= 1 << 16  # version 1
    assert exchange(lab.host, "127.0.0.1", query, PORT).rcode() == dns.rcode.BADVERS


def test_truncation_and_tcp(lab, embedded):
    lab.host.ip_batch([f"address add 100.64.1.{number}/32 dev eth0" for number in range(200)])
    until_equal(lambda: len(embedded.asker.values(HOST, "A")), 201, "how many addresses")
    for query, limit in ((dns.message.make_query(HOST, "A"), 512),
                         (dns.message.make_query(HOST, "A", use_edns=0, payload=1232), 1232)):
        answer = exchange(lab.host, "127.0.0.1", query, PORT)
        assert answer.flags & dns.flags.TC
        assert len(answer.to_wire()) <= limit
    answer = exchange(lab.host, "127.0.0.1", dns.message.make_query(HOST, "A"), PORT, tcp=True)
    assert not answer.flags & dns.flags.TC and len(answer.answer[0]) == 201


def test_dig(lab, embedded):
    if not shutil.which("dig"):
        pytest.skip("dig is not installed")
    for option in ("+notcp", "+tcp"):
        text = lab.host.run("dig", "@127.0.0.1", "-p", PORT, option, "+short", HOST, "A")
        assert text.split() == ["198.51.100.7"]


def test_several_questions_over_one_connection(lab, embedded):
    with connect(lab.host, "127.0.0.1", PORT, socket.SOCK_STREAM) as sock:
        sock.setblocking(True)
        sock.settimeout(5)
        queries = [dns.message.make_query(HOST, rrtype) for rrtype in ("A", "AAAA", "SOA")]
        for query in queries:
            wire = query.to_wire()
            sock.sendall(len(wire).to_bytes(2, "big") + wire)
        stream = sock.makefile("rb")
        ids = set()
        for _ in queries:
            size = int.from_bytes(stream.read(2), "big")
            ids.add(dns.message.from_wire(stream.read(size)).id)
        assert ids == {query.id for query in queries}


def test_serial_goes_up_with_each_change(lab, embedded):
    def serial():
        return embedded.asker.rrset("home.arpa", "SOA")[0].serial

    before = serial()
    lab.host.add_address("eth0", "198.51.100.8/24")
    embedded.asker.wait_for({"198.51.100.7", "198.51.100.8"}, HOST)
    assert (serial() - before) % (1 << 32) in range(1, 1 << 31)


def zone_file(daemon):
    return daemon.state / "zones" / "home.arpa.zone"


def test_zone_file_is_read_by_any_server(lab, embedded):
    if not shutil.which("named-checkzone"):
        pytest.skip("named-checkzone is not installed")
    said = run("named-checkzone", "-k", "fail", "home.arpa", zone_file(embedded))
    assert "OK" in said
    zone = dns.zone.from_file(str(zone_file(embedded)), "home.arpa")
    assert zone.find_rdataset("host", "A")
    if shutil.which("kzonecheck"):
        run("kzonecheck", "-o", "home.arpa", zone_file(embedded))


def test_zone_survives_kill(lab, embedded):
    serial = embedded.asker.rrset("home.arpa", "SOA")[0].serial
    embedded.kill()
    lab.host.remove_address("eth0", "198.51.100.7/24")
    embedded.start()
    embedded.asker.wait_for(set(), HOST)
    assert embedded.asker.values(HOST, "AAAA") == {"2001:db8:1::7"}
    assert (embedded.asker.rrset("home.arpa", "SOA")[0].serial - serial) % (1 << 32) in range(1, 1 << 31)


def test_damaged_zone_file_is_set_aside(lab, embedded):
    embedded.stop()
    zone_file(embedded).write_text("home.arpa. IN SOA this is no zone file\n")
    position = embedded.log_position()
    embedded.start()
    embedded.asker.wait_for({"198.51.100.7"}, HOST)
    embedded.wait_for_log("damaged|set aside", position)
    assert [path for path in zone_file(embedded).parent.iterdir() if ".damaged-" in path.name]


def test_full_disk_does_not_stop_the_zone(lab):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon(configuration(), full_disk=True)
    asker = Asker(lab.host, "127.0.0.1", PORT)
    asker.wait_for({"198.51.100.7"}, HOST)
    daemon.wait_for_log("no space left")


def test_port_that_is_taken_is_tried_again(lab):
    lab.host.add_address("eth0", "198.51.100.7/24")
    with lab.host.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", PORT))
        daemon = lab.start_daemon(configuration())
        daemon.wait_for_log(f"127\\.0\\.0\\.1:{PORT}")
        Asker(lab.host, "::1", PORT).wait_for({"198.51.100.7"}, HOST)
    asker = Asker(lab.host, "127.0.0.1", PORT)

    def answers():
        try:
            return asker.values(HOST, "A") == {"198.51.100.7"}
        except (OSError, dns.exception.DNSException):
            return False

    until(answers, "an answer at the port", timeout=30)


def test_garbage_is_survived(lab, embedded):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    good = dns.message.make_query(HOST, "A", use_edns=0).to_wire()
    with lab.host.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number in range(3000):
            if number % 2:
                wire = chance.randbytes(chance.randrange(0, 600))
            else:
                wire = bytearray(good)
                for _ in range(chance.randrange(1, 6)):
                    wire[chance.randrange(len(wire))] = chance.randrange(256)
                wire = bytes(wire[:chance.randrange(1, len(wire) + 1)])
            sock.sendto(wire, ("127.0.0.1", PORT))
            if number % 100 == 0:
                assert embedded.asker.values(HOST, "A") == {"198.51.100.7"}
    for size_said, sent in ((0, b""), (1, b"x"), (65535, chance.randbytes(65535)), (600, b"short"), (12, b"\0" * 12)):
        with connect(lab.host, "127.0.0.1", PORT, socket.SOCK_STREAM) as sock:
            sock.setblocking(True)
            try:
                sock.sendall(size_said.to_bytes(2, "big") + sent)
            except OSError:
                pass  # it may well hang up
    assert embedded.asker.values(HOST, "A") == {"198.51.100.7"}
    assert embedded.running


def test_many_connections_that_say_nothing(lab, embedded):
    """They do not keep others out."""
    idle = []
    try:
        for _ in range(300):
            sock = lab.host.socket(socket.AF_INET, socket.SOCK_STREAM)
            sock.settimeout(5)
            idle.append(sock)
            try:
                sock.connect(("127.0.0.1", PORT))
            except OSError:
                break
        assert embedded.asker.values(HOST, "A") == {"198.51.100.7"}
        assert embedded.asker.ask(HOST, "A", tcp=True, timeout=15).answer
    finally:
        for sock in idle:
            sock.close()
    assert len(os.listdir(f"/proc/{embedded.pid}/fd")) < 400
