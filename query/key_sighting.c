/* SPDX-License-Identifier: MIT */
#include "query/key_sighting.h"

#include "schema/terminal_text.h"

static void sighting_clear(gpointer data)
{
    KeySighting *sighting = data;
    g_free(sighting->source);
    g_free(sighting->channel);
    g_free(sighting->first_seen);
    g_free(sighting->last_seen);
    g_free(sighting->notes);
    g_free(sighting->dnssec);
}

GArray *key_sightings_new(void)
{
    GArray *sightings = g_array_new(false, false, sizeof(KeySighting));
    g_array_set_clear_func(sightings, sighting_clear);
    return sightings;
}

sqlite3_stmt *key_sightings_prepare(sqlite3 *db, GError **error)
{
    return archive_prepare(db,
                           "SELECT " KEY_SIGHTING_COLUMNS
                           " FROM dkim_key_observation WHERE key_id = ? "
                           "ORDER BY first_seen = '', first_seen, source, channel, last_seen",
                           error);
}

bool key_sightings_read(sqlite3_stmt *rows, GArray *sightings, GError **error)
{
    int code = sqlite3_step(rows);
    for (; code == SQLITE_ROW; code = sqlite3_step(rows)) {
        const KeySighting sighting = {
            .source = archive_column_dup(rows, 0),
            .channel = archive_column_dup(rows, 1),
            .first_seen = archive_column_dup(rows, 2),
            .last_seen = archive_column_dup(rows, 3),
            .notes = archive_column_dup(rows, 4),
            .dnssec = archive_column_dup(rows, 5),
        };
        g_array_append_val(sightings, sighting);
    }
    return archive_end_rows(rows, code, error);
}

void key_sighting_append_channel(const KeySighting *sighting, GString *out)
{
    const char *channel = *sighting->channel == '\0' ? "unknown" : sighting->channel;
    g_string_append(out, " (");
    terminal_text_append(out, slice_of_string(channel), TERMINAL_TEXT_PLAIN);
    if (*sighting->dnssec != '\0') {
        g_string_append(out, ", DNSSEC ");
        terminal_text_append(out, slice_of_string(sighting->dnssec), TERMINAL_TEXT_PLAIN);
    }
    g_string_append_c(out, ')');
}

void key_sightings_write_json(JsonWriter *writer, const char *key, const GArray *sightings)
{
    json_writer_begin_array(writer, key);
    for (guint i = 0; i < sightings->len; i++) {
        const KeySighting *seen = &g_array_index(sightings, KeySighting, i);
        json_writer_begin_object(writer, NULL);
        json_writer_text(writer, "source", seen->source);
        json_writer_text(writer, "channel", seen->channel);
        json_writer_text(writer, "first_seen", seen->first_seen);
        json_writer_text(writer, "last_seen", seen->last_seen);
        json_writer_text(writer, "notes", seen->notes);
        json_writer_text(writer, "dnssec", seen->dnssec);
        json_writer_end_object(writer);
    }
    json_writer_end_array(writer);
}
