/* SPDX-License-Identifier: BSD-3-Clause */

/* Runs a fuzzer where there is no libFuzzer: over every file of its corpus, and over mutations of each that
 * are the same in every run.
 *
 *     fuzz-NOUN MUTATIONS FOLDER */

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "util/cleanup.h"

#define INPUT_MAX 70000

typedef struct Input {
        size_t size;
        uint8_t data[INPUT_MAX];
} Input;

/* xorshift64* */
static uint32_t next_random(uint64_t *state)
{
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        return (uint32_t) (*state * 0x2545F4914F6CDD1DULL >> 32);
}

static size_t below(uint64_t *state, size_t limit)
{
        return limit > 0 ? next_random(state) % limit : 0;
}

static void remove_bytes(Input *input, size_t at, size_t count)
{
        memmove(input->data + at, input->data + at + count, input->size - at - count);
        input->size -= count;
}

static void repeat_bytes(Input *input, size_t at, size_t count)
{
        if (input->size + count > INPUT_MAX)
                return;
        memmove(input->data + at + count, input->data + at, input->size - at);
        input->size += count;
}

static void mutate(Input *input, uint64_t *state)
{
        /* Lengths, counts, pointers, types and classes that mean something somewhere. */
        static const uint8_t telling[] = { 0, 1, 2, 4, 6, 12, 16, 41, 63, 64, 127, 128, 192, 250, 254, 255 };
        size_t at = below(state, input->size), left = input->size - at;

        if (left == 0)
                return;
        switch (below(state, 6)) {
        case 0:
                input->data[at] ^= (uint8_t) (1U << below(state, 8));
                break;
        case 1:
                input->data[at] = telling[below(state, sizeof telling)];
                break;
        case 2:
                input->data[at] = (uint8_t) next_random(state);
                break;
        case 3:
                remove_bytes(input, at, 1 + below(state, left < 16 ? left : 16));
                break;
        case 4:
                repeat_bytes(input, at, 1 + below(state, left < 64 ? left : 64));
                break;
        default: /* a pointer to somewhere before */
                input->data[at] = 0xC0;
                if (left > 1)
                        input->data[at + 1] = (uint8_t) below(state, at < 256 ? at + 1 : 256);
                break;
        }
}

/* In a block of just its size, so that a sanitizer sees a step too far. */
static void run(const Input *input)
{
        AUTO_FREE uint8_t *copy = malloc(input->size > 0 ? input->size : 1);

        must(copy != NULL);
        memcpy(copy, input->data, input->size);
        LLVMFuzzerTestOneInput(copy, input->size);
}

static void run_file(const char *folder, const char *name, unsigned long mutations)
{
        static Input seed, input;
        AUTO_FCLOSE FILE *file = NULL;
        char path[4096];
        uint64_t state = 0x9E3779B97F4A7C15ULL;

        must(snprintf(path, sizeof path, "%s/%s", folder, name) < (int) sizeof path);
        file = fopen(path, "re");
        must(file != NULL);
        seed.size = fread(seed.data, 1, sizeof seed.data, file);
        must(!ferror(file));
        run(&seed);
        for (unsigned long i = 0; i < mutations; i++) {
                memcpy(input.data, seed.data, seed.size);
                input.size = seed.size;
                for (size_t n = 1 + below(&state, 4); n > 0; n--)
                        mutate(&input, &state);
                run(&input);
        }
}

int main(int argc, char *argv[])
{
        unsigned files = 0;
        DIR *folder;

        if (argc != 3) {
                fprintf(stderr, "usage: %s MUTATIONS FOLDER\n", argv[0]);
                return 2;
        }
        folder = opendir(argv[2]);
        must(folder != NULL);
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
                if (entry->d_name[0] != '.') {
                        run_file(argv[2], entry->d_name, strtoul(argv[1], NULL, 10));
                        files++;
                }
        closedir(folder);
        printf("%u files, %s mutations of each\n", files, argv[1]);
        must(files > 0);
        return 0;
}
