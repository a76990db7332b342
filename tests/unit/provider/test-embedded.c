/* SPDX-License-Identifier: BSD-3-Clause */

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "dns/zonefile.h"
#include "model/serial.h"
#include "provider/embedded.h"
#include "util/file.h"

/* One daemon's worth: a state directory, a zone in it, a provider in front, and what that reported last. */
typedef struct Setup {
        sd_event *event;
        char directory[64];
        EmbeddedZone *zone;
        Provider *provider;

        unsigned calls;
        Outcome outcome;
        size_t n_results;
        ReadResult results[4];

        int log; /* what was logged */
        int real_stderr;
} Setup;

static void on_read(void *userdata, const Outcome *outcome, ReadResult *results, size_t n)
{
        Setup *setup = userdata;

        setup->calls++;
        setup->outcome = *outcome;
        setup->n_results = n;
        for (size_t i = 0; i < n; i++) {
                setup->results[i] = results[i];
                results[i].set = NULL;
        }
}

static void on_applied(void *userdata, const Outcome *outcome)
{
        Setup *setup = userdata;

        setup->calls++;
        setup->outcome = *outcome;
}

static Name name_of(const char *text)
{
        Name name;

        assert_int_equal(name_from_text(&name, text), 0);
        return name;
}

static void start(Setup *setup, const char *apex, const char *hostname)
{
        ProviderEvents events = { .read_done = on_read, .apply_done = on_applied, .userdata = setup };
        Name name = name_of(apex);

        assert_int_equal(embedded_zone_new(&setup->zone, setup->event, &name, setup->directory, hostname), 0);
        assert_int_equal(embedded_new(&setup->provider, setup->event, setup->zone, NULL, &events), 0);
}

static void stop(Setup *setup)
{
        setup->provider = provider_free(setup->provider);
        setup->zone = embedded_zone_free(setup->zone);
}

static int set_up(void **state)
{
        Setup *setup = calloc(1, sizeof *setup);

        assert_non_null(setup);
        assert_true(sd_event_new(&setup->event) >= 0);
        strcpy(setup->directory, "/tmp/test-embedded-XXXXXX");
        assert_non_null(mkdtemp(setup->directory));
        setup->log = memfd_create("log", MFD_CLOEXEC);
        setup->real_stderr = dup(STDERR_FILENO);
        assert_true(setup->log >= 0 && setup->real_stderr >= 0);
        assert_true(dup2(setup->log, STDERR_FILENO) >= 0);
        start(setup, "home.arpa", "nas.example.com");
        *state = setup;
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *place)
{
        (void) st;
        (void) flag;
        (void) place;
        return remove(path);
}

static int tear_down(void **state)
{
        Setup *setup = *state;

        stop(setup);
        dup2(setup->real_stderr, STDERR_FILENO);
        close(setup->real_stderr);
        close(setup->log);
        nftw(setup->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        sd_event_unref(setup->event);
        free(setup);
        return 0;
}

static unsigned count_in_log(const Setup *setup, const char *text)
{
        char log[16384];
        ssize_t n = pread(setup->log, log, sizeof log - 1, 0);
        unsigned count = 0;

        assert_true(n >= 0);
        log[n] = '\0';
        for (const char *p = log; (p = strstr(p, text)); p++)
                count++;
        return count;
}

static void path_of(const Setup *setup, const char *file, char out[static 256])
{
        snprintf(out, 256, "%s/zones/%s", setup->directory, file);
}

/* Runs the loop until the operation that was begun has reported, once. */
static void finish(Setup *setup)
{
        unsigned before = setup->calls;

        for (unsigned i = 0; i < 10 && setup->calls == before; i++)
                assert_true(sd_event_run(setup->event, 0) >= 0);
        assert_int_equal(setup->calls, before + 1);
        for (unsigned i = 0; i < 3; i++)
                assert_true(sd_event_run(setup->event, 0) >= 0);
        assert_int_equal(setup->calls, before + 1);
}

static RRset *addresses(const char *owner, const char *text)
{
        Name name = name_of(owner);
        RRset *set = rrset_new(&name, TYPE_A, 60);
        Address address;

        assert_non_null(set);
        assert_int_equal(address_from_text(&address, text), 0);
        assert_int_equal(rrset_add_address(set, &address), 1);
        return set;
}

/* One change: expected and wanted addresses, NULL for none; expecting "*" means anything. */
static void add_change(ChangeSet *changes, const char *owner, const char *expected, const char *want)
{
        bool any = expected && strcmp(expected, "*") == 0;
        AUTO(rrset_freep) RRset *expected_set = expected && !any ? addresses(owner, expected) : NULL;
        AUTO(rrset_freep) RRset *want_set = want ? addresses(owner, want) : NULL;
        Expect expect = any ? EXPECT_ANY : expected ? EXPECT_EXACTLY : EXPECT_ABSENT;
        Name name = name_of(owner);

        assert_int_equal(change_set_add(changes, &name, TYPE_A, expect, expected_set, want_set), 0);
}

static OutcomeKind apply(Setup *setup, const ChangeSet *changes)
{
        assert_int_equal(provider_apply(setup->provider, changes), 0);
        finish(setup);
        return setup->outcome.kind;
}

static OutcomeKind change(Setup *setup, const char *owner, const char *expected, const char *want)
{
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();

        add_change(changes, owner, expected, want);
        return apply(setup, changes);
}

static OutcomeKind change_type(
        Setup *setup, const char *owner, uint16_t type, const char *wire, uint16_t length)
{
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        AUTO(rrset_freep) RRset *want = NULL;
        Name name = name_of(owner);

        if (wire) {
                want = rrset_new(&name, type, 60);
                assert_int_equal(rrset_add(want, wire, length), 1);
        }
        assert_int_equal(change_set_add(changes, &name, type, EXPECT_ANY, NULL, want), 0);
        return apply(setup, changes);
}

/* For the types whose data is a name. */
static OutcomeKind point(Setup *setup, const char *owner, uint16_t type, const char *target)
{
        Name name = name_of(target);

        return change_type(setup, owner, type, (const char *) name.wire, name.length);
}

static bool holds(const Setup *setup, const char *owner, const char *text)
{
        AUTO(rrset_freep) RRset *expected = text ? addresses(owner, text) : NULL;
        Name name = name_of(owner);

        return rrset_same_data(zone_find(embedded_zone_contents(setup->zone), &name, TYPE_A), expected);
}

static uint32_t serial(const Setup *setup)
{
        return zone_serial(embedded_zone_contents(setup->zone));
}

/* Gives the zone a serial that the clock does not reach: from there each change adds one, however long the
 * test takes. */
static uint32_t outrun_clock(Setup *setup)
{
        const Zone *zone = embedded_zone_contents(setup->zone);
        const RData *old = zone_find(zone, zone_apex(zone), TYPE_SOA)->rdata[0];
        uint32_t later = serial(setup) + 1000000;
        char soa[512];

        assert_in_range(old->length, 20, sizeof soa);
        memcpy(soa, old->bytes, old->length);
        for (unsigned i = 0; i < 4; i++)
                soa[old->length - 20 + i] = (char) (later >> (24 - 8 * i));
        assert_int_equal(change_type(setup, "home.arpa", TYPE_SOA, soa, old->length), OUTCOME_APPLIED);
        assert_int_equal(serial(setup), later);
        return later;
}

/* The file as another server would read it. */
static Zone *read_file(const Setup *setup, const char *file)
{
        AUTO_FREE char *reason = NULL;
        Name apex = name_of("home.arpa");
        Zone *zone = NULL;
        char path[256];

        path_of(setup, file, path);
        if (zonefile_load(&zone, &apex, path, &reason) < 0)
                fail_msg("%s: %s", path, reason ? reason : "cannot be read");
        return zone;
}

static void new_zone_names_this_host_and_is_stored(void **state)
{
        Setup *setup = *state;
        AUTO(zone_freep) Zone *stored = read_file(setup, "home.arpa.zone");
        const RRset *soa = zone_find(stored, zone_apex(stored), TYPE_SOA);
        const RRset *ns = zone_find(stored, zone_apex(stored), TYPE_NS);
        Name server = name_of("nas.home.arpa"), mailbox = name_of("hostmaster.home.arpa");
        static const uint8_t timers[] = { 0, 0, 14, 16, 0, 0, 2, 88, 0, 9, 58, 128, 0, 0, 0, 60 };
        const uint8_t *p;

        assert_int_equal(soa->count, 1);
        assert_int_equal(soa->ttl, 3600);
        p = soa->rdata[0]->bytes;
        assert_memory_equal(p, server.wire, server.length);
        p += server.length;
        assert_memory_equal(p, mailbox.wire, mailbox.length);
        p += mailbox.length + 4;
        assert_memory_equal(p, timers, sizeof timers);
        assert_int_equal(ns->count, 1);
        assert_memory_equal(ns->rdata[0]->bytes, server.wire, server.length);
        assert_int_equal(zone_serial(stored), serial(setup));
        assert_true(serial(setup) != 0);
}

static void host_name_finds_its_place_in_the_zone(void **state)
{
        Setup *setup = *state;
        static const struct {
                const char *apex, *hostname, *server;
        } cases[] = {
                { "a.example", "box", "box.a.example" },
                { "b.example", "box.b.example", "box.b.example" },
                { "c.example", "box.lan.c.example", "box.lan.c.example" },
                { "d.example", "box.elsewhere.example", "box.d.example" },
                { "e.example", "e.example", "e.e.example" },
                { "f.example", "", "ns.f.example" },
                { "g.example", "..", "ns.g.example" },
                { "h.example", ".", "ns.h.example" },
                { ".", "box", "box" },
        };

        for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
                Name server = name_of(cases[i].server);
                const Zone *zone;
                const RRset *ns;

                stop(setup);
                start(setup, cases[i].apex, cases[i].hostname);
                zone = embedded_zone_contents(setup->zone);
                ns = zone_find(zone, zone_apex(zone), TYPE_NS);
                if (memcmp(ns->rdata[0]->bytes, server.wire, server.length) != 0)
                        fail_msg("%s in %s", cases[i].hostname, cases[i].apex);
        }
}

static void file_and_folder_are_private(void **state)
{
        Setup *setup = *state;
        struct stat st;
        char path[256];

        path_of(setup, "", path);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0700);
        path_of(setup, "home.arpa.zone", path);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
}

static void applied_change_is_in_the_file(void **state)
{
        Setup *setup = *state;
        uint32_t before = outrun_clock(setup);
        AUTO(zone_freep) Zone *stored = NULL;
        Name owner = name_of("nas.home.arpa");

        assert_int_equal(change(setup, "nas.home.arpa", NULL, "192.0.2.1"), OUTCOME_APPLIED);
        assert_string_equal(setup->outcome.reason, "");
        assert_true(holds(setup, "nas.home.arpa", "192.0.2.1"));
        assert_int_equal(serial(setup), serial_next(before));
        stored = read_file(setup, "home.arpa.zone");
        assert_non_null(zone_find(stored, &owner, TYPE_A));
        assert_int_equal(zone_serial(stored), serial(setup));
}

static void nothing_is_reported_from_within_the_call(void **state)
{
        Setup *setup = *state;
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        RRsetKey key = { .name = name_of("nas.home.arpa"), .type = TYPE_A };

        add_change(changes, "nas.home.arpa", "*", "192.0.2.1");
        assert_int_equal(provider_apply(setup->provider, changes), 0);
        assert_int_equal(setup->calls, 0);
        finish(setup);
        assert_int_equal(provider_read(setup->provider, &key, 1), 0);
        assert_int_equal(setup->calls, 1);
        finish(setup);
        rrset_free(setup->results[0].set);
}

static void freed_provider_reports_nothing(void **state)
{
        Setup *setup = *state;
        RRsetKey key = { .name = name_of("home.arpa"), .type = TYPE_SOA };

        assert_int_equal(provider_read(setup->provider, &key, 1), 0);
        setup->provider = provider_free(setup->provider);
        assert_true(sd_event_run(setup->event, 0) >= 0);
        assert_int_equal(setup->calls, 0);
}

static void unmet_expectation_changes_nothing(void **state)
{
        Setup *setup = *state;
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        uint32_t before;

        change(setup, "nas.home.arpa", NULL, "192.0.2.1");
        before = serial(setup);
        add_change(changes, "www.home.arpa", NULL, "192.0.2.9");
        add_change(changes, "nas.home.arpa", "192.0.2.7", "192.0.2.8");
        assert_int_equal(apply(setup, changes), OUTCOME_CONFLICT);
        assert_true(holds(setup, "www.home.arpa", NULL));
        assert_true(holds(setup, "nas.home.arpa", "192.0.2.1"));
        assert_int_equal(serial(setup), before);
        assert_int_equal(change(setup, "nas.home.arpa", NULL, "192.0.2.8"), OUTCOME_CONFLICT);
        assert_int_equal(change(setup, "nas.home.arpa", "192.0.2.1", "192.0.2.8"), OUTCOME_APPLIED);
}

static void serial_goes_up_once_a_set_and_only_for_changes(void **state)
{
        Setup *setup = *state;
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        uint32_t before = outrun_clock(setup);

        add_change(changes, "a.home.arpa", NULL, "192.0.2.1");
        add_change(changes, "b.home.arpa", NULL, "192.0.2.2");
        add_change(changes, "c.home.arpa", NULL, NULL);
        assert_int_equal(apply(setup, changes), OUTCOME_APPLIED);
        assert_int_equal(serial(setup), serial_next(before));
        assert_int_equal(change(setup, "a.home.arpa", "192.0.2.1", "192.0.2.1"), OUTCOME_APPLIED);
        assert_int_equal(serial(setup), serial_next(before));
        assert_int_equal(change(setup, "a.home.arpa", "192.0.2.1", NULL), OUTCOME_APPLIED);
        assert_int_equal(serial(setup), serial_next(serial_next(before)));
        assert_true(holds(setup, "a.home.arpa", NULL));
}

static void serial_behind_the_clock_catches_up(void **state)
{
        Setup *setup = *state;
        static const char text[] = "home.arpa. 3600 IN SOA ns.home.arpa. h.home.arpa. 1 2 3 4 5\n"
                                   "home.arpa. 3600 IN NS ns.home.arpa.\n";
        char path[256];

        stop(setup);
        path_of(setup, "home.arpa.zone", path);
        assert_int_equal(file_replace(path, text, strlen(text), false), 0);
        start(setup, "home.arpa", "nas");
        assert_int_equal(serial(setup), 1);
        assert_int_equal(change(setup, "nas.home.arpa", NULL, "192.0.2.1"), OUTCOME_APPLIED);
        assert_true(serial(setup) > 1000000000);
}

static void apex_keeps_its_soa_and_last_ns(void **state)
{
        Setup *setup = *state;
        uint32_t before = serial(setup);

        assert_int_equal(change_type(setup, "home.arpa", TYPE_SOA, NULL, 0), OUTCOME_REFUSED);
        assert_int_equal(change_type(setup, "home.arpa", TYPE_NS, NULL, 0), OUTCOME_REFUSED);
        assert_true(strlen(setup->outcome.reason) > 0);
        assert_int_equal(serial(setup), before);
        assert_int_equal(point(setup, "home.arpa", TYPE_NS, "ns.home.arpa"), OUTCOME_APPLIED);
}

static void alias_and_address_do_not_share_a_name(void **state)
{
        Setup *setup = *state;

        change(setup, "nas.home.arpa", NULL, "192.0.2.1");
        assert_int_equal(point(setup, "nas.home.arpa", TYPE_CNAME, "x.home.arpa"), OUTCOME_REFUSED);
        assert_int_equal(point(setup, "www.home.arpa", TYPE_CNAME, "x.home.arpa"), OUTCOME_APPLIED);
        assert_int_equal(change(setup, "www.home.arpa", "*", "192.0.2.1"), OUTCOME_REFUSED);
        assert_true(holds(setup, "www.home.arpa", NULL));
}

static void name_outside_the_zone_is_refused(void **state)
{
        Setup *setup = *state;

        assert_int_equal(change(setup, "nas.example.com", NULL, "192.0.2.1"), OUTCOME_REFUSED);
        assert_non_null(strstr(setup->outcome.reason, "home.arpa"));
}

static void reads_come_in_the_order_asked(void **state)
{
        Setup *setup = *state;
        const RRsetKey keys[] = {
                { .name = name_of("nas.home.arpa"), .type = TYPE_AAAA },
                { .name = name_of("NAS.home.arpa"), .type = TYPE_A },
                { .name = name_of("nas.example.com"), .type = TYPE_A },
                { .name = name_of("www.home.arpa"), .type = TYPE_A },
        };

        change(setup, "nas.home.arpa", NULL, "192.0.2.1");
        point(setup, "www.home.arpa", TYPE_CNAME, "x.home.arpa");
        assert_int_equal(provider_read(setup->provider, keys, ARRAY_LENGTH(keys)), 0);
        finish(setup);
        assert_int_equal(setup->outcome.kind, OUTCOME_APPLIED);
        assert_int_equal(setup->n_results, 4);
        assert_int_equal(setup->results[0].kind, OUTCOME_APPLIED);
        assert_null(setup->results[0].set);
        assert_int_equal(setup->results[1].kind, OUTCOME_APPLIED);
        assert_int_equal(setup->results[1].set->count, 1);
        assert_int_equal(setup->results[2].kind, OUTCOME_REFUSED);
        assert_int_equal(setup->results[3].kind, OUTCOME_REFUSED);
        assert_non_null(strstr(setup->results[3].reason, "CNAME"));
        rrset_free(setup->results[1].set);
}

static void restart_keeps_serial_and_content(void **state)
{
        Setup *setup = *state;
        uint32_t before;

        change(setup, "nas.home.arpa", NULL, "192.0.2.1");
        change(setup, "www.home.arpa", NULL, "192.0.2.2");
        before = serial(setup);
        stop(setup);
        start(setup, "HOME.arpa", "othername");
        assert_int_equal(serial(setup), before);
        assert_true(holds(setup, "nas.home.arpa", "192.0.2.1"));
        assert_true(holds(setup, "www.home.arpa", "192.0.2.2"));
        assert_int_equal(count_in_log(setup, "begins anew"), 0);
}

static unsigned count_set_aside(const Setup *setup)
{
        char path[256];
        unsigned count = 0;
        DIR *folder;

        path_of(setup, "", path);
        folder = opendir(path);
        assert_non_null(folder);
        for (struct dirent *entry; (entry = readdir(folder));)
                if (strncmp(entry->d_name, "home.arpa.zone.damaged-", 23) == 0)
                        count++;
        closedir(folder);
        return count;
}

static void damaged_file_is_set_aside(void **state)
{
        Setup *setup = *state;
        static const char *const damaged[] = {
                "",
                "home.arpa. 3600 IN SOA ns.home.arpa. h.home.arpa. 1 2 3 4",
                "garbage\n",
                /* no NS */
                "home.arpa. 3600 IN SOA ns.home.arpa. h.home.arpa. 1 2 3 4 5\n",
                /* no SOA */
                "home.arpa. 3600 IN NS ns.home.arpa.\n",
                /* an alias with company */
                "home.arpa. 3600 IN SOA ns.home.arpa. h.home.arpa. 1 2 3 4 5\n"
                "home.arpa. 3600 IN NS ns.home.arpa.\n"
                "a.home.arpa. 60 IN A 192.0.2.1\n"
                "a.home.arpa. 60 IN CNAME b.home.arpa.\n",
        };

        for (size_t i = 0; i < ARRAY_LENGTH(damaged); i++) {
                char path[256];

                stop(setup);
                nftw(setup->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
                assert_int_equal(mkdir(setup->directory, 0700), 0);
                path_of(setup, "", path);
                assert_int_equal(mkdir(path, 0700), 0);
                path_of(setup, "home.arpa.zone", path);
                assert_int_equal(file_replace(path, damaged[i], strlen(damaged[i]), false), 0);
                start(setup, "home.arpa", "nas");
                if (count_set_aside(setup) != 1 || count_in_log(setup, "set aside as") != i + 1)
                        fail_msg("row %zu was not set aside", i);
                assert_true(serial(setup) > 1000000000);
                zone_free(read_file(setup, "home.arpa.zone"));
        }
}

static void limit_files_to(rlim_t bytes)
{
        struct rlimit limit;

        assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
        limit.rlim_cur = bytes;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* More than the limit below lets a file hold. */
static void fill_zone(Setup *setup)
{
        AUTO(change_set_freep) ChangeSet *changes = change_set_new();
        char owner[32];

        for (unsigned i = 0; i < 1000; i++) {
                snprintf(owner, sizeof owner, "host%u.home.arpa", i);
                add_change(changes, owner, NULL, "192.0.2.1");
        }
        apply(setup, changes);
}

/* A file that may not grow stands in for a full disk. The log is above the limit for the while. */
static void full_disk_is_said_once_and_cured_by_the_next_change(void **state)
{
        Setup *setup = *state;
        AUTO(zone_freep) Zone *old = NULL, *new = NULL;
        uint32_t before = outrun_clock(setup);
        struct rlimit limit;
        char path[256];

        assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
        signal(SIGXFSZ, SIG_IGN);
        limit_files_to(16384);
        fill_zone(setup);
        assert_int_equal(setup->outcome.kind, OUTCOME_APPLIED);
        assert_int_equal(change(setup, "nas.home.arpa", NULL, "192.0.2.1"), OUTCOME_APPLIED);
        assert_int_equal(count_in_log(setup, "cannot be stored"), 1);
        assert_int_equal(serial(setup), before + 2);
        assert_true(holds(setup, "nas.home.arpa", "192.0.2.1"));
        old = read_file(setup, "home.arpa.zone");
        assert_int_equal(zone_serial(old), before);
        path_of(setup, "home.arpa.zone.tmp", path);
        assert_int_equal(access(path, F_OK), -1);

        limit_files_to(limit.rlim_cur);
        signal(SIGXFSZ, SIG_DFL);
        /* Even one that turns out to change nothing. */
        assert_int_equal(change(setup, "nas.home.arpa", "*", "192.0.2.1"), OUTCOME_APPLIED);
        assert_int_equal(count_in_log(setup, "is stored in"), 1);
        new = read_file(setup, "home.arpa.zone");
        assert_int_equal(zone_serial(new), before + 2);
        change(setup, "nas.home.arpa", "*", "192.0.2.2");
        assert_int_equal(count_in_log(setup, "stored in"), 2);
}

static void directory_that_vanished_is_made_again(void **state)
{
        Setup *setup = *state;

        nftw(setup->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        assert_int_equal(change(setup, "nas.home.arpa", NULL, "192.0.2.1"), OUTCOME_APPLIED);
        zone_free(read_file(setup, "home.arpa.zone"));
        assert_int_equal(count_in_log(setup, "cannot be stored"), 0);
}

static void strange_zone_names_stay_in_the_folder(void **state)
{
        Setup *setup = *state;
        static const struct {
                const char *apex, *file;
        } cases[] = {
                { "a/b.example", "a\\047b.example.zone" },
                { "\\.\\./x.example", "\\.\\.\\047x.example.zone" },
                { "\\000\\010\\255.example", "\\000\\010\\255.example.zone" },
                { ".", "..zone" },
                { "UPPER.Example", "upper.example.zone" },
        };

        for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
                char path[256];

                stop(setup);
                start(setup, cases[i].apex, "nas");
                path_of(setup, cases[i].file, path);
                if (access(path, F_OK) < 0)
                        fail_msg("no file %s", path);
                /* What was written is taken up again. */
                change_type(setup, cases[i].apex, TYPE_TXT, "\1x", 2);
                stop(setup);
                start(setup, cases[i].apex, "nas");
                assert_non_null(zone_find(embedded_zone_contents(setup->zone),
                        zone_apex(embedded_zone_contents(setup->zone)), TYPE_TXT));
        }
        assert_int_equal(count_in_log(setup, "begins anew"), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(new_zone_names_this_host_and_is_stored),
                TEST(host_name_finds_its_place_in_the_zone),
                TEST(file_and_folder_are_private),
                TEST(applied_change_is_in_the_file),
                TEST(nothing_is_reported_from_within_the_call),
                TEST(freed_provider_reports_nothing),
                TEST(unmet_expectation_changes_nothing),
                TEST(serial_goes_up_once_a_set_and_only_for_changes),
                TEST(serial_behind_the_clock_catches_up),
                TEST(apex_keeps_its_soa_and_last_ns),
                TEST(alias_and_address_do_not_share_a_name),
                TEST(name_outside_the_zone_is_refused),
                TEST(reads_come_in_the_order_asked),
                TEST(restart_keeps_serial_and_content),
                TEST(damaged_file_is_set_aside),
                TEST(full_disk_is_said_once_and_cured_by_the_next_change),
                TEST(directory_that_vanished_is_made_again),
                TEST(strange_zone_names_stay_in_the_folder),
        };
#undef TEST

        return cmocka_run_group_tests(tests, NULL, NULL);
}
