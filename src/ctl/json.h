/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <json-c/json_object.h>
#include <stdbool.h>

#include "ctl/objects.h"
#include "ctl/snapshot.h"

/* What `--json` prints: D-Bus properties under their names in lower_snake_case, times in RFC 3339 (UTC), null
 * where there is nothing ("" or 0 on the bus). */

static inline void json_putp(json_object **json)
{
        json_object_put(*json);
}

/* Each -ENOMEM. No text, and the time 0, are null. */
int json_add_text(json_object *object, const char *member, const char *text);
int json_add_time(json_object *object, const char *member, usec_t when_usec);
int json_add_boolean(json_object *object, const char *member, bool truth);
/* Takes `value` over, in any case; NULL is what a function says that is out of memory. */
int json_add(json_object *object, const char *member, json_object *value);
int json_append(json_object *array, json_object *value);

/* The members in which it differs from `other`; `other` NULL: all. NULL when out of memory. */
json_object *json_from_object(const Object *object, const Object *other);

json_object *json_from_strings(char *const *list); /* NULL when out of memory */

/* All of a kind, pools with their members. NULL when out of memory. */
json_object *json_from_snapshot(const Snapshot *snapshot, ObjectKind kind);
json_object *json_from_members(const Snapshot *snapshot, const Pool *pool);
/* Adds those to `array`. -ENOMEM. */
int json_append_snapshot(json_object *array, const Snapshot *snapshot, ObjectKind kind);

/* One line or, pretty, many. Control characters are escaped. -ENOMEM. */
int json_print(json_object *json, bool pretty);
