/* key_list.h - the keys of an archive: what each verified and who saw it, and which are
 * missing.
 *
 * Memory: what a callback gets is the list's, until it returns. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "query/key_sighting.h"

/* The mail that a key verified, or that waits for one. */
typedef struct {
    int64_t messages;
    bool has_dates;
    int64_t first_date; /* Unix time; only with has_dates */
    int64_t last_date;
} KeyMail;

typedef struct {
    const char *selector;
    const char *domain;
    const char *record;
    const char *state;
    const char *spki_sha256; /* hexadecimal; "" without a usable key */
    int64_t bits;
    KeyMail verified;
    bool has_leak_date;
    int64_t leaked_since; /* Unix time; only with has_leak_date */
    GArray *sightings;    /* KeySighting, by date */
} ListedKey;

typedef struct {
    const char *selector; /* lower case */
    const char *domain;
    KeyMail waiting;
    int64_t undecided;      /* of these messages: no other signature verifies */
    const char *dns_answer; /* what the DNS said last instead of a key; "" when it has not */
    const char *dns_asked;  /* ISO 8601 date of that */
} MissingKey;

/* Called for each; false ends the list. */
typedef bool (*ListedKeyFunc)(const ListedKey *key, gpointer data);
typedef bool (*MissingKeyFunc)(const MissingKey *key, gpointer data);

typedef enum {
    KEY_LIST_BY_MESSAGES, /* all, those that verified most first */
    KEY_LIST_BY_NAME,     /* all */
    KEY_LIST_CONFLICTS,   /* those whose name has several different keys */
    KEY_LIST_ORDER_COUNT
} KeyListOrder;

bool key_list_each(sqlite3 *db, KeyListOrder order, ListedKeyFunc func, gpointer data,
                   GError **error);

/* The names without a key, those that most messages wait for first. */
bool key_list_each_missing(sqlite3 *db, MissingKeyFunc func, gpointer data, GError **error);
