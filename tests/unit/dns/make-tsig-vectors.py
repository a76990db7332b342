#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes tsig-vectors.h: requests and responses as dnspython signs them.

    make-tsig-vectors.py > tsig-vectors.h
"""

import time

import dns.message
import dns.name
import dns.rcode
import dns.tsig
import dns.update

NOW = 1700000000
KEY_NAME = dns.name.from_text("Laptop.Keys.")
SECRETS = {
    "TSIG_HMAC_MD5": ("hmac-md5.sig-alg.reg.int.", b"sixteen bytes ok"),
    "TSIG_HMAC_SHA1": ("hmac-sha1.", bytes(range(20))),
    "TSIG_HMAC_SHA224": ("hmac-sha224.", bytes(range(28))),
    # Longer than a block of its digest, and just as long.
    "TSIG_HMAC_SHA256": ("hmac-sha256.", bytes(range(100))),
    "TSIG_HMAC_SHA384": ("hmac-sha384.", bytes(range(128))),
    "TSIG_HMAC_SHA512": ("hmac-sha512.", bytes(range(64))),
}


def c_string(data, indent=10):
    digits = data.hex()
    lines = [f'"{digits[i:i + 88]}"' for i in range(0, len(digits), 88)]
    return ("\n" + " " * indent).join(lines)


def vector(algorithm, secret):
    key = dns.tsig.Key(KEY_NAME, secret, algorithm)
    request = dns.update.UpdateMessage("example.com", id=0x5350)
    request.absent("host", "A")
    request.add("host", 60, "A", "192.0.2.1")
    request.use_tsig(key)
    request_wire = request.to_wire()

    response = dns.message.Message(id=0x5350)
    response.flags = 0xA800
    response.set_rcode(dns.rcode.NOERROR)
    response.use_tsig(key)
    response.request_mac = request.mac
    return request_wire, response.to_wire()


def main():
    time.time = lambda: NOW
    print("/* SPDX-License-Identifier: BSD-3-Clause */")
    print("#pragma once\n")
    print("/* Made by make-tsig-vectors.py. */")
    print("// clang-format off")
    print(f"#define VECTORS_TIME {NOW}")
    print(f'#define VECTORS_KEY "{KEY_NAME.to_text()}"\n')
    print("static const struct {")
    print("        TsigAlgorithm algorithm;")
    print("        const char *secret, *request, *response;")
    print("} vectors[] = {")
    for name, (algorithm, secret) in SECRETS.items():
        request, response = vector(algorithm, secret)
        print(f"        {{ {name},\n          {c_string(secret)},")
        print(f"          {c_string(request)},\n          {c_string(response)} }},")
    print("};")
    print("// clang-format on")


if __name__ == "__main__":
    main()
