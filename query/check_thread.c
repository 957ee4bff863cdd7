/* SPDX-License-Identifier: MIT */
#include "query/check_thread.h"

#include "schema/archive.h"
#include "schema/thread_ids.h"

typedef enum { SQL_MESSAGES, SQL_MISSING } Sql;

static const char *const sql[] = {
    [SQL_MESSAGES] = "SELECT id, msgid, in_reply_to, refs, thread_id FROM message",
    [SQL_MISSING] = "SELECT msgid, thread_id FROM missing_message",
};

/* A message or an id. Those with one root are one thread. */
typedef struct {
    guint parent;    /* itself: a root */
    bool is_present; /* an id that a message has */
    int64_t lowest;  /* of a root: the lowest message id in the thread */
} Node;

typedef struct {
    int64_t id;
    int64_t thread; /* as the archive has it */
    guint node;
} Message;

typedef struct {
    sqlite3 *db;
    CheckResult *result;
    GArray *nodes;    /* Node */
    GArray *messages; /* Message */
    GTree *ids; /* char *, the number of its node as a pointer; no mail can make it slow */
} Threads;

static int compare_ids(gconstpointer a, gconstpointer b, gpointer data)
{
    (void)data;
    return strcmp(a, b);
}

static Node *node_at(const Threads *threads, guint at)
{
    return &g_array_index(threads->nodes, Node, at);
}

static guint add_node(Threads *threads, int64_t lowest)
{
    const Node node = {.parent = threads->nodes->len, .lowest = lowest};
    g_array_append_val(threads->nodes, node);
    return node.parent;
}

static guint node_of_id(Threads *threads, Slice id)
{
    g_autofree char *key = slice_dup(id);
    gpointer known = NULL;
    if (g_tree_lookup_extended(threads->ids, key, NULL, &known)) {
        return GPOINTER_TO_UINT(known);
    }
    const guint node = add_node(threads, G_MAXINT64);
    g_tree_insert(threads->ids, g_steal_pointer(&key), GUINT_TO_POINTER(node));
    return node;
}

static Node *root_of(const Threads *threads, guint at)
{
    while (node_at(threads, at)->parent != at) {
        Node *node = node_at(threads, at);
        node->parent = node_at(threads, node->parent)->parent;
        at = node->parent;
    }
    return node_at(threads, at);
}

static void join(const Threads *threads, guint one, guint other)
{
    Node *root = root_of(threads, one);
    Node *joined = root_of(threads, other);
    root->lowest = MIN(root->lowest, joined->lowest);
    joined->parent = root->parent;
}

static Slice column_slice(sqlite3_stmt *row, int column)
{
    return slice_of_string(archive_column_text(row, column));
}

static void add_message(Threads *threads, sqlite3_stmt *row)
{
    const int64_t id = sqlite3_column_int64(row, 0);
    const Slice own = column_slice(row, 1);
    const Message message = {
        .id = id, .thread = sqlite3_column_int64(row, 4), .node = add_node(threads, id)};
    ThreadIds referred;
    g_array_append_val(threads->messages, message);
    if (thread_id_is_good(own)) {
        const guint node = node_of_id(threads, own);
        node_at(threads, node)->is_present = true;
        join(threads, message.node, node);
    }
    thread_ids_collect(column_slice(row, 3), column_slice(row, 2), &referred);
    for (size_t i = 0; i < referred.n_ids; i++) {
        join(threads, message.node, node_of_id(threads, referred.ids[i]));
    }
}

static bool read_messages(Threads *threads, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(threads->db, sql[SQL_MESSAGES], error);
    int code = SQLITE_OK;
    while (rows != NULL && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        add_message(threads, rows);
    }
    return rows != NULL && archive_end_rows(rows, code, error);
}

static void compare_messages(const Threads *threads)
{
    gint64 n_wrong = 0;
    gint64 first = 0;
    for (guint i = 0; i < threads->messages->len; i++) {
        const Message *message = &g_array_index(threads->messages, Message, i);
        if (root_of(threads, message->node)->lowest != message->thread) {
            first = n_wrong == 0 ? message->id : first;
            n_wrong++;
        }
    }
    if (n_wrong > 0) {
        check_result_find(threads->result, CHECK_FAILED,
                          "messages in another thread than their ids make: %" G_GINT64_FORMAT
                          " (the first is %" G_GINT64_FORMAT ")",
                          n_wrong, first);
    }
}

/* Whether a row of missing_message names an id that no message has, and its thread. */
static bool is_missing(const Threads *threads, sqlite3_stmt *row)
{
    gpointer known = NULL;
    if (!g_tree_lookup_extended(threads->ids, archive_column_text(row, 0), NULL, &known)) {
        return false;
    }
    const guint node = GPOINTER_TO_UINT(known);
    return !node_at(threads, node)->is_present &&
           root_of(threads, node)->lowest == sqlite3_column_int64(row, 1);
}

static gint64 count_missing(const Threads *threads)
{
    gint64 n_missing = 0;
    for (GTreeNode *at = g_tree_node_first(threads->ids); at != NULL;
         at = g_tree_node_next(at)) {
        const guint node = GPOINTER_TO_UINT(g_tree_node_value(at));
        n_missing += node_at(threads, node)->is_present ? 0 : 1;
    }
    return n_missing;
}

static bool compare_missing(const Threads *threads, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(threads->db, sql[SQL_MISSING], error);
    int code = SQLITE_OK;
    gint64 n_right = 0;
    gint64 n_wrong = 0;
    while (rows != NULL && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        *(is_missing(threads, rows) ? &n_right : &n_wrong) += 1;
    }
    if (rows == NULL || !archive_end_rows(rows, code, error)) {
        return false;
    }
    const gint64 n_missing = count_missing(threads);
    if (n_wrong > 0) {
        check_result_find(threads->result, CHECK_FAILED,
                          "missing messages that are not missing, or in another thread: "
                          "%" G_GINT64_FORMAT,
                          n_wrong);
    }
    if (n_right != n_missing) {
        check_result_find(threads->result, CHECK_FAILED,
                          "ids without a message and not in missing_message: %" G_GINT64_FORMAT,
                          n_missing - n_right);
    }
    return true;
}

void check_thread_run(sqlite3 *db, CheckResult *result)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) nodes = g_array_new(false, false, sizeof(Node));
    g_autoptr(GArray) messages = g_array_new(false, false, sizeof(Message));
    g_autoptr(GTree) ids = g_tree_new_full(compare_ids, NULL, g_free, NULL);
    Threads threads = {
        .db = db, .result = result, .nodes = nodes, .messages = messages, .ids = ids};
    check_result_say(result, "the threads of the messages");
    if (read_messages(&threads, &error)) {
        check_result_say(result, "%u messages by %d ids", messages->len, g_tree_nnodes(ids));
        compare_messages(&threads);
        if (compare_missing(&threads, &error)) {
            return;
        }
    }
    check_result_error(result, error);
}
