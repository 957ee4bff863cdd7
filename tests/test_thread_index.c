/* SPDX-License-Identifier: MIT */
/* Random mail, given to the index in any order and in any number of runs, against threads that
 * are found the slow way. */
#include "indexer/thread_index.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "indexer/sip_hash.h"
#include "indexer/thread_table.h"

#define N_MESSAGES 100

/* Ids that messages have and refer to: about one in three is nobody's. */
#define N_IDS 160

typedef struct {
    int64_t id;
    char *msgid;
    char *in_reply_to;
    char *references;
} Message;

static void message_clear(gpointer data)
{
    Message *message = data;
    g_free(message->msgid);
    g_free(message->in_reply_to);
    g_free(message->references);
}

static char *random_id(GRand *random)
{
    return g_strdup_printf("%d@x.example", g_rand_int_range(random, 0, N_IDS));
}

static GArray *random_messages(GRand *random)
{
    GArray *messages = g_array_new(false, false, sizeof(Message));
    g_array_set_clear_func(messages, message_clear);
    for (int i = 0; i < N_MESSAGES; i++) {
        Message message = {.id = i + 1};
        /* Some have none, some share one. */
        message.msgid = g_rand_int_range(random, 0, 10) == 0
                            ? g_strdup(i % 2 == 0 ? "" : "none")
                            : random_id(random);
        const bool refers = g_rand_int_range(random, 0, 5) < 2;
        g_autofree char *first = random_id(random);
        g_autofree char *second = random_id(random);
        message.references =
            refers ? g_strdup_printf("%s none %s", first, second) : g_strdup("");
        message.in_reply_to =
            g_rand_int_range(random, 0, 8) == 0 ? random_id(random) : g_strdup("");
        g_array_append_val(messages, message);
    }
    return messages;
}

static void shuffle(GRand *random, guint *order, guint n)
{
    for (guint i = n - 1; i > 0; i--) {
        const guint other = (guint)g_rand_int_range(random, 0, (gint32)i + 1);
        const guint kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

static sqlite3 *new_archive(char **ret_path)
{
    g_autoptr(GError) error = NULL;
    const int fd = g_file_open_tmp("waxseal-thread-XXXXXX", ret_path, &error);
    g_assert_no_error(error);
    close(fd);
    sqlite3 *db = archive_open_writable(*ret_path, NULL, &error);
    g_assert_no_error(error);
    archive_exec(db, "PRAGMA synchronous = 0", &error);
    g_assert_no_error(error);
    g_assert_true(archive_begin_load(db, &error));
    return db;
}

static void insert_message(sqlite3 *db, const Message *message, int64_t thread)
{
    g_autoptr(sqlite3_stmt) add =
        archive_prepare(db,
                        "INSERT INTO message VALUES (?1, CAST(?1 AS BLOB), 0, NULL, 'none', 0, "
                        "NULL, ?2, ?3, ?4, 'none',"
                        " 'none', '', 0, 0, 'none', '', ?5, '')",
                        NULL);
    sqlite3_bind_int64(add, 1, message->id);
    sqlite3_bind_text(add, 2, message->msgid, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 3, message->in_reply_to, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 4, message->references, -1, SQLITE_STATIC);
    sqlite3_bind_int64(add, 5, thread);
    g_assert_cmpint(sqlite3_step(add), ==, SQLITE_DONE);
}

/* One batch: all messages are added, then their rows are written. */
static void add_batch(sqlite3 *db, ThreadIndex *index, const GArray *messages,
                      const guint *order, guint n)
{
    g_autofree uint32_t *entries = g_new(uint32_t, n);
    for (guint i = 0; i < n; i++) {
        const Message *message = &g_array_index(messages, Message, order[i]);
        MailRecord record = {.message_id = slice_of_string(message->msgid),
                             .in_reply_to = slice_of_string(message->in_reply_to),
                             .references = slice_of_string(message->references)};
        g_assert_true(thread_index_add(index, message->id, &record, &entries[i], NULL));
    }
    for (guint i = 0; i < n; i++) {
        const Message *message = &g_array_index(messages, Message, order[i]);
        insert_message(db, message, thread_index_thread(index, entries[i], message->id));
    }
}

/* One run; one that is killed leaves what it committed. */
static void run(sqlite3 *db, const GArray *messages, const guint *order, guint n,
                bool is_killed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ThreadIndex) index = thread_index_new(db, &error);
    g_assert_no_error(error);
    const guint half = n / 2;
    add_batch(db, index, messages, order, half);
    g_assert_true(thread_index_store(index, false, NULL));
    if (half < n) {
        add_batch(db, index, messages, order + half, n - half);
    }
    if (!is_killed) {
        thread_index_store(index, true, &error);
        g_assert_no_error(error);
        g_assert_true(archive_end_load(db, NULL));
    } else {
        /* The end had been prepared. */
        g_assert_true(archive_make_indexes(db, UINT_MAX, NULL));
        g_assert_true(thread_index_store(index, false, NULL));
    }
}

/* What the archive says, as text. */
static char *rows_of(sqlite3 *db)
{
    static const char *const queries[] = {
        "SELECT id, thread_id FROM message ORDER BY id",
        "SELECT msgid, thread_id FROM missing_message ORDER BY msgid"};
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_autoptr(sqlite3_stmt) rows = archive_prepare(db, queries[i], NULL);
        while (sqlite3_step(rows) == SQLITE_ROW) {
            g_string_append_printf(out, "%s %s\n", archive_column_text(rows, 0),
                                   archive_column_text(rows, 1));
        }
    }
    return g_string_free(out, false);
}

static bool is_one_of(const char *id, const Message *message)
{
    g_autofree char *all = g_strdup_printf(" %s %s %s ", message->msgid, message->in_reply_to,
                                           message->references);
    g_autofree char *wanted = g_strdup_printf(" %s ", id);
    return strchr(id, '@') != NULL && strstr(all, wanted) != NULL;
}

/* Gives all that have the id the lowest thread of them. Returns: whether that changed any. */
static bool lower_threads(const GArray *messages, const char *id, int64_t *of_message,
                          int64_t *of_id)
{
    bool has_changed = false;
    for (guint i = 0; i < messages->len; i++) {
        if (is_one_of(id, &g_array_index(messages, Message, i)) && of_message[i] != *of_id) {
            of_message[i] = *of_id = MIN(of_message[i], *of_id);
            has_changed = true;
        }
    }
    return has_changed;
}

static void find_threads_slowly(const GArray *messages, int64_t *of_message, int64_t *of_id)
{
    for (guint i = 0; i < messages->len; i++) {
        of_message[i] = g_array_index(messages, Message, i).id;
    }
    for (int n = 0; n < N_IDS; n++) {
        of_id[n] = INT64_MAX;
    }
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (int n = 0; n < N_IDS; n++) {
            g_autofree char *id = g_strdup_printf("%d@x.example", n);
            has_changed |= lower_threads(messages, id, of_message, &of_id[n]);
        }
    }
}

static gint compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *rows_found_slowly(const GArray *messages)
{
    int64_t of_message[N_MESSAGES];
    int64_t of_id[N_IDS];
    find_threads_slowly(messages, of_message, of_id);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < messages->len; i++) {
        g_string_append_printf(out, "%u %" G_GINT64_FORMAT "\n", i + 1, of_message[i]);
    }
    g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
    for (int n = 0; n < N_IDS; n++) {
        g_autofree char *id = g_strdup_printf("%d@x.example", n);
        bool is_present = of_id[n] == INT64_MAX;
        for (guint i = 0; i < messages->len; i++) {
            is_present |= strcmp(g_array_index(messages, Message, i).msgid, id) == 0;
        }
        if (!is_present) {
            g_ptr_array_add(missing,
                            g_strdup_printf("%s %" G_GINT64_FORMAT "\n", id, of_id[n]));
        }
    }
    g_ptr_array_sort(missing, compare_strings);
    for (guint i = 0; i < missing->len; i++) {
        g_string_append(out, g_ptr_array_index(missing, i));
    }
    return g_string_free(out, false);
}

static void test_any_order_and_any_runs(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20171108);
    for (int round = 0; round < 15; round++) {
        g_autoptr(GArray) messages = random_messages(random);
        g_autofree char *expected = rows_found_slowly(messages);
        g_autofree char *path = NULL;
        g_autoptr(sqlite3) db = new_archive(&path);
        guint order[N_MESSAGES];
        for (guint i = 0; i < N_MESSAGES; i++) {
            order[i] = i;
        }
        shuffle(random, order, N_MESSAGES);
        /* One run, several, several of which the first is killed. */
        const guint n_runs = (guint)round / 3 + 1;
        for (guint i = 0, begin = 0; i < n_runs; i++) {
            const guint end = i + 1 == n_runs ? N_MESSAGES : (i + 1) * N_MESSAGES / n_runs;
            run(db, messages, order + begin, end - begin,
                i + 1 < n_runs && i < (guint)round % 3);
            begin = end;
        }
        g_autofree char *rows = rows_of(db);
        g_assert_true(strcmp(rows, expected) == 0);
        g_unlink(path);
    }
}

/* The 64-bit vectors of the SipHash reference implementation. */
static void test_sip_hash(void)
{
    static const uint64_t expected[] = {
        UINT64_C(0x726fdb47dd0e0e31), UINT64_C(0x74f839c593dc67fd),
        UINT64_C(0x0d6c8009d9a94f5a), UINT64_C(0x85676696d7fb7e2d),
        UINT64_C(0xcf2794e0277187b7), UINT64_C(0x18765564cd99a68d),
        UINT64_C(0xcbc9466e58fee3ce), UINT64_C(0xab0200f58b01d137),
        UINT64_C(0x93f5f5799a932462), UINT64_C(0x9e0082df0ba9e4b0)};
    const SipKey key = {{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autofree char *bytes = g_malloc(i);
        for (size_t n = 0; n < i; n++) {
            bytes[n] = (char)n;
        }
        g_assert_cmphex(sip_hash(&key, slice_of(bytes, i)), ==, expected[i]);
    }
}

/* Each message answers the one before: one thread, and no recursion over it. */
static void test_long_chain(void)
{
    g_autoptr(ThreadTable) table = thread_table_new();
    uint32_t before = 0;
    const int n = 200000;
    for (int i = n; i > 0; i--) {
        bool is_new = false;
        char id[32];
        const int length = g_snprintf(id, sizeof id, "%d@x", i);
        const uint32_t node =
            thread_table_find(table, slice_of(id, (size_t)length), THREAD_ID_PRESENT, &is_new);
        g_assert_true(is_new);
        thread_table_lower(table, node, i);
        if (i < n) {
            thread_table_join(table, before, node);
        }
        before = node;
    }
    g_assert_cmpuint(thread_table_size(table), ==, (guint)n);
    g_assert_cmpint(thread_table_thread(table, 0), ==, 1);
    g_assert_cmpint(thread_table_thread(table, (uint32_t)n - 1), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/thread_index/threads_do_not_depend_on_order_or_runs",
                    test_any_order_and_any_runs);
    g_test_add_func("/thread_index/a_long_chain_is_one_thread", test_long_chain);
    g_test_add_func("/thread_index/sip_hash_is_the_reference", test_sip_hash);
    return g_test_run();
}
