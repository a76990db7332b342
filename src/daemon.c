/* SPDX-License-Identifier: BSD-3-Clause */

#include "daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "bus/bus.h"
#include "check/checker.h"
#include "config/config.h"
#include "dns/resolver.h"
#include "engine/engine.h"
#include "engine/pool-store.h"
#include "engine/store.h"
#include "hook/hook.h"
#include "hosting.h"
#include "model/interfaces.h"
#include "netlink/monitor.h"
#include "provider/embedded.h"
#include "provider/rfc2136.h"
#include "state-directory.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/log.h"
#include "util/message-id.h"
#include "version.h"

/* Everybody at the console may ask for a refresh. */
#define REFRESH_INTERVAL_USEC (1 * USEC_PER_SEC)

/* "withdraw_on_stop" gets this long; systemd's default patience is 90 s. */
#define STOP_USEC (5 * USEC_PER_SEC)

struct Daemon {
        DaemonOptions options;
        char hostname[HOST_NAME_MAX + 1];
        char *state_directory;
        int lock_fd;

        Config *config;
        sd_event *event;
        Interfaces *interfaces;
        Monitor *monitor;
        Resolver *resolver;
        Store *store;
        PoolStore *pool_store;
        Checker *checker;
        HookRunner *hooks; /* NULL: none are run */
        Engine *engine;
        Hosting *hosting;
        Bus *bus; /* NULL: not for a single run */
        sd_event_source *stop_timer;
        sd_event_source *refresh_timer;
        usec_t refreshed_usec; /* CLOCK_BOOTTIME; 0: never */

        bool ready; /* said so to the service manager */
        bool stopping;
        char status[160]; /* last told to the service manager */
};

/* Configuration. */

static const char *plural(size_t n)
{
        return n == 1 ? "" : "s";
}

/* Logs every mistake. */
static int load_config(const DaemonOptions *options, const char *hostname, Config **ret, ConfigErrors *errors)
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
        return r;
}

static void find_hostname(char hostname[static HOST_NAME_MAX + 1])
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

        find_hostname(hostname);
        r = load_config(options, hostname, &config, &errors);
        if (r < 0)
                return r;
        printf("the configuration is good: %zu provider%s, %zu record%s, %zu pool%s\n", config->n_providers,
                plural(config->n_providers), config->n_records, plural(config->n_records), config->n_pools,
                plural(config->n_pools));
        return 0;
}

/* What the service manager is told. */

static void tell_status(Daemon *daemon)
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

        tell_status(daemon);
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

/* Signals. */

/* What a dry run finds out goes to standard output. */
static void set_log_level(const Daemon *daemon, const Config *config)
{
        log_set_level(
                daemon->options.dry_run && config->log_level == LOG_INFO ? LOG_NOTICE : config->log_level);
}

/* After hosting_prepare(): the engine looks at this configuration then, come what may. */
static int configure(Daemon *daemon, Config *config, bool force)
{
        EngineOptions options = { .force = force, .dry_run = daemon->options.dry_run };
        int r = engine_configure(daemon->engine, config, &options);

        if (r >= 0 && daemon->hooks)
                r = hook_runner_configure(daemon->hooks, config->hooks, config->n_hooks, daemon->hostname);
        if (r < 0)
                return r;
        set_log_level(daemon, config);
        return hosting_commit(daemon->hosting, config, !daemon->options.once && !daemon->options.dry_run);
}

static int change_config(Daemon *daemon, ConfigErrors *errors)
{
        AUTO(config_freep) Config *config = NULL;
        Config *old;
        int r;

        find_hostname(daemon->hostname); /* DHCP may have named this host meanwhile */
        r = load_config(&daemon->options, daemon->hostname, &config, errors);
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
        r = configure(daemon, config, false);
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
        tell_status(daemon);
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

static int add_signals(Daemon *daemon)
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
        return engine_new(&daemon->engine, daemon->event, daemon->interfaces, daemon->store, daemon->pool_store,
                &callbacks);
}

static int make_hooks(Daemon *daemon)
{
        return daemon->options.dry_run ? 0 : hook_runner_new(&daemon->hooks, daemon->event);
}

static int join_bus(Daemon *daemon)
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

static int start(Daemon *daemon)
{
        int r = sd_event_new(&daemon->event);

        if (r >= 0)
                r = add_signals(daemon);
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
                r = join_bus(daemon);
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
                r = configure(daemon, daemon->config, daemon->options.force);
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
        find_hostname(daemon->hostname);
        r = load_config(options, daemon->hostname, &daemon->config, &errors);
        if (r < 0)
                return -EBADMSG;
        set_log_level(daemon, daemon->config);
        log_notice("signpostd %s: %zu record%s and %zu pool%s at %zu provider%s", SIGNPOST_VERSION,
                daemon->config->n_records, plural(daemon->config->n_records), daemon->config->n_pools,
                plural(daemon->config->n_pools), daemon->config->n_providers, plural(daemon->config->n_providers));
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
        sd_event_unref(daemon->event);
        close_fd(daemon->lock_fd);
        free(daemon->state_directory);
        free(daemon);
        return NULL;
}
