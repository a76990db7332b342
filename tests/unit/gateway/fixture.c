/* SPDX-License-Identifier: BSD-3-Clause */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/wire.h"
#include "dns/zonefile.h"
#include "fixture.h"

// clang-format off
static const char zone_text[] =
        "example.com.                3600 IN SOA ns1.example.com. hostmaster.example.com. 7 3600 600 604800 60\n"
        "example.com.                3600 IN NS ns1.example.com.\n"
        "example.com.                3600 IN NS ns2.example.com.\n"
        "example.com.                3600 IN NS ns.example.net.\n"
        "ns1.example.com.            300  IN A 192.0.2.1\n"
        "ns1.example.com.            300  IN AAAA 2001:db8::1\n"
        "ns2.example.com.            300  IN A 192.0.2.2\n"
        "Host.example.com.           300  IN A 192.0.2.10\n"
        "Host.example.com.           300  IN A 192.0.2.11\n"
        "Host.example.com.           300  IN AAAA 2001:db8::10\n"
        "deep.empty.example.com.     300  IN A 192.0.2.12\n"
        "alias.example.com.          300  IN CNAME alias2.example.com.\n"
        "alias2.example.com.         300  IN CNAME host.example.com.\n"
        "nowhere.example.com.        300  IN CNAME missing.example.com.\n"
        "outside.example.com.        300  IN CNAME www.example.net.\n"
        "loop1.example.com.          300  IN CNAME loop2.example.com.\n"
        "loop2.example.com.          300  IN CNAME loop1.example.com.\n"
        "self.example.com.           300  IN CNAME self.example.com.\n"
        "tosub.example.com.          300  IN CNAME www.sub.example.com.\n"
        "*.wild.example.com.         300  IN A 192.0.2.20\n"
        "there.wild.example.com.     300  IN TXT \"here\"\n"
        "*.spiral.example.com.       300  IN CNAME x.spiral.example.com.\n"
        "sub.example.com.            300  IN NS ns.sub.example.com.\n"
        "sub.example.com.            300  IN NS ns1.example.com.\n"
        "ns.sub.example.com.         300  IN A 192.0.2.30\n"
        "www.sub.example.com.        300  IN A 192.0.2.31\n";
// clang-format on

enum {
        CHAIN = 20,
        MANY = 40,      /* addresses: too many for 512 bytes, not for 1232 */
        TOO_MANY = 100, /* too many for 1232 */
};

static void write_numbered(FILE *out)
{
        for (unsigned i = 0; i < CHAIN; i++)
                fprintf(out, "chain%u.example.com. 300 IN CNAME chain%u.example.com.\n", i, i + 1);
        fprintf(out, "chain%u.example.com. 300 IN A 192.0.2.40\n", CHAIN);
        for (unsigned i = 0; i < MANY; i++)
                fprintf(out, "many.example.com. 300 IN A 198.51.100.%u\n", i);
        for (unsigned i = 0; i < TOO_MANY; i++)
                fprintf(out, "toomany.example.com. 300 IN A 203.0.113.%u\n", i);
}

Zone *fixture_zone(void)
{
        char path[] = "/tmp/test-zone-XXXXXX";
        int fd = mkstemp(path);
        AUTO_FREE char *reason = NULL;
        Zone *zone = NULL;
        Name apex;
        FILE *out;

        assert_true(fd >= 0);
        out = fdopen(fd, "w");
        assert_non_null(out);
        fputs(zone_text, out);
        write_numbered(out);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(name_from_text(&apex, "example.com"), 0);
        if (zonefile_load(&zone, &apex, path, &reason) < 0)
                fail_msg("%s", reason);
        unlink(path);
        return zone;
}

const Zone *fixture_find_zone(void *userdata, const Name *name)
{
        const Zone *zone = userdata;

        return name_is_within(name, zone_apex(zone)) ? zone : NULL;
}

static size_t put_u16(uint8_t *out, uint16_t value)
{
        out[0] = (uint8_t) (value >> 8);
        out[1] = (uint8_t) value;
        return 2;
}

size_t request_write(const Request *request, uint8_t out[static REQUEST_MAX])
{
        size_t n = 0;
        Name name;

        assert_int_equal(name_from_text(&name, request->name), 0);
        n += put_u16(out + n, 0x1234);
        n += put_u16(out + n, request->flags);
        n += put_u16(out + n, 1);
        n += put_u16(out + n, 0);
        n += put_u16(out + n, 0);
        n += put_u16(out + n, request->edns ? 1 : 0);
        memcpy(out + n, name.wire, name.length);
        n += name.length;
        n += put_u16(out + n, request->type);
        n += put_u16(out + n, request->class ? request->class : CLASS_IN);
        if (!request->edns)
                return n;
        out[n++] = 0;
        n += put_u16(out + n, TYPE_OPT);
        n += put_u16(out + n, request->edns);
        n += put_u16(out + n, request->version);
        n += put_u16(out + n, 0);
        n += put_u16(out + n, 0);
        return n;
}
