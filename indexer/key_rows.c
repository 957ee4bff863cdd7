/* SPDX-License-Identifier: MIT */
#include "indexer/key_rows.h"

#include "indexer/key_state.h"
#include "indexer/statement_set.h"
#include "schema/dkim_public_key.h"

enum { FIND_KEY, ADD_KEY, SET_STATE, ADD_OBSERVATION, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [FIND_KEY] = "SELECT id FROM dkim_key WHERE selector = ?1 AND domain = ?2 AND record = ?3",
    [ADD_KEY] = ("INSERT INTO dkim_key (selector, domain, record, bits, spki_sha256, state,"
                 " leaked_since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
    [SET_STATE] = ("UPDATE dkim_key SET state = ?2, leaked_since = ?3 WHERE id = ?1"
                   " AND (state <> ?2 OR leaked_since IS NOT ?3)"),
    /* What a later notice says, a leak for one, is added to what was noted before. */
    [ADD_OBSERVATION] =
        ("INSERT INTO dkim_key_observation"
         " (key_id, source, channel, first_seen, last_seen, notes, dnssec)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE"
         " SET notes = iif(notes = '', excluded.notes, notes || '; ' || excluded.notes)"
         " WHERE instr(notes, excluded.notes) = 0"),
};

struct KeyRows {
    sqlite3 *db;
    StatementSet statements;
    const KeyStore *keys;
    int64_t *ids; /* by index in the store; 0 when not written yet */
};

KeyRows *key_rows_new(sqlite3 *db, const KeyStore *keys, GError **error)
{
    g_autoptr(KeyRows) rows = g_new0(KeyRows, 1);
    rows->db = db;
    rows->keys = keys;
    rows->ids = g_new0(int64_t, keys == NULL ? 1 : key_store_size(keys) + 1);
    if (!statement_set_init(&rows->statements, db, statements_sql, N_STATEMENTS, error)) {
        return NULL;
    }
    return g_steal_pointer(&rows);
}

void key_rows_free(KeyRows *rows)
{
    if (rows == NULL) {
        return;
    }
    statement_set_clear(&rows->statements);
    g_free(rows->ids);
    g_free(rows);
}

static void bind_key(sqlite3_stmt *statement, const Key *key)
{
    statement_bind_text(statement, 1, slice_of_string(key->selector));
    statement_bind_text(statement, 2, slice_of_string(key->domain));
    statement_bind_text(statement, 3, slice_of_string(key->record));
}

static void bind_leak(sqlite3_stmt *statement, int position, const Key *key)
{
    sqlite3_bind_null(statement, position);
    if (key->facts->is_leaked && key->facts->leaked_since != INT64_MIN) {
        sqlite3_bind_int64(statement, position, key->facts->leaked_since);
    }
}

static bool add_key(KeyRows *rows, const Key *key, int64_t *ret_id, GError **error)
{
    uint8_t fingerprint[DKIM_HASH_BYTES_MAX];
    g_autoptr(DkimPublicKey) object =
        key->material.fault == NULL ? dkim_public_key_new(&key->material) : NULL;
    sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_KEY);
    bind_key(add, key);
    sqlite3_bind_int(add, 4, key->material.bits);
    sqlite3_bind_null(add, 5);
    if (object != NULL && dkim_public_key_fingerprint(object, fingerprint)) {
        statement_bind_blob(add, 5, slice_of((const char *)fingerprint, sizeof(fingerprint)));
    }
    statement_bind_text(add, 6, slice_of_string(key_state_word(key)));
    bind_leak(add, 7, key);
    if (!statement_run(add, error)) {
        return false;
    }
    *ret_id = sqlite3_last_insert_rowid(rows->db);
    return true;
}

static bool set_state(KeyRows *rows, const Key *key, int64_t id, GError **error)
{
    sqlite3_stmt *set = statement_set_get(&rows->statements, SET_STATE);
    sqlite3_bind_int64(set, 1, id);
    statement_bind_text(set, 2, slice_of_string(key_state_word(key)));
    bind_leak(set, 3, key);
    return statement_run(set, error);
}

static bool add_observations(KeyRows *rows, const Key *key, int64_t key_id, GError **error)
{
    for (guint i = 0; i < key->observations->len; i++) {
        const KeyObservation *seen = &g_array_index(key->observations, KeyObservation, i);
        sqlite3_stmt *add = statement_set_get(&rows->statements, ADD_OBSERVATION);
        sqlite3_bind_int64(add, 1, key_id);
        statement_bind_text(add, 2, slice_of_string(seen->source));
        statement_bind_text(add, 3, slice_of_string(seen->channel));
        statement_bind_text(add, 4, slice_of_string(seen->first_seen));
        statement_bind_text(add, 5, slice_of_string(seen->last_seen));
        statement_bind_text(add, 6, slice_of_string(seen->notes));
        statement_bind_text(add, 7, slice_of_string(seen->dnssec));
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

bool key_rows_import(KeyRows *rows, int64_t index, bool *ret_changed, GError **error)
{
    const Key *key = key_store_get(rows->keys, index);
    const int64_t changes = sqlite3_total_changes64(rows->db);
    bool found = false;
    int64_t id = 0;
    sqlite3_stmt *find = statement_set_get(&rows->statements, FIND_KEY);
    bind_key(find, key);
    if (!statement_find(find, &found, &id, error)) {
        return false;
    }
    const bool is_written =
        found ? set_state(rows, key, id, error) : add_key(rows, key, &id, error);
    if (!is_written || !add_observations(rows, key, id, error)) {
        return false;
    }
    rows->ids[index] = id;
    *ret_changed = sqlite3_total_changes64(rows->db) != changes;
    return true;
}

bool key_rows_refresh(KeyRows *rows, int64_t index, bool *ret_changed, GError **error)
{
    const Key *key = key_store_get(rows->keys, index);
    const int64_t changes = sqlite3_total_changes64(rows->db);
    bool found = false;
    int64_t id = 0;
    sqlite3_stmt *find = statement_set_get(&rows->statements, FIND_KEY);
    bind_key(find, key);
    if (!statement_find(find, &found, &id, error) ||
        (found && !set_state(rows, key, id, error))) {
        return false;
    }
    *ret_changed = sqlite3_total_changes64(rows->db) != changes;
    return true;
}

bool key_rows_id(KeyRows *rows, int64_t index, int64_t *ret_id, GError **error)
{
    bool changed = false;
    if (rows->ids[index] == 0 && !key_rows_import(rows, index, &changed, error)) {
        return false;
    }
    *ret_id = rows->ids[index];
    return true;
}
