/* SPDX-License-Identifier: MIT */
#include "query/query_reference.h"

#include "query/query_field.h"

#define TABLE_HEAD "| Field | Finds | Also |\n|---|---|---|\n"

static const char page_begin[] =
    ".\\\" Made by waxseal-reference from docs/query-language.md; change that.\n"
    ".TH WAXSEAL\\-QUERY\\-SYNTAX 7 \"\" Waxseal\n"
    ".SH NAME\n"
    "waxseal\\-query\\-syntax \\- what waxseal\\-query searches for\n"
    ".SH DESCRIPTION\n";

static const char page_end[] = ".SH SEE ALSO\n"
                               ".BR waxseal\\-query (1),\n"
                               ".BR waxseal\\-index (1)\n";

static void append_fields(GString *out)
{
    size_t n_fields = 0;
    const QueryField *fields = query_field_table(&n_fields);
    g_string_append(out, TABLE_HEAD);
    for (size_t i = 0; i < n_fields; i++) {
        g_string_append_printf(out, "| `%s:%s` | %s |", fields[i].name, fields[i].value,
                               fields[i].reference);
        for (size_t n = 0; n < QUERY_FIELD_MAX_ALIASES && fields[i].aliases[n] != NULL; n++) {
            g_string_append_printf(out, " `%s:`", fields[i].aliases[n]);
        }
        g_string_append(out, " |\n");
    }
}

char *query_reference_update(const char *markdown)
{
    const char *table = strstr(markdown, TABLE_HEAD);
    const char *end = table == NULL ? NULL : strstr(table, "\n\n");
    if (end == NULL) {
        return NULL;
    }
    GString *out = g_string_new_len(markdown, table - markdown);
    append_fields(out);
    g_string_append(out, end + 1);
    return g_string_free(out, false);
}

/* One character of text; what roff reads as its own is quoted. */
static void append_character(GString *out, char character, bool is_first)
{
    if (character == '\\') {
        g_string_append(out, "\\e");
    } else if (character == '-') {
        g_string_append(out, "\\-");
    } else if (character == '\'') {
        g_string_append(out, "\\(aq");
    } else if (character == '.' && is_first) {
        g_string_append(out, "\\&.");
    } else {
        g_string_append_c(out, character);
    }
}

/* The end of the link's text when "[text](address)" begins at `at`; 0 when none does. */
static size_t link_text_end(Slice text, size_t at)
{
    const char *close = memchr(text.ptr + at, ']', text.len - at);
    size_t end = close == NULL ? 0 : (size_t)(close - text.ptr);
    return end > 0 && end + 1 < text.len && text.ptr[end + 1] == '(' ? end : 0;
}

/* Text with `code` in bold, and links as their text. */
static void append_text(GString *out, Slice text)
{
    bool is_code = false;
    for (size_t at = 0; at < text.len; at++) {
        char character = text.ptr[at];
        if (character == '`') {
            is_code = !is_code;
            g_string_append(out, is_code ? "\\fB" : "\\fR");
        } else if (!is_code && character == '[' && link_text_end(text, at) > 0) {
            size_t end = link_text_end(text, at);
            append_text(out, slice_of(text.ptr + at + 1, end - at - 1));
            const char *close = memchr(text.ptr + end, ')', text.len - end);
            at = close == NULL ? text.len : (size_t)(close - text.ptr);
        } else {
            append_character(out, character, at == 0);
        }
    }
}

/* The cells between the pipes of "| a | b |". Returns: (transfer full). */
static GArray *split_row(Slice line)
{
    GArray *cells = g_array_new(false, false, sizeof(Slice));
    size_t start = 1;
    bool is_code = false;
    for (size_t at = 1; at < line.len; at++) {
        is_code = is_code != (line.ptr[at] == '`');
        if (line.ptr[at] == '|' && !is_code) {
            Slice cell = slice_of(line.ptr + start, at - start);
            while (cell.len > 0 && cell.ptr[0] == ' ') {
                cell = slice_from(cell, 1);
            }
            while (cell.len > 0 && cell.ptr[cell.len - 1] == ' ') {
                cell.len--;
            }
            g_array_append_val(cells, cell);
            start = at + 1;
        }
    }
    return cells;
}

/* A row becomes a tagged paragraph; aliases, in the third cell, stand beside the name. */
static void append_row(GString *out, Slice line)
{
    g_autoptr(GArray) cells = split_row(line);
    if (cells->len < 2) {
        return;
    }
    g_string_append(out, ".TP\n");
    append_text(out, g_array_index(cells, Slice, 0));
    if (cells->len > 2 && g_array_index(cells, Slice, 2).len > 0) {
        g_string_append(out, ", ");
        append_text(out, g_array_index(cells, Slice, 2));
    }
    g_string_append_c(out, '\n');
    append_text(out, g_array_index(cells, Slice, 1));
    g_string_append_c(out, '\n');
}

static void append_heading(GString *out, Slice line)
{
    bool is_section = line.ptr[2] == ' ';
    Slice title = slice_from(line, is_section ? 3 : 4);
    g_autofree char *text = slice_dup(title);
    g_autofree char *upper = g_ascii_strup(text, -1);
    g_string_append(out, is_section ? ".SH " : ".SS ");
    append_text(out, slice_of_string(is_section ? upper : text));
    g_string_append_c(out, '\n');
}

typedef struct {
    bool is_paragraph; /* a paragraph has begun */
    bool is_table;     /* the head of a table has been read */
} PageState;

static void append_line(GString *out, Slice line, PageState *state)
{
    if (slice_starts_with(line, SLICE_LITERAL("##"))) {
        append_heading(out, line);
        /* .SH and .SS begin a paragraph by themselves. */
        state->is_paragraph = true;
    } else if (slice_starts_with(line, SLICE_LITERAL("|---"))) {
        state->is_table = true;
    } else if (slice_starts_with(line, SLICE_LITERAL("|"))) {
        if (state->is_table) {
            append_row(out, line);
        }
    } else if (line.len > 0) {
        if (!state->is_paragraph) {
            g_string_append(out, ".PP\n");
        }
        state->is_paragraph = true;
        append_text(out, line);
        g_string_append_c(out, '\n');
    }
}

char *query_reference_man(const char *markdown)
{
    GString *out = g_string_new(page_begin);
    PageState state = {.is_paragraph = true};
    g_auto(GStrv) lines = g_strsplit(markdown, "\n", -1);
    /* The first line is the title. */
    for (size_t i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
        Slice line = slice_of_string(lines[i]);
        if (line.len == 0) {
            const char *next = lines[i + 1];
            bool is_inside = i == 1 || next == NULL || *next == '#' || *next == '|';
            state = (PageState){.is_paragraph = state.is_paragraph && is_inside};
            continue;
        }
        append_line(out, line, &state);
    }
    g_string_append(out, page_end);
    return g_string_free(out, false);
}
