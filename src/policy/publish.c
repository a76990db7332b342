/* SPDX-License-Identifier: BSD-3-Clause */

/* Publish: from what is wanted and what is there to the next step.
 *
 * Never touches what is not ours: an exclusive record replaces the whole RRset while it has something to
 * publish, but takes an RRset away only when we put it there; a shared one adds and takes away its own values
 * alone. */

#include "policy/publish.h"

#include <errno.h>

/* What the server shall hold. *ret is NULL for "no RRset". */
static int target_exclusive(const PublishFacts *facts, RRset **ret)
{
        /* Nothing to publish, and nothing there that we put: whatever stands there is another's. */
        const RRset *target =
                rrset_is_empty(facts->wanted) && rrset_is_empty(facts->ours) ? facts->seen : facts->wanted;

        *ret = NULL;
        if (rrset_is_empty(target))
                return 0;
        *ret = rrset_copy(target);
        return *ret ? 0 : -ENOMEM;
}

static int target_shared(const PublishFacts *facts, RRset **ret)
{
        AUTO(rrset_freep) RRset *target = rrset_new(&facts->record->name, facts->type, facts->record->ttl);
        bool others = false;

        if (!target || rrset_add_all(target, facts->wanted) < 0)
                return -ENOMEM;
        for (size_t i = 0; facts->seen && i < facts->seen->count; i++) {
                const RData *value = facts->seen->rdata[i];

                if (rrset_contains(facts->ours, value))
                        continue;
                others = others || !rrset_contains(facts->wanted, value);
                if (rrset_add(target, value->bytes, value->length) < 0)
                        return -ENOMEM;
        }
        /* An RRset has one TTL (RFC 2181 section 5.2): two hosts that share a name must not fight over it. */
        if (others)
                target->ttl = facts->seen->ttl;
        *ret = target->count > 0 ? STEAL(target) : NULL;
        return 0;
}

static int find_target(const PublishFacts *facts, RRset **ret)
{
        if (facts->pool)
                return pool_target(facts->pool, facts->type == TYPE_AAAA, facts->seen, ret);
        if (facts->record->ownership == OWNERSHIP_SHARED)
                return target_shared(facts, ret);
        return target_exclusive(facts, ret);
}

int publish_decide(const PublishFacts *facts, usec_t now, RRset **ret_target, usec_t *ret_when)
{
        AUTO(rrset_freep) RRset *target = NULL;
        int r;

        if (!facts->seen_known)
                return PUBLISH_READ;
        if (!facts->wanted_known)
                return PUBLISH_NOTHING;
        r = find_target(facts, &target);
        if (r < 0)
                return r;
        if (rrset_equal(target, facts->seen))
                return PUBLISH_NOTHING;
        /* An NXDOMAIN or NODATA between two addresses is cached for as long as the SOA says: wait for the
         * second. */
        if (!target && !facts->withdraw_at_once &&
                now - facts->empty_since < facts->record->withdraw_delay_usec) {
                *ret_when = facts->empty_since + facts->record->withdraw_delay_usec;
                return PUBLISH_WAIT;
        }
        *ret_target = STEAL(target);
        return PUBLISH_CHANGE;
}
