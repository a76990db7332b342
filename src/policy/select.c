/* SPDX-License-Identifier: BSD-3-Clause */

/* Select: addresses in, addresses out, each with its reason. Judges an interface once and then its addresses,
 * so that ten thousand addresses cost ten thousand short comparisons and one pattern match. */

#include "policy/select.h"

#include <errno.h>
#include <fnmatch.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

void selection_done(Selection *selection)
{
        free(selection->addresses);
        *selection = (Selection){ 0 };
}

bool selection_equal(const Selection *a, const Selection *b)
{
        if (a->state != b->state || a->n_leaving != b->n_leaving || a->count != b->count)
                return false;
        for (size_t i = 0; i < a->count; i++)
                if (!address_equal(&a->addresses[i], &b->addresses[i]))
                        return false;
        return true;
}

bool select_reason_is_taken(SelectReason reason)
{
        return reason == SELECT_TAKEN || reason == SELECT_STATIC;
}

/* An interface is in when a pattern names it (or there are only exclusions) and no exclusion does. */
static SelectReason judge_name(const SourceConfig *source, const char *name, const char **ret_pattern)
{
        bool any_positive = false, matched = false;

        for (char **pattern = source->interfaces; pattern && *pattern; pattern++) {
                if ((*pattern)[0] == '!') {
                        if (fnmatch(*pattern + 1, name, 0) == 0) {
                                *ret_pattern = *pattern;
                                return SELECT_PATTERN_EXCLUDES;
                        }
                        continue;
                }
                any_positive = true;
                matched = matched || fnmatch(*pattern, name, 0) == 0;
        }
        return matched || !any_positive ? SELECT_TAKEN : SELECT_NO_PATTERN;
}

static SelectReason judge_link(const SourceConfig *source, const LinkFact *link, const char **ret_pattern)
{
        SelectReason reason = judge_name(source, link->name, ret_pattern);

        if (reason != SELECT_TAKEN)
                return reason;
        if (!link->up)
                return SELECT_LINK_DOWN;
        return link->carrier ? SELECT_TAKEN : SELECT_NO_CARRIER;
}

static bool any_contains(const Prefix *prefixes, size_t n, const Address *address)
{
        for (size_t i = 0; i < n; i++)
                if (prefix_contains(&prefixes[i], address))
                        return true;
        return false;
}

/* Addresses that no host can be reached by from elsewhere, whatever the configuration says. */
static SelectReason judge_kind(const AddressFact *fact)
{
        const Address *address = &fact->address;

        if (address_is_unspecified(address))
                return SELECT_UNSPECIFIED;
        if (address_is_loopback(address))
                return SELECT_LOOPBACK;
        if (address_is_link_local(address))
                return SELECT_LINK_LOCAL;
        if (address_is_multicast(address))
                return SELECT_MULTICAST;
        if (address_is_v4_mapped(address))
                return SELECT_V4_MAPPED;
        return fact->scope >= RT_SCOPE_LINK ? SELECT_SCOPE : SELECT_TAKEN;
}

static SelectReason judge_flags(const SourceConfig *source, const AddressFact *fact)
{
        if (fact->flags & IFA_F_DADFAILED)
                return SELECT_DAD_FAILED;
        if (fact->flags & IFA_F_TENTATIVE)
                return SELECT_TENTATIVE;
        if (fact->flags & IFA_F_DEPRECATED && !source->deprecated)
                return SELECT_DEPRECATED;
        /* The same bit says "secondary" on IPv4, where it is no fault. */
        if (fact->address.family == AF_INET6 && fact->flags & IFA_F_TEMPORARY && !source->temporary)
                return SELECT_TEMPORARY;
        return SELECT_TAKEN;
}

static SelectReason judge_policy(const SourceConfig *source, const Address *address)
{
        if (address_is_teredo(address) && !source->teredo)
                return SELECT_TEREDO;
        if (address_is_unique_local(address) && !source->unique_local)
                return SELECT_UNIQUE_LOCAL;
        if (address_is_private(address) && !source->private)
                return SELECT_PRIVATE;
        if (source->n_include > 0 && !any_contains(source->include, source->n_include, address))
                return SELECT_NOT_INCLUDED;
        if (any_contains(source->exclude, source->n_exclude, address))
                return SELECT_EXCLUDED;
        return SELECT_TAKEN;
}

static SelectReason judge_address(const SourceConfig *source, const AddressFact *fact)
{
        SelectReason reason = judge_kind(fact);

        if (reason == SELECT_TAKEN)
                reason = judge_flags(source, fact);
        if (reason == SELECT_TAKEN)
                reason = judge_policy(source, &fact->address);
        return reason == SELECT_TAKEN && fact->leaving ? SELECT_LEAVING : reason;
}

/* One that may be published. The lower the rank, the rather it is kept when there is a limit. */
typedef struct Candidate {
        unsigned rank;
        size_t order; /* as the kernel lists it: keeps the choice stable */
        Address address;
        SelectReason reason;
} Candidate;

typedef struct Candidates {
        size_t n_leaving;
        size_t count, capacity;
        Candidate *items;
} Candidates;

static void candidates_done(Candidates *candidates)
{
        free(candidates->items);
}

static int candidates_add(Candidates *candidates, const Candidate *candidate)
{
        if (candidates->count == candidates->capacity) {
                size_t capacity = candidates->capacity ? candidates->capacity * 2 : 16;
                Candidate *larger = reallocarray(candidates->items, capacity, sizeof *larger);

                if (!larger)
                        return -ENOMEM;
                candidates->items = larger;
                candidates->capacity = capacity;
        }
        candidates->items[candidates->count++] = *candidate;
        return 0;
}

static unsigned rank_of(const AddressFact *fact)
{
        unsigned rank = 0;

        if (fact->flags & IFA_F_DEPRECATED)
                rank += 8;
        if (address_is_teredo(&fact->address))
                rank += 4;
        if (address_is_unique_local(&fact->address) || address_is_private(&fact->address))
                rank += 2;
        if (fact->address.family == AF_INET6 && fact->flags & IFA_F_TEMPORARY)
                rank += 1;
        return rank;
}

static Address published_form(const SourceConfig *source, const Address *address)
{
        return source->has_suffix ? address_combine(address, &source->suffix.address, source->suffix.length)
                                  : *address;
}

static int collect(Candidates *candidates, const SourceConfig *source, const Interfaces *facts)
{
        for (size_t l = 0; l < facts->n_links; l++) {
                const LinkFact *link = &facts->links[l];
                const char *pattern;

                if (judge_link(source, link, &pattern) != SELECT_TAKEN)
                        continue;
                for (size_t a = 0; a < link->n_addresses; a++) {
                        const AddressFact *fact = &link->addresses[a];
                        Candidate candidate = { .order = candidates->count };

                        if (fact->address.family != source->family)
                                continue;
                        candidate.reason = judge_address(source, fact);
                        candidates->n_leaving += candidate.reason == SELECT_LEAVING;
                        if (candidate.reason != SELECT_TAKEN)
                                continue;
                        candidate.rank = rank_of(fact);
                        candidate.address = published_form(source, &fact->address);
                        if (candidates_add(candidates, &candidate) < 0)
                                return -ENOMEM;
                }
        }
        return 0;
}

static int by_address(const void *a, const void *b)
{
        const Candidate *left = a, *right = b;
        int order = address_compare(&left->address, &right->address);

        if (order != 0)
                return order;
        return (left->rank > right->rank) - (left->rank < right->rank);
}

static int by_rank(const void *a, const void *b)
{
        const Candidate *left = a, *right = b;

        if (left->rank != right->rank)
                return left->rank < right->rank ? -1 : 1;
        return (left->order > right->order) - (left->order < right->order);
}

/* The kernel lists addresses sorted, so one interface's need no sorting. */
static void sort_by_address(Candidates *candidates)
{
        for (size_t i = 1; i < candidates->count; i++)
                if (by_address(&candidates->items[i - 1], &candidates->items[i]) > 0) {
                        qsort(candidates->items, candidates->count, sizeof *candidates->items, by_address);
                        return;
                }
}

static void drop_duplicates(Candidates *candidates)
{
        size_t kept = 0;

        for (size_t i = 0; i < candidates->count; i++)
                if (kept == 0 ||
                        !address_equal(&candidates->items[kept - 1].address, &candidates->items[i].address))
                        candidates->items[kept++] = candidates->items[i];
        candidates->count = kept;
}

/* Leaves at most `limit`, sorted by address. */
static void cut(Candidates *candidates, unsigned limit)
{
        sort_by_address(candidates);
        drop_duplicates(candidates);
        if (candidates->count <= limit)
                return;
        qsort(candidates->items, candidates->count, sizeof *candidates->items, by_rank);
        candidates->count = limit;
        sort_by_address(candidates);
}

static int to_selection(Selection *ret, const Candidates *candidates)
{
        Address *addresses = NULL;

        if (candidates->count > 0) {
                addresses = reallocarray(NULL, candidates->count, sizeof *addresses);
                if (!addresses)
                        return -ENOMEM;
        }
        for (size_t i = 0; i < candidates->count; i++)
                addresses[i] = candidates->items[i].address;
        *ret = (Selection){ .state = FACT_KNOWN,
                .n_leaving = candidates->n_leaving,
                .count = candidates->count,
                .addresses = addresses };
        return 0;
}

static int compare_addresses(const void *a, const void *b)
{
        return address_compare(a, b);
}

static bool selection_contains(const Selection *selection, const Address *address)
{
        return selection->count > 0 && bsearch(address, selection->addresses, selection->count,
                                               sizeof *selection->addresses, compare_addresses);
}

/* Tells every address's fate: judged anew, and for what passes, whether it is in the final selection. */
static void tell(const Selection *selection, const SourceConfig *source, const Interfaces *facts,
        SelectVisit visit, void *userdata)
{
        size_t n_told = 0;
        AUTO_FREE Address *told = reallocarray(NULL, selection->count + 1, sizeof *told);

        for (size_t l = 0; l < facts->n_links; l++) {
                const LinkFact *link = &facts->links[l];
                SelectVerdict verdict = { .interface = link->name };
                SelectReason of_link = judge_link(source, link, &verdict.pattern);

                for (size_t a = 0; a < link->n_addresses; a++) {
                        const AddressFact *fact = &link->addresses[a];

                        if (fact->address.family != source->family)
                                continue;
                        verdict.address = fact->address;
                        verdict.published = published_form(source, &fact->address);
                        /* What an address is says more than where it is. */
                        verdict.reason = judge_kind(fact);
                        if (verdict.reason == SELECT_TAKEN)
                                verdict.reason = of_link;
                        if (verdict.reason == SELECT_TAKEN)
                                verdict.reason = judge_address(source, fact);
                        if (verdict.reason == SELECT_TAKEN &&
                                !selection_contains(selection, &verdict.published))
                                verdict.reason = SELECT_LIMIT;
                        for (size_t i = 0; told && verdict.reason == SELECT_TAKEN && i < n_told; i++)
                                if (address_equal(&told[i], &verdict.published))
                                        verdict.reason = SELECT_DUPLICATE;
                        if (told && verdict.reason == SELECT_TAKEN && n_told < selection->count)
                                told[n_told++] = verdict.published;
                        visit(userdata, &verdict);
                }
        }
}

static int select_static(Selection *ret, const SourceConfig *source, SelectVisit visit, void *userdata)
{
        AUTO(candidates_done) Candidates candidates = { 0 };

        for (size_t i = 0; i < source->n_addresses; i++) {
                Candidate candidate = { .address = source->addresses[i], .order = i };
                SelectVerdict verdict = { .address = source->addresses[i],
                        .published = source->addresses[i],
                        .reason = SELECT_STATIC };

                if (candidates_add(&candidates, &candidate) < 0)
                        return -ENOMEM;
                if (visit)
                        visit(userdata, &verdict);
        }
        sort_by_address(&candidates);
        drop_duplicates(&candidates);
        return to_selection(ret, &candidates);
}

int select_addresses(Selection *ret, const SourceConfig *source, const Interfaces *facts, SelectVisit visit,
        void *userdata)
{
        AUTO(candidates_done) Candidates candidates = { 0 };
        int r;

        if (source->type == SOURCE_STATIC)
                return select_static(ret, source, visit, userdata);
        if (facts->state != FACT_KNOWN) {
                *ret = (Selection){ .state = FACT_UNKNOWN };
                return 0;
        }
        r = collect(&candidates, source, facts);
        if (r < 0)
                return r;
        cut(&candidates, source->limit);
        r = to_selection(ret, &candidates);
        if (r >= 0 && visit)
                tell(ret, source, facts, visit, userdata);
        return r;
}

static const char *const reason_texts[] = {
        [SELECT_TAKEN] = "it is taken",
        [SELECT_STATIC] = "the configuration names it",
        [SELECT_NO_PATTERN] = "no pattern of \"interfaces\" names its interface",
        [SELECT_LINK_DOWN] = "its interface is down",
        [SELECT_NO_CARRIER] = "its interface has no carrier",
        [SELECT_UNSPECIFIED] = "it is the unspecified address",
        [SELECT_LOOPBACK] = "it is a loopback address",
        [SELECT_LINK_LOCAL] = "it is link-local",
        [SELECT_MULTICAST] = "it is a multicast or broadcast address",
        [SELECT_V4_MAPPED] = "it is an IPv4 address in IPv6 clothes",
        [SELECT_SCOPE] = "its scope ends at this host or link",
        [SELECT_DAD_FAILED] = "another host has it (duplicate address detection failed)",
        [SELECT_TENTATIVE] = "it is tentative: duplicate address detection goes on",
        [SELECT_DEPRECATED] = "it is deprecated and \"deprecated\" is false",
        [SELECT_TEMPORARY] = "it is temporary (RFC 8981) and \"temporary\" is false",
        [SELECT_TEREDO] = "it is a Teredo address and \"teredo\" is false",
        [SELECT_UNIQUE_LOCAL] = "it is unique-local (RFC 4193) and \"unique_local\" is false",
        [SELECT_PRIVATE] = "it is private (RFC 1918, RFC 6598) and \"private\" is false",
        [SELECT_NOT_INCLUDED] = "no network of \"include\" holds it",
        [SELECT_EXCLUDED] = "a network of \"exclude\" holds it",
        [SELECT_LEAVING] = "its interface is about to go down",
        [SELECT_DUPLICATE] = "the same address is taken already",
        [SELECT_LIMIT] = "\"limit\" others are preferred to it",
};

const char *select_verdict_to_text(const SelectVerdict *verdict, char buffer[static SELECT_TEXT_MAX])
{
        if (verdict->reason == SELECT_PATTERN_EXCLUDES)
                snprintf(buffer, SELECT_TEXT_MAX, "\"%s\" leaves its interface out", verdict->pattern);
        else
                snprintf(buffer, SELECT_TEXT_MAX, "%s", reason_texts[verdict->reason]);
        return buffer;
}
