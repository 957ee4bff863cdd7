/* SPDX-License-Identifier: MIT */
#include "query/raw_bytes.h"

#include <openssl/evp.h>

#include "schema/archive.h"
#include "schema/record.h"

G_DEFINE_QUARK(waxseal - raw - bytes - error, raw_bytes_error)

typedef enum { SQL_HASH, SQL_OCCURRENCES, SQL_FIRST, SQL_COUNT } Sql;

/* The order in which occurrences are tried, the same in both statements. */
#define OCCURRENCE_ORDER "ORDER BY l.state = 'replaced', o.file_id, o.offset"

static const char *const sql[SQL_COUNT] = {
    [SQL_HASH] = "SELECT sha256 FROM message WHERE id = ?",
    [SQL_OCCURRENCES] =
        ("SELECT " RAW_BYTES_COLUMNS " FROM occurrence o JOIN file l ON l.id = o.file_id "
         "JOIN source r ON r.id = l.source_id WHERE o.message_id = ? " OCCURRENCE_ORDER),
    [SQL_FIRST] =
        ("SELECT o.file_id, o.offset FROM occurrence o "
         "JOIN file l ON l.id = o.file_id WHERE o.message_id = ? " OCCURRENCE_ORDER " LIMIT 1"),
};

struct RawBytesReader {
    sqlite3 *db; /* borrowed */
    sqlite3_stmt *statements[SQL_COUNT];
    OccurrenceReader *occurrences;
};

/* Where the first occurrence of a message lies. */
typedef struct {
    int64_t id;
    int64_t file_id;
    int64_t offset;
} Place;

RawBytesReader *raw_bytes_reader_new(sqlite3 *db, GError **error)
{
    g_autoptr(RawBytesReader) reader = g_new0(RawBytesReader, 1);
    reader->db = db;
    reader->occurrences = occurrence_reader_new();
    for (size_t i = 0; i < SQL_COUNT; i++) {
        reader->statements[i] = archive_prepare(db, sql[i], error);
        if (reader->statements[i] == NULL) {
            return NULL;
        }
    }
    return g_steal_pointer(&reader);
}

void raw_bytes_reader_free(RawBytesReader *reader)
{
    if (reader == NULL) {
        return;
    }
    for (size_t i = 0; i < SQL_COUNT; i++) {
        sqlite3_finalize(reader->statements[i]);
    }
    occurrence_reader_free(reader->occurrences);
    g_free(reader);
}

static sqlite3_stmt *statement_for(RawBytesReader *reader, Sql which, int64_t message_id)
{
    sqlite3_stmt *statement = reader->statements[which];
    sqlite3_reset(statement);
    sqlite3_bind_int64(statement, 1, message_id);
    return statement;
}

static bool hash_equals(GBytes *bytes, const void *sha256)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    uint8_t digest[SHA256_BYTES];
    return EVP_Digest(data == NULL ? "" : data, size, digest, NULL, EVP_sha256(), NULL) == 1 &&
           memcmp(digest, sha256, SHA256_BYTES) == 0;
}

static char *path_of_row(sqlite3_stmt *row)
{
    const char *file = archive_column_text(row, 1);
    return *file == '\0' ? g_strdup(archive_column_text(row, 0))
                         : g_build_filename(archive_column_text(row, 0), file, NULL);
}

static bool read_form(sqlite3_stmt *row, Compression *ret_compression, Quoting *ret_quoting)
{
    return compression_parse(archive_column_text(row, 2), ret_compression) &&
           quoting_parse(archive_column_text(row, 5), ret_quoting);
}

GBytes *raw_bytes_of_row(OccurrenceReader *reader, sqlite3_stmt *row, const void *sha256,
                         GError **error)
{
    g_autofree char *path = path_of_row(row);
    Compression compression = COMPRESSION_NONE;
    Quoting quoting = QUOTING_NONE;
    if (!read_form(row, &compression, &quoting)) {
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

bool raw_bytes_reader_hash(RawBytesReader *reader, int64_t message_id, uint8_t *sha256,
                           GError **error)
{
    sqlite3_stmt *row = statement_for(reader, SQL_HASH, message_id);
    int code = sqlite3_step(row);
    if (code == SQLITE_DONE) {
        g_set_error(error, RAW_BYTES_ERROR, RAW_BYTES_ERROR_NO_MESSAGE,
                    "no message has the id %" G_GINT64_FORMAT, message_id);
        return false;
    }
    if (code != SQLITE_ROW || sqlite3_column_bytes(row, 0) != SHA256_BYTES) {
        archive_set_error(reader->db, error);
        return false;
    }
    memcpy(sha256, sqlite3_column_blob(row, 0), SHA256_BYTES);
    sqlite3_reset(row);
    return true;
}

bool raw_bytes_hash(sqlite3 *db, int64_t message_id, uint8_t *sha256, GError **error)
{
    g_autoptr(RawBytesReader) reader = raw_bytes_reader_new(db, error);
    return reader != NULL && raw_bytes_reader_hash(reader, message_id, sha256, error);
}

GBytes *raw_bytes_reader_read(RawBytesReader *reader, int64_t message_id, GError **error)
{
    uint8_t sha256[SHA256_BYTES];
    if (!raw_bytes_reader_hash(reader, message_id, sha256, error)) {
        return NULL;
    }
    sqlite3_stmt *rows = statement_for(reader, SQL_OCCURRENCES, message_id);
    g_autoptr(GString) reasons = g_string_new(NULL);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        g_autoptr(GError) reason = NULL;
        GBytes *bytes = raw_bytes_of_row(reader->occurrences, rows, sha256, &reason);
        if (bytes != NULL) {
            sqlite3_reset(rows);
            return bytes;
        }
        g_string_append_printf(reasons, "%s%s", reasons->len > 0 ? "; " : "", reason->message);
    }
    if (!archive_end_rows(rows, code, error)) {
        return NULL;
    }
    g_set_error(error, RAW_BYTES_ERROR, RAW_BYTES_ERROR_GONE, "%s",
                reasons->len > 0 ? reasons->str : "the archive knows no place of this message");
    return NULL;
}

static int compare_places(gconstpointer a, gconstpointer b)
{
    const Place *one = a;
    const Place *other = b;
    if (one->file_id != other->file_id) {
        return one->file_id < other->file_id ? -1 : 1;
    }
    return one->offset < other->offset ? -1 : one->offset > other->offset;
}

bool raw_bytes_reader_sort(RawBytesReader *reader, GArray *ids, GError **error)
{
    g_autoptr(GArray) places = g_array_sized_new(false, false, sizeof(Place), ids->len);
    for (guint i = 0; i < ids->len; i++) {
        Place place = {.id = g_array_index(ids, int64_t, i)};
        sqlite3_stmt *row = statement_for(reader, SQL_FIRST, place.id);
        int code = sqlite3_step(row);
        if (code == SQLITE_ROW) {
            place.file_id = sqlite3_column_int64(row, 0);
            place.offset = sqlite3_column_int64(row, 1);
            code = SQLITE_DONE;
        }
        if (!archive_end_rows(row, code, error)) {
            return false;
        }
        g_array_append_val(places, place);
    }
    g_array_sort(places, compare_places);
    for (guint i = 0; i < ids->len; i++) {
        g_array_index(ids, int64_t, i) = g_array_index(places, Place, i).id;
    }
    return true;
}

GBytes *raw_bytes_read(sqlite3 *db, int64_t message_id, GError **error)
{
    g_autoptr(RawBytesReader) reader = raw_bytes_reader_new(db, error);
    return reader == NULL ? NULL : raw_bytes_reader_read(reader, message_id, error);
}

/* Whether the bytes are the message once their quoting is undone. */
static bool unquotes_to(GBytes *bytes, Quoting quoting, const uint8_t *sha256)
{
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    char *copy = g_memdup2(data, size);
    const size_t length = copy == NULL ? 0 : occurrence_unquote(copy, size, quoting);
    g_autoptr(GBytes) unquoted = g_bytes_new_take(copy, length);
    return hash_equals(unquoted, sha256);
}

/* Returns: (transfer full) NULL when this place has no quoting, or other bytes by now. */
static GBytes *quoted_of_row(OccurrenceReader *reader, sqlite3_stmt *row, const uint8_t *sha256)
{
    g_autofree char *path = path_of_row(row);
    Compression compression = COMPRESSION_NONE;
    Quoting quoting = QUOTING_NONE;
    if (!read_form(row, &compression, &quoting) || quoting == QUOTING_NONE) {
        return NULL;
    }
    g_autoptr(GBytes) bytes = occurrence_reader_extract(
        reader, path, compression, (uint64_t)sqlite3_column_int64(row, 3),
        (uint64_t)sqlite3_column_int64(row, 4), QUOTING_NONE, NULL);
    return bytes != NULL && unquotes_to(bytes, quoting, sha256) ? g_steal_pointer(&bytes)
                                                                : NULL;
}

GBytes *raw_bytes_read_quoted(sqlite3 *db, int64_t message_id, GError **error)
{
    uint8_t sha256[SHA256_BYTES];
    g_autoptr(RawBytesReader) reader = raw_bytes_reader_new(db, error);
    if (reader == NULL || !raw_bytes_reader_hash(reader, message_id, sha256, error)) {
        return NULL;
    }
    g_autoptr(GBytes) bytes = NULL;
    sqlite3_stmt *rows = statement_for(reader, SQL_OCCURRENCES, message_id);
    int code = sqlite3_step(rows);
    for (; code == SQLITE_ROW && bytes == NULL; code = sqlite3_step(rows)) {
        bytes = quoted_of_row(reader->occurrences, rows, sha256);
    }
    const int end = code == SQLITE_ROW ? SQLITE_DONE : code;
    return archive_end_rows(rows, end, error) ? g_steal_pointer(&bytes) : NULL;
}
