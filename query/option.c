/* SPDX-License-Identifier: MIT */
#include "query/option.h"

/* The fields whose words are flags by themselves: --verified, --has-attachment. */
#define WORD_FLAG_FIELD   "is"
#define PREFIX_FLAG_FIELD "has"

typedef struct {
    const Option *table;
    bool takes_fields;
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

static const Option *find_long(const Option *table, Slice name)
{
    for (const Option *option = table; option->name != NULL; option++) {
        if (slice_equal(name, slice_of_string(option->name))) {
            return option;
        }
    }
    return NULL;
}

static const Option *find_letter(const Option *table, char letter)
{
    for (const Option *option = table; option->name != NULL; option++) {
        if (option->letter == letter) {
            return option;
        }
    }
    return NULL;
}

/* The value behind "=", or the next argument. Returns: NULL when there is none. */
static const char *take_value(Reader *reader, const char *equals)
{
    if (equals != NULL) {
        return equals + 1;
    }
    return reader->at + 1 < reader->n_arguments ? reader->arguments[++reader->at] : NULL;
}

static char *add_option(Reader *reader, const Option *option, const char *equals)
{
    const char *argument = reader->arguments[reader->at];
    OptionGiven given = {.name = option->name, .value = ""};
    if (option->value != NULL) {
        given.value = take_value(reader, equals);
        if (given.value == NULL) {
            return g_strdup_printf("%s needs a value: %s", argument, option->value);
        }
    } else if (equals != NULL) {
        return g_strdup_printf("--%s takes no value", option->name);
    }
    g_array_append_val(reader->set->given, given);
    return NULL;
}

/* The word of `field` that `name` is, or NULL. */
static const char *field_word(const QueryField *field, Slice name)
{
    for (size_t i = 0; i < QUERY_FIELD_MAX_WORDS && field->words[i] != NULL; i++) {
        if (slice_equal(name, slice_of_string(field->words[i]))) {
            return field->words[i];
        }
    }
    return NULL;
}

/* Adds "--from WHO", "--verified" or "--has-attachment". `ret_is_field` says whether it was
 * one. */
static char *add_field(Reader *reader, Slice name, const char *equals, bool *ret_is_field)
{
    OptionField flag = {.flag = reader->arguments[reader->at]};
    Slice prefix = SLICE_LITERAL(PREFIX_FLAG_FIELD "-");
    flag.field = query_field_find(slice_of_string(WORD_FLAG_FIELD));
    flag.value = field_word(flag.field, name);
    if (flag.value == NULL && slice_starts_with(name, prefix)) {
        flag.field = query_field_find(slice_of_string(PREFIX_FLAG_FIELD));
        flag.value = field_word(flag.field, slice_from(name, prefix.len));
    }
    *ret_is_field = true;
    const QueryField *field = name.len > 1 ? query_field_find(name) : NULL;
    if (field != NULL) {
        flag.field = field;
        flag.value = take_value(reader, equals);
        if (flag.value == NULL) {
            return g_strdup_printf("%s needs a value: %s", flag.flag, field->value);
        }
    } else if (flag.value != NULL && equals != NULL) {
        return g_strdup_printf("%s takes no value", flag.flag);
    }
    *ret_is_field = flag.value != NULL;
    if (*ret_is_field) {
        g_array_append_val(reader->set->fields, flag);
    }
    return NULL;
}

static char *unknown_option(const Reader *reader, Slice name)
{
    const char *names[32] = {NULL};
    size_t n_names = 0;
    for (const Option *option = reader->table;
         option->name != NULL && n_names < G_N_ELEMENTS(names); option++) {
        names[n_names++] = option->name;
    }
    const char *nearest = query_field_nearest_word(name, names, n_names);
    if (nearest == NULL && reader->takes_fields) {
        nearest = query_field_nearest(name);
    }
    return g_strdup_printf("unknown option --%.*s%s%s%s", (int)name.len, name.ptr,
                           nearest == NULL ? "" : ", did you mean --",
                           nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

static char *read_long(Reader *reader, const char *argument)
{
    const char *equals = strchr(argument, '=');
    Slice name = equals == NULL ? slice_of_string(argument + 2)
                                : slice_of(argument + 2, (size_t)(equals - argument - 2));
    const Option *option = find_long(reader->table, name);
    if (option != NULL) {
        return add_option(reader, option, equals);
    }
    bool is_field = false;
    if (reader->takes_fields) {
        char *message = add_field(reader, name, equals, &is_field);
        if (message != NULL || is_field) {
            return message;
        }
    }
    return unknown_option(reader, name);
}

static char *read_argument(Reader *reader)
{
    char *argument = reader->arguments[reader->at];
    if (argument[0] == '-' && argument[1] == '-') {
        return read_long(reader, argument);
    }
    if (argument[0] == '-' && argument[1] != '\0' && argument[2] == '\0') {
        const Option *option = find_letter(reader->table, argument[1]);
        if (option != NULL) {
            return add_option(reader, option, NULL);
        }
    }
    g_ptr_array_add(reader->set->words, argument);
    return NULL;
}

char *option_parse(const Option *table, bool takes_fields, int n_arguments, char **arguments,
                   OptionSet *ret_set)
{
    Reader reader = {.table = table,
                     .takes_fields = takes_fields,
                     .n_arguments = n_arguments,
                     .arguments = arguments,
                     .set = ret_set};
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
