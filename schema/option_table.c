/* SPDX-License-Identifier: MIT */
#include "schema/option_table.h"

#include "schema/nearest_word.h"

const Option *option_table_find(const Option *table, Slice name)
{
    for (const Option *option = table; option->name != NULL; option++) {
        if (slice_equal(name, slice_of_string(option->name))) {
            return option;
        }
    }
    return NULL;
}

const Option *option_table_find_letter(const Option *table, char letter)
{
    for (const Option *option = table; option->name != NULL; option++) {
        if (option->letter == letter && letter != '\0') {
            return option;
        }
    }
    return NULL;
}

const char *option_table_nearest(const Option *table, Slice name)
{
    NearestWord nearest = nearest_word_begin(name);
    for (const Option *option = table; option->name != NULL; option++) {
        nearest_word_try(&nearest, option->name);
    }
    return nearest.word;
}

bool option_table_takes_value(const Option *table, const char *word)
{
    const Option *option = NULL;
    if (g_str_has_prefix(word, "--")) {
        option = option_table_find(table, slice_of_string(word + 2));
    } else if (word[0] == '-' && strlen(word) == 2) {
        option = option_table_find_letter(table, word[1]);
    }
    return option != NULL && option->value != NULL;
}

static char *shown_name(const Option *option)
{
    return g_strconcat("--", option->name, option->value == NULL ? NULL : " ", option->value,
                       NULL);
}

/* Help stands below help. */
static int name_columns(const Option *table)
{
    size_t columns = 0;
    for (const Option *option = table; option->name != NULL; option++) {
        g_autofree char *name = shown_name(option);
        columns = option->help == NULL ? columns : MAX(columns, strlen(name));
    }
    return (int)columns;
}

void option_table_help(const Option *table, GString *out)
{
    const int columns = name_columns(table);
    for (const Option *option = table; option->name != NULL; option++) {
        if (option->help == NULL) {
            continue;
        }
        g_autofree char *name = shown_name(option);
        const char letter[] = {'-', option->letter, ',', '\0'};
        g_string_append_printf(out, "  %3s %-*s  %s\n", option->letter == 0 ? "" : letter,
                               columns, name, option->help);
    }
}

void option_table_offer(const Option *table, const char *prefix, GString *out)
{
    for (const Option *option = table; option->name != NULL; option++) {
        g_autofree char *word = g_strconcat("--", option->name, NULL);
        if (g_str_has_prefix(word, prefix)) {
            g_string_append_printf(out, "%s\n", word);
        }
    }
}
