# SPDX-License-Identifier: BSD-3-Clause
"""Signed updates (RFC 8945), and what the user reads when a signature is not taken."""

import base64
import os

import pytest

from servers import ALGORITHMS, KINDS, NAME, Key
from wait import until


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_algorithm(lab, kind, algorithm):
    lab.key = Key(f"{algorithm}.test.", algorithm)
    server = lab.start_server(kind)
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon()
    server.wait_for({"198.51.100.7"})


def test_key_file_of_tsig_keygen(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    configuration = lab.configuration()
    configuration["keys"] = {lab.key.name: {"file": "bind.key"}}
    daemon = lab.make_daemon(configuration)
    daemon.write_secret("bind.key", f'key "{lab.key.name}" {{\n\talgorithm {lab.key.algorithm};\n'
                                    f'\tsecret "{lab.key.secret}";\n}};')
    daemon.start()
    named.wait_for({"198.51.100.7"})


def test_secret_from_the_credentials_directory(lab, named, tmp_path):
    credentials = tmp_path / "credentials"
    credentials.mkdir(mode=0o700)
    (credentials / "update.secret").touch(mode=0o400)
    (credentials / "update.secret").write_text(lab.key.secret)
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon(env={"CREDENTIALS_DIRECTORY": str(credentials)})
    (daemon.etc / "update.secret").unlink()
    daemon.start()
    named.wait_for({"198.51.100.7"})


def other_secret():
    return base64.b64encode(os.urandom(32)).decode()


def test_wrong_secret_says_badsig(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.make_daemon()
    daemon.write_secret("update.secret", other_secret())
    daemon.start()
    daemon.wait_for_log("BADSIG")
    assert "update" in daemon.log and "secret" in daemon.log
    assert "BADKEY" not in daemon.log and "BADTIME" not in daemon.log
    assert server.values(NAME, "A") == set()


def test_unknown_key_says_badkey(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.key.name = "stranger."
    daemon = lab.start_daemon()
    daemon.wait_for_log("BADKEY")
    assert "stranger" in daemon.log
    assert "BADSIG" not in daemon.log and "BADTIME" not in daemon.log
    assert server.values(NAME, "A") == set()


def test_other_algorithm_says_badkey(lab, named):
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.key.algorithm = "hmac-sha512"
    daemon = lab.start_daemon()
    daemon.wait_for_log("BADKEY")
    assert "algorithm" in daemon.log
    assert named.values(NAME, "A") == set()


@pytest.mark.parametrize("skew", [3600, -3600])
def test_clock_off_by_an_hour_says_badtime(lab, skewed_clock, skew):
    server = lab.start_server("named", clock=skewed_clock(skew))
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    found = daemon.wait_for_log("[^\n]*BADTIME[^\n]*")[0]
    assert "clock" in found
    assert "3600" in found or "3599" in found or "3601" in found or "hour" in found, f"by how much is not said: {found}"
    assert "BADKEY" not in daemon.log and "BADSIG" not in daemon.log
    assert server.values(NAME, "A") == set()


def test_clock_put_right_heals_by_itself(lab, skewed_clock):
    """A wrong clock is no reason to give up: at boot it is put right a little later."""
    server = lab.start_server("named", clock=skewed_clock(3600))
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    daemon.wait_for_log("BADTIME")
    server.stop()
    server.process.env.pop("LD_PRELOAD")
    server.start()
    server.wait_for({"198.51.100.7"}, timeout=30)


def test_key_without_permission_is_refused(lab):
    """The key is right but may not change the zone."""
    weak = Key("weak.")
    server = lab.start_server("named", keys=[lab.key, weak], allow_update=f'key "{lab.key.name}";')
    lab.key = weak
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    daemon.wait_for_log("REFUSED")
    assert server.values(NAME, "A") == set()
    # It is no use to ask again and again.
    assert server.updates <= 2


def test_unsigned_updates_where_the_server_allows_them(lab):
    server = lab.start_server("named", allow_update="10.53.0.0/16;")
    lab.host.add_address("eth0", "198.51.100.7/24")
    lab.start_daemon(lab.configuration(provider={"key": None}))
    server.wait_for({"198.51.100.7"})


def test_secrets_are_never_shown(lab, server):
    lab.host.add_address("eth0", "198.51.100.7/24")
    daemon = lab.start_daemon()
    server.wait_for({"198.51.100.7"})
    daemon.reload()
    daemon.notify.wait_for("RELOADING=1")
    until(lambda: daemon.notify.lines().count("READY=1") == 2, "ready again")
    daemon.stop()
    assert lab.key.secret not in daemon.log
    for path in daemon.state.rglob("*"):
        assert not path.is_file() or lab.key.secret not in path.read_text(errors="replace")
