/* SPDX-License-Identifier: MIT */
#include "query/query_flag.h"

/* The fields whose words are flags, and what stands in front of them. */
static const struct {
    const char *field;
    const char *before;
} word_flags[] = {{"is", ""}, {"has", "has-"}};

static bool find_word(const QueryField *field, Slice name, OptionFlag *ret_flag)
{
    for (size_t i = 0; i < QUERY_FIELD_MAX_WORDS && field->words[i] != NULL; i++) {
        if (slice_equal(name, slice_of_string(field->words[i]))) {
            *ret_flag = (OptionFlag){.field = field, .word = field->words[i]};
            return true;
        }
    }
    return false;
}

bool query_flag_find(Slice name, OptionFlag *ret_flag)
{
    const QueryField *field = name.len > 1 ? query_field_find(name) : NULL;
    if (field != NULL) {
        *ret_flag = (OptionFlag){.field = field, .value_name = field->value};
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(word_flags); i++) {
        const Slice before = slice_of_string(word_flags[i].before);
        if (slice_starts_with(name, before) &&
            find_word(query_field_find(slice_of_string(word_flags[i].field)),
                      slice_from(name, before.len), ret_flag)) {
            return true;
        }
    }
    return false;
}

static void offer(const char *prefix, const char *before, const char *name, GString *out)
{
    g_autofree char *word = g_strconcat("--", before, name, NULL);
    if (g_str_has_prefix(word, prefix)) {
        g_string_append_printf(out, "%s\n", word);
    }
}

void query_flag_offer(const char *prefix, GString *out)
{
    size_t n_fields = 0;
    const QueryField *fields = query_field_table(&n_fields);
    for (size_t i = 0; i < n_fields; i++) {
        offer(prefix, "", fields[i].name, out);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(word_flags); i++) {
        const QueryField *field = query_field_find(slice_of_string(word_flags[i].field));
        for (size_t n = 0; n < QUERY_FIELD_MAX_WORDS && field->words[n] != NULL; n++) {
            offer(prefix, word_flags[i].before, field->words[n], out);
        }
    }
}
