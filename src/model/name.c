/* SPDX-License-Identifier: BSD-3-Clause */

#include "model/name.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

const Name name_root = { .length = 1 };

/* ASCII only, whatever the locale says: domain names know no other letters (RFC 4343 section 3). */
static uint8_t lower(uint8_t c)
{
        return c >= 'A' && c <= 'Z' ? (uint8_t) (c + ('a' - 'A')) : c;
}

/* One character of a label, escapes undone. Returns the bytes of text used, or -EINVAL. */
static int read_character(const char *text, uint8_t *ret)
{
        unsigned value;

        if (text[0] != '\\') {
                *ret = (uint8_t) text[0];
                return 1;
        }
        if (text[1] == '\0')
                return -EINVAL;
        if (!isdigit((unsigned char) text[1])) {
                *ret = (uint8_t) text[1];
                return 2;
        }
        if (!isdigit((unsigned char) text[2]) || !isdigit((unsigned char) text[3]))
                return -EINVAL;
        value = (unsigned) (text[1] - '0') * 100 + (unsigned) (text[2] - '0') * 10 + (unsigned) (text[3] - '0');
        if (value > 255)
                return -EINVAL;
        *ret = (uint8_t) value;
        return 4;
}

/* One label at `text` into `label` (length byte first). Returns the bytes of text used, or an error. */
static int read_label(const char *text, uint8_t label[static 64])
{
        const char *p = text;
        size_t n = 0;

        while (*p != '\0' && *p != '.') {
                uint8_t c;
                int used = read_character(p, &c);

                if (used < 0)
                        return used;
                if (n == 63)
                        return -ENAMETOOLONG;
                label[1 + n++] = c;
                p += used;
        }
        if (n == 0)
                return -EINVAL;
        label[0] = (uint8_t) n;
        return (int) (p - text);
}

int name_from_text(Name *ret, const char *text)
{
        Name name = { 0 };
        size_t at = 0;

        if (strcmp(text, ".") == 0) {
                *ret = name_root;
                return 0;
        }
        do {
                uint8_t label[64];
                int used = read_label(text, label);

                if (used < 0)
                        return used;
                if (at + 1 + label[0] + 1 > NAME_WIRE_MAX)
                        return -ENAMETOOLONG;
                memcpy(name.wire + at, label, 1U + label[0]);
                at += 1U + label[0];
                text += used;
                if (*text == '.')
                        text++;
        } while (*text != '\0');
        name.length = (uint8_t) (at + 1);
        *ret = name;
        return 0;
}

int name_from_wire(Name *ret, const uint8_t *wire, size_t size)
{
        size_t at = 0;

        for (;;) {
                if (at >= size || at >= NAME_WIRE_MAX || wire[at] > 63)
                        return -EBADMSG;
                if (wire[at] == 0)
                        break;
                at += 1U + wire[at];
        }
        memset(ret, 0, sizeof *ret);
        ret->length = (uint8_t) (at + 1);
        memcpy(ret->wire, wire, at + 1);
        return (int) (at + 1);
}

const char *name_to_text(const Name *name, char buffer[static NAME_TEXT_MAX])
{
        char *out = buffer;

        if (name->length <= 1)
                return strcpy(buffer, ".");
        for (const uint8_t *label = name->wire; *label; label += 1 + *label) {
                if (label != name->wire)
                        *out++ = '.';
                for (unsigned i = 1; i <= *label; i++) {
                        uint8_t c = label[i];

                        if (c <= ' ' || c >= 127)
                                out += sprintf(out, "\\%03u", c);
                        else if (strchr(".\\\"();@$", c))
                                out += sprintf(out, "\\%c", c);
                        else
                                *out++ = (char) c;
                }
        }
        *out = '\0';
        return buffer;
}

static bool bytes_equal(const uint8_t *a, const uint8_t *b, size_t size)
{
        /* Length bytes are at most 63, below 'A': folding the whole name at once is safe. */
        for (size_t i = 0; i < size; i++)
                if (lower(a[i]) != lower(b[i]))
                        return false;
        return true;
}

bool name_equal(const Name *a, const Name *b)
{
        return a->length == b->length && bytes_equal(a->wire, b->wire, a->length);
}

/* Offsets of the labels, first to last. A name has at most 127. */
static unsigned label_offsets(const Name *name, uint8_t offsets[static 127])
{
        unsigned n = 0;

        for (unsigned at = 0; at < name->length && name->wire[at]; at += 1U + name->wire[at])
                offsets[n++] = (uint8_t) at;
        return n;
}

static int compare_labels(const uint8_t *a, const uint8_t *b)
{
        unsigned shorter = *a < *b ? *a : *b;

        for (unsigned i = 1; i <= shorter; i++)
                if (lower(a[i]) != lower(b[i]))
                        return (int) lower(a[i]) - (int) lower(b[i]);
        return (int) *a - (int) *b;
}

int name_compare(const Name *a, const Name *b)
{
        uint8_t of_a[127], of_b[127];
        unsigned na = label_offsets(a, of_a), nb = label_offsets(b, of_b);

        while (na > 0 && nb > 0) {
                int order = compare_labels(a->wire + of_a[--na], b->wire + of_b[--nb]);

                if (order != 0)
                        return order;
        }
        return (int) na - (int) nb;
}

bool name_is_within(const Name *name, const Name *zone)
{
        unsigned at = 0;

        while (name->length - at > zone->length)
                at += 1U + name->wire[at];
        return name->length - at == zone->length && bytes_equal(name->wire + at, zone->wire, zone->length);
}

unsigned name_labels(const Name *name)
{
        uint8_t offsets[127];

        return label_offsets(name, offsets);
}

bool name_parent(const Name *name, Name *ret)
{
        Name parent = { 0 };
        unsigned first = 1U + name->wire[0];

        if (name->length <= 1)
                return false;
        parent.length = (uint8_t) (name->length - first);
        memcpy(parent.wire, name->wire + first, parent.length);
        *ret = parent;
        return true;
}

void name_to_lower(Name *name)
{
        for (unsigned i = 0; i < name->length; i++)
                name->wire[i] = lower(name->wire[i]);
}
