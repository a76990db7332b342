/* SPDX-License-Identifier: BSD-3-Clause */

/* The text of hosts(5). Lines that begin with no address (or one with a scope, which no server's address
 * needs) do not count. */

#include "dns/hosts.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dns/words.h"
#include "util/cleanup.h"

static bool word_is_name(const char *word, size_t length, const char *name)
{
        if (length > 1 && word[length - 1] == '.')
                length--;
        return length == strlen(name) && strncasecmp(word, name, length) == 0;
}

/* Does the line, behind its address, name the host? */
static bool line_names(const char *line, const char *name)
{
        const char *word;
        size_t length;

        while ((word = words_next(&line, "#", &length)))
                if (word_is_name(word, length, name))
                        return true;
        return false;
}

static bool parse_address(const char *word, size_t length, Address *ret)
{
        char text[ADDRESS_TEXT_MAX];

        if (length >= sizeof text)
                return false;
        memcpy(text, word, length);
        text[length] = '\0';
        return address_from_text(ret, text) >= 0;
}

int hosts_find(const char *text, const Name *host, Address **ret, size_t *ret_count)
{
        AUTO_FREE Address *addresses = NULL;
        char name[NAME_TEXT_MAX];
        size_t count = 0;

        name_to_text(host, name);
        for (const char *line = text; *line; line += strcspn(line, "\n")) {
                const char *word;
                Address address, *larger;
                size_t length;

                line += *line == '\n';
                word = words_next(&line, "#", &length);
                if (!word || !line_names(line, name) || !parse_address(word, length, &address))
                        continue;
                larger = reallocarray(addresses, count + 1, sizeof *larger);
                if (!larger)
                        return -ENOMEM;
                addresses = larger;
                addresses[count++] = address;
        }
        *ret = STEAL(addresses);
        *ret_count = count;
        return 0;
}
