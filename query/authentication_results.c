/* SPDX-License-Identifier: MIT */
#include "query/authentication_results.h"

#include <stdbool.h>
#include <string.h>

#include "schema/slice.h"

/* The property that says whom a method's result is about; the first that is there. */
static const struct {
    const char *method;
    const char *property;
} properties[] = {
    {"dkim", "header.d"},     {"dkim", "header.i"},       {"dkim", "header.from"},
    {"dmarc", "header.from"}, {"spf", "smtp.mailfrom"},   {"spf", "smtp.mfrom"},
    {"spf", "smtp.helo"},     {"domainkeys", "header.d"}, {"domainkeys", "header.from"},
};

static void result_clear(gpointer data)
{
    AuthenticationResult *result = data;
    g_free(result->method);
    g_free(result->result);
    g_free(result->domain);
}

/* One step through a text with quoted strings and comments. */
typedef struct {
    size_t depth; /* of comments */
    bool is_quoted;
} Place;

/* Whether `c` is itself, outside comments; `escaped` says that a backslash stands before it. */
static bool step(Place *place, char c, bool escaped)
{
    if (escaped) {
        return place->depth == 0;
    }
    if (place->is_quoted) {
        place->is_quoted = c != '"';
        return c != '"';
    }
    if (c == '(') {
        place->depth++;
        return false;
    }
    if (place->depth > 0) {
        place->depth -= c == ')';
        return false;
    }
    place->is_quoted = c == '"';
    return c != '"';
}

/* What stands for the separators of the grammar in a text whose quotes are gone. */
#define SEMICOLON '\x01'
#define SPACE     '\x02'
#define EQUALS    '\x03'

static char marked(char c)
{
    switch (c) {
    case ';':
        return SEMICOLON;
    case ' ':
    case '\t':
        return SPACE;
    case '=':
        return EQUALS;
    default:
        return c;
    }
}

/* No white space at the ends of words around "=". */
static void append_separator(GString *out, char c)
{
    char last = SEMICOLON;
    if (out->len > 0) {
        last = out->str[out->len - 1];
    }
    if (c == SPACE && (last == SPACE || last == EQUALS || last == SEMICOLON)) {
        return;
    }
    if (c != SPACE && last == SPACE) {
        g_string_truncate(out, out->len - 1);
    }
    g_string_append_c(out, c);
}

/* Comments and quotation marks go; separators outside of them become marks. */
static GString *mark_separators(const char *text)
{
    GString *out = g_string_new(NULL);
    Place place = {0};
    for (; *text != '\0'; text++) {
        const bool escaped =
            *text == '\\' && (place.is_quoted || place.depth > 0) && text[1] != '\0';
        text += escaped;
        const bool was_quoted = place.is_quoted;
        if (!step(&place, *text, escaped) || ((unsigned char)*text < ' ' && *text != '\t')) {
            if (*text == '(' && !was_quoted) {
                append_separator(out, SPACE);
            }
            continue;
        }
        char c = *text;
        if (!was_quoted) {
            c = marked(c);
        }
        if (c == SEMICOLON || c == SPACE || c == EQUALS) {
            append_separator(out, c);
        } else {
            g_string_append_c(out, c);
        }
    }
    return out;
}

/* The domain in "local@domain" or in a domain alone; some write "<local@domain>". */
static char *domain_of(const char *value)
{
    const char *at = strrchr(value, '@');
    const char *begin = at != NULL ? at + 1 : value + (*value == '<');
    return g_ascii_strdown(begin, (gssize)strcspn(begin, ">"));
}

/* Splits "name=value". Returns: NULL when there is no "=". */
static const char *value_of(char *word)
{
    char *equals = strchr(word, EQUALS);
    if (equals == NULL) {
        return NULL;
    }
    *equals = '\0';
    return equals + 1;
}

static const char *find_property(char *const *words, const char *name)
{
    for (; *words != NULL; words++) {
        if (g_ascii_strcasecmp(*words, name) == 0) {
            return *words + strlen(*words) + 1;
        }
    }
    return NULL;
}

static char *find_domain(const char *method, char *const *words)
{
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
        if (strcmp(method, properties[i].method) == 0) {
            const char *value = find_property(words, properties[i].property);
            if (value != NULL && *value != '\0') {
                return domain_of(value);
            }
        }
    }
    return g_strdup("");
}

/* resinfo = [CFWS] ";" methodspec [ CFWS reasonspec ] [ CFWS 1*propspec ] */
static void read_resinfo(const char *clause, GArray *results)
{
    static const char space[] = {SPACE, '\0'};
    g_auto(GStrv) words = g_strsplit(clause, space, -1);
    if (words[0] == NULL) {
        return;
    }
    const char *value = value_of(words[0]);
    char *version = strchr(words[0], '/');
    if (version != NULL) {
        *version = '\0';
    }
    if (value == NULL || *value == '\0' || *words[0] == '\0') {
        return;
    }
    g_autoptr(GPtrArray) named = g_ptr_array_new();
    for (size_t i = 1; words[i] != NULL; i++) {
        if (value_of(words[i]) != NULL) {
            g_ptr_array_add(named, words[i]);
        }
    }
    g_ptr_array_add(named, NULL);
    AuthenticationResult result = {.method = g_ascii_strdown(words[0], -1),
                                   .result = g_ascii_strdown(value, -1)};
    result.domain = find_domain(result.method, (char *const *)named->pdata);
    g_array_append_val(results, result);
}

GArray *authentication_results_parse(const char *text)
{
    static const char semicolon[] = {SEMICOLON, '\0'};
    GArray *results = g_array_new(false, false, sizeof(AuthenticationResult));
    g_array_set_clear_func(results, result_clear);
    g_autoptr(GString) marks = mark_separators(text);
    g_auto(GStrv) clauses = g_strsplit(marks->str, semicolon, AUTHENTICATION_RESULTS_MAX + 2);
    for (size_t i = 1; clauses[0] != NULL && clauses[i] != NULL; i++) {
        if (results->len < AUTHENTICATION_RESULTS_MAX) {
            read_resinfo(clauses[i], results);
        }
    }
    return results;
}
