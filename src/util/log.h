/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <syslog.h>

/* The log: a sentence for people and fields for queries. To the journal where stderr is connected to it,
 * else to stderr, one line a message. The only user of sd-journal. */

typedef enum LogTarget {
        LOG_TARGET_JOURNAL,
        LOG_TARGET_CONSOLE, /* stderr */
} LogTarget;

typedef struct LogField {
        const char *name;  /* "SIGNPOST_NAME" */
        const char *value; /* NULL leaves the field out */
} LogField;

/* Finds out where the log goes. Level: the least important syslog priority that is still written. */
void log_setup(int level);
void log_set_level(int level);
int log_get_level(void);

/* The priority for "emerg" … "debug" (and "warn", "error"); -EINVAL for anything else. */
int log_level_from_text(const char *text);
const char *log_level_to_text(int level);

/* Until then it is what log_setup() found out. */
void log_set_target(LogTarget target);
LogTarget log_get_target(void);

/* "journal", "console"; -EINVAL for anything else. */
int log_target_from_text(const char *text);
const char *log_target_to_text(LogTarget target);

/* message_id: 128 bits in hexadecimal, or NULL. fields: ended by a NULL name, or NULL for none. */
void log_message(int level, const char *message_id, const LogField *fields, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

#define LOG_FIELDS(...) ((const LogField[]){ __VA_ARGS__, { 0 } })

#define log_error(...)   log_message(LOG_ERR, NULL, NULL, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, NULL, NULL, __VA_ARGS__)
#define log_notice(...)  log_message(LOG_NOTICE, NULL, NULL, __VA_ARGS__)
#define log_info(...)    log_message(LOG_INFO, NULL, NULL, __VA_ARGS__)
#define log_debug(...)   log_message(LOG_DEBUG, NULL, NULL, __VA_ARGS__)
