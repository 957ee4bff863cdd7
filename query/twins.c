/* SPDX-License-Identifier: MIT */
#include "query/twins.h"

#include "query/raw_bytes.h"
#include "schema/archive.h"

typedef enum { SQL_GROUPS, SQL_GROUP_OF, SQL_TWINS, SQL_PARTS } Sql;

static const char *const sql[] = {
    [SQL_GROUPS] = "SELECT msgid FROM message WHERE msgid <> '' GROUP BY msgid "
                   "HAVING count(*) > 1 ORDER BY max(id) DESC",
    [SQL_GROUP_OF] =
        "SELECT msgid FROM message WHERE msgid <> '' AND msgid = (SELECT msgid FROM "
        "message WHERE id = ?) GROUP BY msgid HAVING count(*) > 1",
    [SQL_TWINS] = "SELECT m.id, m.date, m.dkim, m.level, m.caveats, t.subject, m.size, "
                  "lower(hex(m.sha256)) FROM message m JOIN message_text t ON t.id = m.id "
                  "WHERE m.msgid = ? AND m.msgid <> '' ORDER BY m.id",
    /* What twin_difference compares, and where the message lies. */
    [SQL_PARTS] =
        "SELECT t.body, coalesce((SELECT group_concat(line, char(10)) FROM (SELECT hex(sha256) "
        "|| ' ' || size || ' ' || name AS line FROM attachment WHERE message_id = m.id "
        "ORDER BY position)), ''), t.subject || char(10) || t.sender || char(10) || "
        "t.recipients || char(10) || m.in_reply_to || char(10) || m.refs || char(10) || "
        "coalesce(m.date, ''), "
        "coalesce((SELECT CASE l.path WHEN '' THEN r.path ELSE r.path || '/' || l.path END "
        "FROM occurrence o JOIN file l ON l.id = o.file_id JOIN source r ON r.id = l.source_id "
        "WHERE o.message_id = m.id ORDER BY l.state = 'replaced', o.file_id, o.offset LIMIT "
        "1), "
        "''), coalesce((SELECT o.offset FROM occurrence o JOIN file l ON l.id = o.file_id "
        "WHERE o.message_id = m.id ORDER BY l.state = 'replaced', o.file_id, o.offset LIMIT "
        "1), "
        "0) FROM message m JOIN message_text t ON t.id = m.id WHERE m.id = ?",
};

/* What is compared of one message. */
typedef struct {
    GBytes *bytes; /* NULL when they are gone, or too many */
    char *text;
    char *attachments;
    char *header;
} Parts;

static void parts_clear(Parts *parts)
{
    g_clear_pointer(&parts->bytes, g_bytes_unref);
    g_clear_pointer(&parts->text, g_free);
    g_clear_pointer(&parts->attachments, g_free);
    g_clear_pointer(&parts->header, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parts, parts_clear)

static void twin_clear(gpointer data)
{
    Twin *twin = data;
    g_free(twin->dkim);
    g_free(twin->level);
    g_free(twin->caveats);
    g_free(twin->subject);
    g_free(twin->sha256);
    g_free(twin->path);
    twin_difference_clear(&twin->difference);
}

static bool read_twins(sqlite3 *db, const char *msgid, GArray *twins, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql[SQL_TWINS], error);
    if (rows == NULL) {
        return false;
    }
    sqlite3_bind_text(rows, 1, msgid, -1, SQLITE_STATIC);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const Twin twin = {
            .id = sqlite3_column_int64(rows, 0),
            .has_date = sqlite3_column_type(rows, 1) != SQLITE_NULL,
            .date = sqlite3_column_int64(rows, 1),
            .dkim = archive_column_dup(rows, 2),
            .level = archive_column_dup(rows, 3),
            .caveats = archive_column_dup(rows, 4),
            .subject = archive_column_dup(rows, 5),
            .size = sqlite3_column_int64(rows, 6),
            .sha256 = archive_column_dup(rows, 7),
            .path = g_strdup(""),
        };
        g_array_append_val(twins, twin);
    }
    return archive_end_rows(rows, code, error);
}

static bool read_parts(sqlite3 *db, Twin *twin, Parts *parts, GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, sql[SQL_PARTS], error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 1, twin->id);
    if (sqlite3_step(row) != SQLITE_ROW) {
        archive_set_error(db, error);
        return false;
    }
    parts->text = archive_column_dup(row, 0);
    parts->attachments = archive_column_dup(row, 1);
    parts->header = archive_column_dup(row, 2);
    g_free(twin->path);
    twin->path = archive_column_dup(row, 3);
    twin->offset = sqlite3_column_int64(row, 4);
    parts->bytes = twin->size > TWINS_BYTES_MAX ? NULL : raw_bytes_read(db, twin->id, NULL);
    twin->has_bytes = parts->bytes != NULL;
    return true;
}

static TwinSide side_of(const Parts *parts)
{
    gsize size = 0;
    const char *data = parts->bytes == NULL ? NULL : g_bytes_get_data(parts->bytes, &size);
    const Slice empty = SLICE_LITERAL("");
    return (TwinSide){
        .bytes = parts->bytes != NULL && data == NULL ? empty : slice_of(data, size),
        .text = parts->text,
        .attachments = parts->attachments,
        .header = parts->header,
    };
}

/* How good a witness a message is of what was sent. */
static int rank(const Twin *twin)
{
    static const char *const by_worth[] = {"error", "none", "fail", "nokey", "pass"};
    if (g_str_equal(twin->level, "verified")) {
        return G_N_ELEMENTS(by_worth) + 1;
    }
    if (g_str_equal(twin->level, "limited")) {
        return G_N_ELEMENTS(by_worth);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(by_worth); i++) {
        if (g_str_equal(twin->dkim, by_worth[i])) {
            return (int)i;
        }
    }
    return -1;
}

static guint find_reference(const GArray *twins)
{
    guint best = 0;
    for (guint i = 1; i < twins->len; i++) {
        if (rank(&g_array_index(twins, Twin, i)) > rank(&g_array_index(twins, Twin, best))) {
            best = i;
        }
    }
    return best;
}

static bool compare_group(sqlite3 *db, TwinGroup *group, GError **error)
{
    g_auto(Parts) reference = {0};
    Twin *first = &g_array_index(group->twins, Twin, group->reference);
    if (!read_parts(db, first, &reference, error)) {
        return false;
    }
    const TwinSide first_side = side_of(&reference);
    for (guint i = 0; i < group->twins->len; i++) {
        if (i == group->reference) {
            continue;
        }
        Twin *twin = &g_array_index(group->twins, Twin, i);
        g_auto(Parts) parts = {0};
        if (!read_parts(db, twin, &parts, error)) {
            return false;
        }
        const TwinSide side = side_of(&parts);
        twin_difference_find(&first_side, &side, &twin->difference);
    }
    return true;
}

/* Returns: false to stop; then `error` may be set. */
static bool take_group(sqlite3 *db, const char *msgid, TwinGroupFunc *take, gpointer user_data,
                       GError **error)
{
    g_autoptr(GArray) twins = g_array_new(false, false, sizeof(Twin));
    g_array_set_clear_func(twins, twin_clear);
    if (!read_twins(db, msgid, twins, error)) {
        return false;
    }
    TwinGroup group = {.msgid = msgid, .twins = twins};
    if (twins->len < 2) {
        return true;
    }
    group.reference = find_reference(twins);
    return compare_group(db, &group, error) && take(&group, user_data);
}

bool twins_each(sqlite3 *db, const int64_t *id, TwinGroupFunc *group, gpointer user_data,
                GError **error)
{
    g_autoptr(sqlite3_stmt) rows =
        archive_prepare(db, sql[id == NULL ? SQL_GROUPS : SQL_GROUP_OF], error);
    if (rows == NULL) {
        return false;
    }
    if (id != NULL) {
        sqlite3_bind_int64(rows, 1, *id);
    }
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        g_autofree char *msgid = archive_column_dup(rows, 0);
        g_autoptr(GError) trouble = NULL;
        if (!take_group(db, msgid, group, user_data, &trouble)) {
            if (trouble == NULL) {
                return true;
            }
            g_propagate_error(error, g_steal_pointer(&trouble));
            return false;
        }
    }
    return archive_end_rows(rows, code, error);
}
