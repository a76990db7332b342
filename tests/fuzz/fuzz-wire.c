/* SPDX-License-Identifier: BSD-3-Clause */

/* The wire reader, fed with anything. What it accepts must then read without an error, to the last record. */

#include "dns/wire.h"

#include <stdlib.h>

#include "fuzz.h"
#include "util/cleanup.h"

static void read_section(const WireMessage *message, WireSection section, uint8_t *rdata)
{
        WireCursor cursor = wire_begin(message, section);
        WireRecord record;
        unsigned records = 0;

        for (; wire_next(&cursor, &record); records++) {
                Name copy;

                must(record.section == section);
                must(name_from_wire(&copy, record.name.wire, record.name.length) == record.name.length);
                must(record.rdata + record.rdata_length <= message->data + message->size);
                if (section != SECTION_QUESTION)
                        must(wire_copy_rdata(message, &record, rdata) >= (record.rdata_length > 0 ? 1 : 0));
        }
        must(records == message->count[section]);
        must(cursor.at == (section + 1 < SECTIONS ? message->section[section + 1] : message->size));
}

/* The RRset of a section's first record holds at least that record, if it is in class IN. */
static void collect(const WireMessage *message, WireSection section)
{
        AUTO(rrset_freep) RRset *set = NULL;
        WireCursor cursor = wire_begin(message, section);
        WireRecord first;

        if (!wire_next(&cursor, &first))
                return;
        must(wire_collect_rrset(message, section, &first.name, first.type, &set) == 0);
        must(set || first.class != CLASS_IN);
        must(!set || (set->count > 0 && set->ttl <= TTL_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        AUTO_FREE uint8_t *rdata = NULL;
        const char *reason = NULL;
        WireMessage message;
        WireRecord question;

        if (wire_parse(&message, data, size, &reason) < 0) {
                must(reason != NULL);
                return 0;
        }
        rdata = malloc(WIRE_MESSAGE_MAX);
        must(rdata != NULL);
        must(wire_question(&message, &question) == (message.count[SECTION_QUESTION] > 0));
        for (WireSection section = SECTION_QUESTION; section < SECTIONS; section++) {
                read_section(&message, section, rdata);
                if (section != SECTION_QUESTION)
                        collect(&message, section);
        }
        return 0;
}
