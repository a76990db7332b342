/* SPDX-License-Identifier: BSD-3-Clause */

/* What others ask of the daemon itself, by signals and over the bus: to reload, to look again, to stop. */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "daemon/daemon-internal.h"
#include "util/log.h"

/* Everybody at the console may ask for a refresh. */
#define REFRESH_INTERVAL_USEC (1 * USEC_PER_SEC)

/* "withdraw_on_stop" gets this long; systemd's default patience is 90 s. */
#define STOP_USEC (5 * USEC_PER_SEC)

static int change_config(Daemon *daemon, ConfigErrors *errors)
{
        AUTO(config_freep) Config *config = NULL;
        Config *old;
        int r;

        daemon_find_hostname(daemon->hostname); /* DHCP may have named this host meanwhile */
        r = daemon_load_config(&daemon->options, daemon->hostname, &config, errors);
        if (r < 0) {
                log_error("the new configuration is not used; the old one stays in force");
                return -EBADMSG;
        }
        r = hosting_prepare(daemon->hosting, config);
        if (r < 0) {
                log_error("cannot host the zones of the new configuration: %s; the old one stays in force",
                        strerror(-r));
                return r;
        }
        r = daemon_configure(daemon, config, false);
        if (r < 0)
                log_error("cannot use the new configuration: %s", strerror(-r));
        else
                log_notice("reloaded: %zu record%s, %zu pool%s", config->n_records, plural(config->n_records),
                        config->n_pools, plural(config->n_pools));
        old = daemon->config;
        daemon->config = config;
        config = old;
        if (daemon->bus)
                bus_reconfigured(daemon->bus);
        return r;
}

static int reload(Daemon *daemon, ConfigErrors *errors)
{
        int r;

        if (daemon->stopping) /* what was withdrawn must not come back */
                return -ESHUTDOWN;
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, clock_now_usec(CLOCK_MONOTONIC));
        r = change_config(daemon, errors);
        sd_notify(0, "READY=1");
        daemon_tell_status(daemon);
        return r;
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };

        (void) source;
        (void) info;
        reload(userdata, &errors);
        return 0;
}

/* What the bus asks for. */

static char *join_lines(const ConfigErrors *errors)
{
        AUTO_FREE char *joined = strdup("");

        for (size_t i = 0; joined && i < errors->count; i++) {
                char *longer = NULL;

                if (asprintf(&longer, "%s%s%s", joined, i > 0 ? "\n" : "", errors->texts[i]) < 0)
                        longer = NULL;
                free(joined);
                joined = longer;
        }
        return STEAL(joined);
}

static int on_reload_asked(void *userdata, char **ret_errors)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        int r = reload(userdata, &errors);

        if (r != -EBADMSG)
                return r;
        *ret_errors = join_lines(&errors);
        return *ret_errors ? -EBADMSG : -ENOMEM;
}

static int refresh(Daemon *daemon)
{
        int r = monitor_refresh(daemon->monitor);

        daemon->refreshed_usec = clock_now_usec(CLOCK_BOOTTIME);
        engine_refresh(daemon->engine);
        return r;
}

static int on_refresh_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        refresh(userdata);
        return 0;
}

/* At once, or as soon as the last time is long enough ago. */
static int on_refresh_asked(void *userdata)
{
        Daemon *daemon = userdata;
        usec_t next = daemon->refreshed_usec + REFRESH_INTERVAL_USEC;

        if (daemon->refreshed_usec == 0 || next <= clock_now_usec(CLOCK_BOOTTIME))
                return refresh(daemon);
        daemon->refresh_timer = sd_event_source_disable_unref(daemon->refresh_timer);
        return sd_event_add_time(
                daemon->event, &daemon->refresh_timer, CLOCK_BOOTTIME, next, 0, on_refresh_timer, daemon);
}

static int on_stop_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        (void) userdata;
        log_warning("stopping although not everything could be withdrawn");
        return sd_event_exit(sd_event_source_get_event(source), EXIT_SUCCESS);
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        Daemon *daemon = userdata;

        (void) source;
        if (daemon->stopping) /* a second one is meant */
                return sd_event_exit(daemon->event, EXIT_SUCCESS);
        daemon->stopping = true;
        log_notice("stopping (%s)", sigabbrev_np((int) info->ssi_signo) ?: "signal");
        sd_notify(0, "STOPPING=1");
        if (sd_event_add_time_relative(daemon->event, &daemon->stop_timer, CLOCK_MONOTONIC, STOP_USEC, 0,
                    on_stop_timer, daemon) < 0)
                return sd_event_exit(daemon->event, EXIT_SUCCESS);
        engine_withdraw(daemon->engine);
        return 0;
}

int daemon_add_signals(Daemon *daemon)
{
        sigset_t signals;
        int r;

        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGINT);
        sigaddset(&signals, SIGHUP);
        if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
                return -errno;
        signal(SIGPIPE, SIG_IGN);
        r = sd_event_add_signal(daemon->event, NULL, SIGTERM, on_stop, daemon);
        if (r >= 0)
                r = sd_event_add_signal(daemon->event, NULL, SIGINT, on_stop, daemon);
        if (r >= 0)
                r = sd_event_add_signal(daemon->event, NULL, SIGHUP, on_reload, daemon);
        return r;
}

int daemon_join_bus(Daemon *daemon)
{
        BusOperations operations = {
                .reload = on_reload_asked,
                .refresh = on_refresh_asked,
                .userdata = daemon,
        };

        if (daemon->options.once || daemon->options.dry_run)
                return 0;
        return bus_new(&daemon->bus, daemon->event, daemon->engine, &operations);
}
