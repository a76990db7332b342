/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "util/cleanup.h"

/* A configuration as the files say it: each value good in itself, no reference followed yet. */

/* The head of what stands in a map, or in a list of objects. */
typedef struct Entry {
        const char *map;  /* "records" */
        const char *file; /* borrowed from the loader */
        char *key;        /* as written; NULL in a list */
        bool broken;      /* something in it was wrong, and has been reported */
} Entry;

typedef struct EntryList {
        size_t count;
        Entry **items;
} EntryList;

typedef struct KeyDraft {
        Entry entry;
        Name name;
        int algorithm; /* -1: not given */
        char *secret_file;
        char *file;
} KeyDraft;

typedef struct ProviderDraft {
        Entry entry;
        ProviderConfig config;
        Name key; /* length 0: none */
} ProviderDraft;

typedef struct RecordDraft {
        Entry entry;
        RecordConfig config;
        char *provider; /* NULL: not given */
        SourceConfig *ipv4;
        SourceConfig *ipv6;
} RecordDraft;

typedef struct ObserverDraft {
        size_t n_references;
        Address *references;
} ObserverDraft;

typedef struct GatewayDraft {
        size_t n_listen;
        ListenConfig *listen;
} GatewayDraft;

typedef struct LogDraft {
        int level;
} LogDraft;

typedef struct Draft {
        EntryList keys;
        EntryList providers;
        EntryList records;
        EntryList pools; /* of PoolDraft (config/pool) */
        ObserverDraft observer;
        EntryList hooks; /* of HookDraft (config/hook) */
        GatewayDraft gateway;
        LogDraft log;
} Draft;

void draft_done(Draft *draft);

/* Takes the entry over on success. */
int entry_list_add(EntryList *list, Entry *entry);

/* The entry itself, and its key; what else is in it is for whoever knows its kind. */
void entry_free(Entry *entry);

void key_draft_prepare(void *key);

/* Setters for the schema: text -> object. -EINVAL, -ENOMEM; -EEXIST: an item that a list has already. */
int key_draft_set_algorithm(void *key, const char *text);
int key_draft_set_secret_file(void *key, const char *text);
int key_draft_set_file(void *key, const char *text);
int provider_draft_set_server(void *provider, const char *text);
int record_draft_set_provider(void *record, const char *text);
int observer_draft_add_reference(void *observer, const char *text);
int gateway_draft_add_listen(void *gateway, const char *text);
int log_draft_set_level(void *log, const char *text);
int draft_ignore(void *draft, const char *text);
