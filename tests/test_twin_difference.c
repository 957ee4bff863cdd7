/* SPDX-License-Identifier: MIT */
#include "query/twin_difference.h"

#define HEADER "From: a@b.example\nSubject: hi\nMessage-ID: <1@b.example>\n"

typedef struct {
    const char *name;
    TwinSide reference;
    TwinSide other;
    const char *differences; /* words, then fields */
    int64_t footer_bytes;
} DifferenceCase;

#define SIDE(raw, body, files)                                                                 \
    {                                                                                          \
        .bytes = SLICE_LITERAL(raw), .text = (body), .attachments = (files), .header = "h"     \
    }

/* The bytes are gone. */
#define BARE(body, files, head)                                                                \
    {                                                                                          \
        .bytes = {NULL, 0}, .text = (body), .attachments = (files), .header = (head)           \
    }

static const DifferenceCase cases[] = {
    {"line_ends", SIDE("From: a\n\nx\n", "x", ""), SIDE("From: a\r\n\r\nx\r\n", "x", ""),
     "line-ends", 0},
    {"a_field_is_added", SIDE(HEADER "\nx\n", "x", ""),
     SIDE("Received: by c\n" HEADER "\nx\n", "x", ""), "header +received", 0},
    {"fields_are_changed_and_removed", SIDE("X-A: 1\n" HEADER "\nx\n", "x", ""),
     SIDE("From: a@b.example\nSubject: ho\nMessage-ID: <1@b.example>\n\nx\n", "x", ""),
     "header *subject -x-a", 0},
    {"another_instance_is_a_change", SIDE("Received: a\nFrom: b\n\n", "", ""),
     SIDE("Received: c\nReceived: a\nFrom: b\n\n", "", ""), "header *received", 0},
    {"folding_and_order_name_no_field", SIDE("A: b c\nD: e\n\nx", "x", ""),
     SIDE("D: e\nA: b\n\tc\n\nx", "x", ""), "header", 0},
    {"lines_that_are_no_fields_are_not_named", SIDE("A: b\n\nx", "x", ""),
     SIDE("\xEF\xBB\xBF>From a Thu 10:00:00\nA: b\n\nx", "x", ""), "header", 0},
    {"a_footer", SIDE("A: b\n\nx\n", "x\n", ""),
     SIDE("A: b\n\nx\n-- \nlist\n", "x\n-- \nlist\n", ""), "footer", 9},
    {"a_footer_that_is_gone", SIDE("A: b\n\nx\nlist\n", "x\nlist", ""),
     SIDE("A: b\n\nx\n", "x", ""), "footer", -5},
    {"an_empty_text_is_no_beginning", SIDE("A: b\n\nx\n", "x", ""), SIDE("A: b\n\n", "", ""),
     "body", 0},
    {"another_text", SIDE("A: b\n\nx\n", "x", ""), SIDE("A: c\n\ny\n", "y", ""),
     "header body *a", 0},
    {"another_attachment", SIDE("A: b\n\nx\n", "x", "1 a"), SIDE("A: b\n\ny\n", "x", "2 a"),
     "attachments", 0},
    {"the_same_text_in_other_bytes", SIDE("A: b\n\nx=20y\n", "x y", ""),
     SIDE("A: b\n\nx y\n", "x y", ""), "encoding", 0},
    {"a_header_alone", SIDE("A: b", "", ""), SIDE("A: c", "", ""), "header *a", 0},
    {"an_empty_message", SIDE("A: b\n\nx", "x", ""), SIDE("", "", ""), "header body -a", 0},
    {"bytes_gone_and_all_the_same", BARE("x", "", "h"), SIDE("A: b\n\nx", "x", ""), "unknown",
     0},
    {"bytes_gone_and_the_header_differs", BARE("x", "", "h"), BARE("x", "", "g"), "header", 0},
    {"bytes_gone_and_the_text_differs", BARE("x", "", "h"), BARE("y", "", "h"), "body", 0},
};

static char *describe(const TwinDifference *difference)
{
    GString *out = g_string_new(NULL);
    for (unsigned i = 0; twin_difference_word(i) != NULL; i++) {
        if ((difference->kinds >> i & 1) != 0) {
            g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "",
                                   twin_difference_word(i));
        }
    }
    for (guint i = 0; i < difference->fields->len; i++) {
        const TwinField *field = &g_array_index(difference->fields, TwinField, i);
        const char mark = g_str_equal(field->change, "added")     ? '+'
                          : g_str_equal(field->change, "removed") ? '-'
                                                                  : '*';
        g_string_append_printf(out, " %c%s", mark, field->name);
    }
    return g_string_free(out, false);
}

static void test_case(gconstpointer data)
{
    const DifferenceCase *test = data;
    g_autofree char *reference_copy =
        g_memdup2(test->reference.bytes.ptr, test->reference.bytes.len);
    g_autofree char *other_copy = g_memdup2(test->other.bytes.ptr, test->other.bytes.len);
    TwinSide reference = test->reference;
    TwinSide other = test->other;
    reference.bytes.ptr = reference.bytes.len == 0 ? reference.bytes.ptr : reference_copy;
    other.bytes.ptr = other.bytes.len == 0 ? other.bytes.ptr : other_copy;
    g_auto(TwinDifference) difference = {0};
    twin_difference_find(&reference, &other, &difference);
    g_autofree char *words = describe(&difference);
    g_assert_cmpstr(words, ==, test->differences);
    g_assert_cmpint(difference.footer_bytes, ==, test->footer_bytes);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/twin_difference/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
