/* SPDX-License-Identifier: MIT */
#include "indexer/fts_index.h"

#include "indexer/fts_structure.h"

bool fts_index_configure(sqlite3 *db, GError **error)
{
    return archive_exec(
        db,
        "INSERT INTO message_fts (message_fts, rank) VALUES ('automerge', 0);"
        "INSERT INTO message_fts (message_fts, rank) VALUES ('crisismerge', 1999)",
        error);
}

bool fts_index_read_record(sqlite3 *db, int64_t row, GByteArray *out, GError **error)
{
    g_autoptr(sqlite3_stmt) get =
        archive_prepare(db, "SELECT block FROM message_fts_data WHERE id = ?1", error);
    if (get == NULL) {
        return false;
    }
    sqlite3_bind_int64(get, 1, row);
    int code = sqlite3_step(get);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        archive_set_error(db, error);
        return false;
    }
    if (code == SQLITE_ROW) {
        g_byte_array_append(out, sqlite3_column_blob(get, 0),
                            (guint)sqlite3_column_bytes(get, 0));
    }
    return true;
}

bool fts_index_count_segments(sqlite3 *db, int64_t *ret_segments, GError **error)
{
    g_autoptr(GByteArray) record = g_byte_array_new();
    if (!fts_index_read_record(db, FTS_STRUCTURE_ROW, record, error)) {
        return false;
    }
    g_auto(FtsStructure) structure = {0};
    fts_structure_init(&structure);
    fts_structure_parse(&structure, slice_of((const char *)record->data, record->len));
    *ret_segments = structure.segments->len;
    return true;
}

bool fts_index_merge(sqlite3 *db, GError **error)
{
    g_autoptr(sqlite3) own = archive_open_again(db, error);
    return own != NULL &&
           archive_exec(own, "INSERT INTO message_fts (message_fts) VALUES ('optimize')",
                        error);
}
