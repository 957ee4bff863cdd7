/* SPDX-License-Identifier: MIT */
#include "indexer/recheck_message.h"

#include "indexer/statement_set.h"
#include "schema/arc_verdict.h"
#include "schema/verdict.h"

enum { GET_SIGNATURES, SET_VERDICT, GET_SETS, GET_CHAIN, SET_CHAIN, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [GET_SIGNATURES] = "SELECT result, caveats FROM signature WHERE message_id = ?1"
                       " ORDER BY position",
    [SET_VERDICT] = ("UPDATE message SET dkim = ?2, level = ?3, caveats = ?4 WHERE id = ?1"
                     " AND (dkim <> ?2 OR level <> ?3 OR caveats <> ?4)"),
    [GET_SETS] = "SELECT cv, seal_result, message_result FROM arc_set WHERE message_id = ?1"
                 " ORDER BY instance",
    [GET_CHAIN] = "SELECT arc, arc_reason FROM message WHERE id = ?1",
    [SET_CHAIN] = "UPDATE message SET arc = ?2, arc_reason = ?3 WHERE id = ?1"
                  " AND (arc <> ?2 OR arc_reason <> ?3)",
};

struct RecheckMessage {
    sqlite3 *db;
    StatementSet statements;
    GArray *inputs;     /* VerdictInput */
    GHashTable *chains; /* int64_t id, owned */
    GHashTable *changed;
};

RecheckMessage *recheck_message_new(sqlite3 *db, GError **error)
{
    g_autoptr(RecheckMessage) message = g_new0(RecheckMessage, 1);
    message->db = db;
    message->inputs = g_array_new(false, false, sizeof(VerdictInput));
    message->chains = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    message->changed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    if (!statement_set_init(&message->statements, db, statements_sql, N_STATEMENTS, error)) {
        return NULL;
    }
    return g_steal_pointer(&message);
}

void recheck_message_free(RecheckMessage *message)
{
    if (message == NULL) {
        return;
    }
    statement_set_clear(&message->statements);
    g_array_unref(message->inputs);
    g_hash_table_unref(message->chains);
    g_hash_table_unref(message->changed);
    g_free(message);
}

static void remember(GHashTable *ids, int64_t id)
{
    g_hash_table_add(ids, g_memdup2(&id, sizeof(id)));
}

/* Runs an update of the message `id` that leaves it alone when all is the same. */
static bool update(RecheckMessage *message, sqlite3_stmt *set, int64_t id, GError **error)
{
    if (!statement_run(set, error)) {
        return false;
    }
    if (sqlite3_changes(message->db) > 0) {
        remember(message->changed, id);
    }
    return true;
}

bool recheck_message_judge(RecheckMessage *message, int64_t id, GError **error)
{
    sqlite3_stmt *row = statement_set_get(&message->statements, GET_SIGNATURES);
    g_array_set_size(message->inputs, 0);
    sqlite3_bind_int64(row, 1, id);
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW; code = sqlite3_step(row)) {
        const VerdictInput input = {
            .result = dkim_result_of_word(archive_column_text(row, 0)),
            .caveats = caveat_set_of_words(archive_column_text(row, 1)),
        };
        g_array_append_val(message->inputs, input);
    }
    if (!archive_end_rows(row, code, error)) {
        return false;
    }
    const Verdict verdict = verdict_of(
        (const VerdictInput *)(const void *)message->inputs->data, message->inputs->len);
    g_autofree char *caveats = caveat_set_words(verdict.caveats);
    sqlite3_stmt *set = statement_set_get(&message->statements, SET_VERDICT);
    sqlite3_bind_int64(set, 1, id);
    statement_bind_text(set, 2, slice_of_string(message_dkim_word(verdict.dkim)));
    statement_bind_text(set, 3, slice_of_string(level_word(verdict.level)));
    statement_bind_text(set, 4, slice_of_string(caveats));
    return update(message, set, id, error);
}

static ArcCv cv_of_word(const char *word)
{
    for (ArcCv cv = ARC_CV_NONE; cv < ARC_CV_COUNT; cv++) {
        if (strcmp(word, arc_cv_word(cv)) == 0) {
            return cv;
        }
    }
    return ARC_CV_UNKNOWN;
}

/* What the sets of the message `id` come to; more than RFC 8617 allows were never judged. */
static bool judge_sets(RecheckMessage *message, int64_t id, ArcVerdict *ret_verdict,
                       GError **error)
{
    ArcVerdictInput inputs[ARC_SET_MAX];
    size_t n_sets = 0;
    sqlite3_stmt *row = statement_set_get(&message->statements, GET_SETS);
    sqlite3_bind_int64(row, 1, id);
    int code = sqlite3_step(row);
    for (; code == SQLITE_ROW && n_sets < ARC_SET_MAX; code = sqlite3_step(row)) {
        inputs[n_sets++] = (ArcVerdictInput){
            .cv = cv_of_word(archive_column_text(row, 0)),
            .seal = dkim_result_of_word(archive_column_text(row, 1)),
            .message = dkim_result_of_word(archive_column_text(row, 2)),
        };
    }
    if (!archive_end_rows(row, code == SQLITE_ROW ? SQLITE_DONE : code, error)) {
        return false;
    }
    *ret_verdict = arc_verdict_of(inputs, n_sets);
    return true;
}

bool recheck_message_note_chain(RecheckMessage *message, int64_t id, GError **error)
{
    ArcVerdict verdict;
    if (!judge_sets(message, id, &verdict, error)) {
        return false;
    }
    sqlite3_stmt *row = statement_set_get(&message->statements, GET_CHAIN);
    sqlite3_bind_int64(row, 1, id);
    int code = sqlite3_step(row);
    if (code == SQLITE_ROW) {
        if (strcmp(archive_column_text(row, 0), arc_result_word(verdict.result)) == 0 &&
            strcmp(archive_column_text(row, 1), verdict.reason) == 0) {
            remember(message->chains, id);
        }
        code = SQLITE_DONE;
    }
    return archive_end_rows(row, code, error);
}

static bool judge_chain(RecheckMessage *message, int64_t id, GError **error)
{
    ArcVerdict verdict;
    if (!judge_sets(message, id, &verdict, error)) {
        return false;
    }
    sqlite3_stmt *set = statement_set_get(&message->statements, SET_CHAIN);
    sqlite3_bind_int64(set, 1, id);
    statement_bind_text(set, 2, slice_of_string(arc_result_word(verdict.result)));
    statement_bind_text(set, 3, slice_of_string(verdict.reason));
    return update(message, set, id, error);
}

bool recheck_message_judge_chains(RecheckMessage *message, GError **error)
{
    GHashTableIter iter;
    gpointer id = NULL;
    g_hash_table_iter_init(&iter, message->chains);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        if (!judge_chain(message, *(const int64_t *)id, error)) {
            return false;
        }
    }
    return true;
}

uint64_t recheck_message_count(const RecheckMessage *message)
{
    return g_hash_table_size(message->changed);
}
