/* SPDX-License-Identifier: BSD-3-Clause */

/* The network: which address is whose, and who reaches whom. */

#include <assert.h>
#include <string.h>

#include "simulation.h"

/* Addresses: 192.0.2.N and 2001:db8::N. */

Address target_address(unsigned family, unsigned target)
{
        static const uint8_t prefixes[2][16] = { { 192, 0, 2 }, { 0x20, 0x01, 0x0d, 0xb8 } };
        Address address = { .family = family == 0 ? AF_INET : AF_INET6 };
        size_t size = family == 0 ? 4 : 16;

        memcpy(address.bytes, prefixes[family], size);
        address.bytes[size - 1] = (uint8_t) target;
        return address;
}

unsigned target_of(const Address *address)
{
        unsigned target = address->bytes[address_size(address) - 1];

        assert(target < TARGETS);
        return target;
}

Targets targets_of(const RRset *set)
{
        Targets targets = 0;

        for (size_t i = 0; set && i < set->count; i++)
                targets |= TARGET(set->rdata[i]->bytes[set->rdata[i]->length - 1]);
        return targets;
}

/* Who reaches whom. */

static bool is_cut_off(const Host *host)
{
        return host->cut || host->no_carrier;
}

static bool peer_answers(const Host *host, unsigned target)
{
        const World *world = host->world;
        unsigned index = (target - FIRST_OWN) % HOSTS_MAX;
        const Host *peer = &world->hosts[index];

        return index < world->n_hosts && peer->own == target && !is_cut_off(peer) && !peer->asleep &&
               !host->blocked[FIRST_OWN + index];
}

bool would_answer(const Host *host, unsigned target)
{
        const World *world = host->world;

        if (world->dead[target] || world->refusing[target])
                return false;
        if (target == host->own)
                return true;
        if (target >= FIRST_REFERENCE)
                return !host->no_references;
        if (TARGET(target) & OWN)
                return peer_answers(host, target);
        return !host->blocked[target];
}

bool answers(const Host *host, unsigned target)
{
        return would_answer(host, target) && (target == host->own || !is_cut_off(host));
}

bool is_sound(const Host *host)
{
        return !is_cut_off(host) && !(host->world->options.n_references && host->no_references);
}

bool reaches_server(const Host *host)
{
        return !is_cut_off(host) && !host->asleep && !host->no_server;
}

bool is_writing(const Host *host)
{
        return host->engine && reaches_server(host);
}

bool is_watching(const Host *host)
{
        return is_writing(host) && is_sound(host);
}
