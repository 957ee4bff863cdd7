/* SPDX-License-Identifier: MIT */
#include "query/raw_bytes.h"

#include <openssl/evp.h>

#include "schema/archive.h"
#include "schema/record.h"

G_DEFINE_QUARK(waxseal - raw - bytes - error, raw_bytes_error)

typedef enum { SQL_HASH, SQL_OCCURRENCES } Sql;

static const char *const sql[] = {
    [SQL_HASH] = "SELECT sha256 FROM message WHERE id = ?",
    [SQL_OCCURRENCES] =
        "SELECT " RAW_BYTES_COLUMNS " FROM occurrence o JOIN file l ON l.id = o.file_id "
        "JOIN source r ON r.id = l.source_id WHERE o.message_id = ? "
        "ORDER BY l.state = 'replaced', o.file_id, o.offset",
};

static bool hash_equals(GBytes *bytes, const void *sha256)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    uint8_t digest[SHA256_BYTES];
    return EVP_Digest(data == NULL ? "" : data, size, digest, NULL, EVP_sha256(), NULL) == 1 &&
           memcmp(digest, sha256, SHA256_BYTES) == 0;
}

GBytes *raw_bytes_of_row(OccurrenceReader *reader, sqlite3_stmt *row, const void *sha256,
                         GError **error)
{
    const char *file = archive_column_text(row, 1);
    g_autofree char *path = *file == '\0'
                                ? g_strdup(archive_column_text(row, 0))
                                : g_build_filename(archive_column_text(row, 0), file, NULL);
    Compression compression = COMPRESSION_NONE;
    Quoting quoting = QUOTING_NONE;
    if (!compression_parse(archive_column_text(row, 2), &compression) ||
        !quoting_parse(archive_column_text(row, 5), &quoting)) {
        g_set_error(error, RAW_BYTES_ERROR, RAW_BYTES_ERROR_GONE,
                    "%s: the archive does not say how the message lies in it", path);
        return NULL;
    }
    g_autoptr(GBytes) bytes = occurrence_reader_extract(
        reader, path, compression, (uint64_t)sqlite3_column_int64(row, 3),
        (uint64_t)sqlite3_column_int64(row, 4), quoting, error);
    if (bytes == NULL) {
        return NULL;
    }
    if (!hash_equals(bytes, sha256)) {
        g_set_error(error, RAW_BYTES_ERROR, RAW_BYTES_ERROR_GONE,
                    "%s: the bytes at %" G_GINT64_FORMAT " are no longer those that were "
                    "indexed (SHA-256 differs)",
                    path, (gint64)sqlite3_column_int64(row, 3));
        return NULL;
    }
    return g_steal_pointer(&bytes);
}

static bool read_hash(sqlite3 *db, int64_t message_id, uint8_t sha256[SHA256_BYTES],
                      GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, sql[SQL_HASH], error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 1, message_id);
    int code = sqlite3_step(row);
    if (code == SQLITE_DONE) {
        g_set_error(error, RAW_BYTES_ERROR, RAW_BYTES_ERROR_NO_MESSAGE,
                    "no message has the id %" G_GINT64_FORMAT, message_id);
        return false;
    }
    if (code != SQLITE_ROW || sqlite3_column_bytes(row, 0) != SHA256_BYTES) {
        archive_set_error(db, error);
        return false;
    }
    memcpy(sha256, sqlite3_column_blob(row, 0), SHA256_BYTES);
    return true;
}

GBytes *raw_bytes_read(sqlite3 *db, int64_t message_id, GError **error)
{
    uint8_t sha256[SHA256_BYTES];
    if (!read_hash(db, message_id, sha256, error)) {
        return NULL;
    }
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql[SQL_OCCURRENCES], error);
    if (rows == NULL) {
        return NULL;
    }
    sqlite3_bind_int64(rows, 1, message_id);
    g_autoptr(OccurrenceReader) reader = occurrence_reader_new();
    g_autoptr(GString) reasons = g_string_new(NULL);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        g_autoptr(GError) reason = NULL;
        GBytes *bytes = raw_bytes_of_row(reader, rows, sha256, &reason);
        if (bytes != NULL) {
            return bytes;
        }
        g_string_append_printf(reasons, "%s%s", reasons->len > 0 ? "; " : "", reason->message);
    }
    if (code != SQLITE_DONE) {
        archive_set_error(db, error);
        return NULL;
    }
    g_set_error(error, RAW_BYTES_ERROR, RAW_BYTES_ERROR_GONE, "%s",
                reasons->len > 0 ? reasons->str : "the archive knows no place of this message");
    return NULL;
}
