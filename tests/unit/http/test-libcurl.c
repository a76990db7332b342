/* SPDX-License-Identifier: BSD-3-Clause */

/* The library is not there before it is needed, and may be missing: this test runs itself again with a folder
 * of its own in front of the library's. */

#include "http/http.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "util/log.h"

static char directory[64], library[96];

typedef struct World {
        sd_event *event;
        HttpClient *client;
} World;

static void on_answer(void *userdata, const HttpAnswer *answer)
{
        (void) userdata;
        (void) answer;
        fail_msg("what is cancelled answers");
}

/* Starts a request and cancels it. */
static int try(const World *world)
{
        Address address = { .family = AF_INET, .ipv4 = { 0x0100007f } };
        HttpOptions options = { .address = &address,
                .port = 1,
                .host = "www.example.com",
                .method = "GET",
                .path = "/",
                .timeout_usec = USEC_PER_SEC };
        HttpRequest *request;
        int r = http_start(world->client, &request, &options, on_answer, NULL);

        if (r >= 0)
                http_cancel(request);
        return r;
}

static bool is_loaded(void)
{
        AUTO_FCLOSE FILE *file = fopen("/proc/self/maps", "re");
        char line[512];

        assert_non_null(file);
        while (fgets(line, sizeof line, file))
                if (strstr(line, "/libcurl.so") || strstr(line, "/libssl.so"))
                        return true;
        return false;
}

static void write_library(const char *text)
{
        AUTO_FCLOSE FILE *file = fopen(library, "we");

        assert_non_null(file);
        fputs(text, file);
}

static void a_broken_library_is_an_error_and_a_good_one_is_taken_when_it_comes(void **state)
{
        World *world = *state;

        assert_false(is_loaded()); /* a client alone needs nothing */
        write_library("this is no library, but long enough that somebody looks into it to find out what it "
                      "may be\n");
        assert_int_equal(try(world), -ELIBACC);
        assert_int_equal(try(world), -ELIBACC);
        write_library("");
        assert_int_equal(try(world), -ELIBACC);
        assert_false(is_loaded());
        unlink(library);
        assert_int_equal(try(world), 0);
        assert_true(is_loaded());
}

static int begin(void **state)
{
        World *world = calloc(1, sizeof *world);

        *state = world;
        return sd_event_new(&world->event) < 0 || http_client_new(&world->client, world->event) < 0;
}

static int end(void **state)
{
        World *world = *state;

        http_client_free(world->client);
        sd_event_unref(world->event);
        free(world);
        return 0;
}

int main(int argc, char **argv)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_broken_library_is_an_error_and_a_good_one_is_taken_when_it_comes),
        };
        int failures;

        if (argc < 2) {
                strcpy(directory, "/tmp/signpost-libcurl-XXXXXX");
                if (!mkdtemp(directory))
                        return 1;
                setenv("LD_LIBRARY_PATH", directory, 1);
                execl("/proc/self/exe", argv[0], directory, (char *) NULL);
                return 1;
        }
        snprintf(directory, sizeof directory, "%s", argv[1]);
        snprintf(library, sizeof library, "%s/libcurl.so.4", directory);
        log_setup(LOG_WARNING);
        failures = cmocka_run_group_tests(tests, begin, end);
        unlink(library);
        rmdir(directory);
        return failures;
}
