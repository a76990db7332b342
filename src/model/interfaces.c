/* SPDX-License-Identifier: BSD-3-Clause */

/* Interfaces: links and addresses in sorted arrays, 32 bytes an address, found by halving.
 * It believes whoever fills it in, keeps no history and decides nothing: which addresses count, and what
 * follows from a link without carrier, is for the policy. Lifetimes are not kept, so that a router
 * advertisement that only renews them is no change. */

#include "model/interfaces.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

Interfaces *interfaces_new(void)
{
        return calloc(1, sizeof(Interfaces));
}

Interfaces *interfaces_free(Interfaces *table)
{
        if (!table)
                return NULL;
        for (size_t i = 0; i < table->n_links; i++)
                free(table->links[i].addresses);
        free(table->links);
        free(table);
        return NULL;
}

/* Called before an element is added and after one was removed: whenever the count is a power of two, the
 * array gets room for twice as many. So the count alone says that there is room for one more, and an array
 * that was large does not stay so. NULL: out of memory, the array is as it was. */
static void *resize(void *array, size_t count, size_t element_size)
{
        if ((count & (count - 1)) != 0)
                return array;
        return reallocarray(array, count == 0 ? 1 : count * 2, element_size);
}

/* Where the link is, or where it would go. */
static size_t find_link(const Interfaces *table, int index, bool *ret_found)
{
        size_t low = 0, high = table->n_links;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (table->links[middle].index < index)
                        low = middle + 1;
                else
                        high = middle;
        }
        *ret_found = low < table->n_links && table->links[low].index == index;
        return low;
}

/* Where the address is, or where it would go. */
static size_t find_address(
        const LinkFact *link, const Address *address, uint8_t prefix_length, bool *ret_found)
{
        size_t low = 0, high = link->n_addresses;

        *ret_found = false;
        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const AddressFact *fact = &link->addresses[middle];
                int order = address_compare(&fact->address, address);

                if (order == 0)
                        order = (int) fact->prefix_length - (int) prefix_length;
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

const LinkFact *interfaces_link(const Interfaces *table, int index)
{
        bool found;
        size_t at = find_link(table, index, &found);

        return found ? &table->links[at] : NULL;
}

/* The link of this index, made where there is none; NULL: out of memory. */
static LinkFact *take_link(Interfaces *table, int index)
{
        bool found;
        size_t at = find_link(table, index, &found);
        LinkFact *larger;

        if (found)
                return &table->links[at];
        larger = resize(table->links, table->n_links, sizeof *larger);
        if (!larger)
                return NULL;
        table->links = larger;
        memmove(larger + at + 1, larger + at, (table->n_links - at) * sizeof *larger);
        table->n_links++;
        larger[at] = (LinkFact){ .index = index, .generation = table->generation };
        return &larger[at];
}

/* Takes the marks of interfaces_set_leaving() away; true: there were some. */
static bool stay(LinkFact *link)
{
        bool changed = false;

        link->leaving_until_usec = 0;
        for (size_t i = 0; i < link->n_addresses; i++) {
                changed = changed || link->addresses[i].leaving;
                link->addresses[i].leaving = false;
        }
        return changed;
}

int interfaces_set_link(Interfaces *table, int index, const char *name, bool up, bool carrier, bool loopback)
{
        LinkFact *link = take_link(table, index);

        if (!link)
                return -ENOMEM;
        link->generation = table->generation;
        if (link->known && link->up == up && link->carrier == carrier && link->loopback == loopback &&
                strncmp(link->name, name, sizeof link->name - 1) == 0)
                return 0;
        snprintf(link->name, sizeof link->name, "%s", name);
        link->up = up;
        link->carrier = carrier;
        link->loopback = loopback;
        link->known = true;
        if (!up || !carrier)
                stay(link);
        return 1;
}

int interfaces_set_address(Interfaces *table, int index, const AddressFact *fact)
{
        LinkFact *link = take_link(table, index);
        AddressFact *larger, *old;
        bool found, same, leaving;
        size_t at;

        if (!link)
                return -ENOMEM;
        at = find_address(link, &fact->address, fact->prefix_length, &found);
        if (found) {
                old = &link->addresses[at];
                same = old->scope == fact->scope && old->flags == fact->flags;
                leaving = old->leaving;
                *old = *fact;
                old->generation = table->generation;
                old->leaving = leaving;
                return same ? 0 : 1;
        }
        larger = resize(link->addresses, link->n_addresses, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        link->addresses = larger;
        memmove(larger + at + 1, larger + at, (link->n_addresses - at) * sizeof *larger);
        link->n_addresses++;
        larger[at] = *fact;
        larger[at].generation = table->generation;
        larger[at].leaving = false;
        return 1;
}

static void remove_link_at(Interfaces *table, size_t at)
{
        LinkFact *smaller;

        free(table->links[at].addresses);
        table->n_links--;
        memmove(table->links + at, table->links + at + 1, (table->n_links - at) * sizeof *table->links);
        smaller = resize(table->links, table->n_links, sizeof *smaller);
        if (smaller)
                table->links = smaller;
}

int interfaces_remove_link(Interfaces *table, int index)
{
        bool found;
        size_t at = find_link(table, index, &found);

        if (!found)
                return 0;
        remove_link_at(table, at);
        return 1;
}

int interfaces_remove_address(Interfaces *table, int index, const Address *address, uint8_t prefix_length)
{
        AddressFact *smaller;
        LinkFact *link;
        bool found;
        size_t at_link = find_link(table, index, &found), at;

        if (!found)
                return 0;
        link = &table->links[at_link];
        at = find_address(link, address, prefix_length, &found);
        if (!found)
                return 0;
        link->n_addresses--;
        memmove(link->addresses + at, link->addresses + at + 1,
                (link->n_addresses - at) * sizeof *link->addresses);
        smaller = resize(link->addresses, link->n_addresses, sizeof *smaller);
        if (smaller)
                link->addresses = smaller;
        if (!link->known && link->n_addresses == 0)
                remove_link_at(table, at_link);
        return 1;
}

void interfaces_begin_sync(Interfaces *table)
{
        table->generation++;
}

static bool sweep_addresses(LinkFact *link, uint32_t generation)
{
        size_t kept = 0;
        bool swept;

        for (size_t i = 0; i < link->n_addresses; i++)
                if (link->addresses[i].generation == generation)
                        link->addresses[kept++] = link->addresses[i];
        swept = kept < link->n_addresses;
        link->n_addresses = kept;
        return swept;
}

/* A link that the dump did not bring is gone. Where an address of it was brought nevertheless, a new link
 * with the same index was made between the dumps of links and of addresses: the old one's name and state
 * say nothing about it. False: nothing is left of it. */
static bool sweep_link(LinkFact *link, uint32_t generation, bool *changed)
{
        *changed |= sweep_addresses(link, generation);
        if (link->generation == generation)
                return true;
        *changed |= link->known;
        if (link->n_addresses == 0) {
                free(link->addresses);
                return false;
        }
        *link = (LinkFact){
                .index = link->index,
                .generation = generation,
                .n_addresses = link->n_addresses,
                .addresses = link->addresses,
        };
        return true;
}

int interfaces_sweep(Interfaces *table)
{
        bool changed = table->state != FACT_KNOWN;
        size_t kept = 0;

        for (size_t i = 0; i < table->n_links; i++)
                if (sweep_link(&table->links[i], table->generation, &changed))
                        table->links[kept++] = table->links[i];
        table->n_links = kept;
        table->state = FACT_KNOWN;
        return changed ? 1 : 0;
}

int interfaces_set_leaving(Interfaces *table, const char *name, uint64_t until_usec)
{
        int r = -ENODEV;

        for (size_t i = 0; i < table->n_links; i++) {
                LinkFact *link = &table->links[i];

                if (!link->known || strcmp(link->name, name) != 0)
                        continue;
                r = 0;
                if (!link->up || !link->carrier)
                        break; /* gone already; and when it comes back, that is news */
                link->leaving_until_usec = until_usec;
                for (size_t a = 0; a < link->n_addresses; a++) {
                        r = r || !link->addresses[a].leaving;
                        link->addresses[a].leaving = true;
                }
        }
        return r;
}

int interfaces_end_leaving(Interfaces *table, uint64_t now, uint64_t *ret_next)
{
        bool changed = false;

        *ret_next = UINT64_MAX;
        for (size_t i = 0; i < table->n_links; i++) {
                LinkFact *link = &table->links[i];

                if (link->leaving_until_usec == 0)
                        continue;
                if (link->leaving_until_usec <= now)
                        changed |= stay(link);
                else if (link->leaving_until_usec < *ret_next)
                        *ret_next = link->leaving_until_usec;
        }
        return changed;
}

size_t interfaces_count_addresses(const Interfaces *table)
{
        size_t count = 0;

        for (size_t i = 0; i < table->n_links; i++)
                count += table->links[i].n_addresses;
        return count;
}
