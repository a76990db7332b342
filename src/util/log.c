/* SPDX-License-Identifier: BSD-3-Clause */

/* Log: the process's one piece of hidden state, because everybody logs and nobody should carry a handle
 * for it. Messages are bounded: what does not fit is cut, never allocated. */

#include "util/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION /* every message comes from here: that says nothing */
#include <systemd/sd-journal.h>

#include "util/cleanup.h"

enum {
        MESSAGE_MAX = 2048,
        FIELD_MAX = 1280,
        FIELDS_MAX = 12,
};

static struct {
        int level;
        LogTarget target;
} log_state = { .level = LOG_INFO, .target = LOG_TARGET_CONSOLE };

static const char *const level_names[] = {
        [LOG_EMERG] = "emerg",
        [LOG_ALERT] = "alert",
        [LOG_CRIT] = "crit",
        [LOG_ERR] = "err",
        [LOG_WARNING] = "warning",
        [LOG_NOTICE] = "notice",
        [LOG_INFO] = "info",
        [LOG_DEBUG] = "debug",
};

/* systemd sets $JOURNAL_STREAM to the device and inode of the stream that it connected (systemd.exec(5)). */
static bool stderr_is_journal(void)
{
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
                return false;
        return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_setup(int level)
{
        log_state.level = level;
        log_state.target = stderr_is_journal() ? LOG_TARGET_JOURNAL : LOG_TARGET_CONSOLE;
}

void log_set_level(int level)
{
        log_state.level = level;
}

int log_get_level(void)
{
        return log_state.level;
}

int log_level_from_text(const char *text)
{
        if (strcasecmp(text, "error") == 0)
                return LOG_ERR;
        if (strcasecmp(text, "warn") == 0)
                return LOG_WARNING;
        for (size_t i = 0; i < ARRAY_LENGTH(level_names); i++)
                if (strcasecmp(text, level_names[i]) == 0)
                        return (int) i;
        return -EINVAL;
}

const char *log_level_to_text(int level)
{
        return level >= 0 && (size_t) level < ARRAY_LENGTH(level_names) ? level_names[level] : "?";
}

static const char *const target_names[] = {
        [LOG_TARGET_JOURNAL] = "journal",
        [LOG_TARGET_CONSOLE] = "console",
};

void log_set_target(LogTarget target)
{
        log_state.target = target;
}

LogTarget log_get_target(void)
{
        return log_state.target;
}

int log_target_from_text(const char *text)
{
        for (size_t i = 0; i < ARRAY_LENGTH(target_names); i++)
                if (strcmp(text, target_names[i]) == 0)
                        return (int) i;
        return -EINVAL;
}

const char *log_target_to_text(LogTarget target)
{
        return target_names[target];
}

static void send_to_journal(int level, const char *message_id, const LogField *fields, const char *message)
{
        char lines[FIELDS_MAX][FIELD_MAX];
        char text[MESSAGE_MAX + sizeof "MESSAGE="];
        char priority[sizeof "PRIORITY=7"], id[sizeof "MESSAGE_ID=" + 32];
        struct iovec iov[FIELDS_MAX + 3];
        int n = 0;

        snprintf(text, sizeof text, "MESSAGE=%s", message);
        iov[n++] = (struct iovec){ text, strlen(text) };
        snprintf(priority, sizeof priority, "PRIORITY=%d", level & 7);
        iov[n++] = (struct iovec){ priority, strlen(priority) };
        if (message_id) {
                snprintf(id, sizeof id, "MESSAGE_ID=%s", message_id);
                iov[n++] = (struct iovec){ id, strlen(id) };
        }
        for (size_t i = 0; fields && fields[i].name && i < FIELDS_MAX; i++) {
                if (!fields[i].value)
                        continue;
                snprintf(lines[i], FIELD_MAX, "%s=%s", fields[i].name, fields[i].value);
                iov[n++] = (struct iovec){ lines[i], strlen(lines[i]) };
        }
        sd_journal_sendv(iov, n);
}

/* One write for one line, so that lines of several processes do not mix. */
static void send_to_stderr(int level, const char *message)
{
        char line[MESSAGE_MAX + 32];
        const char *mark = level <= LOG_ERR ? "error: " : level == LOG_WARNING ? "warning: " : "";
        int n = snprintf(line, sizeof line, "%s%s\n", mark, message);

        if (n > 0 && write(STDERR_FILENO, line, (size_t) n) < 0)
                return; /* there is no place left to say so */
}

void log_message(int level, const char *message_id, const LogField *fields, const char *format, ...)
{
        char message[MESSAGE_MAX];
        int saved_errno = errno;
        va_list arguments;

        if (level > log_state.level)
                return;
        va_start(arguments, format);
        vsnprintf(message, sizeof message, format, arguments);
        va_end(arguments);
        if (log_state.target == LOG_TARGET_JOURNAL)
                send_to_journal(level, message_id, fields, message);
        else
                send_to_stderr(level, message);
        errno = saved_errno;
}
