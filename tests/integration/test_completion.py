# SPDX-License-Identifier: BSD-3-Clause
"""What bash and zsh offer, asked of the shells themselves; and that it is all that the programs take."""

import os
import re
import shlex
import shutil
import subprocess
import time

import pytest

import ctl
from bus import SOURCE, add_bus
from ctl import Terminal, environment
from daemon import PROGRAM as SIGNPOSTD
from wait import until

COMPLETIONS = SOURCE / "completions"
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
RECORDS = ["host.example.com", "nas.example.com", "hosta.example.com"]
POOLS = {"www.example.net": ["web1", "web2", "192.0.2.9"], "db.example.net": ["a", "b"]}
TIMES = ["5m", "15m", "30m", "1h", "2h", "4h", "8h", "1d"]
# Those that take a pool and one of its members.
ABOUT_MEMBERS = ["failover", "drain", "maintenance", "down", "up", "auto", "check"]
LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]


def help_of(program):
    return subprocess.run([program, "--help"], capture_output=True, text=True, check=True, timeout=20).stdout


def commands():
    """As --help has them: name, what it takes."""
    text = help_of(ctl.PROGRAM).split("Commands:")[1].split("Options:")[0]
    found = dict(re.findall(r"^  ([a-z-]+) +((?:\[?[A-Z]+\]?(?: \[?[A-Z]+\]?)*)?)", text, re.MULTILINE))
    assert "status" in found and found["withdraw"] == "INTERFACE" and found["check"] == "POOL [MEMBER]"
    return found


def options(program, command=None):
    """Those of --help that the command takes; each that not all take says in brackets which do."""
    found = set()
    # They may stand on the next line.
    for line in re.sub(r"\n +\(", " (", help_of(program)).split("\n"):
        option = re.match(r" +(--[a-z-]+)", line)
        takers = re.search(r"\(([a-z, -]+)\)$", line)
        if option and (not takers or command in takers[1].split(", ") or command is None and program == SIGNPOSTD):
            found.add(option[1])
    assert "--help" in found
    return found


@pytest.fixture
def programs(tmp_path):
    """A signpostctl that knows some records and pools, for where no daemon is needed."""
    directory = tmp_path / "programs"
    directory.mkdir()
    fake = directory / "signpostctl"
    answers = {"list --no-legend": [f"{name}  in-sync  home  60  record  192.0.2.1" for name in RECORDS] + [
        f"{name}  in-sync  home  30  pool  192.0.2.10, 192.0.2.11" for name in POOLS]}
    answers |= {f"list --no-legend -- {pool}": [f"{member}  192.0.2.10  10  up  none  in  0.4 ms" for member in members]
                for pool, members in POOLS.items()}
    fake.write_text('#!/bin/sh\ncase "$*" in\n' + "".join(
        f"'{words}') cat <<'EOF'\n" + "\n".join(lines) + "\nEOF\n;;\n" for words, lines in answers.items()) +
        "*) exit 1 ;;\nesac\n")
    fake.chmod(0o755)
    return directory


class Bash:
    """Sets what bash sets when TAB is pressed, and calls the function that `complete` names."""

    def __init__(self, programs):
        if not shutil.which("bash"):
            pytest.skip("bash is not installed")
        self.path = f"{programs}:{os.environ['PATH']}"

    def run(self, script):
        env = {"PATH": self.path, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["bash", "--norc", "--noprofile", "-c", script], env=env, capture_output=True, text=True,
                              timeout=60)
        assert done.returncode == 0 and not done.stderr, done.stderr
        return done.stdout.split("\n")[:-1]

    def offers(self, *words, last=""):
        """words: what stands there, with the program; last: the beginning of what is completed."""
        program = words[0]
        return sorted(self.run(f"""
            shopt -u sourcepath
            source {shlex.quote(str(COMPLETIONS / program))}
            COMP_WORDS=({shlex.join([*words, last])})
            COMP_CWORD={len(words)}
            function=$(complete -p {program})
            function=${{function#*-F }}
            ${{function%% *}} {program} {shlex.quote(last)} {shlex.quote(words[-1])}
            [ ${{#COMPREPLY[@]}} = 0 ] || printf '%s\\n' "${{COMPREPLY[@]}}"
        """))


# Presses TAB in a real zsh, and notes what it offers.
ZSH = r"""
PROMPT='ready> ' RPROMPT= LISTMAX=1000
unsetopt beep
fpath=({completions} $fpath)
autoload -Uz compinit && compinit -u -D
note={note}
compadd() {{
        # Those calls only compute.
        if [[ ${{@[1,(i)(-|--)]}} == *-(O|A|D)\ * ]]; then
                builtin compadd "$@"
                return
        fi
        local -a offered
        builtin compadd -O offered "$@"
        (( $#offered )) && print -rl -- $offered >>$note
        builtin compadd "$@"
}}
finish() {{ print -r -- END >>$note; comppostfuncs=(finish) }}
comppostfuncs=(finish)
"""


class Zsh:
    def __init__(self, programs, directory):
        if not shutil.which("zsh"):
            pytest.skip("zsh is not installed")
        self.directory, self.note = directory, directory / "offered"
        self.path = f"{programs}:{os.environ['PATH']}"
        (directory / ".zshrc").write_text(ZSH.format(completions=shlex.quote(str(COMPLETIONS)), note=self.note))

    def offers(self, *words, last=""):
        self.note.write_text("")
        env = environment("unix:path=/nonexistent", PATH=self.path, ZDOTDIR=str(self.directory))
        with Terminal(["zsh", "-o", "no_global_rcs", "-i"], env) as terminal:
            terminal.wait_for("ready> ")
            terminal.type(f"{shlex.join(words)} {last}\t")
            until(lambda: "END\n" in self.note.read_text(), lambda: f"an offer of zsh:\n{terminal.text}")
        text = self.note.read_text().split("END\n")[0]
        # zsh knows by itself that an option ends with "=".
        return sorted(line.rstrip("=") for line in set(text.split("\n")) if line)


@pytest.fixture(params=["bash", "zsh"])
def shell(request, programs, tmp_path):
    if request.param == "bash":
        return Bash(programs)
    directory = tmp_path / "zsh"
    directory.mkdir()
    return Zsh(programs, directory)


def test_every_command_is_offered(shell):
    assert shell.offers("signpostctl") == sorted(commands())


def test_every_option_of_each_command_is_offered(shell):
    for command in commands():
        assert set(shell.offers("signpostctl", command, last="--")) == options(ctl.PROGRAM, command)


def test_every_option_of_the_daemon_is_offered(shell):
    assert set(shell.offers("signpostd", last="--")) == options(SIGNPOSTD)


def test_names_are_offered_where_they_are_taken(shell):
    for command in ("explain", "publish"):
        assert shell.offers("signpostctl", command) == sorted([*RECORDS, *POOLS])
    assert shell.offers("signpostctl", "publish", "--force", last="host") == ["host.example.com", "hosta.example.com"]
    assert shell.offers("signpostctl", "log-level") == sorted(LEVELS)
    assert "lo" in shell.offers("signpostctl", "withdraw")


def test_pools_are_offered_where_they_are_taken(shell):
    for command in (*ABOUT_MEMBERS, "failback", "list"):
        assert shell.offers("signpostctl", command) == sorted(POOLS)
    assert shell.offers("signpostctl", "drain", "--force", last="w") == ["www.example.net"]


def test_members_of_that_pool_are_offered(shell):
    for command in ABOUT_MEMBERS:
        assert shell.offers("signpostctl", command, "www.example.net") == sorted(POOLS["www.example.net"])
    assert shell.offers("signpostctl", "drain", "--for", "1h", "db.example.net") == ["a", "b"]
    assert shell.offers("signpostctl", "drain", "--reason", "why", "www.example.net", last="web") == ["web1", "web2"]
    assert shell.offers("signpostctl", "drain", "no.example.net") == []


def test_times_are_offered(shell):
    assert shell.offers("signpostctl", "failover", "--for") == sorted(TIMES)
    assert shell.offers("signpostctl", "drain", "www.example.net", "web1", "--for", last="1") == ["15m", "1d", "1h"]


def test_nothing_is_offered_where_nothing_is_taken(shell):
    """But options: zsh offers those without being asked."""
    full = [[command] for command, operand in commands().items() if not operand] + [
        ["explain", RECORDS[0]], ["list", "www.example.net"], ["failback", "www.example.net"]] + [
        [command, "www.example.net", "web1"] for command in ABOUT_MEMBERS]
    for words in full:
        assert [word for word in shell.offers("signpostctl", *words) if not word.startswith("--")] == []


def test_command_is_found_behind_options(shell):
    assert shell.offers("signpostctl", "--color", "always", "log-level", last="d") == ["debug"]
    assert shell.offers("signpostctl", "--color") == ["always", "auto", "never"]


def test_option_and_its_argument_as_three_words(programs):
    """As bash breaks "--color=al"."""
    bash = Bash(programs)
    assert bash.offers("signpostctl", "--color", "=", last="al") == ["always"]
    assert bash.offers("signpostctl", "--color", last="=") == ["always", "auto", "never"]
    assert bash.offers("signpostctl", "--color", "=", "never", "log-level", last="e") == ["emerg", "err"]


def test_configuration_is_a_file(programs, tmp_path):
    (tmp_path / "my.json").touch()
    assert Bash(programs).offers("signpostd", "--config", last=f"{tmp_path}/my") == [f"{tmp_path}/my.json"]


def test_names_are_never_run(programs, tmp_path):
    """Who can name a record, or an interface, runs nothing here by that."""
    trap = tmp_path / "trap"
    name = f"$(touch${{IFS}}{trap})"
    (programs / "signpostctl").write_text(f"#!/bin/sh\necho '{name}  in-sync  home  60  pool  -'\n")
    for words in (["explain"], ["drain"], ["drain", name]):
        offered = Bash(programs).offers("signpostctl", *words)
        assert not trap.exists()
        assert [shlex.split(word) for word in offered] == [[name]]


def test_daemon_that_hangs_does_not_freeze_the_shell(shell, programs):
    (programs / "signpostctl").write_text("#!/bin/sh\nexec sleep 60\n")
    begin = time.monotonic()
    assert shell.offers("signpostctl", "publish", last="h") == []
    assert time.monotonic() - begin < 10


def test_bash_completion_finds_the_file(programs):
    if not os.path.exists(BASH_COMPLETION):
        pytest.skip("bash-completion is not installed")
    said = Bash(programs).run(f"""
        export BASH_COMPLETION_USER_DIR={shlex.quote(str(SOURCE))}
        source {BASH_COMPLETION}
        for program in signpostctl signpostd; do
                _completion_loader $program
                complete -p $program
        done
    """)
    assert said == ["complete -F _signpostctl signpostctl", "complete -F _signpostd signpostd"]


def test_tab_completes_in_bash(programs):
    bash = Bash(programs)
    env = environment("unix:path=/nonexistent", PATH=bash.path, PS1="ready> ", TERM="dumb")
    with Terminal(["bash", "--norc", "--noprofile", "-i"], env) as terminal:
        terminal.wait_for("ready> ")
        terminal.type(f"source {shlex.quote(str(COMPLETIONS / 'signpostctl'))}\nsignpostctl exp\tna\t")
        terminal.wait_for("signpostctl explain nas.example.com ")


def test_real_daemon_names_its_records_pools_and_members(lab, tmp_path):
    bus = add_bus(lab).start()
    made = lab.configuration()
    # Nobody is there: they have names all the same.
    made["pools"] = {"www.example.com": {"members": {"web1": "10.60.0.1", "web2": "10.60.0.2"}}}
    lab.start_daemon(made, bus=bus.address)
    bus.wait_for_owner()
    directory = tmp_path / "real"
    directory.mkdir()
    (directory / "signpostctl").write_text(
        f"#!/bin/sh\nDBUS_SYSTEM_BUS_ADDRESS={bus.address} exec {ctl.PROGRAM} \"$@\"\n")
    (directory / "signpostctl").chmod(0o755)
    zsh = tmp_path / "zsh"
    zsh.mkdir()
    for shell in (Bash(directory), Zsh(directory, zsh)):
        assert shell.offers("signpostctl", "explain", last="h") == ["host.example.com"]
        assert shell.offers("signpostctl", "drain") == ["www.example.com"]
        assert shell.offers("signpostctl", "drain", "www.example.com") == ["web1", "web2"]
