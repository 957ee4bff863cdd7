/* SPDX-License-Identifier: MIT */
#include "indexer/name_table.h"

#include "indexer/key_rows.h"
#include "indexer/statement_set.h"

enum { FIND_ADDRESS, ADD_ADDRESS, FIND_FIELDS, ADD_FIELDS, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [FIND_ADDRESS] = "SELECT id FROM address WHERE address = ?1 AND name = ?2",
    [ADD_ADDRESS] = "INSERT INTO address (address, name, domain) VALUES (?1, ?2, ?3)",
    [FIND_FIELDS] = "SELECT id FROM signed_fields WHERE fields = ?1",
    [ADD_FIELDS] = "INSERT INTO signed_fields (fields) VALUES (?1)",
};

struct NameTable {
    sqlite3 *db;
    StatementSet statements;
    GHashTable *addresses;  /* "address\nname" -> GINT_TO_POINTER(id) */
    GHashTable *fields;     /* h= list -> the same */
    GString *last_fields;   /* h= list that was looked for last: signatures come in pairs */
    int64_t last_fields_id; /* 0 without one */
    KeyRows *key_rows;
    GString *scratch;
};

NameTable *name_table_new(sqlite3 *db, const KeyStore *keys, GError **error)
{
    g_autoptr(NameTable) table = g_new0(NameTable, 1);
    table->db = db;
    table->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    table->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    table->last_fields = g_string_new(NULL);
    table->scratch = g_string_new(NULL);
    table->key_rows = key_rows_new(db, keys, error);
    if (table->key_rows == NULL ||
        !statement_set_init(&table->statements, db, statements_sql, N_STATEMENTS, error)) {
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
    key_rows_free(table->key_rows);
    g_string_free(table->last_fields, true);
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

static bool find_signed_fields(NameTable *table, Slice fields, int64_t *ret_id, GError **error)
{
    if (lookup(table->fields, table->last_fields->str, ret_id)) {
        return true;
    }
    bool found = false;
    sqlite3_stmt *find = statement_set_get(&table->statements, FIND_FIELDS);
    statement_bind_text(find, 1, fields);
    if (!statement_find(find, &found, ret_id, error)) {
        return false;
    }
    if (!found) {
        sqlite3_stmt *add = statement_set_get(&table->statements, ADD_FIELDS);
        statement_bind_text(add, 1, fields);
        if (!statement_run(add, error)) {
            return false;
        }
        *ret_id = sqlite3_last_insert_rowid(table->db);
    }
    remember(table->fields, table->last_fields->str, *ret_id);
    return true;
}

bool name_table_signed_fields(NameTable *table, Slice fields, int64_t *ret_id, GError **error)
{
    GString *last = table->last_fields;
    if (table->last_fields_id == 0 || !slice_equal(fields, slice_of(last->str, last->len))) {
        table->last_fields_id = 0;
        g_string_truncate(last, 0);
        g_string_append_len(last, fields.ptr, (gssize)fields.len);
        if (!find_signed_fields(table, fields, &table->last_fields_id, error)) {
            return false;
        }
    }
    *ret_id = table->last_fields_id;
    return true;
}

bool name_table_key(NameTable *table, int64_t key_index, int64_t *ret_id, GError **error)
{
    return key_rows_id(table->key_rows, key_index, ret_id, error);
}
