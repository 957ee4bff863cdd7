/* SPDX-License-Identifier: MIT */
#include "schema/message_ids.h"

static const struct {
    const char *name;
    const char *value;
    size_t n_max;
    const char *ids;
} cases[] = {
    {"one", "<a@b>", 1, "a@b"},
    {"several", "<a@b> <c@d>\r\n\t<e@f>", 100, "a@b c@d e@f"},
    {"words_around_them", "Your message of <a@b> (Monday)", 100, "a@b"},
    {"white_space_inside_goes", "<a b@\r\n c>", 100, "ab@c"},
    {"no_brackets", "a@b, c@d", 100, "a@b c@d"},
    {"no_brackets_and_words", "message a@b of Monday", 100, "a@b"},
    {"one_word_without_at", " 000200\r\n", 1, "000200"},
    {"words_without_at", "your message of Monday", 100, ""},
    {"unclosed", "<a@b <c@d>", 100, "a@b c@d"},
    {"never_closed", "<a@b", 100, "a@b"},
    {"empty_brackets", "<>", 100, ""},
    {"first_and_last_are_kept", "<1@x> <2@x> <3@x> <4@x>", 3, "1@x 3@x 4@x"},
    {"one_of_many", "<1@x> <2@x>", 1, "1@x"},
    {"raw_bytes_become_utf8", "<\351@x>", 1, "\357\277\275@x"},
    {"nothing", "", 100, ""},
};

static void test_case(gconstpointer data)
{
    const size_t i = GPOINTER_TO_SIZE(data);
    const size_t length = strlen(cases[i].value);
    g_autofree char *value = g_memdup2(cases[i].value, length);
    g_autoptr(GString) out = g_string_new(NULL);
    message_ids_append(slice_of(value, length), cases[i].n_max, out);
    g_assert_cmpstr(out->str, ==, cases[i].ids);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/message_ids/", cases[i].name, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_case);
    }
    return g_test_run();
}
