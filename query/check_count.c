/* SPDX-License-Identifier: MIT */
#include "query/check_count.h"

#include "schema/archive.h"

/* A statement gives the number of messages (or other rows) that are wrong, and the first. */
typedef struct {
    const char *wrong;
    const char *sql;
} Count;

/* A column of counts in message against the rows that it counts. */
#define COUNTED(column, table)                                                                 \
    "SELECT count(*), min(m.id) FROM message m WHERE m." column                                \
    " <> (SELECT count(*) FROM " table " t WHERE t.message_id = m.id)"

/* Rows of a message are numbered from `first` without a gap. */
#define NUMBERED(table, key, number, first)                                                    \
    "SELECT count(*), min(message_id) FROM (SELECT message_id FROM " table " GROUP BY " key    \
    " HAVING count(*) <> max(" number ") + 1 - " first ")"

/* Ids without a partner in another table. */
#define WITHOUT(table, key, partner, partner_key)                                              \
    "SELECT count(*), min(" key ") FROM " table " WHERE " key " NOT IN (SELECT " partner_key   \
    " FROM " partner ")"

static const Count counts[] = {
    {"messages without text", WITHOUT("message", "id", "message_text", "id")},
    {"texts without a message", WITHOUT("message_text", "id", "message", "id")},
    {"texts in pairs without a text", WITHOUT("message_pairs", "id", "message_text", "id")},
    {"messages that are not in the full-text index",
     WITHOUT("message", "id", "message_fts_docsize", "id")},
    {"full-text entries without a message",
     WITHOUT("message_fts_docsize", "id", "message", "id")},
    {"messages that no file has", WITHOUT("message", "id", "occurrence", "message_id")},
    {"messages with another number of attachments", COUNTED("attachments", "attachment")},
    {"messages with another number of signatures", COUNTED("signatures", "signature")},
    {"messages with a gap in their attachments",
     NUMBERED("attachment", "message_id", "position", "0")},
    {"messages with a gap in their signatures",
     NUMBERED("signature", "message_id", "position", "0")},
    {"messages with a gap in their DomainKey-Signatures",
     NUMBERED("domainkey_signature", "message_id", "position", "0")},
    {"messages with a gap in their claims", NUMBERED("claim", "message_id", "position", "0")},
    {"messages with a gap in their addresses",
     NUMBERED("message_address", "message_id, role", "position", "0")},
    {"messages whose result is not the best of their signatures",
     ("SELECT count(*), min(m.id) FROM message m LEFT JOIN (SELECT message_id, "
      "max(CASE result WHEN 'pass' THEN 4 WHEN 'nokey' THEN 3 WHEN 'fail' THEN 2 ELSE 1 END) "
      "AS best FROM signature GROUP BY message_id) s ON s.message_id = m.id WHERE m.dkim <> "
      "CASE coalesce(s.best, 0) WHEN 4 THEN 'pass' WHEN 3 THEN 'nokey' WHEN 2 THEN 'fail' "
      "WHEN 1 THEN 'error' ELSE 'none' END")},
    {"messages with a level and no signature that carries it",
     ("SELECT count(*), min(m.id) FROM message m WHERE m.level <> 'none' AND NOT EXISTS "
      "(SELECT 1 FROM signature s WHERE s.message_id = m.id AND s.result = 'pass' "
      "AND s.aligned = 1)")},
    {"messages with ARC sets and no result of them",
     ("SELECT count(*), min(id) FROM message WHERE arc = 'none' "
      "AND id IN (SELECT message_id FROM arc_set)")},
    {"messages without a SHA-256",
     "SELECT count(*), min(id) FROM message WHERE length(sha256) <> 32"},
    {"messages whose id does not follow their date",
     ("SELECT count(*), min(id) FROM message WHERE date IS NOT NULL AND id NOT BETWEEN date "
      "AND date + (SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM archive_property "
      "WHERE name = 'id_drift')")},
    {"places with another length than their message",
     ("SELECT count(*), min(o.message_id) FROM occurrence o JOIN message m "
      "ON m.id = o.message_id WHERE o.length < m.size "
      "OR (o.quoting = 'none' AND o.length <> m.size)")},
    {"files with more read than there is",
     "SELECT count(*), min(id) FROM file WHERE done > size"},
};

static bool run_count(sqlite3 *db, const Count *count, CheckResult *result, GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, count->sql, error);
    if (row == NULL) {
        return false;
    }
    if (sqlite3_step(row) != SQLITE_ROW) {
        archive_set_error(db, error);
        return false;
    }
    if (sqlite3_column_int64(row, 0) > 0) {
        check_result_find(result, CHECK_FAILED,
                          "%s: %" G_GINT64_FORMAT " (the first is %" G_GINT64_FORMAT ")",
                          count->wrong, (gint64)sqlite3_column_int64(row, 0),
                          (gint64)sqlite3_column_int64(row, 1));
    }
    return true;
}

void check_count_run(sqlite3 *db, CheckResult *result)
{
    check_result_say(result, "%zu comparisons of tables with each other", G_N_ELEMENTS(counts));
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autoptr(GError) error = NULL;
        if (!run_count(db, &counts[i], result, &error)) {
            check_result_error(result, error);
        }
    }
}
