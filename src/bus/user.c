/* SPDX-License-Identifier: BSD-3-Clause */

/* User: a name for people to read, of which nothing depends. So this host's own file has to do: getpwuid(3)
 * would wait for a directory service that may be away. */

#include "bus/user.h"

#include <pwd.h>
#include <stdio.h>

#include "util/cleanup.h"
#include "util/text.h"

const char *user_to_text(uid_t user, char buffer[static USER_TEXT_MAX])
{
        AUTO(fclosep) FILE *file = user == 0 ? NULL : fopen("/etc/passwd", "re");
        struct passwd *entry = NULL;

        while (file && (entry = fgetpwent(file)) && entry->pw_uid != user)
                continue;
        if (user == 0)
                snprintf(buffer, USER_TEXT_MAX, "root");
        else if (entry)
                snprintf(buffer, USER_TEXT_MAX, "%s", entry->pw_name);
        else
                snprintf(buffer, USER_TEXT_MAX, "%u", user);
        text_scrub(buffer);
        return buffer;
}
