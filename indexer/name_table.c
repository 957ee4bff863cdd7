/* SPDX-License-Identifier: MIT */
#include "indexer/name_table.h"

#include "indexer/statement_set.h"

enum {
    FIND_ADDRESS,
    ADD_ADDRESS,
    FIND_FIELDS,
    ADD_FIELDS,
    FIND_KEY,
    ADD_KEY,
    ADD_OBSERVATION,
    N_STATEMENTS
};

static const char *const statements_sql[N_STATEMENTS] = {
    [FIND_ADDRESS] = "SELECT id FROM address WHERE address = ?1 AND name = ?2",
    [ADD_ADDRESS] = "INSERT INTO address (address, name, domain) VALUES (?1, ?2, ?3)",
    [FIND_FIELDS] = "SELECT id FROM signed_fields WHERE fields = ?1",
    [ADD_FIELDS] = "INSERT INTO signed_fields (fields) VALUES (?1)",
    [FIND_KEY] = "SELECT id FROM dkim_key WHERE selector = ?1 AND domain = ?2 AND record = ?3",
    [ADD_KEY] = "INSERT INTO dkim_key (selector, domain, record, bits) VALUES (?1, ?2, ?3, ?4)",
    [ADD_OBSERVATION] = ("INSERT OR IGNORE INTO dkim_key_observation"
                         " (key_id, source, channel, first_seen, last_seen, notes)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
};

struct NameTable {
    sqlite3 *db;
    StatementSet statements;
    const KeyStore *keys;
    GHashTable *addresses; /* "address\nname" -> GINT_TO_POINTER(id) */
    GHashTable *fields;    /* h= list -> the same */
    int64_t *key_ids;      /* by index in the store; 0 when not stored yet */
    GString *scratch;
};

NameTable *name_table_new(sqlite3 *db, const KeyStore *keys, GError **error)
{
    g_autoptr(NameTable) table = g_new0(NameTable, 1);
    table->db = db;
    table->keys = keys;
    table->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    table->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    table->key_ids = g_new0(int64_t, keys == NULL ? 1 : key_store_size(keys) + 1);
    table->scratch = g_string_new(NULL);
    if (!statement_set_init(&table->statements, db, statements_sql, N_STATEMENTS, error)) {
        return NULL;
    }
    return g_steal_pointer(&table);
}

void name_table_free(NameTable *table)
{
    if (table == NULL) {
        return;
    }
    statement_set_clear(&table->statements);
    g_hash_table_unref(table->addresses);
    g_hash_table_unref(table->fields);
    g_free(table->key_ids);
    g_string_free(table->scratch, true);
    g_free(table);
}

static bool lookup(GHashTable *known, const char *key, int64_t *ret_id)
{
    gpointer value = g_hash_table_lookup(known, key);
    *ret_id = (int64_t)GPOINTER_TO_SIZE(value);
    return value != NULL;
}

static void remember(GHashTable *known, const char *key, int64_t id)
{
    if (g_hash_table_size(known) >= NAME_TABLE_MAX) {
        g_hash_table_remove_all(known);
    }
    g_hash_table_insert(known, g_strdup(key), GSIZE_TO_POINTER((gsize)id));
}

/* Everything after the last @ of a lower-cased address. */
static Slice domain_of(Slice address)
{
    const char *at = address.len == 0 ? NULL : memrchr(address.ptr, '@', address.len);
    return at == NULL ? SLICE_EMPTY : slice_from(address, (size_t)(at + 1 - address.ptr));
}

static Slice lower_case(Slice address, char **ret_owned)
{
    for (size_t i = 0; i < address.len; i++) {
        if (g_ascii_isupper(address.ptr[i]) || (address.ptr[i] & 0x80) != 0) {
            *ret_owned = g_utf8_strdown(address.ptr, (gssize)address.len);
            return slice_of_string(*ret_owned);
        }
    }
    return address;
}

bool name_table_address(NameTable *table, Slice address, Slice name, int64_t *ret_id,
                        GError **error)
{
    g_autofree char *owned = NULL;
    Slice lower = lower_case(address, &owned);
    g_string_truncate(table->scratch, 0);
    g_string_append_len(table->scratch, lower.ptr, (gssize)lower.len);
    g_string_append_c(table->scratch, '\n');
    g_string_append_len(table->scratch, name.ptr, (gssize)name.len);
    if (lookup(table->addresses, table->scratch->str, ret_id)) {
        return true;
    }
    bool found = false;
    int64_t id = 0;
    sqlite3_stmt *find = statement_set_get(&table->statements, FIND_ADDRESS);
    statement_bind_text(find, 1, lower);
    statement_bind_text(find, 2, name);
    if (!statement_find(find, &found, &id, error)) {
        return false;
    }
    if (!found) {
        sqlite3_stmt *add = statement_set_get(&table->statements, ADD_ADDRESS);
        statement_bind_text(add, 1, lower);
        statement_bind_text(add, 2, name);
        statement_bind_text(add, 3, domain_of(lower));
        if (!statement_run(add, error)) {
            return false;
        }
        id = sqlite3_last_insert_rowid(table->db);
    }
    remember(table->addresses, table->scratch->str, id);
    *ret_id = id;
    return true;
}

bool name_table_signed_fields(NameTable *table, Slice fields, int64_t *ret_id, GError **error)
{
    g_string_truncate(table->scratch, 0);
    g_string_append_len(table->scratch, fields.ptr, (gssize)fields.len);
    if (lookup(table->fields, table->scratch->str, ret_id)) {
        return true;
    }
    bool found = false;
    int64_t id = 0;
    sqlite3_stmt *find = statement_set_get(&table->statements, FIND_FIELDS);
    statement_bind_text(find, 1, fields);
    if (!statement_find(find, &found, &id, error)) {
        return false;
    }
    if (!found) {
        sqlite3_stmt *add = statement_set_get(&table->statements, ADD_FIELDS);
        statement_bind_text(add, 1, fields);
        if (!statement_run(add, error)) {
            return false;
        }
        id = sqlite3_last_insert_rowid(table->db);
    }
    remember(table->fields, table->scratch->str, id);
    *ret_id = id;
    return true;
}

static bool add_observations(NameTable *table, const Key *key, int64_t key_id, GError **error)
{
    for (guint i = 0; i < key->observations->len; i++) {
        const KeyObservation *seen = &g_array_index(key->observations, KeyObservation, i);
        sqlite3_stmt *add = statement_set_get(&table->statements, ADD_OBSERVATION);
        sqlite3_bind_int64(add, 1, key_id);
        statement_bind_text(add, 2, slice_of_string(seen->source));
        statement_bind_text(add, 3, slice_of_string(seen->channel));
        statement_bind_text(add, 4, slice_of_string(seen->first_seen));
        statement_bind_text(add, 5, slice_of_string(seen->last_seen));
        statement_bind_text(add, 6, slice_of_string(seen->notes));
        if (!statement_run(add, error)) {
            return false;
        }
    }
    return true;
}

static void bind_key(sqlite3_stmt *statement, const Key *key)
{
    statement_bind_text(statement, 1, slice_of_string(key->selector));
    statement_bind_text(statement, 2, slice_of_string(key->domain));
    statement_bind_text(statement, 3, slice_of_string(key->record));
}

bool name_table_key(NameTable *table, int64_t key_index, int64_t *ret_id, GError **error)
{
    if (table->key_ids[key_index] != 0) {
        *ret_id = table->key_ids[key_index];
        return true;
    }
    const Key *key = key_store_get(table->keys, key_index);
    bool found = false;
    int64_t id = 0;
    sqlite3_stmt *find = statement_set_get(&table->statements, FIND_KEY);
    bind_key(find, key);
    if (!statement_find(find, &found, &id, error)) {
        return false;
    }
    if (!found) {
        sqlite3_stmt *add = statement_set_get(&table->statements, ADD_KEY);
        bind_key(add, key);
        sqlite3_bind_int(add, 4, key->material.bits);
        if (!statement_run(add, error)) {
            return false;
        }
        id = sqlite3_last_insert_rowid(table->db);
    }
    if (!add_observations(table, key, id, error)) {
        return false;
    }
    table->key_ids[key_index] = id;
    *ret_id = id;
    return true;
}
