/* SPDX-License-Identifier: MIT */
#include "query/thread_tree.h"

/* "own;references;in_reply_to", one message an entry; ids are given from 1. */
#define MAX_MESSAGES 8

static const struct {
    const char *name;
    const char *messages[MAX_MESSAGES];
    const char *tree; /* depth, then the message's number or the missing id in brackets */
} cases[] = {
    {"answers_stand_below",
     {"a@x;;", "b@x;a@x;", "c@x;a@x b@x;", "d@x;a@x;"},
     "0:1 1:2 2:3 1:4"},
    {"in_reply_to_serves_without_references", {"a@x;;", "b@x;;a@x"}, "0:1 1:2"},
    {"references_go_first", {"a@x;;", "b@x;;", "c@x;a@x;b@x"}, "0:1 1:3 0:2"},
    {"a_missing_parent_has_its_place", {"a@x;;", "c@x;a@x b@x;"}, "0:1 1:<b@x> 2:2"},
    {"missing_ones_keep_their_order",
     {"d@x;a@x b@x c@x;", "e@x;a@x b@x;"},
     "0:<a@x> 1:<b@x> 2:<c@x> 3:1 2:2"},
    {"what_nobody_answered_is_not_missing", {"a@x;;z@x y@x"}, "0:<z@x> 1:1"},
    {"the_parent_may_be_younger", {"b@x;a@x;", "a@x;;"}, "0:2 1:1"},
    {"itself_is_no_parent", {"a@x;a@x;"}, "0:1"},
    {"itself_is_no_parent_but_the_one_before_is", {"a@x;;", "b@x;a@x b@x;"}, "0:1 1:2"},
    {"two_that_answer_each_other", {"a@x;b@x;", "b@x;a@x;"}, "0:2 1:1"},
    {"a_ring_of_three", {"a@x;c@x;", "b@x;a@x;", "c@x;b@x;"}, "0:3 1:1 2:2"},
    {"missing_ones_in_a_ring", {"c@x;a@x b@x;", "d@x;b@x a@x;"}, "0:<a@x> 1:<b@x> 2:1 1:2"},
    {"twins_stand_side_by_side",
     {"a@x;;", "b@x;a@x;", "b@x;a@x;", "c@x;b@x;"},
     "0:1 1:2 2:4 1:3"},
    {"junk_ids_join_nothing", {"none;;", "none;;", ";;none"}, "0:1 0:2 0:3"},
    {"what_others_say_of_a_root_does_not_count", {"a@x;;", "b@x;z@x a@x;"}, "0:1 1:2"},
};

static void set_message(ThreadMessage *message, int64_t id, const char *fields)
{
    g_auto(GStrv) parts = g_strsplit(fields, ";", 3);
    message->id = id;
    message->msgid = g_strdup(parts[0]);
    message->references = g_strdup(parts[1]);
    message->in_reply_to = g_strdup(parts[2]);
}

static void clear_message(gpointer message)
{
    thread_message_clear(message);
}

static GArray *messages_new(void)
{
    GArray *messages = g_array_new(false, true, sizeof(ThreadMessage));
    g_array_set_clear_func(messages, clear_message);
    return messages;
}

static void add_message(GArray *messages, const char *fields)
{
    ThreadMessage message = {0};
    set_message(&message, (int64_t)messages->len + 1, fields);
    g_array_append_val(messages, message);
}

static void test_case(gconstpointer data)
{
    const size_t i = GPOINTER_TO_SIZE(data);
    g_autoptr(GArray) messages = messages_new();
    for (size_t n = 0; n < MAX_MESSAGES && cases[i].messages[n] != NULL; n++) {
        add_message(messages, cases[i].messages[n]);
    }
    GStringChunk *strings = g_string_chunk_new(64);
    g_autoptr(GArray) lines = thread_tree_lines(messages, strings);
    g_autoptr(GString) tree = g_string_new(NULL);
    for (guint n = 0; n < lines->len; n++) {
        const ThreadLine *line = &g_array_index(lines, ThreadLine, n);
        g_string_append_printf(tree, "%s%u:", n == 0 ? "" : " ", line->depth);
        if (line->message == NULL) {
            g_string_append_printf(tree, "<%s>", line->msgid);
        } else {
            g_string_append_printf(tree, "%" G_GINT64_FORMAT, line->message->id);
        }
        if (line->depth > 0) {
            g_assert_cmpuint(g_array_index(lines, ThreadLine, line->parent).depth + 1, ==,
                             line->depth);
        }
    }
    g_assert_cmpstr(tree->str, ==, cases[i].tree);
    g_string_chunk_free(strings);
}

/* Each answers the next one, so that every link joins two trees at their far ends. */
static void test_deep_chain(void)
{
    const int n = 100000;
    g_autoptr(GArray) messages = messages_new();
    for (int i = 0; i < n; i++) {
        g_autofree char *fields = g_strdup_printf("%d@x;%d@x;", i, i + 1);
        add_message(messages, fields);
    }
    GStringChunk *strings = g_string_chunk_new(4096);
    g_autoptr(GArray) lines = thread_tree_lines(messages, strings);
    g_assert_cmpuint(lines->len, ==, (guint)n + 1);
    g_assert_null(g_array_index(lines, ThreadLine, 0).message);
    g_assert_cmpuint(g_array_index(lines, ThreadLine, n).depth, ==, (guint)n);
    g_assert_cmpint(g_array_index(lines, ThreadLine, n).message->id, ==, 1);
    g_string_chunk_free(strings);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/thread_tree/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_case);
    }
    g_test_add_func("/thread_tree/a_chain_of_a_hundred_thousand", test_deep_chain);
    return g_test_run();
}
