/* SPDX-License-Identifier: BSD-3-Clause */

#include "check/check.h"

#include <stddef.h>

Check *check_free(Check *check)
{
        return check ? check->ops->free(check) : NULL;
}

void check_set_fast(Check *check, bool fast)
{
        check->ops->set_fast(check, fast);
}

void check_now(Check *check)
{
        check->ops->now(check);
}

void check_discard(Check *check)
{
        check->ops->discard(check);
}
