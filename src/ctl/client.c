/* SPDX-License-Identifier: BSD-3-Clause */

/* Client: every call is bounded, from connecting to the answer, because hooks wait for it. sd_bus_call() is
 * not: its time-out begins when the bus has let us in. */

#include "ctl/client.h"

#include <errno.h>
#include <unistd.h>

#include "ctl/agent.h"

enum {
        PERSON_SECONDS = 300, /* to find and type a password */
};

struct Client {
        sd_bus *bus;
        Agent *agent; /* NULL: nobody is asked */
};

int client_new(Client **ret)
{
        AUTO(client_freep) Client *client = calloc(1, sizeof *client);
        int r;

        if (!client)
                return -ENOMEM;
        r = sd_bus_open_system_with_description(&client->bus, "signpostctl");
        if (r < 0)
                return r;
        *ret = STEAL(client);
        return 0;
}

Client *client_free(Client *client)
{
        if (!client)
                return NULL;
        agent_free(client->agent);
        /* No flush: it would wait for the bus. Each call has had its answer. */
        sd_bus_close_unref(client->bus);
        free(client);
        return NULL;
}

sd_bus *client_bus(Client *client)
{
        return client->bus;
}

bool client_is_connected(Client *client)
{
        return sd_bus_is_ready(client->bus) > 0;
}

int client_new_call(
        Client *client, sd_bus_message **ret, const char *path, const char *interface, const char *member)
{
        int r = sd_bus_message_new_method_call(client->bus, ret, DAEMON_NAME, path, interface, member);

        return r < 0 ? r : sd_bus_message_set_auto_start(*ret, false);
}

/* Somebody sits there who can be asked. Root is never asked. */
static bool has_person(void)
{
        return isatty(STDIN_FILENO) && geteuid() != 0;
}

int client_new_privileged_call(
        Client *client, sd_bus_message **ret, const char *path, const char *interface, const char *member)
{
        int r = client_new_call(client, ret, path, interface, member);

        if (r < 0 || !has_person())
                return r;
        if (!client->agent)
                agent_new(&client->agent); /* without it there may be a graphical one */
        return sd_bus_message_set_allow_interactive_authorization(*ret, true);
}

static int on_reply(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
        sd_bus_message **reply = userdata;

        (void) ret_error;
        *reply = sd_bus_message_ref(message);
        return 0;
}

static int wait_for_reply(sd_bus *bus, sd_bus_message **reply, usec_t deadline_usec)
{
        while (!*reply) {
                usec_t now = clock_now_usec(CLOCK_MONOTONIC);
                int r;

                if (now >= deadline_usec)
                        return -ETIMEDOUT;
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, deadline_usec - now);
                if (r < 0 && r != -EINTR)
                        return r;
        }
        return 0;
}

int client_call(Client *client, sd_bus_message *call, usec_t timeout_usec, sd_bus_message **ret_reply,
        sd_bus_error *error)
{
        AUTO(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        AUTO(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
        usec_t now = clock_now_usec(CLOCK_MONOTONIC);
        int r;

        if (sd_bus_message_get_allow_interactive_authorization(call) > 0)
                timeout_usec = PERSON_SECONDS * USEC_PER_SEC;
        r = sd_bus_call_async(client->bus, &slot, call, on_reply, &reply, UINT64_MAX);
        if (r < 0)
                return r;
        r = wait_for_reply(client->bus, &reply, now + timeout_usec);
        if (r < 0)
                return r;
        if (sd_bus_message_is_method_error(reply, NULL))
                return sd_bus_error_copy(error, sd_bus_message_get_error(reply));
        if (ret_reply)
                *ret_reply = STEAL(reply);
        return 0;
}
