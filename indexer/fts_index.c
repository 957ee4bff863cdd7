/* SPDX-License-Identifier: MIT */
#include "indexer/fts_index.h"

#include "schema/slice.h"

bool fts_index_configure(sqlite3 *db, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO message_fts (message_fts, rank) VALUES ('automerge', 0);"
        "INSERT INTO message_fts (message_fts, rank) VALUES ('crisismerge', 1999);"
        "INSERT INTO message_fts (message_fts, rank) VALUES ('hashsize', %d);",
        FTS_HASH_BYTES);
    return archive_exec(db, sql, error);
}

/* SQLite's variable-length integer, at most 9 bytes. Returns: bytes read, 0 beyond the end. */
static size_t read_varint(Slice bytes, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len && i < 9; i++) {
        uint8_t byte = (uint8_t)bytes.ptr[i];
        if (i == 8) {
            *ret_value = value << 8 | byte;
            return 9;
        }
        value = value << 7 | (byte & 0x7F);
        if ((byte & 0x80) == 0) {
            *ret_value = value;
            return i + 1;
        }
    }
    return 0;
}

/* Four bytes of cookie, then the number of levels, then that of segments. */
static int64_t parse_structure(Slice record)
{
    uint64_t value = 0;
    if (record.len < 4) {
        return 0;
    }
    Slice rest = slice_from(record, 4);
    rest = slice_from(rest, read_varint(rest, &value));
    return read_varint(rest, &value) == 0 ? 0 : (int64_t)value;
}

bool fts_index_count_segments(sqlite3 *db, int64_t *ret_segments, GError **error)
{
    g_autoptr(sqlite3_stmt) statement =
        archive_prepare(db, "SELECT block FROM message_fts_data WHERE id = 10", error);
    if (statement == NULL) {
        return false;
    }
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        archive_set_error(db, error);
        return false;
    }
    Slice record = SLICE_EMPTY;
    if (code == SQLITE_ROW) {
        record = slice_of(sqlite3_column_blob(statement, 0),
                          (size_t)sqlite3_column_bytes(statement, 0));
    }
    *ret_segments = parse_structure(record);
    return true;
}

bool fts_index_tidy(sqlite3 *db, int64_t limit, GError **error)
{
    int64_t n_segments = 0;
    if (!fts_index_count_segments(db, &n_segments, error)) {
        return false;
    }
    return n_segments <= limit ||
           archive_exec(db, "INSERT INTO message_fts (message_fts) VALUES ('optimize')", error);
}
