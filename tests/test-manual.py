#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The manual says what there is, and nothing else: each key of the configuration with its range and its default, each member of the
D-Bus interfaces, each error and privilege, each option and command, each message id and field of the journal. Each page renders
without a warning. Then damages each page in each of these ways, which has to be noticed.

    test-manual.py ROOT PROBE_CONFIG SIGNPOSTD SIGNPOSTCTL
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

CONFIGURATION, DBUS, DAEMON, CLIENT = "signpost.json.5", "org.signpost1.5", "signpostd.8", "signpostctl.1"

# Where signpost.json(5) has the keys of which object, and of which of its variants.
SECTIONS = {
    ("THE FILE", ""): ("", ""),
    ("KEYS", ""): ("keys/*/", ""),
    ("PROVIDERS", ""): ("providers/*/", ""),
    ("PROVIDERS", "Type rfc2136"): ("providers/*/", "rfc2136"),
    ("PROVIDERS", "Type embedded"): ("providers/*/", "embedded"),
    ("RECORDS", ""): ("records/*/", ""),
    ("ADDRESSES", ""): ("records/*/ipv6/", ""),
    ("ADDRESSES", "From interfaces"): ("records/*/ipv6/", "interfaces"),
    ("ADDRESSES", "From static"): ("records/*/ipv6/", "static"),
    ("POOLS", ""): ("pools/*/", ""),
    ("POOLS", "Members"): ("pools/*/members/*/", ""),
    ("POOLS", "This host as a member"): ("pools/*/self/", ""),
    ("CHECKS", ""): ("pools/*/check/", ""),
    ("CHECKS", "Type tcp"): ("pools/*/check/", "tcp"),
    ("CHECKS", "Type http"): ("pools/*/check/", "http"),
    ("CHECKS", "Type https"): ("pools/*/check/", "https"),
    ("CHECKS", "Type exec"): ("pools/*/check/", "exec"),
    ("OBSERVER", ""): ("observer/", ""),
    ("HOOKS", ""): ("hooks/*/", ""),
    ("GATEWAY", ""): ("gateway/", ""),
    ("LOG", ""): ("log/", ""),
}

# What stands in several places is explained in one.
SAME = {
    "pools/*/members/*/check/": "pools/*/check/",
    "pools/*/self/check/": "pools/*/check/",
    "pools/*/self/ipv4/": "records/*/ipv4/",
    "pools/*/self/ipv6/": "records/*/ipv6/",
}

LOG_CONTROL = {"LogLevel (s; writable, no signal)", "LogTarget (s; writable, no signal)", "SyslogIdentifier (s; constant)"}


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=True, timeout=60).stdout


def terms(page, section=None):
    """[(section, subsection, term)]: each line that an indented paragraph explains, without its markup."""
    found, here = [], ["", ""]
    lines = re.sub(r"^\s*```.*?^\s*```", "", page, flags=re.MULTILINE | re.DOTALL).splitlines()
    for line, next_line in zip(lines, lines[1:]):
        if heading := re.fullmatch(r"(##?) (.*)", line):
            here = [heading[2], ""] if heading[1] == "#" else [here[0], heading[2]]
        elif re.match(r"[*_]", line) and next_line.startswith("\t") and section in (None, here[0]):
            found.append((*here, re.sub(r"\\(.)|(?<!\w)_|_(?!\w)|\*", r"\1", line)))
    return found


def differences(where, documented, existing):
    yield from (f"{where}: {what!r} is not documented" for what in sorted(existing - documented))
    yield from (f"{where}: {what!r} does not exist" for what in sorted(documented - existing))


# The configuration.


def key_term(line):
    """As signpost.json(5) has it: "port (integer, 1 to 65535; default 53)"."""
    path, variant, kind, range_, fallback, required = line.split("\t")
    if kind in ("list of texts", "list of integers or texts", "list of objects"):
        kind = f"list of {range_.partition(' times')[0]} {kind.removeprefix('list of ')}"
    elif kind == "boolean or object":
        kind = "true, false or an object"
    elif kind in ("integer", "seconds"):
        kind += ", " + range_
    elif kind in ("boolean", "word", "word or list of texts"):
        kind = {"boolean": "true or false"}.get(kind, range_)
    try:
        json.loads(fallback)
        remark = f"; default {fallback}"
    except ValueError:  # none, or a sentence
        remark = "; required" if required else ""
    head, slash, key = path.rpartition("/")
    return (SAME.get(head + slash, head + slash), variant, f"{key} ({kind}{remark})")


def check_keys(pages, facts):
    known = {term for line in facts["keys"] if (term := key_term(line))}
    documented = {(*SECTIONS[section[:2]], section[2]) for section in terms(pages[CONFIGURATION]) if section[:2] in SECTIONS}
    # All that is said of HTTP goes for HTTPS.
    inherited = {(head, "https", term) for head, variant, term in known if variant == "http"}
    existing = {term for term in known - inherited if not term[0].endswith("ipv4/")}
    yield from differences(CONFIGURATION, documented, existing)
    # What can be said of IPv4 addresses can be said of IPv6 addresses too.
    ipv4 = {(head.replace("ipv4", "ipv6"), variant, term) for head, variant, term in known if head.endswith("ipv4/")}
    yield from differences(CONFIGURATION, documented, documented | ipv4)


# D-Bus.


def arguments(method, direction):
    return ", ".join(f"{arg.get('type')} {arg.get('name')}" for arg in method.findall("arg") if arg.get("direction") == direction)


def members(interface):
    for method in interface.findall("method"):
        result = arguments(method, "out")
        yield f"{method.get('name')}({arguments(method, 'in')})" + (f" -> {result}" if result else "")
    for signal in interface.findall("signal"):
        yield f"{signal.get('name')}({arguments(signal, None)})"
    for name in interface.findall("property"):
        annotation = name.find("annotation")
        emits = {"const": "constant", "false": "no signal"}[annotation.get("value")] if annotation is not None else "emits change"
        yield f"{name.get('name')} ({name.get('type')}; {emits})"


def check_dbus(pages, facts):
    sections = {}
    for section, _, term in terms(pages[DBUS]):
        sections.setdefault(section, set()).add(term)
    for interface in facts["interfaces"]:
        name = interface.get("name")
        yield from differences(f"{DBUS}, {name}", sections.get(name, set()), set(members(interface)))
    yield from differences(DBUS, sections.get("org.freedesktop.LogControl1", set()), LOG_CONTROL)
    own = {term for term in sections.get("ERRORS", ()) if term.startswith("org.signpost1.")}
    yield from differences(DBUS, own, facts["errors"])
    privileges = set(re.findall(r"org\.signpost1\.[a-z-]+", pages[DBUS]))
    yield from differences(DBUS, privileges - {"org.signpost1.policy"}, facts["actions"])


# Commands.


def check_commands(pages, facts):
    for page, (options, commands) in facts["commands"].items():
        documented = {term for *_, term in terms(pages[page], "OPTIONS")}
        yield from differences(page, documented, options)
        documented = {term for *_, term in terms(pages[page], "COMMANDS")}
        yield from differences(page, documented, commands)


def check_json(pages, facts):
    section = re.search(r"^# JSON\n(.*?)^# ", pages[CLIENT], re.MULTILINE | re.DOTALL)[1]
    yield from differences(f"{CLIENT}, JSON", set(re.findall(r"\b_(\w+?)_(?!\w)", section)), facts["members"])


# The journal.


def check_journal(pages, facts):
    yield from differences(DAEMON, set(re.findall(r"\b[0-9a-f]{32}\b", pages[DAEMON])), facts["ids"])
    yield from differences(DAEMON, set(re.findall(r"\bSIGNPOST_[A-Z]+\b", pages[DAEMON])), facts["fields"])


def check_troubles(pages, facts):
    """What the page says that the log says."""
    for *_, term in terms(pages[DAEMON], "TROUBLESHOOTING"):
        words = re.split(r" ?\.\.\.|, (?=cannot)|: Permission denied| from signpostctl| (?=\()", term)
        yield from (f"{DAEMON}: nothing says {part!r}" for part in words if part.strip() not in facts["sources"])


def check_rendering(pages, _):
    for name, page in pages.items():
        done = subprocess.run(["scdoc"], input=page, capture_output=True, encoding="utf-8", timeout=60)
        said = done.stderr
        if not said and shutil.which("groff"):
            # -t: it has tables. Our words are longer than a narrow terminal's lines; man-db knows that too.
            command = ["groff", "-ww", "-t", "-man", "-Tutf8", "-rLL=100n"]
            said = subprocess.run(command, input=done.stdout, capture_output=True, encoding="utf-8", timeout=60).stderr
        if done.returncode or said:
            yield f"{name}: {said.strip() or 'cannot be rendered'}"


CHECKS = (check_keys, check_dbus, check_commands, check_json, check_journal, check_troubles, check_rendering)

# (page, what to replace by what): each is a lie or an omission that one of the checks has to notice.
DAMAGES = [
    (CONFIGURATION, "*ttl* (integer", "*tll* (integer"),
    (CONFIGURATION, "default 300)", "default 3600)"),
    (CONFIGURATION, "1 to 65535", "0 to 65535"),
    (CONFIGURATION, "*zone* (name; required)", "*zone* (name)"),
    (CONFIGURATION, "## From static", "## From interfaces"),
    (CONFIGURATION, "*hold_down* (seconds, 0", "*hold_down* (seconds, 1"),
    (CONFIGURATION, "## Type tcp\n\n*port* (integer, 1 to 65535; required)", "## Type tcp\n\n*port* (integer, 1 to 65535)"),
    (CONFIGURATION, "*expect_status* (list of 1 to 100 integers or texts", "*expect_status* (list of 1 to 100 texts"),
    (CONFIGURATION, "default 443)", "default 80)"),
    (CONFIGURATION, "*verify_tls* (true", "*verify* (true"),
    (CONFIGURATION, '"empty", or a list', 'or a list'),
    (CONFIGURATION, "# LOG\n", "# LOG\n\n*target* (text)\n\tWhere to.\n"),
    (CONFIGURATION, "*exclude* (list", "exclude (list"),
    (DBUS, "*Refresh*()", "*Refresh*(b _all_)"),
    (DBUS, "-> ao _records_", "-> as _records_"),
    (DBUS, "*Ttl* (u; emits change)", "*Ttl* (u; constant)"),
    (DBUS, "*Version* (s; constant)", "Version"),
    (DBUS, "*Latency* (t; no signal)", "*Latency* (t; emits change)"),
    (DBUS, "as _to_, s _reason_)", "as _to_)"),
    (DBUS, "*LogTarget* (s;", "*Target* (s;"),
    (DBUS, "*org.signpost1.Error.Busy*", "*org.signpost1.Error.Lazy*"),
    (DBUS, "org.signpost1.set-log-level", "org.signpost1.log"),
    (DAEMON, "*--once*", "*--twice*"),
    (DAEMON, "*--config* _FILE_", "*--config* _PATH_"),
    (DAEMON, "SIGNPOST_ZONE", "SIGNPOST_AREA"),
    (DAEMON, "29716ca53eb5", "19716ca53eb5"),
    (DAEMON, "*a CNAME stands there*", "*a CNAME is in the way*"),
    (DAEMON, "# OPTIONS\n", "# OPTIONS\n\n*not closed\n"),
    (CLIENT, "\n*reload*\n", "\n*reboot*\n"),
    (CLIENT, "\n*--json*\n", "\n*--xml*\n"),
    (CLIENT, "\n*failover* _POOL_ _MEMBER_\n", "\n*failover* _POOL_ [_MEMBER_]\n"),
    (CLIENT, "_retry_after_", "_retry_at_"),
]


def check(pages, facts):
    return [error for each in CHECKS for error in each(pages, facts)]


def find_unnoticed(pages, facts):
    for page, old, new in DAMAGES:
        if old not in pages[page]:
            yield f"{page}: no {old!r} to damage"
        elif not check({**pages, page: pages[page].replace(old, new)}, facts):
            yield f"{page}: nobody notices {new!r} instead of {old!r}"


def read_help(program):
    """(options, commands) with their arguments: {"--config FILE"}, {"explain [NAME]"}"""
    text = run(program, "--help")
    options = re.findall(r"^  (--[\w-]+)(?:[ =]([A-Z]+))?  ", text, re.MULTILINE)
    listed = re.search(r"^Commands:\n((?:  .*\n)+)", text, re.MULTILINE)
    commands = re.findall(r"^  (\w\S*) +(\[?[A-Z]+\]?(?: \[?[A-Z]+\]?)*)?", listed[1], re.MULTILINE) if listed else []
    return tuple({" ".join(words).strip() for words in found} for found in (options, commands))


def gather(root, probe_config, signpostd, signpostctl):
    sources = "".join(path.read_text() for path in sorted((root / "src").rglob("*.[ch]")))
    client = "".join(path.read_text() for path in sorted((root / "src/ctl").glob("*.c")))
    described = [ElementTree.parse(path) for path in sorted((root / "dbus").glob("*.xml"))]
    return {
        "keys": run(probe_config, "keys").splitlines(),
        "interfaces": [interface for tree in described for interface in tree.iter("interface")],
        "errors": {f"org.signpost1.Error.{name}" for name in re.findall(r'ERROR_PREFIX "(\w+)"', sources)},
        "actions": {node.get("id") for node in ElementTree.parse(root / "polkit/org.signpost1.policy").iter("action")},
        "commands": {DAEMON: read_help(signpostd), CLIENT: read_help(signpostctl)},
        "members": set(map("".join, re.findall(r'\{ "[A-Z]\w+",\s+"(\w+)",\s+FIELD_|json_add\w*\(\w+, "(\w+)"', client))),
        "ids": set(re.findall(r'MESSAGE_\w+\s+"([0-9a-f]{32})"', sources)),
        "sources": re.sub(r'"\s+"', "", sources),
        "fields": set(re.findall(r'"(SIGNPOST_[A-Z]+)"', sources)),
    }


def main(root, *programs):
    if not shutil.which("scdoc"):
        print("skipped: scdoc is missing", file=sys.stderr)
        return 77
    pages = {name: (root / "man" / f"{name}.scd").read_text() for name in (CONFIGURATION, DBUS, DAEMON, CLIENT)}
    facts = gather(root, *programs)
    assert all(facts.values()) and facts["commands"][CLIENT][1], "nothing to compare with"
    errors = check(pages, facts) or list(find_unnoticed(pages, facts))
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
