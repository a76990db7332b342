#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Each message id has its entry in the journal's catalog, and the other way round; each is logged; an entry uses only fields that
every message of its id has; journalctl takes the catalog. Then damages each of these, which has to be noticed.

    test-catalog.py ROOT
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HEADERS = {"Subject", "Defined-By", "Support", "Documentation"}
ALWAYS_THERE = {"MESSAGE", "PRIORITY"}


def read_ids(header):
    return dict(re.findall(r"^#define (MESSAGE_\w+)\s+\"([0-9a-f]{32})\"$", header, re.MULTILINE))


def read_entries(catalog):
    return dict(re.findall(r"^-- ([0-9a-f]{32})\n(.*?)(?=^-- |\Z)", catalog, re.MULTILINE | re.DOTALL))


def call_around(text, at):
    """The call of log_message() that this place lies in; "" for none."""
    start = text.rfind("log_message(", 0, at)
    depth = 0
    for end in range(start, len(text)) if start >= 0 else ():
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if text[end] == ")" and depth == 0:
            return text[start:end] if end > at else ""
    return ""


def fields_of_call(call, text):
    macros = re.findall(r"^#define (\w+)\([^)]*\)((?:.*\\\n)*.*)$", text, re.MULTILINE)
    bodies = [body for name, body in macros if re.search(rf"\b{name}\(", call)]
    return set(re.findall(r'"(SIGNPOST_\w+)"', call + "".join(bodies)))


def check_uses(name, used_fields, sources):
    uses = [(path, text, match.start()) for path, text in sources.items() for match in re.finditer(rf"\b{name}\b", text)]
    if not uses:
        yield f"{name}: nobody logs it"
    for path, text, at in uses:
        call = call_around(text, at)
        if not call:
            yield f"{path}: {name} is not an argument of log_message()"
        for field in used_fields - fields_of_call(call, text) - ALWAYS_THERE if call else ():
            yield f"{name}: its entry uses @{field}@, which a message of {path} has not"


def check_entry(name, entry):
    head, _, body = entry.partition("\n\n")
    for missing in HEADERS - set(re.findall(r"^([\w-]+): \S", head, re.MULTILINE)):
        yield f"{name}: no {missing} in its entry"
    if len(body) < 100:
        yield f"{name}: its entry says nothing"
    for line in entry.splitlines():
        if len(line) > 90:
            yield f"{name}: a line that is too long for a terminal: {line}"


def check_journalctl(catalog, entries):
    if not shutil.which("journalctl"):
        return
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "usr/lib/systemd/catalog"
        folder.mkdir(parents=True)
        (folder / "signpost.catalog").write_text(catalog)
        for action in ("--update-catalog", "--list-catalog"):
            done = subprocess.run(["journalctl", f"--root={root}", action], capture_output=True, encoding="utf-8", timeout=60)
            if done.returncode or done.stderr.strip():
                yield f"journalctl {action}: {done.stderr.strip()}"
    taken = set(re.findall(r"^([0-9a-f]{32}) signpost: ", done.stdout, re.MULTILINE))
    yield from (f"journalctl does not see the entry {id}" for id in entries.keys() - taken)


def check(header, catalog, sources):
    ids, entries = read_ids(header), read_entries(catalog)
    yield from (f"{name}: no entry in the catalog" for name, id in ids.items() if id not in entries)
    found = re.findall(r"^-- (.*)$", catalog, re.MULTILINE)
    yield from (f"{id}: stands there twice" for id in set(found) if found.count(id) > 1)
    yield from (f"{id}: no id in the header" for id in entries.keys() - set(ids.values()))
    for name, entry in ((name, entries[id]) for name, id in ids.items() if id in entries):
        yield from check_entry(name, entry)
        yield from check_uses(name, set(re.findall(r"@(\w+)@", entry)), sources)
    yield from check_journalctl(catalog, entries)


def damages(header, catalog, sources):
    """(what, header, catalog, sources), each with one mistake."""
    first, second = list(read_ids(header).values())[:2]
    yield "no entry", header, re.sub(rf"(?ms)^-- {first}.*?(?=^-- )", "", catalog), sources
    yield "no id", re.sub(f".*{first}.*\n", "", header), catalog, sources
    yield "another id", header.replace(first, second[::-1]), catalog, sources
    yield "nobody logs it", header, catalog, {path: text for path, text in sources.items() if "MESSAGE_LISTEN" not in text}
    yield "no such field", header, catalog.replace("@SIGNPOST_FILE@", "@SIGNPOST_NAME@"), sources
    yield "one message without it", header, catalog.replace("Refused by", "@SIGNPOST_NAME@ was refused by"), sources
    yield "no subject", header, re.sub("Subject: .*\n", "", catalog, count=1), sources
    yield "no such header", header, catalog.replace("Support:", "Hilfe:", 1), sources
    yield "an id twice", header, catalog + "-- " + first + "\n" + read_entries(catalog)[first], sources


def main(root):
    header = (root / "src/util/message-id.h").read_text()
    catalog = (root / "catalog/signpost.catalog").read_text()
    sources = {str(path.relative_to(root)): path.read_text() for path in sorted((root / "src").rglob("*.c"))}
    errors = list(check(header, catalog, sources))
    if not errors:
        errors = [f"nobody notices: {what}" for what, *damaged in damages(header, catalog, sources) if not list(check(*damaged))]
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
