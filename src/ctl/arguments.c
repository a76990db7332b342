/* SPDX-License-Identifier: BSD-3-Clause */

#include "ctl/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/duration.h"
#include "ctl/text.h"
#include "util/nearest.h"
#include "version.h"

enum {
        TIMEOUT_SECONDS = 8, /* signpostd answers within 7, done or not */
        TIMEOUT_SECONDS_MAX = 3600,
        LETTER_COLOUR = 'c',
        LETTER_FORCE = 'f',
        LETTER_HELP = 'h',
        LETTER_FOR = 'o',
        LETTER_JSON = 'j',
        LETTER_NO_LEGEND = 'l',
        LETTER_REASON = 'r',
        LETTER_TIMEOUT = 't',
        LETTER_VERSION = 'v',
        HELP_WIDTH = 80,
        HELP_COLUMN = 23, /* where the help of an option begins */
};

typedef struct Option {
        const char *name;
        const char *argument; /* "=WHEN"; NULL: it has none */
        int letter;
        CommandOptions bit; /* for those that not every command takes */
        const char *help;
} Option;

/* clang-format off */
static const Option option_table[] = {
        { "json",      NULL,       LETTER_JSON,      OPTION_JSON,    "print JSON" },
        { "no-legend", NULL,       LETTER_NO_LEGEND, OPTION_LEGEND,  "print neither titles nor totals" },
        { "for",       "=TIME",    LETTER_FOR,       OPTION_FOR,     "how long: 90s, 30m, 1h30m, 2d; default: for good" },
        { "reason",    "=TEXT",    LETTER_REASON,    OPTION_REASON,  "why, to be shown with it" },
        { "force",     NULL,       LETTER_FORCE,     OPTION_FORCE,   "publish: even what stands there; else: do it all the same" },
        { "timeout",   "=SECONDS", LETTER_TIMEOUT,   OPTION_TIMEOUT, "end after this time in any case; default 8" },
        { "color",     "=WHEN",    LETTER_COLOUR,    0, "auto (a terminal and no $NO_COLOR), always, never" },
        { "version",   NULL,       LETTER_VERSION,   0, "print the version, and end" },
        { "help",      NULL,       LETTER_HELP,      0, "print this text, and end" },
};
/* clang-format on */

/* "(list, explain)" after the help of an option that not all take, on a line of its own where it is long. */
static void print_takers(CommandOptions bit, size_t column)
{
        AUTO_FREE char *takers = NULL;
        size_t size;
        FILE *out = bit ? open_memstream(&takers, &size) : NULL;

        for (const Command *command = command_table(); out && command->name; command++)
                if (command->options & bit)
                        fprintf(out, "%s%s", ftell(out) > 0 ? ", " : "", command->name);
        if (!out || fclose(out) != 0)
                putchar('\n');
        else if (column + strlen(" ()") + size <= HELP_WIDTH)
                printf(" (%s)\n", takers);
        else
                printf("\n%*s(%s)\n", HELP_COLUMN, "", takers);
}

static void print_help(void)
{
        printf("Usage: signpostctl [COMMAND] [OPTION]...\n"
               "Shows and controls signpostd, which keeps DNS pointing at what is there.\n\n"
               "Commands:\n");
        for (const Command *command = command_table(); command->name; command++)
                printf("  %-11s %-13s %s\n", command->name, command->operands ? command->operands : "",
                        command->help);
        printf("\nOptions:\n");
        for (size_t i = 0; i < ARRAY_LENGTH(option_table); i++) {
                const Option *option = &option_table[i];

                printf("  --%s%-*s %s", option->name, 18 - (int) strlen(option->name),
                        option->argument ? option->argument : "", option->help);
                print_takers(option->bit, HELP_COLUMN + strlen(option->help));
        }
        printf("\nExit status: 0 well; 1 failed; 2 wrong usage.\n");
}

static int usage_error(void)
{
        complain_more("Try 'signpostctl --help'.");
        return -EINVAL;
}

static int parse_colour(const char *text, ColourWhen *ret)
{
        static const char *const words[] = {
                [COLOUR_AUTO] = "auto",
                [COLOUR_ALWAYS] = "always",
                [COLOUR_NEVER] = "never",
        };

        for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
                if (strcmp(words[i], text) == 0) {
                        *ret = (ColourWhen) i;
                        return 1;
                }
        complain("--color takes auto, always or never, not '%s'", text);
        return usage_error();
}

static int parse_timeout(const char *text, usec_t *ret)
{
        char *end;
        double seconds = strtod(text, &end);

        if (end == text || *end || !(seconds > 0 && seconds <= TIMEOUT_SECONDS_MAX)) {
                complain("--timeout takes seconds, more than 0 and at most %d, not '%s'", TIMEOUT_SECONDS_MAX,
                        text);
                return usage_error();
        }
        *ret = (usec_t) (seconds * (double) USEC_PER_SEC);
        return 1;
}

/* D-Bus takes nothing else. */
static bool is_utf8(const char *text)
{
        uint32_t code;
        size_t length;

        for (; *text; text += length) {
                length = text_decode(text, &code);
                if (length == 0)
                        return false;
        }
        return true;
}

static int parse_reason(const char *text, const char **ret)
{
        if (is_utf8(text)) {
                *ret = text;
                return 1;
        }
        complain("the reason '%s' is not UTF-8", text);
        return usage_error();
}

static int parse_for(const char *text, usec_t *ret)
{
        if (duration_parse(text, ret) >= 0)
                return 1;
        complain("--for takes a time like 90s, 30m, 1h30m or 2d, at most %d days, not '%s'",
                DURATION_DAYS_MAX, text);
        return usage_error();
}

static int unknown_command(const char *word)
{
        Nearest nearest = nearest_to(word);

        for (const Command *command = command_table(); command->name; command++)
                nearest_offer(&nearest, command->name);
        if (nearest.found)
                complain("no command '%s': did you mean '%s'?", word, nearest.found);
        else
                complain("no command '%s'", word);
        return usage_error();
}

/* How many operands the command takes at least, and at most: "POOL [MEMBER]" is one or two. */
static void count_operands(const Command *command, int *ret_min, int *ret_max)
{
        *ret_min = *ret_max = 0;
        for (const char *word = command->operands; word && *word; word += strspn(word, " ")) {
                (*ret_max)++;
                *ret_min += *word != '[';
                word += strcspn(word, " ");
        }
}

static int check_count(const Command *command, int n_operands, char *const operands[])
{
        static const char *const takes[] = { "no argument", "one argument", "two arguments" };
        int min, max;

        count_operands(command, &min, &max);
        if (n_operands > max) {
                complain("'%s' takes %s, not '%s' too", command->name, takes[max], operands[max]);
                return usage_error();
        }
        if (n_operands < min) {
                complain("'%s' needs %s: %s", command->name, min > 1 ? takes[min] : "an argument",
                        command->operands);
                return usage_error();
        }
        return 1;
}

/* argv from optind on: the command and its operands. */
static int parse_words(Arguments *arguments, int argc, char *const argv[])
{
        int n_operands = argc > optind ? argc - optind - 1 : 0;

        arguments->command = argc > optind ? command_find(argv[optind]) : command_table();
        if (!arguments->command)
                return unknown_command(argv[optind]);
        if (check_count(arguments->command, n_operands, argv + optind + 1) < 0)
                return -EINVAL;
        for (int i = 0; i < n_operands; i++) {
                arguments->operands[i] = argv[optind + 1 + i];
                if (!is_utf8(arguments->operands[i])) {
                        complain("'%s' is not UTF-8", arguments->operands[i]);
                        return usage_error();
                }
                if (!*arguments->operands[i]) { /* which D-Bus would take for every record */
                        complain("%s of '%s' is empty", i == 0 ? "the argument" : "the second argument",
                                arguments->command->name);
                        return usage_error();
                }
        }
        return 1;
}

/* Is each option that was given one of the command's? */
static int check_options(const Command *command, CommandOptions given)
{
        for (size_t i = 0; i < ARRAY_LENGTH(option_table); i++)
                if (given & option_table[i].bit & ~command->options) {
                        complain("'%s' takes no --%s", command->name, option_table[i].name);
                        return usage_error();
                }
        return 1;
}

static int take_option(Arguments *arguments, int letter)
{
        switch (letter) {
        case LETTER_JSON:
                arguments->json = true;
                return 1;
        case LETTER_NO_LEGEND:
                arguments->no_legend = true;
                return 1;
        case LETTER_FORCE:
                arguments->force = true;
                return 1;
        case LETTER_FOR:
                return parse_for(optarg, &arguments->for_usec);
        case LETTER_REASON:
                return parse_reason(optarg, &arguments->reason);
        case LETTER_TIMEOUT:
                return parse_timeout(optarg, &arguments->timeout_usec);
        case LETTER_COLOUR:
                return parse_colour(optarg, &arguments->colour);
        case LETTER_VERSION:
                printf("signpostctl %s\n", SIGNPOST_VERSION);
                return 0;
        case LETTER_HELP:
                print_help();
                return 0;
        default: /* getopt has said it */
                return usage_error();
        }
}

static CommandOptions bit_of(int letter)
{
        for (size_t i = 0; i < ARRAY_LENGTH(option_table); i++)
                if (option_table[i].letter == letter)
                        return option_table[i].bit;
        return 0;
}

static void make_getopt_table(struct option options[static ARRAY_LENGTH(option_table) + 1])
{
        for (size_t i = 0; i < ARRAY_LENGTH(option_table); i++)
                options[i] = (struct option){
                        .name = option_table[i].name,
                        .has_arg = option_table[i].argument ? required_argument : no_argument,
                        .val = option_table[i].letter,
                };
        options[ARRAY_LENGTH(option_table)] = (struct option){ 0 };
}

int arguments_parse(Arguments *ret, int argc, char *argv[])
{
        struct option options[ARRAY_LENGTH(option_table) + 1];
        Arguments arguments = { .timeout_usec = TIMEOUT_SECONDS * USEC_PER_SEC };
        CommandOptions given = 0;
        int letter, r;

        make_getopt_table(options);
        while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
                r = take_option(&arguments, letter);
                if (r <= 0)
                        return r;
                given |= bit_of(letter);
        }
        r = parse_words(&arguments, argc, argv);
        if (r > 0)
                r = check_options(arguments.command, given);
        if (r > 0)
                *ret = arguments;
        return r;
}
