/* SPDX-License-Identifier: MIT */
#include "schema/fold.h"

typedef struct {
    const char *letter;
    const char *folded;
} FoldRule;

/* Letters that unicode61 keeps although a person types them as two, and apostrophes that
 * Unicode calls letters. All are two bytes of UTF-8 that begin with 0xC3, 0xC4, 0xC5 or 0xCA,
 * or three of U+1E9E and the presentation forms U+FB00..FB06. */
static const FoldRule rules[] = {
    {"\xC5\x93", "oe"},      {"\xC5\x92", "OE"},     {"\xC3\xA6", "ae"},
    {"\xC3\x86", "AE"},      {"\xC3\x9F", "ss"},     {"\xE1\xBA\x9E", "SS"},
    {"\xC4\xB3", "ij"},      {"\xC4\xB2", "IJ"},     {"\xEF\xAC\x80", "ff"},
    {"\xEF\xAC\x81", "fi"},  {"\xEF\xAC\x82", "fl"}, {"\xEF\xAC\x83", "ffi"},
    {"\xEF\xAC\x84", "ffl"}, {"\xEF\xAC\x85", "st"}, {"\xEF\xAC\x86", "st"},
    {"\xCA\xBC", " "},       {"\xCA\xBB", " "},
};

/* The rule whose letter stands at `at`, or NULL. */
static const FoldRule *rule_at(Slice text, size_t at)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (slice_starts_with(slice_from(text, at), slice_of_string(rules[i].letter))) {
            return &rules[i];
        }
    }
    return NULL;
}

static bool may_begin_rule(char byte)
{
    return byte == '\xC3' || byte == '\xC4' || byte == '\xC5' || byte == '\xCA' ||
           byte == '\xE1' || byte == '\xEF';
}

/* The end of the run of ASCII that begins at `at`. */
static size_t skip_ascii(Slice text, size_t at)
{
    uint64_t word = 0;
    while (text.len - at >= sizeof(word)) {
        memcpy(&word, text.ptr + at, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        at += sizeof(word);
    }
    while (at < text.len && (text.ptr[at] & 0x80) == 0) {
        at++;
    }
    return at;
}

/* The next byte at or after `at` that begins a rule's letter; text.len when there is none. */
static size_t next_rule(Slice text, size_t at, const FoldRule **ret_rule)
{
    while ((at = skip_ascii(text, at)) < text.len) {
        const FoldRule *rule = may_begin_rule(text.ptr[at]) ? rule_at(text, at) : NULL;
        if (rule != NULL) {
            *ret_rule = rule;
            break;
        }
        at++;
    }
    return at;
}

bool fold_needed(Slice text)
{
    const FoldRule *rule = NULL;
    return next_rule(text, 0, &rule) < text.len;
}

size_t fold_find_space(Slice text, size_t *ret_length)
{
    const FoldRule *rule = NULL;
    size_t at = 0;
    while ((at = next_rule(text, at, &rule)) < text.len && *rule->folded != ' ') {
        at += strlen(rule->letter);
    }
    *ret_length = at < text.len ? strlen(rule->letter) : 0;
    return at;
}

void fold_append(GString *out, Slice text)
{
    size_t at = 0;
    while (at < text.len) {
        const FoldRule *rule = NULL;
        size_t stop = next_rule(text, at, &rule);
        g_string_append_len(out, text.ptr + at, (gssize)(stop - at));
        at = stop;
        if (rule != NULL) {
            g_string_append(out, rule->folded);
            at += strlen(rule->letter);
        }
    }
}

char *fold_sql(const char *expression)
{
    GString *sql = g_string_new(expression);
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_string_prepend(sql, "replace(");
        g_string_append_printf(sql, ",'%s','%s')", rules[i].letter, rules[i].folded);
    }
    return g_string_free(sql, false);
}
