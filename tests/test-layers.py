#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Keeps the tree in order: includes point down the layers of ARCHITECTURE.md, each library stays in its folder,
model and policy stay pure, each source names its licence, and nothing is left for later.

    test-layers.py [ROOT]        looks at the tree
    test-layers.py --self-test   shows on a made-up tree that each rule can fail
"""

import re
import sys
import tempfile
from pathlib import Path

# Where a library may be included: folders of src/, or single files.
LIBRARIES = {
    "ldns/": {"dns"},
    "openssl/": {"dns"},
    "netlink/": {"netlink"},
    "json-c/": {"config", "engine", "hook", "ctl"},
    "curl/": {"http"},
    "systemd/sd-bus.h": {"bus", "ctl"},
    "systemd/sd-bus-vtable.h": {"bus"},
    "systemd/sd-journal.h": {"util/log.c"},
}
# Everyone but the pure folders may use these.
COMMON_LIBRARIES = {"systemd/sd-event.h", "systemd/sd-daemon.h", "systemd/sd-id128.h"}

PURE_FOLDERS = {"model", "policy"}
SOCKET_HEADERS = {"sys/socket.h", "sys/un.h", "netdb.h", "resolv.h", "poll.h", "sys/epoll.h"}

# What comes with libc and the kernel; whatever else stands in <> is a library.
SYSTEM_FOLDERS = {"sys", "net", "netinet", "arpa", "linux", "asm", "bits"}

LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
LICENCE = "SPDX-License-Identifier: BSD-3-Clause"
TEXT_FOLDERS = ("src", "tests", "man", "bench", "schema", "catalog", "dbus", "polkit", "systemd", "debian", "networkmanager",
                "networkd-dispatcher", "completions", "examples")
SOURCE_NAMES = re.compile(r"(\.(c|h|py|sh|scd)|^meson\.build|^meson_options\.txt)$")


def read_layers(root):
    """The folders (and files) of src/ from the page's list, highest first."""
    page = (root / "ARCHITECTURE.md").read_text()
    layers = re.findall(r"^ +src/([a-z0-9-]+)(?:/|\.)", page, re.MULTILINE)
    assert layers, "ARCHITECTURE.md: no list of src/ folders was found"
    return layers


def layer_of(path):
    """'dns' for dns/wire.c, 'daemon' for daemon.h"""
    return path.split("/")[0] if "/" in path else path.rsplit(".", 1)[0]


def check_own_include(place, source, included, layers, known):
    if included not in known:
        # "version.h" is made by the build.
        return [] if included == "version.h" else [f'{place}: "{included}" is no header of src/ (write the folder too)']
    mine, theirs = layer_of(source), layer_of(included)
    if mine == theirs or mine not in layers or theirs not in layers:
        return []
    if layers.index(theirs) < layers.index(mine):
        return [f'{place}: "{included}" points up: {theirs} is above {mine}']
    return []


def check_library_include(place, source, included):
    layer = layer_of(source)
    if layer in PURE_FOLDERS and included in SOCKET_HEADERS:
        return [f"{place}: <{included}> in a pure folder"]
    if "/" not in included or included.split("/")[0] in SYSTEM_FOLDERS:
        return []
    if layer in PURE_FOLDERS:
        return [f"{place}: <{included}>, a library in a pure folder"]
    if included in COMMON_LIBRARIES:
        return []
    for library, places in LIBRARIES.items():
        if included.startswith(library):
            if layer in places or source in places:
                return []
            return [f"{place}: <{included}> belongs to {', '.join(sorted(places))} alone"]
    return [f"{place}: <{included}> is a library that the table in this test does not know"]


def check_includes(root):
    layers = read_layers(root)
    src = root / "src"
    sources = sorted(p for p in src.rglob("*.[ch]"))
    known = {str(p.relative_to(src)) for p in sources}
    errors = []
    for layer in sorted({layer_of(name) for name in known}):
        if layer not in layers:
            errors.append(f"src/{layer}: not in the list of ARCHITECTURE.md")
    for path in sources:
        source, text = str(path.relative_to(src)), path.read_text()
        for match in INCLUDE.finditer(text):
            place = f"src/{source}:{text.count(chr(10), 0, match.start()) + 1}"
            if match[1] == '"':
                errors += check_own_include(place, source, match[2], layers, known)
            else:
                errors += check_library_include(place, source, match[2])
    return errors


def is_script(path):
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def check_texts(root):
    errors = []
    for folder in TEXT_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if not path.is_file() or "__pycache__" in path.parts or ".pytest_cache" in path.parts:
                continue
            try:
                text = path.read_text()
            except UnicodeDecodeError:
                continue  # a fuzzer's corpus
            place = path.relative_to(root)
            for number, line in enumerate(text.split("\n"), 1):
                if LATER.search(line):
                    errors.append(f"{place}:{number}: {LATER.search(line)[0]}: do it, or write an issue")
            if SOURCE_NAMES.search(path.name) or is_script(path):
                if not any(LICENCE in line for line in text.split("\n")[:2]):
                    errors.append(f"{place}: no licence line ({LICENCE})")
    return errors


def check(root):
    return check_includes(root) + check_texts(root)


# Each row breaks one rule: file, its text, what must be said. None: nothing may be said.
SELF_TEST_ROWS = [
    ("src/policy/select.c", '#include "model/name.h"\n', None),
    ("src/netlink/monitor.c", "#include <netlink/netlink.h>\n#include <systemd/sd-event.h>\n", None),
    ("src/dns/tsig.c", "#include <openssl/hmac.h>\n", None),
    ("src/util/log.c", "#include <systemd/sd-journal.h>\n", None),
    ("src/config/config.c", "#include <json-c/json.h>\n", None),
    ("src/main.c", '#include "daemon.h"\n', None),
    ("src/model/name.c", '#include "policy/select.h"\n', "points up"),
    ("src/policy/select.c", '  #  include "daemon.h"\n', "points up"),
    ("src/daemon.c", '#include "main.h"\n', "points up"),
    ("src/policy/select.c", '#include "select.h"\n', "no header of src/"),
    ("src/policy/select.c", "#include <systemd/sd-event.h>\n", "a library in a pure folder"),
    ("src/model/name.c", "#include <json-c/json.h>\n", "a library in a pure folder"),
    ("src/model/name.c", "#include <sys/socket.h>\n", "in a pure folder"),
    ("src/config/config.c", "#include <ldns/ldns.h>\n", "belongs to dns"),
    ("src/config/config.c", "#include <openssl/evp.h>\n", "belongs to dns"),
    ("src/config/config.c", "#include <netlink/netlink.h>\n", "belongs to netlink"),
    ("src/util/file.c", "#include <systemd/sd-journal.h>\n", "belongs to util/log.c"),
    ("src/daemon.c", "#include <systemd/sd-bus.h>\n", "belongs to bus"),
    ("src/daemon.c", "#include <curl/curl.h>\n", "belongs to http"),
    ("src/daemon.c", "#include <json-c/json.h>\n", "belongs to config"),
    ("src/daemon.c", "#include <zlib/zlib.h>\n", "does not know"),
    ("src/attic/old.c", "\n", "not in the list"),
    ("tests/unit/test-name.c", "/* TO" "DO: write it */\n", "write an issue"),
    ("man/signpostd.8.scd", "FIX" "ME\n", "write an issue"),
    ("bench/reaction.py", None, "no licence line"),
    ("tests/tool", "#!/bin/sh\n", "no licence line"),
]
SELF_TEST_LAYERS = ["main.c", "daemon.[ch]", "netlink/", "dns/", "policy/", "config/", "model/", "util/"]


def self_test():
    failures = 0
    for name, text, expected in SELF_TEST_ROWS:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "ARCHITECTURE.md").write_text("".join(f"    src/{layer}  words\n" for layer in SELF_TEST_LAYERS))
            licence = f"/* {LICENCE} */\n"
            for header in ("main.h", "daemon.h", "policy/select.h", "model/name.h"):
                path = root / "src" / header
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(licence)
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            without = text is None or text.startswith("#!")
            path.write_text((text or "\n") if without else licence + text)
            errors = check(root)
        right = not errors if expected is None else len(errors) == 1 and expected in errors[0]
        if not right:
            failures += 1
            print(f"{name} with {text!r}: wanted {expected!r}, got {errors}", file=sys.stderr)
    print(f"{len(SELF_TEST_ROWS) - failures} of {len(SELF_TEST_ROWS)} rows right")
    return failures


def main(arguments):
    if arguments == ["--self-test"]:
        return 1 if self_test() else 0
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    errors = check(root)
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
