/* SPDX-License-Identifier: BSD-3-Clause */

/* publish, refresh, reload, withdraw: one call, and a line about what came of it. */

#include "ctl/command.h"

#include <errno.h>
#include <string.h>

#include "ctl/describe.h"
#include "ctl/snapshot.h"

enum {
        NAMES_TOLD = 30, /* one by one; more are only counted */
};

static int request(Ctl *ctl, const char *member, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r = client_new_privileged_call(ctl->client, &call, DAEMON_PATH, MANAGER_INTERFACE, member);

        return r < 0 ? r : client_call(ctl->client, call, CLIENT_TIMEOUT_USEC, NULL, error);
}

int refresh_run(Ctl *ctl, sd_bus_error *error)
{
        int r = request(ctl, "Refresh", error);

        if (r >= 0)
                output_line(&ctl->output, COLOUR_NONE, "signpostd reads addresses and DNS again");
        return r;
}

int reload_run(Ctl *ctl, sd_bus_error *error)
{
        int r = request(ctl, "Reload", error);

        if (r >= 0)
                output_line(&ctl->output, COLOUR_NONE, "the configuration was read again and is in force");
        return r;
}

static void tell_published(const Ctl *ctl, const Publication *publication)
{
        AUTO_FREE char *published = describe_published(publication);

        if (published)
                output_line(&ctl->output, COLOUR_NONE, "%s: %s", publication->name, published);
}

static int tell_all_published(const Ctl *ctl, sd_bus_error *error)
{
        AUTO(snapshot_done) Snapshot snapshot = { 0 };
        const char *name = ctl->arguments.operands[0];
        const Publication *publication;
        size_t n_records, n_pools;
        int r = snapshot_read(&snapshot, ctl->client, error);

        if (r < 0)
                return r;
        n_records = snapshot_count(&snapshot, OBJECT_RECORD);
        n_pools = snapshot_count(&snapshot, OBJECT_POOL);
        if (name) {
                publication = snapshot_find_publication(&snapshot, name);
                if (publication) /* else a reload has just taken it away */
                        tell_published(ctl, publication);
        } else if (n_records + n_pools > NAMES_TOLD) {
                output_line(&ctl->output, COLOUR_NONE, "all %zu %s are published", n_records + n_pools,
                        n_pools > 0 ? "names" : "records");
        } else {
                for (size_t i = 0; (publication = snapshot_next_publication(&snapshot, &i));)
                        tell_published(ctl, publication);
        }
        return 0;
}

int publish_run(Ctl *ctl, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        const char *name = ctl->arguments.operands[0];
        int r = client_new_privileged_call(ctl->client, &call, DAEMON_PATH, MANAGER_INTERFACE, "Publish");

        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "sb", name ? name : "", (int) ctl->arguments.force);
        if (r < 0)
                return r;
        r = client_call(ctl->client, call, CLIENT_TIMEOUT_USEC, NULL, error);
        return r < 0 ? r : tell_all_published(ctl, error);
}

/* For hooks, which wait for it while an interface goes down: nobody is asked for a password. */
int withdraw_run(Ctl *ctl, sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        const char *interface = ctl->arguments.operands[0];
        int r = client_new_call(ctl->client, &call, DAEMON_PATH, MANAGER_INTERFACE, "WithdrawInterface");

        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "s", interface);
        if (r < 0)
                return r;
        r = client_call(ctl->client, call, ctl->arguments.timeout_usec, NULL, error);
        if (r >= 0)
                output_line(
                        &ctl->output, COLOUR_NONE, "%s: its addresses are no longer published", interface);
        return r;
}
