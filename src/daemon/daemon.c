/* SPDX-License-Identifier: BSD-3-Clause */

#include "daemon/daemon.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "config/warn.h"
#include "daemon/daemon-internal.h"
#include "provider/embedded.h"
#include "provider/rfc2136.h"
#include "state-directory.h"
#include "util/file.h"
#include "util/log.h"
#include "util/message-id.h"
#include "version.h"

#define TRIM_USEC (30 * USEC_PER_SEC)

/* Configuration. */

const char *plural(size_t n)
{
        return n == 1 ? "" : "s";
}

static void log_warnings(const Config *config)
{
        AUTO(config_errors_done) ConfigErrors warnings = { 0 };

        config_warn(config, &warnings);
        for (size_t i = 0; i < warnings.count; i++)
                log_warning("%s", warnings.texts[i]);
}

/* Logs every mistake. */
int daemon_load_config(const DaemonOptions *options, const char *hostname, Config **ret, ConfigErrors *errors)
{
        ConfigContext context = { .hostname = hostname,
                .credentials_directory = getenv("CREDENTIALS_DIRECTORY") };
        const char *path = options->config_path ?: SIGNPOST_CONFIG_FILE;
        int r;

        if (!options->config_path && access(path, F_OK) < 0 && errno == ENOENT)
                r = config_default(ret, &context, errors);
        else
                r = config_load(ret, path, &context, errors);
        for (size_t i = 0; i < errors->count; i++)
                log_message(LOG_ERR, MESSAGE_BAD_CONFIGURATION, NULL, "%s", errors->texts[i]);
        if (r >= 0)
                log_warnings(*ret);
        return r;
}

void daemon_find_hostname(char hostname[static HOST_NAME_MAX + 1])
{
        if (gethostname(hostname, HOST_NAME_MAX + 1) < 0)
                hostname[0] = '\0';
        hostname[HOST_NAME_MAX] = '\0';
}

int daemon_check(const DaemonOptions *options)
{
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        AUTO(config_freep) Config *config = NULL;
        char hostname[HOST_NAME_MAX + 1];
        int r;

        daemon_find_hostname(hostname);
        r = daemon_load_config(options, hostname, &config, &errors);
        if (r < 0)
                return r;
        printf("the configuration is good: %zu provider%s, %zu record%s, %zu pool%s\n", config->n_providers,
                plural(config->n_providers), config->n_records, plural(config->n_records), config->n_pools,
                plural(config->n_pools));
        return 0;
}

/* What the service manager is told. */

void daemon_tell_status(Daemon *daemon)
{
        EngineCounts counts = engine_count(daemon->engine);
        char status[sizeof daemon->status];

        snprintf(status, sizeof status, "%zu of %zu RRsets in sync; %zu pending, %zu retrying, %zu parked",
                counts.in_sync, counts.total, counts.pending, counts.retrying, counts.parked);
        if (strcmp(status, daemon->status) == 0)
                return;
        memcpy(daemon->status, status, sizeof status);
        sd_notifyf(0, "STATUS=%s", status);
}

static void tell_ready(Daemon *daemon)
{
        if (daemon->ready || daemon->interfaces->state != FACT_KNOWN)
                return;
        daemon->ready = true;
        sd_notify(0, "READY=1");
}

/* The engine's wishes. */

static int on_new_provider(void *userdata, Provider **ret, const ProviderConfig *config,
        const Name *zone_hint, const ProviderEvents *events)
{
        Daemon *daemon = userdata;
        EmbeddedZone *zone;

        switch (config->type) {
        case PROVIDER_RFC2136:
                return rfc2136_new(ret, daemon->event, daemon->resolver, config, zone_hint, events);
        case PROVIDER_EMBEDDED:
                zone = hosting_find(daemon->hosting, &config->zone);
                return zone ? embedded_new(ret, daemon->event, zone, config, events) : -ENOENT;
        }
        return -EOPNOTSUPP;
}

static void on_waiting(void *userdata, bool waiting)
{
        Daemon *daemon = userdata;
        int r = monitor_watch_routes(daemon->monitor, waiting);

        if (r < 0)
                log_warning("cannot watch routes: %s; a lost network is noticed later", strerror(-r));
}

static void on_changed(void *userdata)
{
        Daemon *daemon = userdata;

        if (daemon->bus)
                bus_changed(daemon->bus);
}

static int on_new_check(void *userdata, Check **ret, const CheckConfig *config, const Address *address,
        CheckReport report, void *report_userdata)
{
        Daemon *daemon = userdata;

        return checker_add(daemon->checker, ret, config, address, report, report_userdata);
}

static void on_members_changed(void *userdata)
{
        Daemon *daemon = userdata;

        if (daemon->bus)
                bus_members_changed(daemon->bus);
}

static void on_happened(void *userdata, const Event *event)
{
        Daemon *daemon = userdata;

        if (daemon->bus)
                bus_event(daemon->bus, event);
        if (daemon->hooks)
                hook_runner_tell(daemon->hooks, event);
}

static void on_settled(void *userdata)
{
        Daemon *daemon = userdata;
        EngineCounts counts = engine_count(daemon->engine);

        daemon_tell_status(daemon);
        if (daemon->stopping) {
                sd_event_exit(daemon->event, EXIT_SUCCESS);
        } else if (daemon->options.dry_run) {
                engine_print_plans(daemon->engine, stdout);
                sd_event_exit(
                        daemon->event, counts.retrying + counts.parked == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
        } else if (daemon->options.once) {
                sd_event_exit(daemon->event, counts.in_sync == counts.total ? EXIT_SUCCESS : EXIT_FAILURE);
        }
}

/* The kernel's news. */

static void on_facts_changed(void *userdata)
{
        Daemon *daemon = userdata;

        engine_facts_changed(daemon->engine);
        tell_ready(daemon);
}

static void on_routed(void *userdata)
{
        Daemon *daemon = userdata;

        engine_network_returned(daemon->engine);
}

/* What a dry run finds out goes to standard output. */
void daemon_set_log_level(const Daemon *daemon, const Config *config)
{
        log_set_level(
                daemon->options.dry_run && config->log_level == LOG_INFO ? LOG_NOTICE : config->log_level);
}

static int on_trim(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        (void) userdata;
        malloc_trim(0);
        return 0;
}

/* Reading a configuration of thousands of members takes more memory than keeping it: a while later, when the
 * first checks and writes are over, what is free goes back to the kernel. */
static void trim_later(Daemon *daemon, const Config *config)
{
        if (config->n_pools == 0)
                return;
        daemon->trim_timer = sd_event_source_disable_unref(daemon->trim_timer);
        sd_event_add_time_relative(daemon->event, &daemon->trim_timer, CLOCK_BOOTTIME, TRIM_USEC,
                USEC_PER_SEC, on_trim, NULL); /* without it there is only more memory taken */
}

/* After hosting_prepare(): the engine looks at this configuration then, come what may. */
int daemon_configure(Daemon *daemon, Config *config, bool force)
{
        EngineOptions options = { .force = force, .dry_run = daemon->options.dry_run };
        int r = engine_configure(daemon->engine, config, &options);

        if (r >= 0 && daemon->hooks)
                r = hook_runner_configure(daemon->hooks, config->hooks, config->n_hooks, daemon->hostname);
        if (r < 0)
                return r;
        daemon_set_log_level(daemon, config);
        trim_later(daemon, config);
        return hosting_commit(daemon->hosting, config, !daemon->options.once && !daemon->options.dry_run);
}

static int open_state(Daemon *daemon)
{
        AUTO_FREE char *path = NULL, *pools_path = NULL;
        int r = state_directory_find(&daemon->state_directory);

        if (r < 0)
                return r;
        if (!daemon->options.dry_run) {
                r = state_directory_lock(daemon->state_directory, &daemon->lock_fd);
                if (r < 0)
                        return r;
        }
        path = path_join(daemon->state_directory, "state.json");
        pools_path = path_join(daemon->state_directory, "pools.json");
        if (!path || !pools_path)
                return -ENOMEM;
        r = store_open(&daemon->store, path);
        return r < 0 ? r : pool_store_open(&daemon->pool_store, pools_path);
}

/* Life cycle. */

static int make_engine(Daemon *daemon)
{
        EngineCallbacks callbacks = {
                .new_provider = on_new_provider,
                .waiting = on_waiting,
                .settled = on_settled,
                .changed = on_changed,
                .members_changed = on_members_changed,
                .new_check = on_new_check,
                .happened = on_happened,
                .userdata = daemon,
        };

        daemon->interfaces = interfaces_new();
        if (!daemon->interfaces)
                return -ENOMEM;
        return engine_new(&daemon->engine, daemon->event, daemon->interfaces, daemon->store,
                daemon->pool_store, &callbacks);
}

static int make_hooks(Daemon *daemon)
{
        bool for_good = !daemon->options.once && !daemon->options.dry_run;

        return for_good ? hook_runner_new(&daemon->hooks, daemon->event) : 0;
}

static int start(Daemon *daemon)
{
        int r = sd_event_new(&daemon->event);

        if (r >= 0)
                r = daemon_add_signals(daemon);
        if (r >= 0)
                r = sd_event_set_watchdog(daemon->event, true);
        if (r >= 0)
                r = resolver_new(&daemon->resolver, daemon->event, NULL, NULL);
        if (r >= 0)
                r = hosting_new(&daemon->hosting, daemon->event, daemon->state_directory, daemon->hostname);
        if (r >= 0)
                r = checker_new(&daemon->checker, daemon->event);
        if (r >= 0)
                r = make_hooks(daemon);
        if (r >= 0)
                r = make_engine(daemon);
        if (r >= 0)
                r = daemon_join_bus(daemon);
        if (r < 0) {
                log_error("cannot start: %s", strerror(-r));
                return r;
        }
        r = monitor_new(
                &daemon->monitor, daemon->event, daemon->interfaces, on_facts_changed, on_routed, daemon);
        if (r < 0) {
                log_error("cannot listen to the kernel's addresses (netlink): %s", strerror(-r));
                return r;
        }
        r = hosting_prepare(daemon->hosting, daemon->config);
        if (r >= 0)
                r = daemon_configure(daemon, daemon->config, daemon->options.force);
        if (r < 0) {
                log_error("cannot begin to publish: %s", strerror(-r));
                return r;
        }
        if (daemon->bus)
                bus_reconfigured(daemon->bus);
        return 0;
}

int daemon_new(Daemon **ret, const DaemonOptions *options)
{
        AUTO(daemon_freep) Daemon *daemon = calloc(1, sizeof *daemon);
        AUTO(config_errors_done) ConfigErrors errors = { 0 };
        int r;

        if (!daemon)
                return -ENOMEM;
        daemon->options = *options;
        daemon->lock_fd = -1;
        daemon_find_hostname(daemon->hostname);
        r = daemon_load_config(options, daemon->hostname, &daemon->config, &errors);
        if (r < 0)
                return -EBADMSG;
        daemon_set_log_level(daemon, daemon->config);
        log_notice("signpostd %s: %zu record%s and %zu pool%s at %zu provider%s", SIGNPOST_VERSION,
                daemon->config->n_records, plural(daemon->config->n_records), daemon->config->n_pools,
                plural(daemon->config->n_pools), daemon->config->n_providers,
                plural(daemon->config->n_providers));
        r = open_state(daemon);
        if (r < 0)
                return r;
        r = start(daemon);
        if (r < 0)
                return r;
        *ret = STEAL(daemon);
        return 0;
}

int daemon_run(Daemon *daemon)
{
        int r = sd_event_loop(daemon->event);

        if (r < 0) {
                log_error("the event loop failed: %s", strerror(-r));
                return EXIT_FAILURE;
        }
        return r;
}

Daemon *daemon_free(Daemon *daemon)
{
        if (!daemon)
                return NULL;
        monitor_free(daemon->monitor);
        bus_free(daemon->bus);
        engine_free(daemon->engine);
        checker_free(daemon->checker);
        hook_runner_free(daemon->hooks);
        hosting_free(daemon->hosting);
        store_free(daemon->store);
        pool_store_free(daemon->pool_store);
        interfaces_free(daemon->interfaces);
        resolver_free(daemon->resolver);
        config_free(daemon->config);
        sd_event_source_disable_unref(daemon->stop_timer);
        sd_event_source_disable_unref(daemon->refresh_timer);
        sd_event_source_disable_unref(daemon->trim_timer);
        sd_event_unref(daemon->event);
        close_fd(daemon->lock_fd);
        free(daemon->state_directory);
        free(daemon);
        return NULL;
}
