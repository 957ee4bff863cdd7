/* SPDX-License-Identifier: MIT */
#include "schema/option.h"

typedef struct {
    const OptionSyntax *syntax;
    int n_arguments;
    char **arguments;
    int at;
    OptionSet *set;
} Reader;

void option_set_init(OptionSet *set)
{
    *set = (OptionSet){.given = g_array_new(false, false, sizeof(OptionGiven)),
                       .fields = g_array_new(false, false, sizeof(OptionField)),
                       .words = g_ptr_array_new()};
}

void option_set_clear(OptionSet *set)
{
    g_clear_pointer(&set->given, g_array_unref);
    g_clear_pointer(&set->fields, g_array_unref);
    g_clear_pointer(&set->words, g_ptr_array_unref);
}

/* The value that stands in the same argument, or the next argument. Returns: NULL when there is
 * none. */
static const char *take_value(Reader *reader, const char *joined)
{
    if (joined != NULL) {
        return joined;
    }
    return reader->at + 1 < reader->n_arguments ? reader->arguments[++reader->at] : NULL;
}

static char *add_option(Reader *reader, const Option *option, const char *joined)
{
    const char *argument = reader->arguments[reader->at];
    OptionGiven given = {.name = option->name, .value = ""};
    if (option->value != NULL) {
        given.value = take_value(reader, joined);
        if (given.value == NULL) {
            return g_strdup_printf("%s needs a value: %s", argument, option->value);
        }
    } else if (joined != NULL) {
        return g_strdup_printf("--%s takes no value", option->name);
    }
    g_array_append_val(reader->set->given, given);
    return NULL;
}

static char *add_flag(Reader *reader, const OptionFlag *flag, const char *joined)
{
    OptionField field = {.field = flag->field,
                         .flag = reader->arguments[reader->at],
                         .value = flag->word,
                         .is_word = flag->word != NULL};
    if (field.is_word && joined != NULL) {
        return g_strdup_printf("%s takes no value", field.flag);
    }
    if (!field.is_word) {
        field.value = take_value(reader, joined);
    }
    if (field.value == NULL) {
        return g_strdup_printf("%s needs a value: %s", field.flag, flag->value_name);
    }
    g_array_append_val(reader->set->fields, field);
    return NULL;
}

static char *unknown_option(const OptionSyntax *syntax, Slice name)
{
    const char *nearest = option_table_nearest(syntax->table, name);
    if (nearest == NULL && syntax->nearest_flag != NULL) {
        nearest = syntax->nearest_flag(name);
    }
    return g_strdup_printf("unknown option --%.*s%s%s%s", (int)name.len, name.ptr,
                           nearest == NULL ? "" : ", did you mean --",
                           nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

static char *read_long(Reader *reader, const char *argument)
{
    const OptionSyntax *syntax = reader->syntax;
    const char *equals = strchr(argument, '=');
    const char *joined = equals == NULL ? NULL : equals + 1;
    const Slice name = equals == NULL ? slice_of_string(argument + 2)
                                      : slice_of(argument + 2, (size_t)(equals - argument - 2));
    const Option *option = option_table_find(syntax->table, name);
    if (option != NULL) {
        return add_option(reader, option, joined);
    }
    OptionFlag flag = {NULL};
    if (syntax->find_flag != NULL && syntax->find_flag(name, &flag)) {
        return add_flag(reader, &flag, joined);
    }
    return unknown_option(syntax, name);
}

/* "-q", "-j1", "-qj1", "-j 1". */
static char *read_letters(Reader *reader, const char *letters)
{
    for (const char *at = letters; *at != '\0'; at++) {
        const Option *option = option_table_find_letter(reader->syntax->table, *at);
        if (option == NULL) {
            return g_strdup_printf("unknown option -%s", at);
        }
        const bool has_joined = option->value != NULL && at[1] != '\0';
        char *message = add_option(reader, option, has_joined ? at + 1 : NULL);
        if (message != NULL || option->value != NULL) {
            return message;
        }
    }
    return NULL;
}

/* "-n5", of an option that takes a value. */
static bool looks_joined(const OptionSyntax *syntax, const char *argument)
{
    const Option *option =
        argument[0] == '-' ? option_table_find_letter(syntax->table, argument[1]) : NULL;
    return option != NULL && option->value != NULL && argument[2] != '\0' &&
           argument[2 + strspn(argument + 2, "0123456789")] == '\0';
}

static char *read_argument(Reader *reader)
{
    char *argument = reader->arguments[reader->at];
    if (argument[0] == '-' && argument[1] == '-') {
        return read_long(reader, argument);
    }
    if (argument[0] == '-' && argument[1] != '\0') {
        if (reader->syntax->joins_letters ||
            (argument[2] == '\0' &&
             option_table_find_letter(reader->syntax->table, argument[1]) != NULL)) {
            return read_letters(reader, argument + 1);
        }
    }
    if (looks_joined(reader->syntax, argument)) {
        reader->set->joined = argument;
    }
    g_ptr_array_add(reader->set->words, argument);
    return NULL;
}

char *option_parse(const OptionSyntax *syntax, int n_arguments, char **arguments,
                   OptionSet *ret_set)
{
    Reader reader = {
        .syntax = syntax, .n_arguments = n_arguments, .arguments = arguments, .set = ret_set};
    bool only_words = false;
    for (; reader.at < n_arguments; reader.at++) {
        if (only_words) {
            g_ptr_array_add(ret_set->words, arguments[reader.at]);
        } else if (strcmp(arguments[reader.at], "--") == 0) {
            only_words = true;
        } else {
            char *message = read_argument(&reader);
            if (message != NULL) {
                return message;
            }
        }
    }
    return NULL;
}

const char *option_value(const OptionSet *set, const char *name)
{
    for (guint i = set->given->len; i > 0; i--) {
        const OptionGiven *given = &g_array_index(set->given, OptionGiven, i - 1);
        if (g_str_equal(given->name, name)) {
            return given->value;
        }
    }
    return NULL;
}

bool option_given(const OptionSet *set, const char *name)
{
    return option_value(set, name) != NULL;
}

const char **option_values(const OptionSet *set, const char *name)
{
    g_autoptr(GArray) values = g_array_new(true, false, sizeof(const char *));
    for (guint i = 0; i < set->given->len; i++) {
        const OptionGiven *given = &g_array_index(set->given, OptionGiven, i);
        if (g_str_equal(given->name, name)) {
            g_array_append_val(values, given->value);
        }
    }
    if (values->len == 0) {
        return NULL;
    }
    return (const char **)(void *)g_array_free(g_steal_pointer(&values), false);
}
