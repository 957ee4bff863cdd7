/* SPDX-License-Identifier: MIT */
#include "indexer/file_table.h"

#include "indexer/statement_set.h"

enum {
    FIND_SOURCE,
    ADD_SOURCE,
    LOAD_FILES,
    ADD_FILE,
    UPDATE_FILE,
    FORGET_TIME,
    REPLACE_FILE,
    N_STATEMENTS
};

static const char *const statements_sql[N_STATEMENTS] = {
    [FIND_SOURCE] = "SELECT id FROM source WHERE path = ?1",
    [ADD_SOURCE] = "INSERT INTO source (path, added_at) VALUES (?1, ?2)",
    [LOAD_FILES] =
        "SELECT id, path, stored_size, mtime_ns, done, size, state, dialect FROM file"
        " WHERE source_id = ?1 AND state <> 'replaced'",
    [ADD_FILE] = "INSERT INTO file (source_id, path, kind, container, compression, dialect,"
                 " folder, flags, stored_size, mtime_ns, size, done, state, note)"
                 " VALUES (?1, ?2, 'other', ?3, 'none', 'none', ?4, ?5, ?6, ?7, 0, 0,"
                 " 'partial', '')",
    [UPDATE_FILE] = "UPDATE file SET kind = ?2, compression = ?3, dialect = ?4, size = ?5,"
                    " done = ?6, state = ?7, note = ?8 WHERE id = ?1",
    [FORGET_TIME] = "UPDATE file SET mtime_ns = -1 WHERE id = ?1",
    [REPLACE_FILE] = "UPDATE file SET state = 'replaced' WHERE id = ?1",
};

static const char *const state_words[FILE_STATE_COUNT] = {
    [FILE_PARTIAL] = "partial",
    [FILE_COMPLETE] = "complete",
    [FILE_DAMAGED] = "damaged",
    [FILE_REPLACED] = "replaced",
};

struct FileTable {
    sqlite3 *db;
    StatementSet statements;
};

FileTable *file_table_new(sqlite3 *db, GError **error)
{
    g_autoptr(FileTable) table = g_new0(FileTable, 1);
    table->db = db;
    if (!statement_set_init(&table->statements, db, statements_sql, N_STATEMENTS, error)) {
        return NULL;
    }
    return g_steal_pointer(&table);
}

void file_table_free(FileTable *table)
{
    if (table == NULL) {
        return;
    }
    statement_set_clear(&table->statements);
    g_free(table);
}

bool file_table_source(FileTable *table, const char *path, int64_t *ret_id, GError **error)
{
    bool found = false;
    sqlite3_stmt *find = statement_set_get(&table->statements, FIND_SOURCE);
    statement_bind_text(find, 1, slice_of_string(path));
    if (!statement_find(find, &found, ret_id, error) || found) {
        return found;
    }
    sqlite3_stmt *add = statement_set_get(&table->statements, ADD_SOURCE);
    statement_bind_text(add, 1, slice_of_string(path));
    sqlite3_bind_int64(add, 2, g_get_real_time() / G_USEC_PER_SEC);
    if (!statement_run(add, error)) {
        return false;
    }
    *ret_id = sqlite3_last_insert_rowid(table->db);
    return true;
}

static FileState parse_state(const char *word)
{
    for (unsigned i = 0; i < FILE_STATE_COUNT; i++) {
        if (g_strcmp0(word, state_words[i]) == 0) {
            return (FileState)i;
        }
    }
    return FILE_PARTIAL;
}

static MboxDialect parse_dialect(const char *word)
{
    for (unsigned i = MBOX_DIALECT_NONE; i <= MBOX_DIALECT_MBOXCL2; i++) {
        if (g_strcmp0(word, mbox_dialect_word((MboxDialect)i)) == 0) {
            return (MboxDialect)i;
        }
    }
    return MBOX_DIALECT_NONE;
}

GHashTable *file_table_load(FileTable *table, int64_t source_id, GError **error)
{
    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    sqlite3_stmt *load = statement_set_get(&table->statements, LOAD_FILES);
    sqlite3_bind_int64(load, 1, source_id);
    int code = sqlite3_step(load);
    for (; code == SQLITE_ROW; code = sqlite3_step(load)) {
        FileMemory *memory = g_new0(FileMemory, 1);
        memory->id = sqlite3_column_int64(load, 0);
        memory->stored_size = (uint64_t)sqlite3_column_int64(load, 2);
        memory->mtime_ns = sqlite3_column_int64(load, 3);
        memory->done = (uint64_t)sqlite3_column_int64(load, 4);
        memory->size = (uint64_t)sqlite3_column_int64(load, 5);
        memory->state = parse_state((const char *)sqlite3_column_text(load, 6));
        memory->dialect = parse_dialect((const char *)sqlite3_column_text(load, 7));
        g_hash_table_insert(files, g_strdup((const char *)sqlite3_column_text(load, 1)),
                            memory);
    }
    return archive_end_rows(load, code, error) ? g_steal_pointer(&files) : NULL;
}

bool file_table_add(FileTable *table, int64_t source_id, const SourceEntry *entry,
                    int64_t *ret_id, GError **error)
{
    sqlite3_stmt *add = statement_set_get(&table->statements, ADD_FILE);
    sqlite3_bind_int64(add, 1, source_id);
    statement_bind_text(add, 2, slice_of_string(entry->relative));
    statement_bind_text(add, 3, slice_of_string(source_container_word(entry->container)));
    statement_bind_text(add, 4, slice_of_string(entry->folder));
    statement_bind_text(add, 5, slice_of_string(entry->flags));
    sqlite3_bind_int64(add, 6, (int64_t)entry->stored_size);
    sqlite3_bind_int64(add, 7, entry->mtime_ns);
    if (!statement_run(add, error)) {
        return false;
    }
    *ret_id = sqlite3_last_insert_rowid(table->db);
    return true;
}

bool file_table_update(FileTable *table, int64_t file_id, const SourceFacts *facts,
                       uint64_t size, uint64_t done, FileState state, const char *note,
                       GError **error)
{
    sqlite3_stmt *update = statement_set_get(&table->statements, UPDATE_FILE);
    sqlite3_bind_int64(update, 1, file_id);
    statement_bind_text(update, 2, slice_of_string(source_kind_word(facts->kind)));
    statement_bind_text(update, 3, slice_of_string(compression_word(facts->compression)));
    statement_bind_text(update, 4, slice_of_string(mbox_dialect_word(facts->dialect)));
    sqlite3_bind_int64(update, 5, (int64_t)size);
    sqlite3_bind_int64(update, 6, (int64_t)done);
    statement_bind_text(update, 7, slice_of_string(state_words[state]));
    statement_bind_text(update, 8, slice_of_string(note));
    return statement_run(update, error);
}

bool file_table_forget_time(FileTable *table, int64_t file_id, GError **error)
{
    sqlite3_stmt *forget = statement_set_get(&table->statements, FORGET_TIME);
    sqlite3_bind_int64(forget, 1, file_id);
    return statement_run(forget, error);
}

bool file_table_replace(FileTable *table, int64_t file_id, GError **error)
{
    sqlite3_stmt *replace = statement_set_get(&table->statements, REPLACE_FILE);
    sqlite3_bind_int64(replace, 1, file_id);
    return statement_run(replace, error);
}
