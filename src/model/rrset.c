/* SPDX-License-Identifier: BSD-3-Clause */

#include "model/rrset.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

RRset *rrset_new(const Name *name, uint16_t type, uint32_t ttl)
{
        RRset *set = calloc(1, sizeof *set);

        if (!set)
                return NULL;
        set->name = *name;
        set->type = type;
        set->ttl = ttl;
        return set;
}

RRset *rrset_free(RRset *set)
{
        if (!set)
                return NULL;
        for (size_t i = 0; i < set->count; i++)
                free(set->rdata[i]);
        free(set->rdata);
        free(set);
        return NULL;
}

RRset *rrset_copy(const RRset *set)
{
        AUTO(rrset_freep) RRset *copy = NULL;

        if (!set)
                return NULL;
        copy = rrset_new(&set->name, set->type, set->ttl);
        if (!copy || rrset_add_all(copy, set) < 0)
                return NULL;
        return STEAL(copy);
}

/* Canonical order of RDATA: as left-justified byte strings (RFC 4034 section 6.3). */
static int compare(const void *a, uint16_t a_length, const void *b, uint16_t b_length)
{
        int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

        return order != 0 ? order : (int) a_length - (int) b_length;
}

/* Where the value is, or where it would go. */
static size_t find(const RRset *set, const void *rdata, uint16_t length, bool *ret_found)
{
        size_t low = 0, high = set->count;

        *ret_found = false;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = compare(set->rdata[middle]->bytes, set->rdata[middle]->length, rdata, length);

                if (order == 0) {
                        *ret_found = true;
                        return middle;
                }
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* The array grows in powers of two, so that `count` alone says how large it is. */
static int make_room(RRset *set)
{
        RData **larger;

        if (set->count != 0 && (set->count & (set->count - 1)) != 0)
                return 0;
        larger = reallocarray(set->rdata, set->count == 0 ? 1 : set->count * 2, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        set->rdata = larger;
        return 0;
}

int rrset_add(RRset *set, const void *rdata, uint16_t length)
{
        bool found;
        size_t at = find(set, rdata, length, &found);
        RData *value;

        if (found)
                return 0;
        value = malloc(sizeof *value + length);
        if (!value)
                return -ENOMEM;
        if (make_room(set) < 0) {
                free(value);
                return -ENOMEM;
        }
        value->length = length;
        memcpy(value->bytes, rdata, length);
        memmove(set->rdata + at + 1, set->rdata + at, (set->count - at) * sizeof *set->rdata);
        set->rdata[at] = value;
        set->count++;
        return 1;
}

int rrset_add_address(RRset *set, const Address *address)
{
        return rrset_add(set, address->bytes, (uint16_t) address_size(address));
}

int rrset_add_all(RRset *set, const RRset *other)
{
        for (size_t i = 0; other && i < other->count; i++) {
                int r = rrset_add(set, other->rdata[i]->bytes, other->rdata[i]->length);

                if (r < 0)
                        return r;
        }
        return 0;
}

bool rrset_remove(RRset *set, const void *rdata, uint16_t length)
{
        bool found;
        size_t at = find(set, rdata, length, &found);
        RData *value;

        if (!found)
                return false;
        value = set->rdata[at];
        set->count--;
        memmove(set->rdata + at, set->rdata + at + 1, (set->count - at) * sizeof *set->rdata);
        free(value);
        return true;
}

bool rrset_contains(const RRset *set, const RData *rdata)
{
        bool found = false;

        if (set)
                find(set, rdata->bytes, rdata->length, &found);
        return found;
}

bool rrset_has_address(const RRset *set, const Address *address)
{
        bool found = false;

        if (set)
                find(set, address->bytes, (uint16_t) address_size(address), &found);
        return found;
}

bool rrset_is_empty(const RRset *set)
{
        return !set || set->count == 0;
}

bool rrset_same_data(const RRset *a, const RRset *b)
{
        if (rrset_is_empty(a) || rrset_is_empty(b))
                return rrset_is_empty(a) && rrset_is_empty(b);
        if (a->count != b->count || a->type != b->type || !name_equal(&a->name, &b->name))
                return false;
        for (size_t i = 0; i < a->count; i++)
                if (compare(a->rdata[i]->bytes, a->rdata[i]->length, b->rdata[i]->bytes,
                            b->rdata[i]->length) != 0)
                        return false;
        return true;
}

bool rrset_equal(const RRset *a, const RRset *b)
{
        return rrset_same_data(a, b) && (rrset_is_empty(a) || a->ttl == b->ttl);
}

uint16_t rrset_type_of_family(int family)
{
        return family == AF_INET ? TYPE_A : TYPE_AAAA;
}

int rdata_to_address(const RData *rdata, uint16_t type, Address *ret)
{
        if (type != TYPE_A && type != TYPE_AAAA)
                return -EINVAL;
        return address_from_bytes(ret, type == TYPE_A ? AF_INET : AF_INET6, rdata->bytes, rdata->length) < 0
                       ? -EINVAL
                       : 0;
}

const char *rrtype_to_text(uint16_t type, char buffer[static 10])
{
        switch (type) {
        case TYPE_A:
                return "A";
        case TYPE_NS:
                return "NS";
        case TYPE_CNAME:
                return "CNAME";
        case TYPE_SOA:
                return "SOA";
        case TYPE_TXT:
                return "TXT";
        case TYPE_AAAA:
                return "AAAA";
        default:
                snprintf(buffer, 10, "TYPE%u", type);
                return buffer;
        }
}
