/* SPDX-License-Identifier: BSD-3-Clause */

#include "provider/provider.h"

#include <stdarg.h>
#include <stdio.h>

void outcome_set(Outcome *ret, OutcomeKind kind, const char *format, ...)
{
        va_list arguments;

        *ret = (Outcome){ .kind = kind };
        va_start(arguments, format);
        vsnprintf(ret->reason, sizeof ret->reason, format, arguments);
        va_end(arguments);
}

Provider *provider_free(Provider *provider)
{
        return provider ? provider->ops->free(provider) : NULL;
}

int provider_read(Provider *provider, const RRsetKey *keys, size_t n)
{
        return provider->ops->read(provider, keys, n);
}

int provider_apply(Provider *provider, const ChangeSet *changes)
{
        return provider->ops->apply(provider, changes);
}

size_t provider_cost(const Provider *provider, const Change *change)
{
        return provider->ops->cost(provider, change);
}

void provider_network_returned(Provider *provider)
{
        if (provider->ops->network_returned)
                provider->ops->network_returned(provider);
}
