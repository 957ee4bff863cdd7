/* SPDX-License-Identifier: MIT */
#include "indexer/known_hashes.h"

#include "indexer/sip_hash.h"
#include "indexer/statement_set.h"

enum { FIND, CONFIRM, N_STATEMENTS };

static const char *const statements_sql[N_STATEMENTS] = {
    [FIND] = "SELECT id FROM message WHERE sha256 = ?1",
    [CONFIRM] = "SELECT id FROM message WHERE id = ?2 AND sha256 = ?1",
};

typedef struct {
    uint8_t bytes[SHA256_BYTES];
    int64_t id;
} HashEntry;

struct KnownHashes {
    StatementSet statements;
    GHashTable *unwritten; /* HashEntry, set */
    GHashTable *written;   /* sip_hash -> id; NULL when there is an index */
    SipKey key;
};

static guint hash_entry_hash(gconstpointer entry)
{
    guint value = 0;
    memcpy(&value, entry, sizeof(value));
    return value;
}

static gboolean hash_entry_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, SHA256_BYTES) == 0;
}

static Slice hash_slice(const uint8_t *sha256)
{
    return slice_of((const char *)sha256, SHA256_BYTES);
}

static gpointer short_hash(const KnownHashes *known, const uint8_t *sha256)
{
    return GSIZE_TO_POINTER(sip_hash(&known->key, hash_slice(sha256)));
}

static void remember(KnownHashes *known, const uint8_t *sha256, int64_t id)
{
    g_hash_table_insert(known->written, short_hash(known, sha256), GSIZE_TO_POINTER((gsize)id));
}

static bool load_hashes(KnownHashes *known, sqlite3 *db, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, "SELECT sha256, id FROM message", error);
    if (rows == NULL) {
        return false;
    }
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (sqlite3_column_bytes(rows, 0) == SHA256_BYTES) {
            remember(known, sqlite3_column_blob(rows, 0), sqlite3_column_int64(rows, 1));
        }
    }
    return archive_end_rows(rows, code, error);
}

KnownHashes *known_hashes_new(sqlite3 *db, GError **error)
{
    g_autoptr(KnownHashes) known = g_new0(KnownHashes, 1);
    known->unwritten = g_hash_table_new_full(hash_entry_hash, hash_entry_equal, g_free, NULL);
    bool is_loading = false;
    if (!statement_set_init(&known->statements, db, statements_sql, N_STATEMENTS, error) ||
        !archive_is_loading(db, &is_loading, error)) {
        return NULL;
    }
    if (is_loading) {
        known->key = sip_key_random();
        known->written = g_hash_table_new(g_direct_hash, g_direct_equal);
        if (!load_hashes(known, db, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&known);
}

void known_hashes_free(KnownHashes *known)
{
    if (known == NULL) {
        return;
    }
    statement_set_clear(&known->statements);
    g_hash_table_unref(known->unwritten);
    if (known->written != NULL) {
        g_hash_table_unref(known->written);
    }
    g_free(known);
}

/* Leaves `ret_id` as it is when no row has the hash. */
static bool find_row(KnownHashes *known, const uint8_t *sha256, int64_t *ret_id, GError **error)
{
    bool found = false;
    sqlite3_stmt *find = statement_set_get(&known->statements, FIND);
    statement_bind_blob(find, 1, hash_slice(sha256));
    return statement_find(find, &found, ret_id, error);
}

/* Whether the row `id` has the hash. If not, it has the same keyed hash, which is not to be
 * expected, and costs a look at all rows. */
static bool confirm(KnownHashes *known, const uint8_t *sha256, int64_t id, int64_t *ret_id,
                    GError **error)
{
    bool found = false;
    sqlite3_stmt *find = statement_set_get(&known->statements, CONFIRM);
    statement_bind_blob(find, 1, hash_slice(sha256));
    sqlite3_bind_int64(find, 2, id);
    return statement_find(find, &found, ret_id, error) &&
           (found || find_row(known, sha256, ret_id, error));
}

bool known_hashes_find(KnownHashes *known, const uint8_t *sha256, int64_t *ret_id,
                       GError **error)
{
    *ret_id = 0;
    const HashEntry *entry = g_hash_table_lookup(known->unwritten, sha256);
    if (entry != NULL) {
        *ret_id = entry->id;
        return true;
    }
    if (known->written == NULL) {
        return find_row(known, sha256, ret_id, error);
    }
    gpointer id = g_hash_table_lookup(known->written, short_hash(known, sha256));
    return id == NULL || confirm(known, sha256, (int64_t)GPOINTER_TO_SIZE(id), ret_id, error);
}

void known_hashes_add(KnownHashes *known, const uint8_t *sha256, int64_t id)
{
    HashEntry *entry = g_new(HashEntry, 1);
    memcpy(entry->bytes, sha256, SHA256_BYTES);
    entry->id = id;
    g_hash_table_add(known->unwritten, entry);
}

void known_hashes_written(KnownHashes *known)
{
    GHashTableIter iter;
    gpointer entry = NULL;
    g_hash_table_iter_init(&iter, known->unwritten);
    while (known->written != NULL && g_hash_table_iter_next(&iter, &entry, NULL)) {
        remember(known, ((const HashEntry *)entry)->bytes, ((const HashEntry *)entry)->id);
    }
    g_hash_table_remove_all(known->unwritten);
}
