/* SPDX-License-Identifier: MIT */
#include "query/key_list.h"

#define SELECT_KEYS                                                                            \
    "WITH used AS (SELECT s.key_id, count(DISTINCT s.message_id) AS messages,"                 \
    " min(m.date) AS first_date, max(m.date) AS last_date FROM signature s"                    \
    " JOIN message m ON m.id = s.message_id WHERE s.result = 'pass' AND s.key_id IS NOT NULL"  \
    " GROUP BY s.key_id) "                                                                     \
    "SELECT k.id, k.selector, k.domain, k.record, k.state, lower(hex(k.spki_sha256)), k.bits," \
    " ifnull(u.messages, 0), u.first_date, u.last_date, k.leaked_since"                        \
    " FROM dkim_key k LEFT JOIN used u ON u.key_id = k.id "

static const char *const keys_sql[KEY_LIST_ORDER_COUNT] = {
    [KEY_LIST_BY_MESSAGES] = SELECT_KEYS "ORDER BY 8 DESC, k.domain, k.selector, k.id",
    [KEY_LIST_BY_NAME] = SELECT_KEYS "ORDER BY k.domain, k.selector, k.id",
    [KEY_LIST_CONFLICTS] =
        (SELECT_KEYS "WHERE k.state <> 'no-answer' AND (k.selector, k.domain) IN"
                     " (SELECT selector, domain FROM dkim_key WHERE state <> 'no-answer'"
                     " GROUP BY selector, domain"
                     " HAVING count(DISTINCT ifnull(hex(spki_sha256), record)) > 1)"
                     " ORDER BY k.domain, k.selector, u.first_date, k.id"),
};

enum {
    KEY_ID,
    KEY_SELECTOR,
    KEY_DOMAIN,
    KEY_RECORD,
    KEY_STATE,
    KEY_SPKI,
    KEY_BITS,
    KEY_MESSAGES, /* and the two dates */
    KEY_LEAKED_SINCE = KEY_MESSAGES + 3,
};

static const char *const sightings_sql =
    "SELECT " KEY_SIGHTING_COLUMNS " FROM dkim_key_observation"
    " WHERE key_id = ?1 ORDER BY first_seen, last_seen, source, channel";

static const char *const missing_sql =
    "WITH missing (selector, domain, messages, first_date, last_date, undecided) AS ("
    "SELECT lower(s.selector), s.domain, count(DISTINCT s.message_id), min(m.date),"
    " max(m.date), count(DISTINCT CASE WHEN m.dkim <> 'pass' THEN m.id END)"
    " FROM signature s JOIN message m ON m.id = s.message_id WHERE s.result = 'nokey'"
    " GROUP BY 1, 2), "
    "answered (selector, domain, answer, asked) AS ("
    "SELECT k.selector, k.domain, k.record, max(o.last_seen) FROM dkim_key k"
    " JOIN dkim_key_observation o ON o.key_id = k.id"
    " WHERE k.state = 'no-answer' AND o.channel = 'dns' GROUP BY 1, 2) "
    "SELECT m.*, a.answer, a.asked FROM missing m LEFT JOIN answered a"
    " ON a.selector = m.selector AND a.domain = lower(m.domain)"
    " ORDER BY m.messages DESC, m.domain, m.selector";

/* Ends a list that the caller may have left early. */
static bool end_list(sqlite3_stmt *row, int code, GError **error)
{
    return archive_end_rows(row, code == SQLITE_ROW ? SQLITE_DONE : code, error);
}

/* The number and the two dates that begin at `column`. */
static KeyMail read_mail(sqlite3_stmt *row, int column)
{
    return (KeyMail){
        .messages = sqlite3_column_int64(row, column),
        .has_dates = sqlite3_column_type(row, column + 1) != SQLITE_NULL,
        .first_date = sqlite3_column_int64(row, column + 1),
        .last_date = sqlite3_column_int64(row, column + 2),
    };
}

bool key_list_each(sqlite3 *db, KeyListOrder order, ListedKeyFunc func, gpointer data,
                   GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, keys_sql[order], error);
    g_autoptr(sqlite3_stmt) seen =
        row == NULL ? NULL : archive_prepare(db, sightings_sql, error);
    if (seen == NULL) {
        return false;
    }
    g_autoptr(GArray) sightings = key_sightings_new();
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        const ListedKey key = {
            .selector = archive_column_text(row, KEY_SELECTOR),
            .domain = archive_column_text(row, KEY_DOMAIN),
            .record = archive_column_text(row, KEY_RECORD),
            .state = archive_column_text(row, KEY_STATE),
            .spki_sha256 = archive_column_text(row, KEY_SPKI),
            .bits = sqlite3_column_int64(row, KEY_BITS),
            .verified = read_mail(row, KEY_MESSAGES),
            .has_leak_date = sqlite3_column_type(row, KEY_LEAKED_SINCE) != SQLITE_NULL,
            .leaked_since = sqlite3_column_int64(row, KEY_LEAKED_SINCE),
            .sightings = sightings,
        };
        g_array_set_size(sightings, 0);
        sqlite3_bind_int64(seen, 1, sqlite3_column_int64(row, KEY_ID));
        if (!key_sightings_read(seen, sightings, error)) {
            return false;
        }
        if (!func(&key, data)) {
            break;
        }
    }
    return end_list(row, code, error);
}

bool key_list_each_missing(sqlite3 *db, MissingKeyFunc func, gpointer data, GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, missing_sql, error);
    if (row == NULL) {
        return false;
    }
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        const MissingKey key = {
            .selector = archive_column_text(row, 0),
            .domain = archive_column_text(row, 1),
            .waiting = read_mail(row, 2),
            .undecided = sqlite3_column_int64(row, 5),
            .dns_answer = archive_column_text(row, 6),
            .dns_asked = archive_column_text(row, 7),
        };
        if (!func(&key, data)) {
            break;
        }
    }
    return end_list(row, code, error);
}
