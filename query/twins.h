/* twins.h - the groups of messages with one Message-ID and different bytes.
 *
 * Compares each message of a group with the one that is best verified, else the first: which of
 * several versions of a mail is the one that was sent is what a reader wants to know.
 *
 * Memory: a group is valid during the callback. Errors: ARCHIVE_ERROR; bytes that are gone are
 * none.
 * Limits: TWINS_BYTES_MAX of one message are compared; of larger ones what the archive keeps.
 */
#pragma once

#include <sqlite3.h>

#include "query/twin_difference.h"

/* Two of them are in memory at once. */
#define TWINS_BYTES_MAX ((int64_t)64 << 20)

typedef struct {
    int64_t id;
    bool has_date;
    int64_t date;
    char *dkim;
    char *level;
    char *caveats;
    char *subject;
    int64_t size;
    char *sha256; /* hexadecimal */
    char *path;   /* of one place where it lies; "" when there is none */
    int64_t offset;
    bool has_bytes;            /* they were read and compared */
    TwinDifference difference; /* from the reference; of the reference itself empty */
} Twin;

typedef struct {
    const char *msgid;
    GArray *twins;   /* Twin, by id; two or more */
    guint reference; /* index of the one that the others are compared with */
} TwinGroup;

/* Returns: false to stop. */
typedef bool TwinGroupFunc(const TwinGroup *group, gpointer user_data);

/* Goes over all groups, those with the newest message first; with `id` over that message's
 * only. Returns: false with `error`. */
bool twins_each(sqlite3 *db, const int64_t *id, TwinGroupFunc *group, gpointer user_data,
                GError **error);
