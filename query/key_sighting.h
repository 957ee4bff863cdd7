/* key_sighting.h - who had a DKIM key, and when: the rows of dkim_key_observation.
 *
 * Memory: an array of sightings owns their strings. Errors: ARCHIVE_ERROR.
 */
#pragma once

#include "schema/archive.h"
#include "schema/json_writer.h"

/* The channels are in data/README.md. */
typedef struct {
    char *source;
    char *channel;
    char *first_seen; /* ISO 8601 date, or "" */
    char *last_seen;
    char *notes;
    char *dnssec; /* a word of schema/dnssec.h, or "" */
} KeySighting;

/* The columns of a select for key_sightings_read. */
#define KEY_SIGHTING_COLUMNS "source, channel, first_seen, last_seen, notes, dnssec"

/* Returns: (transfer full) an empty array of KeySighting. */
GArray *key_sightings_new(void);

/* Prepares a statement for key_sightings_read; its one value is the id of the key. Those
 * without a date come last. Returns: (transfer full), NULL with `error`. */
sqlite3_stmt *key_sightings_prepare(sqlite3 *db, GError **error);

/* Appends all rows of a bound statement that selects KEY_SIGHTING_COLUMNS, and resets it.
 * Returns: false with `error`. */
bool key_sightings_read(sqlite3_stmt *rows, GArray *sightings, GError **error);

/* How it is known, in brackets: " (repo)", " (dns, DNSSEC secure)". */
void key_sighting_append_channel(const KeySighting *sighting, GString *out);

/* An array of objects. */
void key_sightings_write_json(JsonWriter *writer, const char *key, const GArray *sightings);
