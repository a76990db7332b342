/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/report.h"
#include "config/schema.h"

/* Reads a value of any kind but objects, lists of them and maps. hostname: for %H and %l. -ENOMEM. */
int value_read(Report *report, const char *hostname, const Place *place, const Field *field,
        json_object *value, void *object);

/* 1: `ret` is set; 0: that was no name, which is reported; -ENOMEM. */
int value_read_name(Report *report, const char *hostname, const Place *place, const char *text, Name *ret);

/* Reports that it is not what the field wants. */
void value_is_wrong(Report *report, const Place *place, const Field *field, json_object *value);

/* Is it a list of as many items as the field wants? If not, that is reported. */
bool value_is_list(Report *report, const Place *place, const Field *field, json_object *value);

/* The index of the word that the value is, -1: none of them. */
int value_find_word(const Field *field, json_object *value);

/* Can it stand in a log line and in a file's name? */
bool value_is_plain(const char *text);
