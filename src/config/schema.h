/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a configuration may say, as tables: the reader walks them, and so does whatever else must agree with
 * the reader (JSON Schema, manual, completion). */

typedef enum FieldKind {
        FIELD_BOOLEAN,       /* bool */
        FIELD_INTEGER,       /* uint16_t or uint32_t */
        FIELD_SECONDS,       /* usec_t */
        FIELD_WORD,          /* int: the index in `words` */
        FIELD_TEXT,          /* by `set` */
        FIELD_TEXTS,         /* a list, each item by `set` */
        FIELD_WORD_OR_TEXTS, /* FIELD_WORD; or FIELD_TEXTS, which is the index after the last word */
        FIELD_NAME,          /* Name, with %H and %l */
        FIELD_OBJECT,        /* embedded: `object` */
        FIELD_NEW_OBJECT,    /* a pointer to a new `object`, NULL without it */
        FIELD_CHOICE,        /* true, false or an object; a pointer to a new `object`, or NULL for false */
        FIELD_OBJECTS,       /* a list; EntryList of new `object`s, which begin with an Entry without a key */
        FIELD_MAP,           /* EntryList of new `object`s, which begin with an Entry */
} FieldKind;

typedef struct ObjectSchema ObjectSchema;

/* Takes a text (or an integer in decimal) over into the object. -EINVAL: it is not what `expected` says;
 * -EEXIST: the list has it already; -ENOMEM. */
typedef int (*FieldSetter)(void *object, const char *text);

/* One key. A table ends with a row that has no key; when that row has `more`, the table goes on there. */
typedef struct Field {
        const char *key;
        FieldKind kind;
        size_t offset; /* of the target in the object */
        size_t size;   /* of the target */
        bool required;
        bool secret;              /* never show what is there */
        bool or_zero;             /* FIELD_SECONDS: 0 is good too, for "off" */
        bool repeated;            /* of what is spread over several files: each may have it */
        bool any_text;            /* a text may be empty, and have line ends in it */
        double minimum, maximum;  /* FIELD_TEXTS, FIELD_OBJECTS: of the number of items */
        const char *const *words; /* FIELD_WORD; FIELD_TEXT, FIELD_TEXTS: NULL, or what people should write */
        FieldSetter set;
        int from_integer, to_integer; /* FIELD_TEXTS: such integers may stand for texts; 0: none */
        const char *expected;         /* what a text without words must be: "an IPv4 address" */
        const char *pattern;          /* its form (ECMA 262), for editors: `set` alone judges; NULL: any */
        const ObjectSchema *object;   /* of objects, however many */
        const char *meaning_of_true;  /* FIELD_CHOICE, as JSON */
        const char *fallback;         /* as JSON, read like a user's value; NULL: none */
        const char *fallback_note;    /* what happens without it, where that is no value */
        const char *description;
        const struct Field *more;
} Field;

/* What may be a key of a map. */
typedef struct KeySchema {
        bool (*is_good)(const char *key);
        const char *expected;
        const char *pattern; /* for editors */
} KeySchema;

struct ObjectSchema {
        const Field *fields;
        const Field *const *variants; /* by the word of the first field, or its fallback; NULL: no variants */
        bool shared;                  /* its keys may be spread over several files */
        size_t size;                  /* of the object to make, where one is made */
        void (*prepare)(void *object);
        const char *short_for; /* the key of a text that may stand in place of the whole object; NULL: none */
        size_t name_offset;    /* FIELD_MAP: where the key goes as a Name; 0: it is no domain name */
        const KeySchema *key; /* FIELD_MAP: what the key must be, when it is no domain name; NULL: any text */
        const char *title;    /* for editors: what it is called, where it stands in several places */
        const char *together; /* what holds for several keys, for editors: JSON Schema for "allOf" */
};

/* The whole file; its object is a Draft. */
extern const ObjectSchema config_schema;

/* The field of that key, NULL: none. */
const Field *field_find(const Field *table, const char *key);
/* The row after `field` (or the table's first, which is given), NULL at the end. */
const Field *field_first(const Field *table);
const Field *field_next(const Field *field);

/* For documentation, completion and their tests. */
typedef struct SchemaEntry {
        const char *path;        /* "records/<star>/ipv4/interfaces", with an asterisk for any name */
        const char *variant;     /* only with this "type" or "from"; NULL: always */
        const char *type;        /* "integer", "list of texts", … */
        const char *range;       /* what is good: "1 to 65535"; "" where the type says all */
        const char *fallback;    /* what holds without it, as JSON or as a sentence; "" for nothing */
        const char *description; /* one line */
        bool required;
} SchemaEntry;

/* Every key of the configuration, in the order of the tables; the texts live until `visit` returns. */
void config_schema_each(void (*visit)(const SchemaEntry *entry, void *userdata), void *userdata);

/* "an integer from 1 to 65535", "true or false": completes "must be …". Returns `buffer`. */
#define FIELD_EXPECTED_MAX 256
const char *field_expected(const Field *field, char buffer[static FIELD_EXPECTED_MAX]);

/* The same of an item of FIELD_TEXTS. */
const char *field_expected_item(const Field *field, char buffer[static FIELD_EXPECTED_MAX]);

/* … and of an object, wherever it stands: "an object", "an address, or an object". */
const char *object_expected(const ObjectSchema *schema, char buffer[static FIELD_EXPECTED_MAX]);
