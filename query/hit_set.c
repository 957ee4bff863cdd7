/* SPDX-License-Identifier: MIT */
#include "query/hit_set.h"

#include "schema/archive.h"

/* Finding the row of one message costs about as much as reading this many in a row. */
#define COST_OF_LOOKUP 8

/* More buckets than this would not stay in the cache. */
#define MAX_BUCKET_BITS 20

typedef enum { SQL_ALL, SQL_COUNT, SQL_VERIFIED, SQL_IS_VERIFIED } Sql;

static const char *const sql[] = {
    [SQL_ALL] = "SELECT id FROM message",
    [SQL_COUNT] = "SELECT count(*) FROM message",
    [SQL_VERIFIED] = "SELECT id FROM message WHERE level = 'verified' AND level <> 'none'",
    [SQL_IS_VERIFIED] = "SELECT level = 'verified' FROM message WHERE id = ?",
};

struct HitSet {
    GArray *ids;      /* int64_t, ascending */
    GArray *buckets;  /* guint: the first hit of each bucket of ids, and one more */
    GArray *verified; /* uint8_t, one a hit */
    unsigned shift;   /* which bucket: (id - first id) >> shift */
    guint n_verified;
    bool is_sparse;
};

static int64_t id_at(const HitSet *hits, guint n)
{
    return g_array_index(hits->ids, int64_t, n);
}

/* How far an id is from the first; ids of a damaged archive may be any number. */
static uint64_t distance(const HitSet *hits, int64_t id)
{
    return (uint64_t)id - (uint64_t)id_at(hits, 0);
}

static int compare_ids(gconstpointer a, gconstpointer b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static bool read_ids(HitSet *hits, sqlite3_stmt *rows, GError **error)
{
    bool is_sorted = true;
    int64_t last = G_MININT64;
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const int64_t id = sqlite3_column_int64(rows, 0);
        is_sorted = is_sorted && id >= last;
        last = id;
        if (hits->ids->len == HIT_SET_NONE - 1) {
            g_set_error_literal(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL,
                                "the query finds too many messages to count them");
            return false;
        }
        g_array_append_val(hits->ids, id);
    }
    if (!is_sorted) {
        g_array_sort(hits->ids, compare_ids);
    }
    return archive_end_rows(rows, code, error);
}

/* About one bucket a hit, in which a search by halves ends at once. */
static void make_buckets(HitSet *hits)
{
    const guint n_hits = hits->ids->len;
    const uint64_t span = n_hits == 0 ? 0 : distance(hits, id_at(hits, n_hits - 1));
    const unsigned bits = MIN(g_bit_storage(n_hits), MAX_BUCKET_BITS);
    while (hits->shift < 63 && (span >> hits->shift) >> bits > 0) {
        hits->shift++;
    }
    const guint n_buckets = n_hits == 0 ? 0 : (guint)(span >> hits->shift) + 1;
    guint next = 0;
    for (guint bucket = 0; bucket < n_buckets; bucket++) {
        while (distance(hits, id_at(hits, next)) >> hits->shift < bucket) {
            next++;
        }
        g_array_append_val(hits->buckets, next);
    }
    g_array_append_val(hits->buckets, n_hits);
}

static void mark_verified(HitSet *hits, guint n)
{
    hits->n_verified += g_array_index(hits->verified, uint8_t, n) == 0;
    g_array_index(hits->verified, uint8_t, n) = 1;
}

static bool read_verified(HitSet *hits, sqlite3 *db, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql[SQL_VERIFIED], error);
    if (rows == NULL) {
        return false;
    }
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const guint n = hit_set_find(hits, sqlite3_column_int64(rows, 0));
        if (n != HIT_SET_NONE) {
            mark_verified(hits, n);
        }
    }
    return archive_end_rows(rows, code, error);
}

static bool look_up_verified(HitSet *hits, sqlite3 *db, GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, sql[SQL_IS_VERIFIED], error);
    if (row == NULL) {
        return false;
    }
    for (guint n = 0; n < hits->ids->len; n++) {
        sqlite3_bind_int64(row, 1, id_at(hits, n));
        int code = sqlite3_step(row);
        if (code == SQLITE_ROW) {
            if (sqlite3_column_int(row, 0) == 1) {
                mark_verified(hits, n);
            }
            code = sqlite3_step(row);
        }
        if (!archive_end_rows(row, code, error)) {
            return false;
        }
    }
    return true;
}

static bool count_messages(sqlite3 *db, int64_t *ret_count, GError **error)
{
    g_autoptr(sqlite3_stmt) row = archive_prepare(db, sql[SQL_COUNT], error);
    if (row == NULL) {
        return false;
    }
    if (sqlite3_step(row) != SQLITE_ROW) {
        archive_set_error(db, error);
        return false;
    }
    *ret_count = sqlite3_column_int64(row, 0);
    return true;
}

HitSet *hit_set_read(sqlite3 *db, const CompiledQuery *query, GError **error)
{
    g_autoptr(HitSet) hits = g_new0(HitSet, 1);
    hits->ids = g_array_new(false, false, sizeof(int64_t));
    hits->buckets = g_array_new(false, false, sizeof(guint));
    hits->verified = g_array_new(false, true, sizeof(uint8_t));
    g_autoptr(sqlite3_stmt) rows = query == NULL
                                       ? archive_prepare(db, sql[SQL_ALL], error)
                                       : sql_builder_prepare(query->statement, db, error);
    int64_t n_messages = 0;
    if (rows == NULL || !read_ids(hits, rows, error) ||
        !count_messages(db, &n_messages, error)) {
        return NULL;
    }
    make_buckets(hits);
    g_array_set_size(hits->verified, hits->ids->len);
    hits->is_sparse = hits->ids->len < n_messages / COST_OF_LOOKUP;
    if (!(hits->is_sparse ? look_up_verified : read_verified)(hits, db, error)) {
        return NULL;
    }
    return g_steal_pointer(&hits);
}

void hit_set_free(HitSet *hits)
{
    if (hits == NULL) {
        return;
    }
    g_array_unref(hits->ids);
    g_array_unref(hits->buckets);
    g_array_unref(hits->verified);
    g_free(hits);
}

guint hit_set_size(const HitSet *hits)
{
    return hits->ids->len;
}

guint hit_set_verified(const HitSet *hits)
{
    return hits->n_verified;
}

int64_t hit_set_id(const HitSet *hits, guint n)
{
    g_assert(n < hits->ids->len);
    return id_at(hits, n);
}

bool hit_set_is_verified(const HitSet *hits, guint n)
{
    g_assert(n < hits->ids->len);
    return g_array_index(hits->verified, uint8_t, n) != 0;
}

static bool is_outside(const HitSet *hits, int64_t id)
{
    return hits->ids->len == 0 || id < id_at(hits, 0) || id > id_at(hits, hits->ids->len - 1);
}

static const guint *bucket_of(const HitSet *hits, int64_t id)
{
    return &g_array_index(hits->buckets, guint, distance(hits, id) >> hits->shift);
}

guint hit_set_find(const HitSet *hits, int64_t id)
{
    if (is_outside(hits, id)) {
        return HIT_SET_NONE;
    }
    const guint *bucket = bucket_of(hits, id);
    guint low = bucket[0];
    guint high = bucket[1];
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (id_at(hits, middle) < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < hits->ids->len && id_at(hits, low) == id ? low : HIT_SET_NONE;
}

void hit_set_find_all(const HitSet *hits, const int64_t *ids, guint n, guint *ret_hits)
{
    for (guint i = 0; i < n; i++) {
        if (!is_outside(hits, ids[i])) {
            __builtin_prefetch(bucket_of(hits, ids[i]));
        }
    }
    for (guint i = 0; i < n; i++) {
        if (!is_outside(hits, ids[i])) {
            const guint first = *bucket_of(hits, ids[i]);
            __builtin_prefetch((const int64_t *)(const void *)hits->ids->data + first);
            __builtin_prefetch((const uint8_t *)hits->verified->data + first);
        }
    }
    for (guint i = 0; i < n; i++) {
        ret_hits[i] = hit_set_find(hits, ids[i]);
    }
}

bool hit_set_is_sparse(const HitSet *hits)
{
    return hits->is_sparse;
}
