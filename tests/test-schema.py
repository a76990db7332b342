#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The installed JSON Schema and the daemon agree: a configuration with all keys is varied at each of its places in each way, and
both judge. Each rule of the schema must be the only one to refuse some variation, so that its loss would be noticed. The
examples of the manual and of the README are good for both.

    test-schema.py ROOT PROBE_CONFIG SIGNPOSTD SCHEMA
"""

import copy
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from jsonschema import Draft7Validator
except ImportError:
    print("skipped: python3-jsonschema is missing", file=sys.stderr)
    sys.exit(77)

# Every key of the configuration is here, which is checked too.
GOOD = {
    "$schema": "file:///usr/share/signpost/signpost.schema.json",
    "keys": {"one.": {"algorithm": "hmac-sha256", "secret_file": "one.secret"}, "two": {"file": "two.key"}},
    "providers": {
        "dns": {"type": "rfc2136", "zone": "example.com", "server": "192.0.2.53", "port": 53, "key": "one", "tcp": False,
                "timeout": 2.5, "verify": 600.5, "dry_run": True},
        "here": {"type": "embedded", "zone": "home.arpa", "dry_run": False},
    },
    "records": {
        "a.example.com": {
            "provider": "dns", "ttl": 60, "ipv4": False, "ownership": "exclusive", "withdraw_delay": 0.5, "withdraw_on_stop": True,
            "ipv6": {"from": "interfaces", "interfaces": ["eth*"], "include": ["2001:db8::/32"], "exclude": ["fc00::/7"],
                     "temporary": False, "deprecated": False, "teredo": False, "unique_local": True, "private": True,
                     "limit": 3, "suffix": "::211:32ff:fe12:3456/64"}},
        "b.example.com": {"ownership": "shared", "ipv4": {"from": "static", "addresses": ["192.0.2.1"]},
                          "ipv6": {"from": "static", "addresses": ["2001:db8::1"]}},
        "c.home.arpa": {"ipv4": {"from": "interfaces", "interfaces": ["*"], "include": ["192.0.2.0/24"], "exclude": ["10.0.0.0/8"],
                                 "temporary": True, "deprecated": True, "teredo": True, "unique_local": False, "private": False,
                                 "limit": 1}},
    },
    "pools": {
        "d.example.com": {
            "provider": "dns", "ttl": 30, "policy": "priority", "minimum": 1, "all_down": "hold", "failback": "manual",
            "failback_delay": 60.5, "removal_percent": 25, "removal_interval": 10.5, "hold_down": 30.5, "hold_down_max": 600.5,
            "verify": 30.5, "discover": True, "withdraw_on_stop": True, "self": True,
            "check": {"type": "exec", "command": ["/bin/true", "x"]},
            "members": {
                "one": "192.0.2.1",
                "two": {"address": "2001:db8::1", "priority": 20, "check": {
                    "type": "icmp", "interval": 10.5, "fast_interval": 2.5, "timeout": 2.5, "rise": 3, "fall": 2}},
                "three": {"address": "192.0.2.3", "check": {"type": "tcp", "port": 80}},
                "four": {"address": "192.0.2.4", "check": {
                    "type": "http", "port": 80, "host": "f", "path": "/", "method": "GET", "headers": ["A: b"], "body": "x",
                    "expect_status": [200, "300-399"], "expect_body": "x"}},
                "five": {"address": "192.0.2.5", "check": {
                    "type": "https", "port": 443, "host": "f", "path": "/", "method": "GET", "headers": ["A: b"], "body": "x",
                    "expect_status": [200, "300-399"], "expect_body": "x", "verify_tls": False}},
                "six": {"address": "192.0.2.6", "check": {"type": "exec", "command": ["/bin/true"]}}}},
        "e.example.com": {"all_down": ["192.0.2.9"], "self": {"priority": 1, "ipv4": True, "ipv6": True, "check": {"type": "icmp"}}},
        "f.example.com": {"self": {}},
        "g.example.com": {"discover": True, "check": {"type": "http"}},
    },
    "observer": {"references": ["192.0.2.1", "2001:db8::1"]},
    "hooks": [{"events": ["published", "parked"], "command": ["/bin/true", "x"], "timeout": 5.5}],
    "gateway": {"listen": ["127.0.0.1:5300", "[::1]:5300"]},
    "log": {"level": "info"},
}

# One of each type wherever it stands, and more of the type that belongs there.
ANYTHING = [None, True, False, 60.0, "x", [], {}]
OBJECTS = [{"from": "static"}, {"from": "http"}, {"from": None}, {"type": "tcp"}, {"type": "exec"}, {"type": "ping"},
           {"ipv4": False, "ipv6": False}]
LISTS = [[None], ["x", None]]
TEXTS = [
    "", "a b", "a\nb", "!", "!a", "a/b", "%l.example.com", "%x", "a..b", "b\u00fccher.example.com", "a" * 64 + ".example.com",
    "192.0.2.7", "192.0.2.300", "192.0.2.0/032", "192.0.2.0/33", "2001:db8::7", "2001:db8::g", "::/128", "::/129", "1::2::3",
    "::1/0", "::1/127", "::1/128", "192.0.2.1:53", "[::1]:53", "::1:53", "[::1]:70000", "ns1:53", "ns1.example.com",
    "::1:80", "0.0.0.0", "224.0.0.1", "fe80::1", "/x", "/a?b", "/a b", "/a#b", "GET", "A: b", "A:b?c", "A:", "A: ", "A b: c", "hOSt: b",
    "A: b\nC: d", "200", "200-399", "399-300", "200-", "99", "600", "hold", "empty", "manual", "priority", "parked", "exec",
    "hmac-md5", "HMAC-MD5", "debug", "warn", "interfaces", "static", "exclusive", "shared", "rfc2136", "embedded",
]  # fmt: skip
NAMES = ["", ".", "x", "a b", "a..b", "%x", "%l.example.com", "b\u00fccher.example.com", "A.EXAMPLE.COM.", "*.example.com", "192.0.2.7", "::1",
         "a\nb", "a" * 64, "a" * 65]

# What the daemon refuses and a schema cannot: what it says of it, and why not.
ONLY_DAEMON = {
    r"must be one of the (keys|providers) |where there are none": "references from entry to entry",
    r"must be given(, or the name must lie within|: no provider has|: .* both have)": "which zone a name lies in",
    r"must lie within the zone of its provider": "which zone a name lies in",
    r"must be the name of a file that exists": "files",
    r"has the key ": "what stands in files",
    r"is there (already|twice)": "equality in another spelling",
    r"must not be the name of one of \"records\" too|must have (different|other) addresses": "equality of what stands elsewhere",
    r"must be a host name, or its HTTP checks": "the pool's name as a default",
    r"must be an integer from \d+ to \d+, not \d+\.0|must be a status .* not \d+\.0": "JSON Schema takes 60.0 for an integer",
    r"must be a status .* not \"399-300\"": "the order of two numbers",
    r"must be an IPv4 or IPv6 address of a host.* not \"[0-9a-f:.]*\"": "which addresses a host can have",
    r"must be (an IPv6|an address and a port|a host name).* not \"[][0-9a-f:./]*\"": "the details of IPv6 and ports",
    r"members/[0-9a-f:]+: must have a name of at most 64 bytes": "which texts are IPv6 addresses",
    r"must be a domain name of at most|must be a host name.* not \"a{40}": "how long a name may be",
}
# What the daemon takes and the schema does not, because one spelling is enough to suggest.
ONLY_SCHEMA = {
    (r"keys/.*/algorithm", "HMAC-MD5"): "letters of either case",
    (r"log/level", "warn"): "other words for a level",
}


def make_secrets(folder, keys):
    for name, key in keys.items():
        texts = {"secret_file": "c2VjcmV0", "file": f'key "{name}" {{ algorithm hmac-sha256; secret "c2VjcmV0"; }};'}
        for what in texts.keys() & key.keys():
            (folder / key[what]).touch(0o600)
            (folder / key[what]).write_text(texts[what])


def walk(value, path=()):
    """Each place in a value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from walk(item, path + (key,))


def look_up(value, path):
    for key in path:
        value = value[key]
    return value


def changed(path, change):
    """GOOD, with `change` done to what has the last key of the path."""
    result = copy.deepcopy(GOOD)
    change(look_up(result, path[:-1]), path[-1])
    return result


def rename(name):
    def change(holder, key):
        holder[name] = holder.pop(key)

    return change


def assign(value):
    def change(holder, key):
        holder[key] = value

    return change


def bounds(schema, step):
    """Each limit that the schema knows, and what lies just beyond it; and no limit at all."""
    limits = (node.get(key) for node in nodes(schema) for key in ("minimum", "maximum"))
    numbers = {limit for limit in limits if isinstance(limit, (int, float))}  # "minimum" is a key of pools too
    return sorted({value for n in numbers for value in (n, n - step, n + step)}) + [1e300]


def nodes(schema):
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    for item in schema if isinstance(schema, list) else ():
        yield from nodes(item)


def is_name(path):
    """Of an entry of a map, rather than a key."""
    return len(path) == 2 and path[0] in ("keys", "providers", "records", "pools") or len(path) == 4 and path[2] == "members"


def variations(schema):
    """(path, what is different, configuration)"""
    yield "", "as it is", GOOD
    yield from (("", value, value) for value in ANYTHING + OBJECTS)
    others = {path[-1]: look_up(GOOD, path) for path in walk(GOOD) if isinstance(path[-1], str) and len(path) > 2} | {"zzz": 1}
    integers, seconds = bounds(schema, 1), bounds(schema, 0.01)
    for path in walk(GOOD):
        name, here = "/".join(map(str, path)), look_up(GOOD, path)
        more = {str: TEXTS, list: LISTS, dict: OBJECTS, int: integers, float: seconds}.get(type(here), [])
        for value in ANYTHING + more:
            yield name, value, changed(path, assign(value))
        if isinstance(path[-1], str):
            yield name, "missing", changed(path, lambda holder, key: holder.pop(key))
        if is_name(path):
            yield from ((name, f"as {text!r}", changed(path, rename(text))) for text in NAMES)
        if isinstance(here, list):
            many = [f"127.0.0.1:{port}" for port in range(1, 2000)] if path[-1] == "listen" else here[:1] * 2000
            yield from ((name, f"of {n}", changed(path, assign(many[:n]))) for n in (1, 64, 65, 1000, 1001))
        if isinstance(here, dict):
            for key in others.keys() - here.keys():
                yield name, f"with {key}", changed(path, assign({key: others[key], **here}))


def part_at(path, configuration):
    """What differs from GOOD, which is enough for a schema: it never compares what stands in two places."""
    top = path.partition("/")[0]
    return {key: value for key, value in configuration.items() if key == top} if path else configuration


def judge(probe, schema):
    """[(path, what is different, what the daemon says, the schema's errors)]"""
    rows = list(variations(schema))
    validator = Draft7Validator(schema)
    with tempfile.TemporaryDirectory() as folder:
        make_secrets(Path(folder), GOOD["keys"])
        names = [f"{number}.json" for number in range(len(rows))]
        for name, (*_, configuration) in zip(names, rows):
            (Path(folder) / name).write_text(json.dumps(configuration))
        done = subprocess.run([probe, "check", *names], cwd=folder, capture_output=True, encoding="utf-8", check=True, timeout=60)
    said = dict.fromkeys(names, "")
    for line in done.stdout.splitlines():
        said[line.partition(":")[0]] += line + "\n"
    return [
        (path, what, said[name], list(validator.iter_errors(part_at(path, configuration))))
        for name, (path, what, configuration) in zip(names, rows)
    ]


def excuse(path, what, said, errors):
    """Why the two may disagree; None: they may not."""
    if not said:
        return next((reason for (place, value), reason in ONLY_SCHEMA.items() if re.fullmatch(place, path) and what == value), None)
    reasons = [reason for line in said.splitlines() for text, reason in ONLY_DAEMON.items() if re.search(text, line)]
    return reasons[0] if len(reasons) == len(said.splitlines()) else None


def disagreements(judged):
    for path, what, said, errors in judged:
        if bool(said) != bool(errors) and not excuse(path, what, said, errors):
            told = said or "; ".join(error.message[:200] for error in errors)
            yield f"{path} {str(what)[:80]!r}: only the {'daemon' if said else 'schema'} refuses it: {told.strip()}"


def unneeded_excuses(judged):
    needed = {excuse(*row) for row in judged if bool(row[2]) != bool(row[3])}
    return [f"no variation needs the exception for {reason}" for reason in {*ONLY_DAEMON.values(), *ONLY_SCHEMA.values()} - needed]


RULES = {"type", "enum", "minimum", "maximum", "minItems", "maxItems", "pattern", "required"}


def rules(schema, path=()):
    """The path of each keyword that refuses something."""
    for key, value in schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ():
        here = path + (key,)
        is_property = path[-1:] == ("properties",)
        if is_property or key not in {"if", "not", "default", "required", "enum"}:
            yield from rules(value, here)
        if value is False and (is_property or key == "additionalProperties") or not is_property and (key in RULES or key == "not"):
            yield here


def resolved(schema, path):
    """The same place in the schema, where it really stands: what is used in several places is in "definitions"."""
    node, place = schema, ()
    for key in path:
        if "$ref" in node:
            place = tuple(node["$ref"].split("/")[1:])
            node = look_up(schema, place)
        node, place = node[key], place + (key,)
    return place


def untested_rules(judged, schema):
    errors = [row[3][0] for row in judged if len(row[3]) == 1 and row[2] and not excuse(*row)]
    alone = {resolved(schema, error.absolute_schema_path) for error in errors}
    return [f"no variation is refused by {'/'.join(map(str, rule))} alone" for rule in rules(schema) if rule not in alone]


def schema_keys(schema, node, seen, path=()):
    """The path of each key that the schema knows, "*" for any name; what is used in several places is met in the first of them."""
    for part in node.get("allOf", ()):
        if "$ref" in part and part["$ref"] not in seen:
            seen.add(part["$ref"])
            yield from schema_keys(schema, look_up(schema, part["$ref"].split("/")[1:]), seen, path)
    for where in {"then", "else"} & node.keys():
        yield from schema_keys(schema, node[where], seen, path)
    for where in {"additionalProperties", "items"} & node.keys():
        if isinstance(node[where], dict):
            yield from schema_keys(schema, node[where], seen, path + ("*",))
    for key, value in node.get("properties", {}).items():
        yield path + (key,)
        yield from schema_keys(schema, value if isinstance(value, dict) else {}, seen, path + (key,))


def unused_keys(schema):
    used = set()
    for path in walk(GOOD):
        names = (is_name(path[: i + 1]) or isinstance(key, int) for i, key in enumerate(path))
        used.add(tuple("*" if name else key for name, key in zip(names, path)))
    return [f"{'/'.join(key)}: not in GOOD of this test" for key in sorted(set(schema_keys(schema, schema, set())) - used)]


def examples(root):
    """(place, text) of each configuration in the manual and in the README."""
    for page in sorted((root / "man").glob("*.scd")):
        for match in re.finditer(r"^```\n((?://[^\n]*\n)*[{\"].*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            yield page.name, match[1] if match[1][0] != '"' else "{" + match[1].rstrip("\n,") + "}"
    readme = (root / "README.md").read_text()
    for match in re.finditer(r"^    ((?://[^\n]*\n    )?\{\n.*?\n    \}\n)", readme, re.MULTILINE | re.DOTALL):
        yield "README.md", match[1].replace("\n    ", "\n")


def without_comments(text):
    return re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda match: match[1] or "", text, flags=re.DOTALL)


def check_example(signpostd, schema, folder, place, text):
    """One that says that it is in conf.d joins the one before it."""
    configuration = json.loads(without_comments(text))
    make_secrets(folder, configuration.get("keys", {}))
    is_fragment = re.match(r"//.*conf\.d/", text)
    main, fragment = folder / "signpost.json", folder / "conf.d" / "fragment.json"
    fragment.unlink(missing_ok=True)
    (fragment if is_fragment else main).write_text(text)
    command = [signpostd, "--check", "--config", main]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=60)
    said = done.stderr if done.returncode else ""
    said += "; ".join(error.message for error in Draft7Validator(schema).iter_errors(configuration))
    return [f"{place}: {said}\n{text}"] if said else []


def check_examples(root, signpostd, schema):
    errors, places = [], []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "conf.d").mkdir()
        for place, text in examples(root):
            places.append(place)
            errors += check_example(signpostd, schema, Path(folder), place, text)
    errors += [f"{place}: no example was found" for place in ("signpost.json.5.scd", "README.md") if place not in places]
    return errors


def check(root, probe, signpostd, schema):
    judged = judge(probe, schema)
    yield from disagreements(judged)
    yield from unneeded_excuses(judged)
    yield from untested_rules(judged, schema)
    yield from unused_keys(schema)
    yield from check_examples(root, signpostd, schema)


def main(arguments):
    root, probe, signpostd, schema = (Path(argument).resolve() for argument in arguments)
    schema = json.loads(schema.read_text())
    Draft7Validator.check_schema(schema)
    errors = list(check(root, probe, signpostd, schema))
    for error in errors[:50]:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
