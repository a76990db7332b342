/* SPDX-License-Identifier: BSD-3-Clause */

/* Sources: what a record's "ipv4" and "ipv6" say, and when two of them say the same. */

#include "config/source.h"

#include <errno.h>
#include <string.h>

#include "config/texts.h"

SourceConfig *source_free(SourceConfig *source)
{
        if (!source)
                return NULL;
        texts_free(source->interfaces);
        free(source->include);
        free(source->exclude);
        free(source->addresses);
        free(source);
        return NULL;
}

void source_prepare_ipv4(void *source)
{
        ((SourceConfig *) source)->family = AF_INET;
}

void source_prepare_ipv6(void *source)
{
        ((SourceConfig *) source)->family = AF_INET6;
}

int source_add_interface(void *object, const char *text)
{
        const char *pattern = text[0] == '!' ? text + 1 : text;
        SourceConfig *source = object;

        /* The kernel allows neither in an interface's name (dev_valid_name()). */
        if (pattern[0] == '\0' || strpbrk(pattern, "/ \t\n\v\f\r"))
                return -EINVAL;
        return texts_add(&source->interfaces, text);
}

static int add_prefix(const SourceConfig *source, Prefix **prefixes, size_t *count, const char *text)
{
        Prefix *larger, prefix;

        if (prefix_from_text(&prefix, text) < 0 || prefix.address.family != source->family)
                return -EINVAL;
        larger = reallocarray(*prefixes, *count + 1, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        larger[(*count)++] = prefix;
        *prefixes = larger;
        return 0;
}

int source_add_include(void *object, const char *text)
{
        SourceConfig *source = object;

        return add_prefix(source, &source->include, &source->n_include, text);
}

int source_add_exclude(void *object, const char *text)
{
        SourceConfig *source = object;

        return add_prefix(source, &source->exclude, &source->n_exclude, text);
}

int source_add_address(void *object, const char *text)
{
        SourceConfig *source = object;
        Address *larger, address;

        if (address_from_text(&address, text) < 0 || address.family != source->family)
                return -EINVAL;
        larger = reallocarray(source->addresses, source->n_addresses + 1, sizeof *larger);
        if (!larger)
                return -ENOMEM;
        larger[source->n_addresses++] = address;
        source->addresses = larger;
        return 0;
}

int source_set_suffix(void *object, const char *text)
{
        SourceConfig *source = object;
        Prefix suffix;

        if (prefix_from_text(&suffix, text) < 0 || suffix.address.family != source->family)
                return -EINVAL;
        if (suffix.length < 1 || suffix.length >= address_bits(&suffix.address))
                return -EINVAL;
        source->suffix = suffix;
        source->has_suffix = true;
        return 0;
}

static int compare_numbers(size_t a, size_t b)
{
        return (a > b) - (a < b);
}

/* One after the other, so that a struct's padding does not count. */
static int compare_prefixes(const Prefix *a, size_t n_a, const Prefix *b, size_t n_b)
{
        int order = compare_numbers(n_a, n_b);

        for (size_t i = 0; order == 0 && i < n_a; i++) {
                order = address_compare(&a[i].address, &b[i].address);
                if (order == 0)
                        order = compare_numbers(a[i].length, b[i].length);
        }
        return order;
}

static int compare_addresses(const SourceConfig *a, const SourceConfig *b)
{
        int order = compare_numbers(a->n_addresses, b->n_addresses);

        for (size_t i = 0; order == 0 && i < a->n_addresses; i++)
                order = address_compare(&a->addresses[i], &b->addresses[i]);
        return order;
}

static unsigned switches_of(const SourceConfig *source)
{
        return (unsigned) source->type << 8 | (unsigned) source->temporary << 0 |
               (unsigned) source->deprecated << 1 | (unsigned) source->teredo << 2 |
               (unsigned) source->unique_local << 3 | (unsigned) source->private << 4 |
               (unsigned) source->has_suffix << 5;
}

int source_compare(const SourceConfig *a, const SourceConfig *b)
{
        int order = compare_numbers((size_t) a->family, (size_t) b->family);

        if (order == 0)
                order = compare_numbers(switches_of(a), switches_of(b));
        if (order == 0)
                order = compare_numbers(a->limit, b->limit);
        if (order == 0)
                order = compare_prefixes(&a->suffix, a->has_suffix, &b->suffix, b->has_suffix);
        if (order == 0)
                order = texts_compare(a->interfaces, b->interfaces);
        if (order == 0)
                order = compare_prefixes(a->include, a->n_include, b->include, b->n_include);
        if (order == 0)
                order = compare_prefixes(a->exclude, a->n_exclude, b->exclude, b->n_exclude);
        if (order == 0)
                order = compare_addresses(a, b);
        return order;
}
