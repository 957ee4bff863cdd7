/* SPDX-License-Identifier: MIT */
#include "query/ledger.h"

#include "query/raw_bytes.h"
#include "schema/archive.h"
#include "schema/record.h"

typedef enum { SQL_FILES, SQL_PIECES, SQL_HASHES } Sql;

static const char *const sql[] = {
    [SQL_FILES] = "SELECT l.id, l.source_id, r.path, l.path, l.size, l.done, l.state, l.note "
                  "FROM file l JOIN source r ON r.id = l.source_id "
                  "WHERE l.state <> 'replaced' ORDER BY l.source_id, l.id",
    [SQL_PIECES] = "SELECT offset - separator_before AS start, separator_before, length, "
                   "separator_after, NULL AS reason FROM occurrence WHERE file_id = ?1 "
                   "UNION ALL SELECT offset, 0, length, 0, reason FROM damaged_span "
                   "WHERE file_id = ?1 ORDER BY start, 2, 3",
    [SQL_HASHES] = "SELECT " RAW_BYTES_COLUMNS ", m.sha256 FROM occurrence o "
                   "JOIN file l ON l.id = o.file_id JOIN source r ON r.id = l.source_id "
                   "JOIN message m ON m.id = o.message_id WHERE o.file_id = ? "
                   "ORDER BY o.offset",
};

typedef struct {
    sqlite3 *db;
    const LedgerReport *report;
    sqlite3_stmt *pieces;
    sqlite3_stmt *hashes;
    OccurrenceReader *reader;
    int64_t n_hashes; /* looked at so far */
    LedgerSum source;
    LedgerSum total;
} Ledger;

typedef struct {
    int64_t id;
    int64_t size;
    int64_t done;
    const char *state;
    const char *note;
    char *path;
} LedgerFile;

static void add_sum(LedgerSum *to, const LedgerSum *from)
{
    to->files += from->files;
    to->size += from->size;
    to->message_bytes += from->message_bytes;
    to->separator_bytes += from->separator_bytes;
    to->damaged_bytes += from->damaged_bytes;
    to->gap_bytes += from->gap_bytes;
    to->overlap_bytes += from->overlap_bytes;
    to->messages += from->messages;
    to->damaged_spans += from->damaged_spans;
    to->unfinished += from->unfinished;
    to->hashes_right += from->hashes_right;
    to->hashes_wrong += from->hashes_wrong;
    to->hashes_missing += from->hashes_missing;
}

bool ledger_adds_up(const LedgerSum *sum)
{
    return sum->gap_bytes == 0 && sum->overlap_bytes == 0 && sum->unfinished == 0 &&
           sum->hashes_wrong == 0 && sum->hashes_missing == 0 &&
           sum->message_bytes + sum->separator_bytes + sum->damaged_bytes == sum->size;
}

static void find(const Ledger *ledger, LedgerFindingKind kind, const LedgerFile *file,
                 int64_t offset, int64_t length, const char *words)
{
    LedgerFinding finding = {kind, file->path, offset, length, words};
    ledger->report->finding(ledger->report->data, &finding);
}

/* Compares where a piece starts with where the last one ended. */
static void check_start(const Ledger *ledger, const LedgerFile *file, LedgerSum *sum,
                        int64_t expected, int64_t start)
{
    if (start > expected) {
        sum->gap_bytes += start - expected;
        find(ledger, LEDGER_GAP, file, expected, start - expected, "");
    } else if (start < expected) {
        sum->overlap_bytes += expected - start;
        find(ledger, LEDGER_OVERLAP, file, start, expected - start, "");
    }
}

/* Adds the piece of the current row. Returns: where it ends. */
static int64_t add_piece(const Ledger *ledger, const LedgerFile *file, LedgerSum *sum)
{
    sqlite3_stmt *row = ledger->pieces;
    int64_t start = sqlite3_column_int64(row, 0);
    int64_t before = sqlite3_column_int64(row, 1);
    int64_t length = sqlite3_column_int64(row, 2);
    int64_t after = sqlite3_column_int64(row, 3);
    const char *reason = (const char *)sqlite3_column_text(row, 4);
    if (reason == NULL) {
        sum->messages++;
        sum->message_bytes += length;
        sum->separator_bytes += before + after;
    } else {
        sum->damaged_spans++;
        sum->damaged_bytes += length;
        find(ledger, LEDGER_DAMAGE, file, start, length, reason);
    }
    return start + before + length + after;
}

/* Goes over the pieces of a file in order: they must tile [0, size). */
static bool check_pieces(Ledger *ledger, const LedgerFile *file, LedgerSum *sum, GError **error)
{
    sqlite3_reset(ledger->pieces);
    sqlite3_bind_int64(ledger->pieces, 1, file->id);
    int64_t expected = 0;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(ledger->pieces)) == SQLITE_ROW) {
        check_start(ledger, file, sum, expected, sqlite3_column_int64(ledger->pieces, 0));
        int64_t end = add_piece(ledger, file, sum);
        expected = MAX(expected, end);
    }
    if (!archive_end_rows(ledger->pieces, code, error)) {
        return false;
    }
    check_start(ledger, file, sum, expected, file->size);
    return true;
}

static void check_hash(Ledger *ledger, const LedgerFile *file, LedgerSum *sum)
{
    sqlite3_stmt *row = ledger->hashes;
    const bool has_hash = sqlite3_column_bytes(row, 6) == SHA256_BYTES;
    g_autoptr(GError) reason = NULL;
    g_autoptr(GBytes) bytes =
        has_hash ? raw_bytes_of_row(ledger->reader, row, sqlite3_column_blob(row, 6), &reason)
                 : NULL;
    if (bytes != NULL) {
        sum->hashes_right++;
        return;
    }
    const bool is_missing = reason != NULL && reason->domain == G_FILE_ERROR;
    (*(is_missing ? &sum->hashes_missing : &sum->hashes_wrong))++;
    find(ledger, is_missing ? LEDGER_MISSING : LEDGER_HASH, file, sqlite3_column_int64(row, 3),
         sqlite3_column_int64(row, 4),
         reason != NULL ? reason->message : "the archive has no SHA-256 of it");
}

static bool check_hashes(Ledger *ledger, const LedgerFile *file, LedgerSum *sum, GError **error)
{
    sqlite3_stmt *row = ledger->hashes;
    sqlite3_reset(row);
    sqlite3_bind_int64(row, 1, file->id);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(row)) == SQLITE_ROW) {
        check_hash(ledger, file, sum);
        ledger->n_hashes++;
        if (ledger->report->progress != NULL) {
            ledger->report->progress(ledger->report->data, ledger->n_hashes);
        }
    }
    return archive_end_rows(row, code, error);
}

/* The note without the path that it begins with. */
static const char *note_words(const LedgerFile *file)
{
    size_t length = strlen(file->path);
    bool has_path =
        g_str_has_prefix(file->note, file->path) && g_str_has_prefix(file->note + length, ": ");
    return has_path ? file->note + length + 2 : file->note;
}

static bool check_file(Ledger *ledger, const LedgerFile *file, GError **error)
{
    LedgerSum sum = {.files = 1, .size = file->size};
    if (file->done < file->size || g_str_equal(file->state, "partial")) {
        sum.unfinished = 1;
        find(ledger, LEDGER_UNFINISHED, file, file->done, file->size - file->done, file->note);
    }
    if (*file->note != '\0' && sum.unfinished == 0) {
        find(ledger, LEDGER_DAMAGE, file, file->size, 0, note_words(file));
    }
    if (!check_pieces(ledger, file, &sum, error) ||
        (ledger->report->check_hashes && !check_hashes(ledger, file, &sum, error))) {
        return false;
    }
    add_sum(&ledger->source, &sum);
    return true;
}

static void end_source(Ledger *ledger, const char *path)
{
    if (path != NULL) {
        ledger->report->source(ledger->report->data, path, &ledger->source);
        add_sum(&ledger->total, &ledger->source);
        ledger->source = (LedgerSum){0};
    }
}

static bool check_file_row(Ledger *ledger, sqlite3_stmt *row, GError **error)
{
    const char *inside = archive_column_text(row, 3);
    g_autofree char *path = *inside == '\0'
                                ? g_strdup(archive_column_text(row, 2))
                                : g_build_filename(archive_column_text(row, 2), inside, NULL);
    LedgerFile file = {.id = sqlite3_column_int64(row, 0),
                       .size = sqlite3_column_int64(row, 4),
                       .done = sqlite3_column_int64(row, 5),
                       .state = archive_column_text(row, 6),
                       .note = archive_column_text(row, 7),
                       .path = path};
    return check_file(ledger, &file, error);
}

static bool check_files(Ledger *ledger, GError **error)
{
    g_autoptr(sqlite3_stmt) files = archive_prepare(ledger->db, sql[SQL_FILES], error);
    if (files == NULL) {
        return false;
    }
    g_autofree char *source = NULL;
    int64_t source_id = 0;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(files)) == SQLITE_ROW) {
        if (source == NULL || sqlite3_column_int64(files, 1) != source_id) {
            end_source(ledger, source);
            g_free(source);
            source = g_strdup(archive_column_text(files, 2));
            source_id = sqlite3_column_int64(files, 1);
        }
        if (!check_file_row(ledger, files, error)) {
            return false;
        }
    }
    if (!archive_end_rows(files, code, error)) {
        return false;
    }
    end_source(ledger, source);
    return true;
}

bool ledger_run(sqlite3 *db, const LedgerReport *report, LedgerSum *ret_total, GError **error)
{
    Ledger ledger = {.db = db, .report = report};
    g_autoptr(sqlite3_stmt) pieces = archive_prepare(db, sql[SQL_PIECES], error);
    if (pieces == NULL) {
        return false;
    }
    g_autoptr(sqlite3_stmt) hashes = archive_prepare(db, sql[SQL_HASHES], error);
    if (hashes == NULL) {
        return false;
    }
    ledger.pieces = pieces;
    ledger.hashes = hashes;
    g_autoptr(OccurrenceReader) reader = occurrence_reader_new();
    ledger.reader = reader;
    if (!check_files(&ledger, error)) {
        return false;
    }
    *ret_total = ledger.total;
    return true;
}
