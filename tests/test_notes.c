/* SPDX-License-Identifier: MIT */
#include "query/notes.h"

static const struct {
    const char *text;
    const char *tag; /* NULL: none */
} tags[] = {
    {"read", "read"},
    {"READ", "read"},
    {"e\xCC\x81tude", "\xC3\xA9tude"}, /* composed */
    {"\xC3\x89TUDE", "\xC3\xA9tude"},
    {"to-check_2/b.c:d", "to-check_2/b.c:d"},
    {"2017", "2017"},
    {"", NULL},
    {"-read", NULL},
    {"two words", NULL},
    {"a\"b", NULL},
    {"a*", NULL},
    {"a\x1b[31m", NULL},
    {"a\xE2\x80\xAE", NULL},
    {"a\xFF", NULL},
    {"a,b", NULL},
};

static void test_normalize(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        g_autofree char *tag = notes_normalize_tag(tags[i].text);
        g_assert_cmpstr(tag, ==, tags[i].tag);
    }
    char longest[NOTES_TAG_MAX + 2];
    memset(longest, 'a', sizeof longest);
    longest[NOTES_TAG_MAX + 1] = '\0';
    g_assert_null(notes_normalize_tag(longest));
    longest[NOTES_TAG_MAX] = '\0';
    g_autofree char *kept = notes_normalize_tag(longest);
    g_assert_cmpstr(kept, ==, longest);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/notes/a_tag_has_one_form", test_normalize);
    return g_test_run();
}
