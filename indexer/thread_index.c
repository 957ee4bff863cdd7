/* SPDX-License-Identifier: MIT */
#include "indexer/thread_index.h"

#include "indexer/statement_set.h"
#include "indexer/thread_table.h"
#include "schema/thread_ids.h"

enum {
    FIND_PRESENT,
    FIND_MISSING,
    GET_ALL,
    GET_REFERRED,
    MOVE_MESSAGE,
    MOVE_MESSAGES,
    MOVE_MISSING,
    ADD_MISSING,
    DELETE_MISSING,
    N_STATEMENTS
};

static const char *const statements_sql[N_STATEMENTS] = {
    [FIND_PRESENT] = "SELECT thread_id FROM message WHERE msgid = ?1 AND msgid <> '' LIMIT 1",
    [FIND_MISSING] = "SELECT thread_id FROM missing_message WHERE msgid = ?1",
    [GET_ALL] = "SELECT id, msgid, in_reply_to, refs, thread_id FROM message",
    [GET_REFERRED] = "SELECT in_reply_to, refs FROM message WHERE id = ?1",
    [MOVE_MESSAGE] = "UPDATE message SET thread_id = ?2 WHERE id = ?1",
    [MOVE_MESSAGES] = "UPDATE message SET thread_id = ?2 WHERE thread_id = ?1",
    [MOVE_MISSING] = "UPDATE missing_message SET thread_id = ?2 WHERE thread_id = ?1",
    [ADD_MISSING] = "INSERT OR IGNORE INTO missing_message (msgid, thread_id) VALUES (?1, ?2)",
    [DELETE_MISSING] = "DELETE FROM missing_message WHERE msgid = ?1",
};

/* A message of this run. */
typedef struct {
    int64_t message_id;
    int64_t written; /* the thread that its row has; THREAD_NONE when there is none yet */
    uint32_t node;
} Entry;

/* A thread that was in the archive when it was met. */
typedef struct {
    int64_t written;
    uint32_t node;
} StoredThread;

/* A missing id, and the entry that refers to it. */
typedef struct {
    uint32_t entry;
    uint32_t node;
} Missing;

struct ThreadIndex {
    sqlite3 *db;
    StatementSet statements;
    ThreadTable *table;
    GArray *entries;        /* Entry */
    GArray *stored_threads; /* StoredThread */
    GHashTable *by_thread;  /* thread id in the archive -> its node, as a pointer */
    bool is_complete;       /* every id of the archive is in the table */
};

static Entry *entry_at(const ThreadIndex *index, uint32_t entry)
{
    g_assert(entry < index->entries->len);
    return &g_array_index(index->entries, Entry, entry);
}

/* The node of a thread that is in the archive. */
static uint32_t node_of_thread(ThreadIndex *index, int64_t thread)
{
    gpointer known = NULL;
    if (g_hash_table_lookup_extended(index->by_thread, &thread, NULL, &known)) {
        return GPOINTER_TO_UINT(known);
    }
    const StoredThread stored = {.written = thread, .node = thread_table_add(index->table)};
    thread_table_lower(index->table, stored.node, thread);
    g_array_append_val(index->stored_threads, stored);
    g_hash_table_insert(index->by_thread, g_memdup2(&thread, sizeof thread),
                        GUINT_TO_POINTER(stored.node));
    return stored.node;
}

/* Asks the archive for an id that was not met before. */
static bool look_up(ThreadIndex *index, uint32_t node, Slice id, GError **error)
{
    static const struct {
        int statement;
        int32_t state;
    } places[] = {{FIND_PRESENT, THREAD_ID_PRESENT}, {FIND_MISSING, THREAD_ID_STORED}};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        bool found = false;
        int64_t thread = 0;
        sqlite3_stmt *find = statement_set_get(&index->statements, (size_t)places[i].statement);
        statement_bind_text(find, 1, id);
        if (!statement_find(find, &found, &thread, error)) {
            return false;
        }
        if (found) {
            thread_table_set_state(index->table, node, places[i].state);
            thread_table_join(index->table, node, node_of_thread(index, thread));
            return true;
        }
    }
    return true;
}

static bool find_node(ThreadIndex *index, Slice id, int32_t state, uint32_t *ret_node,
                      GError **error)
{
    bool is_new = false;
    *ret_node = thread_table_find(index->table, id, state, &is_new);
    return !is_new || index->is_complete || look_up(index, *ret_node, id, error);
}

/* The message that was missing, or one more with the same id. */
static bool find_own(ThreadIndex *index, Slice id, uint32_t *ret_node, GError **error)
{
    if (!find_node(index, id, THREAD_ID_PRESENT, ret_node, error)) {
        return false;
    }
    const bool is_stored = thread_table_state(index->table, *ret_node) == THREAD_ID_STORED;
    thread_table_set_state(index->table, *ret_node, THREAD_ID_PRESENT);
    if (!is_stored) {
        return true;
    }
    sqlite3_stmt *delete = statement_set_get(&index->statements, DELETE_MISSING);
    statement_bind_text(delete, 1, id);
    return statement_run(delete, error);
}

static bool add_ids(ThreadIndex *index, Entry *entry, Slice own, const ThreadIds *referred,
                    GError **error)
{
    bool has_node = thread_id_is_good(own);
    if (has_node && !find_own(index, own, &entry->node, error)) {
        return false;
    }
    for (size_t i = 0; i < referred->n_ids; i++) {
        uint32_t node = 0;
        if (!find_node(index, referred->ids[i], (int32_t)index->entries->len, &node, error)) {
            return false;
        }
        if (has_node) {
            thread_table_join(index->table, entry->node, node);
        }
        entry->node = has_node ? entry->node : node;
        has_node = true;
    }
    return true;
}

static bool add_message(ThreadIndex *index, int64_t message_id, Slice own,
                        const ThreadIds *referred, uint32_t *ret_entry, GError **error)
{
    *ret_entry = THREAD_ENTRY_NONE;
    if (!thread_id_is_good(own) && referred->n_ids == 0) {
        return true;
    }
    Entry entry = {.message_id = message_id, .written = THREAD_NONE};
    if (!add_ids(index, &entry, own, referred, error)) {
        return false;
    }
    thread_table_lower(index->table, entry.node, message_id);
    *ret_entry = index->entries->len;
    g_array_append_val(index->entries, entry);
    return true;
}

bool thread_index_add(ThreadIndex *index, int64_t message_id, const MailRecord *record,
                      uint32_t *ret_entry, GError **error)
{
    ThreadIds referred;
    thread_ids_collect(record->references, record->in_reply_to, &referred);
    return add_message(index, message_id, record->message_id, &referred, ret_entry, error);
}

static Slice column_slice(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return slice_of(text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(row, column));
}

/* What a load that was killed has left: its messages, and threads that may be wrong. */
static bool load_messages(ThreadIndex *index, GError **error)
{
    sqlite3_stmt *rows = statement_set_get(&index->statements, GET_ALL);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        ThreadIds referred;
        uint32_t entry = THREAD_ENTRY_NONE;
        thread_ids_collect(column_slice(rows, 3), column_slice(rows, 2), &referred);
        if (!add_message(index, sqlite3_column_int64(rows, 0), column_slice(rows, 1), &referred,
                         &entry, error)) {
            sqlite3_reset(rows);
            return false;
        }
        if (entry != THREAD_ENTRY_NONE) {
            entry_at(index, entry)->written = sqlite3_column_int64(rows, 4);
        }
    }
    return archive_end_rows(rows, code, error);
}

ThreadIndex *thread_index_new(sqlite3 *db, GError **error)
{
    g_autoptr(ThreadIndex) index = g_new0(ThreadIndex, 1);
    index->db = db;
    index->table = thread_table_new();
    index->entries = g_array_new(false, false, sizeof(Entry));
    index->stored_threads = g_array_new(false, false, sizeof(StoredThread));
    index->by_thread = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    if (!statement_set_init(&index->statements, db, statements_sql, N_STATEMENTS, error) ||
        !archive_is_loading(db, &index->is_complete, error) ||
        (index->is_complete && !load_messages(index, error))) {
        return NULL;
    }
    return g_steal_pointer(&index);
}

void thread_index_free(ThreadIndex *index)
{
    if (index == NULL) {
        return;
    }
    statement_set_clear(&index->statements);
    thread_table_free(index->table);
    g_array_unref(index->entries);
    g_array_unref(index->stored_threads);
    g_hash_table_unref(index->by_thread);
    g_free(index);
}

int64_t thread_index_thread(ThreadIndex *index, uint32_t entry, int64_t message_id)
{
    if (entry == THREAD_ENTRY_NONE) {
        return message_id;
    }
    Entry *known = entry_at(index, entry);
    known->written = thread_table_thread(index->table, known->node);
    return known->written;
}

bool thread_index_is_full(const ThreadIndex *index)
{
    return thread_table_size(index->table) >= THREAD_INDEX_MAX ||
           index->entries->len >= THREAD_INDEX_MAX;
}

static bool move(ThreadIndex *index, int statement, int64_t from, int64_t to, GError **error)
{
    sqlite3_stmt *update = statement_set_get(&index->statements, (size_t)statement);
    sqlite3_bind_int64(update, 1, from);
    sqlite3_bind_int64(update, 2, to);
    return statement_run(update, error);
}

/* Threads of the archive that have become one with others. */
static bool move_stored_threads(ThreadIndex *index, GError **error)
{
    for (guint i = 0; i < index->stored_threads->len; i++) {
        StoredThread *stored = &g_array_index(index->stored_threads, StoredThread, i);
        const int64_t thread = thread_table_thread(index->table, stored->node);
        if (thread == stored->written) {
            continue;
        }
        if (!move(index, MOVE_MESSAGES, stored->written, thread, error) ||
            !move(index, MOVE_MISSING, stored->written, thread, error)) {
            return false;
        }
        stored->written = thread;
    }
    return true;
}

static bool move_messages(ThreadIndex *index, GError **error)
{
    for (guint i = 0; i < index->entries->len; i++) {
        Entry *entry = entry_at(index, i);
        const int64_t thread = thread_table_thread(index->table, entry->node);
        if (thread == entry->written) {
            continue;
        }
        if (!move(index, MOVE_MESSAGE, entry->message_id, thread, error)) {
            return false;
        }
        entry->written = thread;
    }
    return true;
}

static gint compare_missing(gconstpointer a, gconstpointer b)
{
    const Missing *first = a;
    const Missing *second = b;
    return (first->entry > second->entry) - (first->entry < second->entry);
}

/* The missing ids that the archive does not name yet, by the message that refers to them. */
static GArray *list_missing(const ThreadIndex *index)
{
    GArray *list = g_array_new(false, false, sizeof(Missing));
    const uint32_t n_nodes = thread_table_size(index->table);
    for (uint32_t node = 0; node < n_nodes; node++) {
        const int32_t state = thread_table_state(index->table, node);
        if (state >= 0) {
            const Missing missing = {.entry = (uint32_t)state, .node = node};
            g_array_append_val(list, missing);
        }
    }
    g_array_sort(list, compare_missing);
    return list;
}

/* The table has no text: it is in the message that refers to the id. */
static bool add_missing_of(ThreadIndex *index, uint32_t entry, GError **error)
{
    sqlite3_stmt *row = statement_set_get(&index->statements, GET_REFERRED);
    sqlite3_bind_int64(row, 1, entry_at(index, entry)->message_id);
    int code = sqlite3_step(row);
    if (code != SQLITE_ROW) {
        return archive_end_rows(row, code, error);
    }
    ThreadIds referred;
    thread_ids_collect(column_slice(row, 1), column_slice(row, 0), &referred);
    for (size_t i = 0; i < referred.n_ids; i++) {
        bool is_new = false;
        const uint32_t node =
            thread_table_find(index->table, referred.ids[i], THREAD_ID_PRESENT, &is_new);
        if (thread_table_state(index->table, node) != (int32_t)entry) {
            continue;
        }
        const int64_t thread = thread_table_thread(index->table, node);
        sqlite3_stmt *add = statement_set_get(&index->statements, ADD_MISSING);
        statement_bind_text(add, 1, referred.ids[i]);
        sqlite3_bind_int64(add, 2, thread);
        if (!statement_run(add, error)) {
            return false;
        }
        thread_table_set_state(index->table, node, THREAD_ID_STORED);
        /* Its row must follow when the thread moves. */
        thread_table_join(index->table, node, node_of_thread(index, thread));
    }
    sqlite3_reset(row);
    return true;
}

static bool add_missing(ThreadIndex *index, GError **error)
{
    g_autoptr(GArray) list = list_missing(index);
    for (guint i = 0; i < list->len; i++) {
        const uint32_t entry = g_array_index(list, Missing, i).entry;
        if ((i == 0 || entry != g_array_index(list, Missing, i - 1).entry) &&
            !add_missing_of(index, entry, error)) {
            return false;
        }
    }
    return true;
}

/* From here on the archive is asked, which needs its indexes. */
static bool forget(ThreadIndex *index, GError **error)
{
    if (index->is_complete && !archive_end_load(index->db, error)) {
        return false;
    }
    index->is_complete = false;
    thread_table_clear(index->table);
    g_array_set_size(index->entries, 0);
    g_array_set_size(index->stored_threads, 0);
    g_hash_table_remove_all(index->by_thread);
    return true;
}

bool thread_index_store(ThreadIndex *index, bool at_end, GError **error)
{
    const bool is_full = thread_index_is_full(index);
    if (index->is_complete && !at_end && !is_full) {
        return true;
    }
    return move_stored_threads(index, error) && move_messages(index, error) &&
           add_missing(index, error) && (!is_full || forget(index, error));
}
