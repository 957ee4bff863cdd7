/* SPDX-License-Identifier: MIT */
#include "query/twin_difference.h"

static const char *const words[] = {"header",   "footer",    "body",   "attachments",
                                    "encoding", "line-ends", "unknown"};

const char *twin_difference_word(unsigned at)
{
    return at < G_N_ELEMENTS(words) ? words[at] : NULL;
}

/* Whether two runs of lines are the same but for CR before LF. */
static bool equal_lines(Slice a, Slice b)
{
    while (a.len > 0 && b.len > 0) {
        if (!slice_equal(slice_take_line(&a), slice_take_line(&b))) {
            return false;
        }
    }
    return a.len == 0 && b.len == 0;
}

/* Parts the header from the rest at the first empty line. */
static Slice split_header(Slice bytes, Slice *ret_body)
{
    Slice rest = bytes;
    while (rest.len > 0) {
        const char *before = rest.ptr;
        if (slice_take_line(&rest).len == 0) {
            *ret_body = rest;
            return slice_of(bytes.ptr, (size_t)(before - bytes.ptr));
        }
    }
    *ret_body = SLICE_EMPTY;
    return bytes;
}

/* The bytes of RFC 5322 3.6.8's field-name; "From " lines of an mbox have none. */
static bool is_field_name(Slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] <= ' ' || name.ptr[i] > '~') {
            return false;
        }
    }
    return name.len > 0;
}

static void append_squeezed(GString *out, Slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const bool is_space = text.ptr[i] == ' ' || text.ptr[i] == '\t';
        if (!is_space) {
            g_string_append_c(out, text.ptr[i]);
        } else if (out->len > 0 && out->str[out->len - 1] != ' ') {
            g_string_append_c(out, ' ');
        }
    }
}

static void string_free(gpointer data)
{
    g_string_free(data, true);
}

/* The fields of a header: name in lower case -> all bodies in order, white space squeezed, so
 * that a field that was folded anew is the same. */
static GHashTable *fields_of(Slice header)
{
    GHashTable *fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, string_free);
    GString *current = NULL;
    if (slice_starts_with(header, SLICE_LITERAL("\xEF\xBB\xBF"))) {
        header = slice_from(header, 3);
    }
    while (header.len > 0) {
        const Slice line = slice_take_line(&header);
        const char *colon = line.len == 0 ? NULL : memchr(line.ptr, ':', line.len);
        if (line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
            if (current != NULL) {
                append_squeezed(current, line);
            }
            continue;
        }
        Slice written = slice_of(line.ptr, colon == NULL ? 0 : (size_t)(colon - line.ptr));
        while (written.len > 0 && g_ascii_isspace(written.ptr[written.len - 1])) {
            written.len--;
        }
        if (!is_field_name(written)) {
            continue;
        }
        g_autofree char *name = g_ascii_strdown(written.ptr, (gssize)written.len);
        current = g_hash_table_lookup(fields, name);
        if (current == NULL) {
            current = g_string_new(NULL);
            g_hash_table_insert(fields, g_steal_pointer(&name), current);
        }
        g_string_append_c(current, '\n');
        append_squeezed(current, slice_from(line, (size_t)(colon - line.ptr) + 1));
    }
    return fields;
}

static void field_clear(gpointer data)
{
    g_free(((TwinField *)data)->name);
}

static gint compare_fields(gconstpointer a, gconstpointer b)
{
    return strcmp(((const TwinField *)a)->name, ((const TwinField *)b)->name);
}

static void add_field(GArray *found, const char *name, const char *change)
{
    const TwinField field = {.name = g_strdup(name), .change = change};
    g_array_append_val(found, field);
}

static void compare_headers(Slice reference, Slice other, GArray *found)
{
    g_autoptr(GHashTable) first = fields_of(reference);
    g_autoptr(GHashTable) second = fields_of(other);
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer bodies = NULL;
    g_hash_table_iter_init(&iter, second);
    while (g_hash_table_iter_next(&iter, &name, &bodies)) {
        const GString *before = g_hash_table_lookup(first, name);
        if (before == NULL) {
            add_field(found, name, "added");
        } else if (!g_string_equal(before, bodies)) {
            add_field(found, name, "changed");
        }
    }
    g_hash_table_iter_init(&iter, first);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (!g_hash_table_contains(second, name)) {
            add_field(found, name, "removed");
        }
    }
    g_array_sort(found, compare_fields);
}

/* Text without the white space at its end, which archives and lists change. */
static Slice trimmed(const char *text)
{
    Slice slice = slice_of_string(text);
    while (slice.len > 0 && g_ascii_isspace(slice.ptr[slice.len - 1])) {
        slice.len--;
    }
    return slice;
}

static void compare_texts(const TwinSide *reference, const TwinSide *other,
                          TwinDifference *difference)
{
    const Slice first = trimmed(reference->text);
    const Slice second = trimmed(other->text);
    if (slice_equal(first, second)) {
        return;
    }
    if (first.len > 0 && second.len > 0 &&
        (slice_starts_with(second, first) || slice_starts_with(first, second))) {
        difference->kinds |= TWIN_FOOTER;
        difference->footer_bytes = (int64_t)second.len - (int64_t)first.len;
    } else {
        difference->kinds |= TWIN_BODY;
    }
}

static void compare_bytes(const TwinSide *reference, const TwinSide *other,
                          TwinDifference *difference)
{
    Slice first_body;
    Slice second_body;
    const Slice first = split_header(reference->bytes, &first_body);
    const Slice second = split_header(other->bytes, &second_body);
    const uint32_t content = TWIN_FOOTER | TWIN_BODY | TWIN_ATTACHMENTS;
    if (!equal_lines(first, second)) {
        difference->kinds |= TWIN_HEADER;
        compare_headers(first, second, difference->fields);
    }
    if ((difference->kinds & content) == 0 && !equal_lines(first_body, second_body)) {
        difference->kinds |= TWIN_ENCODING;
    }
    if (difference->kinds == 0) {
        difference->kinds = TWIN_LINE_ENDS;
    }
}

void twin_difference_find(const TwinSide *reference, const TwinSide *other,
                          TwinDifference *ret_difference)
{
    *ret_difference = (TwinDifference){.fields = g_array_new(false, false, sizeof(TwinField))};
    g_array_set_clear_func(ret_difference->fields, field_clear);
    compare_texts(reference, other, ret_difference);
    if (strcmp(reference->attachments, other->attachments) != 0) {
        ret_difference->kinds |= TWIN_ATTACHMENTS;
    }
    if (reference->bytes.ptr != NULL && other->bytes.ptr != NULL) {
        compare_bytes(reference, other, ret_difference);
        return;
    }
    if (strcmp(reference->header, other->header) != 0) {
        ret_difference->kinds |= TWIN_HEADER;
    }
    if (ret_difference->kinds == 0) {
        ret_difference->kinds = TWIN_UNKNOWN;
    }
}

void twin_difference_clear(TwinDifference *difference)
{
    if (difference->fields != NULL) {
        g_array_unref(difference->fields);
    }
    *difference = (TwinDifference){0};
}
