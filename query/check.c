/* SPDX-License-Identifier: MIT */
#include "query/check.h"

#include "query/check_count.h"
#include "query/check_schema.h"
#include "query/check_thread.h"
#include "query/ledger.h"
#include "schema/archive.h"

typedef enum {
    SQL_PAGES,
    SQL_PAGE_COUNT,
    SQL_REFERENCES,
    SQL_FULL_TEXT,
    SQL_TEXTS,
    SQL_ONLY_REPLACED
} Sql;

/* integrity_check goes on after the first faults; what it says beyond is repetition. The rank 1
 * makes FTS5 compare its index with the text that is kept outside of it. */
static const char *const sql[] = {
    [SQL_PAGES] = "PRAGMA integrity_check(20)",
    [SQL_PAGE_COUNT] = "PRAGMA page_count",
    [SQL_REFERENCES] = "PRAGMA foreign_key_check",
    [SQL_FULL_TEXT] =
        "INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1)",
    [SQL_TEXTS] = "SELECT count(*) FROM message_fts_docsize",
    [SQL_ONLY_REPLACED] = ("SELECT count(*) FROM message m WHERE NOT EXISTS (SELECT 1 "
                           "FROM occurrence o JOIN file l ON l.id = o.file_id "
                           "WHERE o.message_id = m.id AND l.state <> 'replaced') "
                           "AND m.id IN (SELECT message_id FROM occurrence)"),
};

typedef struct {
    sqlite3 *db;
    const CheckReport *report;
    CheckState worst;
    CheckResult sources; /* made together with the ledger's */
    CheckResult *ledger;
} Check;

static bool read_number(sqlite3 *db, Sql which, int64_t *ret_number, GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, sql[which], error);
    if (row == NULL) {
        return false;
    }
    if (sqlite3_step(row) != SQLITE_ROW) {
        archive_set_error(db, error);
        return false;
    }
    *ret_number = sqlite3_column_int64(row, 0);
    return true;
}

static void check_schema(Check *check, CheckResult *result)
{
    check_schema_run(check->db, result);
}

static void check_counts(Check *check, CheckResult *result)
{
    check_count_run(check->db, result);
}

static void check_threads(Check *check, CheckResult *result)
{
    check_thread_run(check->db, result);
}

static bool read_pages(Check *check, CheckResult *result, GError **error)
{
    int64_t n_pages = 0;
    g_autoptr(sqlite3_stmt) rows = archive_prepare(check->db, sql[SQL_PAGES], error);
    if (rows == NULL || !read_number(check->db, SQL_PAGE_COUNT, &n_pages, error)) {
        return false;
    }
    check_result_say(result, "%" G_GINT64_FORMAT " pages and what their rows hold", n_pages);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *line = archive_column_text(rows, 0);
        if (!g_str_equal(line, "ok")) {
            check_result_find(result, CHECK_FAILED, "%s", line);
        }
    }
    return archive_end_rows(rows, code, error);
}

static void check_pages(Check *check, CheckResult *result)
{
    g_autoptr(GError) error = NULL;
    check_result_say(result, "the pages of the file");
    if (!read_pages(check, result, &error)) {
        check_result_error(result, error);
    }
}

static void check_references(Check *check, CheckResult *result)
{
    g_autoptr(GError) error = NULL;
    check_result_say(result, "rows that name a row of another table");
    g_autoptr(sqlite3_stmt) rows = archive_prepare(check->db, sql[SQL_REFERENCES], &error);
    int code = SQLITE_OK;
    while (rows != NULL && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        check_result_find(result, CHECK_FAILED, "%s names a row of %s that is not there",
                          archive_column_text(rows, 0), archive_column_text(rows, 2));
    }
    if (rows == NULL || !archive_end_rows(rows, code, &error)) {
        check_result_error(result, error);
    }
}

static void check_full_text(Check *check, CheckResult *result)
{
    g_autoptr(GError) error = NULL;
    int64_t n_texts = 0;
    if (read_number(check->db, SQL_TEXTS, &n_texts, &error) &&
        archive_exec(check->db, sql[SQL_FULL_TEXT], &error)) {
        check_result_say(result, "the index against %" G_GINT64_FORMAT " texts", n_texts);
        return;
    }
    check_result_say(result, "the index against the texts");
    if (g_error_matches(error, ARCHIVE_ERROR, ARCHIVE_ERROR_NOT_ARCHIVE)) {
        check_result_find(result, CHECK_FAILED, "the index is not the one of these texts");
    } else {
        check_result_error(result, error);
    }
}

static void see_source(gpointer data, const char *path, const LedgerSum *sum)
{
    (void)data;
    (void)path;
    (void)sum;
}

static void see_finding(gpointer data, const LedgerFinding *finding)
{
    Check *check = data;
    switch (finding->kind) {
    case LEDGER_DAMAGE:
        break; /* recorded, so accounted for */
    case LEDGER_GAP:
    case LEDGER_OVERLAP:
        check_result_find(check->ledger, CHECK_FAILED,
                          "%s at %" G_GINT64_FORMAT ": %" G_GINT64_FORMAT " bytes %s",
                          finding->path, (gint64)finding->offset, (gint64)finding->length,
                          finding->kind == LEDGER_GAP ? "in nothing" : "twice");
        break;
    case LEDGER_UNFINISHED:
        check_result_find(check->ledger, CHECK_FAILED,
                          "%s: not read to its end; the same waxseal-index command goes on",
                          finding->path);
        break;
    case LEDGER_MISSING:
        check_result_find(&check->sources, CHECK_MISSING, "%s", finding->words);
        break;
    case LEDGER_HASH:
        check_result_find(&check->sources, CHECK_FAILED, "%s", finding->words);
        break;
    }
}

static void see_progress(gpointer data, int64_t n_hashes)
{
    const Check *check = data;
    check->report->progress(check->report->data, n_hashes);
}

static void say_sources(Check *check, const LedgerSum *total)
{
    g_autoptr(GError) error = NULL;
    int64_t n_replaced = 0;
    if (!read_number(check->db, SQL_ONLY_REPLACED, &n_replaced, &error)) {
        check_result_error(&check->sources, error);
    }
    if (n_replaced > 0) {
        check_result_find(&check->sources, CHECK_MISSING,
                          "%" G_GINT64_FORMAT
                          " messages were only in files that have changed since",
                          n_replaced);
    }
    check_result_say(
        &check->sources,
        "%" G_GINT64_FORMAT " places of messages read again and the same, %" G_GINT64_FORMAT
        " missing, %" G_GINT64_FORMAT " changed",
        total->hashes_right, total->hashes_missing + n_replaced, total->hashes_wrong);
}

/* One pass over the pieces of every file gives the ledger and the comparison of sources. */
static void check_ledger(Check *check, CheckResult *result)
{
    const LedgerReport report = {.check_hashes = check->report->with_sources,
                                 .source = see_source,
                                 .finding = see_finding,
                                 .progress = see_progress,
                                 .data = check};
    g_autoptr(GError) error = NULL;
    LedgerSum total = {0};
    check->ledger = result;
    check_result_say(result, "the bytes of every source");
    if (!ledger_run(check->db, &report, &total, &error)) {
        check_result_error(result, error);
        check_result_find(&check->sources, CHECK_FAILED,
                          "not all could be found: the ledger failed");
        return;
    }
    check_result_say(result,
                     "%" G_GINT64_FORMAT " bytes of %" G_GINT64_FORMAT
                     " files, each in one message, separator or damaged span",
                     total.size, total.files);
    if (check->report->with_sources) {
        say_sources(check, &total);
    }
}

static void check_sources(Check *check, CheckResult *result)
{
    CheckResult unused = *result;
    *result = check->sources;
    check->sources = unused;
    if (!check->report->with_sources) {
        result->state = CHECK_LEFT_OUT;
        check_result_say(result, "were not asked for");
    }
}

static const struct {
    const char *name;
    void (*run)(Check *check, CheckResult *result);
} checks[] = {
    {"schema", check_schema},
    {"pages", check_pages},
    {"references", check_references},
    {"full text", check_full_text},
    {"counts", check_counts},
    {"threads", check_threads},
    {"ledger", check_ledger},
    {"sources", check_sources}, /* after the ledger, which collects it */
};

CheckState check_run(sqlite3 *db, const CheckReport *report)
{
    Check check = {.db = db, .report = report};
    check_result_init(&check.sources, "sources");
    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_auto(CheckResult) result;
        check_result_init(&result, checks[i].name);
        checks[i].run(&check, &result);
        report->result(report->data, &result);
        if (result.state != CHECK_LEFT_OUT) {
            check.worst = MAX(check.worst, result.state);
        }
    }
    check_result_clear(&check.sources);
    return check.worst;
}
