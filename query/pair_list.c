/* SPDX-License-Identifier: MIT */
#include "query/pair_list.h"

#include "schema/archive.h"

typedef enum { SQL_ALL, SQL_ONE, SQL_ADDRESS } Sql;

/* Message after message. */
static const char *const sql[] = {
    [SQL_ALL] = "SELECT message_id, role = 'from', address_id FROM message_address "
                "WHERE role IN ('from', 'to', 'cc', 'bcc') ORDER BY message_id",
    [SQL_ONE] = "SELECT message_id, role = 'from', address_id FROM message_address "
                "WHERE message_id = ?1 AND role IN ('from', 'to', 'cc', 'bcc')",
    [SQL_ADDRESS] = "SELECT CASE address WHEN '' THEN name ELSE address END FROM address "
                    "WHERE id = ?1",
};

typedef struct {
    const HitSet *hits;
    PairList list;
    sqlite3_stmt *address;
    GHashTable *by_id;   /* address id: its number and 1 */
    GHashTable *by_text; /* address: the same */
    GHashTable *by_pair; /* uint64_t of sender and recipient: index of the pair and 1 */
    guint max_recipients;
    guint hit;          /* whose mailboxes are being collected */
    GArray *senders;    /* guint */
    GArray *recipients; /* guint */
} Reader;

static guint hash_pair(gconstpointer key)
{
    const uint64_t mixed = *(const uint64_t *)key * UINT64_C(0x9E3779B97F4A7C15);
    return (guint)(mixed >> 32);
}

static guint number_of_text(Reader *reader, const char *text)
{
    const guint known = GPOINTER_TO_UINT(g_hash_table_lookup(reader->by_text, text));
    if (known > 0) {
        return known - 1;
    }
    char *copy = g_strdup(text);
    g_ptr_array_add(reader->list.addresses, copy);
    g_hash_table_insert(reader->by_text, copy, GUINT_TO_POINTER(reader->list.addresses->len));
    return reader->list.addresses->len - 1;
}

/* One address may have many names, and so many ids. */
static bool number_of_id(Reader *reader, int64_t id, guint *ret_number, GError **error)
{
    gpointer key = GSIZE_TO_POINTER((gsize)id);
    const guint known = GPOINTER_TO_UINT(g_hash_table_lookup(reader->by_id, key));
    if (known > 0) {
        *ret_number = known - 1;
        return true;
    }
    sqlite3_bind_int64(reader->address, 1, id);
    int code = sqlite3_step(reader->address);
    const bool is_there = code == SQLITE_ROW;
    *ret_number =
        number_of_text(reader, is_there ? archive_column_text(reader->address, 0) : "");
    g_hash_table_insert(reader->by_id, key, GUINT_TO_POINTER(*ret_number + 1));
    return archive_end_rows(reader->address, is_there ? sqlite3_step(reader->address) : code,
                            error);
}

static Pair *find_pair(Reader *reader, guint sender, guint recipient)
{
    const uint64_t key = (uint64_t)sender << 32 | recipient;
    const guint known = GPOINTER_TO_UINT(g_hash_table_lookup(reader->by_pair, &key));
    if (known > 0) {
        return &g_array_index(reader->list.pairs, Pair, known - 1);
    }
    const Pair pair = {.sender = sender,
                       .recipient = recipient,
                       .first = HIT_SET_NONE,
                       .last = HIT_SET_NONE,
                       .counted = HIT_SET_NONE};
    g_array_append_val(reader->list.pairs, pair);
    g_hash_table_insert(reader->by_pair, g_memdup2(&key, sizeof(key)),
                        GUINT_TO_POINTER(reader->list.pairs->len));
    return &g_array_index(reader->list.pairs, Pair, reader->list.pairs->len - 1);
}

static void count_pair(Reader *reader, guint sender, guint recipient)
{
    Pair *pair = find_pair(reader, sender, recipient);
    if (pair->counted == reader->hit) {
        return;
    }
    pair->counted = reader->hit;
    pair->messages++;
    pair->verified += hit_set_is_verified(reader->hits, reader->hit);
    if (hit_set_id(reader->hits, reader->hit) >= QUERY_PART_UNDATED_ID_LIMIT) {
        pair->first = MIN(pair->first, reader->hit);
        pair->last = reader->hit;
    }
}

/* All mailboxes of a message are there. */
static bool end_message(Reader *reader, GError **error)
{
    const guint n_recipients = MIN(reader->recipients->len, reader->max_recipients);
    reader->list.n_cut += n_recipients < reader->recipients->len;
    for (guint i = 0; i < reader->senders->len; i++) {
        for (guint j = 0; j < n_recipients; j++) {
            count_pair(reader, g_array_index(reader->senders, guint, i),
                       g_array_index(reader->recipients, guint, j));
        }
    }
    const bool has_both = reader->senders->len > 0 && n_recipients > 0;
    reader->list.n_without -= has_both;
    g_array_set_size(reader->senders, 0);
    g_array_set_size(reader->recipients, 0);
    if (reader->list.pairs->len > PAIRS_MAX) {
        g_set_error(error, ARCHIVE_ERROR, ARCHIVE_ERROR_SQL,
                    "there are more than %d pairs: ask for fewer messages, or leave out mass "
                    "mailings with --max-recipients",
                    PAIRS_MAX);
        return false;
    }
    return true;
}

static bool take_row(Reader *reader, sqlite3_stmt *row, GError **error)
{
    const guint hit = hit_set_find(reader->hits, sqlite3_column_int64(row, 0));
    if (hit == HIT_SET_NONE) {
        return true;
    }
    if (hit != reader->hit && !end_message(reader, error)) {
        return false;
    }
    reader->hit = hit;
    guint number = 0;
    if (!number_of_id(reader, sqlite3_column_int64(row, 2), &number, error)) {
        return false;
    }
    g_array_append_val(sqlite3_column_int(row, 1) == 1 ? reader->senders : reader->recipients,
                       number);
    return true;
}

static bool take_rows(Reader *reader, sqlite3_stmt *rows, GError **error)
{
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (!take_row(reader, rows, error)) {
            return false;
        }
    }
    return archive_end_rows(rows, code, error);
}

static bool read_messages(Reader *reader, sqlite3 *db, GError **error)
{
    const bool is_sparse = hit_set_is_sparse(reader->hits);
    g_autoptr(sqlite3_stmt) rows =
        archive_prepare(db, sql[is_sparse ? SQL_ONE : SQL_ALL], error);
    g_autoptr(sqlite3_stmt) address =
        rows == NULL ? NULL : archive_prepare(db, sql[SQL_ADDRESS], error);
    if (address == NULL) {
        return false;
    }
    reader->address = address;
    if (!is_sparse) {
        return take_rows(reader, rows, error) && end_message(reader, error);
    }
    for (guint n = 0; n < hit_set_size(reader->hits); n++) {
        sqlite3_bind_int64(rows, 1, hit_set_id(reader->hits, n));
        if (!take_rows(reader, rows, error)) {
            return false;
        }
    }
    return end_message(reader, error);
}

static int compare_pairs(gconstpointer a, gconstpointer b, gpointer data)
{
    const Pair *left = a;
    const Pair *right = b;
    const GPtrArray *addresses = data;
    if (left->messages != right->messages) {
        return left->messages < right->messages ? 1 : -1;
    }
    const int by_sender =
        strcmp(addresses->pdata[left->sender], addresses->pdata[right->sender]);
    return by_sender != 0
               ? by_sender
               : strcmp(addresses->pdata[left->recipient], addresses->pdata[right->recipient]);
}

bool pair_list_read(sqlite3 *db, const HitSet *hits, guint max_recipients, PairList *ret_list,
                    GError **error)
{
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_direct_hash, g_direct_equal);
    g_autoptr(GHashTable) by_text = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) by_pair =
        g_hash_table_new_full(hash_pair, g_int64_equal, g_free, NULL);
    g_autoptr(GArray) senders = g_array_new(false, false, sizeof(guint));
    g_autoptr(GArray) recipients = g_array_new(false, false, sizeof(guint));
    Reader reader = {
        .hits = hits,
        .list = {.addresses = g_ptr_array_new_with_free_func(g_free),
                 .pairs = g_array_new(false, false, sizeof(Pair)),
                 .n_without = hit_set_size(hits)},
        .by_id = by_id,
        .by_text = by_text,
        .by_pair = by_pair,
        .max_recipients = max_recipients,
        .hit = HIT_SET_NONE,
        .senders = senders,
        .recipients = recipients,
    };
    if (!read_messages(&reader, db, error)) {
        pair_list_clear(&reader.list);
        return false;
    }
    g_array_sort_with_data(reader.list.pairs, compare_pairs, reader.list.addresses);
    *ret_list = reader.list;
    return true;
}

void pair_list_clear(PairList *list)
{
    g_clear_pointer(&list->addresses, g_ptr_array_unref);
    g_clear_pointer(&list->pairs, g_array_unref);
}
