/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/probe.h"

#include <stddef.h>

int prober_start(Prober *prober, Probe **ret, const CheckConfig *config, const Address *address,
        ProbeDone done, void *userdata)
{
        return prober->ops->start(prober, ret, config, address, done, userdata);
}

void prober_cancel(Prober *prober, Probe *probe)
{
        prober->ops->cancel(prober, probe);
}

Prober *prober_free(Prober *prober)
{
        return prober ? prober->ops->free(prober) : NULL;
}
