/* SPDX-License-Identifier: MIT */
#include "query/thread_tree.h"

#include "schema/archive.h"
#include "schema/thread_ids.h"

typedef enum { SQL_THREAD, SQL_MESSAGES, SQL_PRESENT } Sql;

static const char *const sql[] = {
    [SQL_THREAD] = "SELECT m.thread_id, (SELECT count(*) FROM message o "
                   "WHERE o.thread_id = m.thread_id) FROM message m WHERE m.id = ?",
    [SQL_MESSAGES] = "SELECT m.id, m.date, m.dkim, m.level, a.name, a.address, t.subject, "
                     "m.msgid, m.in_reply_to, m.refs FROM message m "
                     "JOIN message_text t ON t.id = m.id "
                     "LEFT JOIN message_address ma ON ma.message_id = m.id "
                     "AND ma.role = 'from' AND ma.position = 0 "
                     "LEFT JOIN address a ON a.id = ma.address_id "
                     "WHERE m.thread_id = ? ORDER BY m.id LIMIT ?",
    [SQL_PRESENT] = "SELECT 1 FROM message WHERE msgid = ? AND msgid <> '' LIMIT 1",
};

#define NO_NODE (-1)

/* The order of a subtree without any message. */
#define ORDER_NONE INT64_MAX

typedef struct {
    const ThreadMessage *message; /* NULL when it is missing */
    const char *msgid;
    int parent;
    int set; /* union-find over trees: a node of the same tree, or itself */
    int first_child;
    int next; /* sibling */
    int64_t order;
} Node;

typedef struct {
    GArray *nodes;     /* Node; the messages first, in their order */
    GHashTable *by_id; /* msgid -> index of its node + 1 */
    GStringChunk *strings;
} Builder;

static Node *node_at(const Builder *builder, int node)
{
    g_assert(node >= 0 && (guint)node < builder->nodes->len);
    return &g_array_index(builder->nodes, Node, node);
}

static int append_node(Builder *builder, const ThreadMessage *message, const char *msgid)
{
    const int index = (int)builder->nodes->len;
    const Node node = {
        .message = message,
        .msgid = msgid,
        .parent = NO_NODE,
        .set = index,
        .order = message == NULL ? ORDER_NONE : message->id,
    };
    g_array_append_val(builder->nodes, node);
    return index;
}

/* Of several messages with one id, the first is the one that others answer. */
static void add_messages(Builder *builder, const GArray *messages)
{
    for (guint i = 0; i < messages->len; i++) {
        const ThreadMessage *message = &g_array_index(messages, ThreadMessage, i);
        const int node = append_node(builder, message, message->msgid);
        if (thread_id_is_good(slice_of_string(message->msgid)) &&
            !g_hash_table_contains(builder->by_id, message->msgid)) {
            g_hash_table_insert(builder->by_id, message->msgid, GINT_TO_POINTER(node + 1));
        }
    }
}

static int node_of_id(Builder *builder, Slice id)
{
    g_autofree char *text = slice_dup(id);
    int node = GPOINTER_TO_INT(g_hash_table_lookup(builder->by_id, text)) - 1;
    if (node < 0) {
        char *kept = g_string_chunk_insert(builder->strings, text);
        node = append_node(builder, NULL, kept);
        g_hash_table_insert(builder->by_id, kept, GINT_TO_POINTER(node + 1));
    }
    return node;
}

static int set_of(const Builder *builder, int node)
{
    while (node_at(builder, node)->set != node) {
        Node *at = node_at(builder, node);
        at->set = node_at(builder, at->set)->set;
        node = at->set;
    }
    return node;
}

/* `child` is the root of its tree, so a loop is a parent in the same tree. */
static bool link_nodes(const Builder *builder, int parent, int child)
{
    const int set = set_of(builder, parent);
    if (set == set_of(builder, child)) {
        return false;
    }
    node_at(builder, child)->parent = parent;
    node_at(builder, set_of(builder, child))->set = set;
    return true;
}

static void collect(const ThreadMessage *message, ThreadIds *ids)
{
    thread_ids_collect(slice_of_string(message->references),
                       slice_of_string(message->in_reply_to), ids);
}

/* The nearest id that it refers to and that is not its own. */
static void find_parent(Builder *builder, int node)
{
    ThreadIds ids;
    const ThreadMessage *message = node_at(builder, node)->message;
    const Slice own = slice_of_string(message->msgid);
    collect(message, &ids);
    for (size_t i = ids.n_ids; i > 0; i--) {
        if (!slice_equal(ids.ids[i - 1], own) &&
            link_nodes(builder, node_of_id(builder, ids.ids[i - 1]), node)) {
            return;
        }
    }
}

/* Places what is missing where References say. */
static void place_missing(Builder *builder, int node)
{
    ThreadIds ids;
    collect(node_at(builder, node)->message, &ids);
    for (size_t i = ids.n_ids; i > ids.n_replies + 1; i--) {
        const int child = node_of_id(builder, ids.ids[i - 1]);
        const Node *at = node_at(builder, child);
        if (at->message == NULL && at->parent == NO_NODE) {
            link_nodes(builder, node_of_id(builder, ids.ids[i - 2]), child);
        }
    }
}

static gint compare_order(gconstpointer a, gconstpointer b, gpointer data)
{
    const int first = *(const int *)a;
    const int second = *(const int *)b;
    const int64_t order = node_at(data, first)->order;
    const int64_t other = node_at(data, second)->order;
    return order == other ? (first > second) - (first < second) : order > other ? 1 : -1;
}

/* Hangs all nodes below their parents in the order of `sorted`. Returns: the first root. */
static int hang_up(const Builder *builder, const int *sorted)
{
    int first_root = NO_NODE;
    for (guint i = 0; i < builder->nodes->len; i++) {
        node_at(builder, (int)i)->first_child = NO_NODE;
    }
    for (guint i = builder->nodes->len; i > 0; i--) {
        Node *node = node_at(builder, sorted[i - 1]);
        int *first = node->parent == NO_NODE ? &first_root
                                             : &node_at(builder, node->parent)->first_child;
        node->next = *first;
        *first = sorted[i - 1];
    }
    return first_root;
}

/* The node after `node` when each comes before its children, and those before its siblings. */
static int next_node(const Builder *builder, int node)
{
    if (node_at(builder, node)->first_child != NO_NODE) {
        return node_at(builder, node)->first_child;
    }
    while (node != NO_NODE && node_at(builder, node)->next == NO_NODE) {
        node = node_at(builder, node)->parent;
    }
    return node == NO_NODE ? NO_NODE : node_at(builder, node)->next;
}

/* What is missing stands where the oldest message below it would. */
static void order_missing(const Builder *builder, int first)
{
    g_autoptr(GArray) walk = g_array_new(false, false, sizeof(int));
    for (int node = first; node != NO_NODE; node = next_node(builder, node)) {
        g_array_append_val(walk, node);
    }
    for (guint i = walk->len; i > 0; i--) {
        const Node *node = node_at(builder, g_array_index(walk, int, i - 1));
        Node *parent = node->parent == NO_NODE ? NULL : node_at(builder, node->parent);
        if (parent != NULL && parent->message == NULL) {
            parent->order = MIN(parent->order, node->order);
        }
    }
}

/* Leaves out what is missing and has no message below it. */
static GArray *write_lines(const Builder *builder, int first)
{
    GArray *lines = g_array_new(false, false, sizeof(ThreadLine));
    g_autofree int *line_of = g_new(int, builder->nodes->len);
    for (int at = first; at != NO_NODE; at = next_node(builder, at)) {
        const Node *node = node_at(builder, at);
        if (node->order == ORDER_NONE) {
            continue;
        }
        ThreadLine line = {.message = node->message, .msgid = node->msgid, .parent = -1};
        if (node->parent != NO_NODE) {
            line.parent = line_of[node->parent];
            line.depth = g_array_index(lines, ThreadLine, line.parent).depth + 1;
        }
        line_of[at] = (int)lines->len;
        g_array_append_val(lines, line);
    }
    return lines;
}

GArray *thread_tree_lines(const GArray *messages, GStringChunk *strings)
{
    g_autoptr(GArray) nodes = g_array_new(false, false, sizeof(Node));
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
    Builder builder = {nodes, by_id, strings};
    add_messages(&builder, messages);
    for (guint i = 0; i < messages->len; i++) {
        find_parent(&builder, (int)i);
    }
    for (guint i = 0; i < messages->len; i++) {
        place_missing(&builder, (int)i);
    }
    g_autofree int *sorted = g_new(int, nodes->len);
    for (guint i = 0; i < nodes->len; i++) {
        sorted[i] = (int)i;
    }
    order_missing(&builder, hang_up(&builder, sorted));
    g_qsort_with_data(sorted, (gint)nodes->len, sizeof *sorted, compare_order, &builder);
    return write_lines(&builder, hang_up(&builder, sorted));
}

void thread_message_clear(ThreadMessage *message)
{
    g_free(message->dkim);
    g_free(message->level);
    g_free(message->sender_name);
    g_free(message->sender_address);
    g_free(message->subject);
    g_free(message->msgid);
    g_free(message->in_reply_to);
    g_free(message->references);
}

static void clear_message(gpointer message)
{
    thread_message_clear(message);
}

static bool read_messages(sqlite3 *db, ThreadTree *tree, int64_t limit, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = archive_prepare(db, sql[SQL_MESSAGES], error);
    if (rows == NULL) {
        return false;
    }
    sqlite3_bind_int64(rows, 1, tree->thread_id);
    sqlite3_bind_int64(rows, 2, limit);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        const ThreadMessage message = {
            .id = sqlite3_column_int64(rows, 0),
            .has_date = sqlite3_column_type(rows, 1) != SQLITE_NULL,
            .date = sqlite3_column_int64(rows, 1),
            .dkim = archive_column_dup(rows, 2),
            .level = archive_column_dup(rows, 3),
            .sender_name = archive_column_dup(rows, 4),
            .sender_address = archive_column_dup(rows, 5),
            .subject = archive_column_dup(rows, 6),
            .msgid = archive_column_dup(rows, 7),
            .in_reply_to = archive_column_dup(rows, 8),
            .references = archive_column_dup(rows, 9),
        };
        g_array_append_val(tree->messages, message);
    }
    return archive_end_rows(rows, code, error);
}

/* What the limit left out is in the archive all the same. */
static bool mark_left_out(sqlite3 *db, const ThreadTree *tree, GError **error)
{
    g_autoptr(sqlite3_stmt) find = archive_prepare(db, sql[SQL_PRESENT], error);
    bool is_good = find != NULL;
    for (guint i = 0; is_good && i < tree->lines->len; i++) {
        ThreadLine *line = &g_array_index(tree->lines, ThreadLine, i);
        if (line->message != NULL) {
            continue;
        }
        sqlite3_bind_text(find, 1, line->msgid, -1, SQLITE_STATIC);
        const int code = sqlite3_step(find);
        line->is_left_out = code == SQLITE_ROW;
        is_good = archive_end_rows(find, code == SQLITE_ROW ? SQLITE_DONE : code, error);
    }
    return is_good;
}

ThreadTree *thread_tree_read(sqlite3 *db, int64_t id, int64_t limit, GError **error)
{
    g_autoptr(sqlite3_stmt) find = archive_prepare(db, sql[SQL_THREAD], error);
    if (find == NULL) {
        return NULL;
    }
    sqlite3_bind_int64(find, 1, id);
    const int code = sqlite3_step(find);
    if (code != SQLITE_ROW) {
        archive_end_rows(find, code, error);
        return NULL;
    }
    g_autoptr(ThreadTree) tree = g_new0(ThreadTree, 1);
    tree->thread_id = sqlite3_column_int64(find, 0);
    tree->n_messages = sqlite3_column_int64(find, 1);
    tree->strings = g_string_chunk_new(4096);
    tree->messages = g_array_new(false, false, sizeof(ThreadMessage));
    g_array_set_clear_func(tree->messages, clear_message);
    if (!read_messages(db, tree, limit, error)) {
        return NULL;
    }
    tree->lines = thread_tree_lines(tree->messages, tree->strings);
    const bool is_cut = (int64_t)tree->messages->len < tree->n_messages;
    return is_cut && !mark_left_out(db, tree, error) ? NULL : g_steal_pointer(&tree);
}

void thread_tree_free(ThreadTree *tree)
{
    if (tree == NULL) {
        return;
    }
    g_clear_pointer(&tree->lines, g_array_unref);
    g_clear_pointer(&tree->messages, g_array_unref);
    g_clear_pointer(&tree->strings, g_string_chunk_free);
    g_free(tree);
}
