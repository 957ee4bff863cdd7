/* SPDX-License-Identifier: MIT */
#include "schema/terminal_text.h"

/* Characters that change how their neighbours are shown without being seen themselves. */
static const struct {
    gunichar first;
    gunichar last;
} controls[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0x061C, 0x061C},   {0x180E, 0x180E},
    {0x200B, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x2069},
    {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};

bool terminal_text_is_control(gunichar character)
{
    if (character >= 0x20 && character < 0x7F) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(controls); i++) {
        if (character >= controls[i].first && character <= controls[i].last) {
            return true;
        }
    }
    return false;
}

/* Check marks: beside a column of verdicts, a subject must not look like one. */
static bool looks_like_mark(gunichar character)
{
    static const gunichar marks[] = {0x221A, 0x2611, 0x2705, 0x2713, 0x2714, 0x1F5F8, 0x1F5F9};
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        if (character == marks[i]) {
            return true;
        }
    }
    return false;
}

static void append_escape(GString *out, gunichar character)
{
    if (character < 0x80) {
        g_string_append_printf(out, "\\x%02x", character);
    } else if (character <= 0xFFFF) {
        g_string_append_printf(out, "\\u%04x", character);
    } else {
        g_string_append_printf(out, "\\U%08x", character);
    }
}

/* The white space that is layout and no threat: true when it was appended. */
static bool append_layout(GString *out, Slice text, size_t at, TerminalTextMode mode)
{
    char byte = text.ptr[at];
    if (byte != '\n' && byte != '\t' && byte != '\r') {
        return false;
    }
    if (mode != TERMINAL_TEXT_BLOCK) {
        g_string_append_c(out, ' ');
        return true;
    }
    if (byte == '\r') {
        return at + 1 < text.len && text.ptr[at + 1] == '\n';
    }
    g_string_append_c(out, byte);
    return true;
}

static void append_ascii(GString *out, Slice text, size_t at, TerminalTextMode mode)
{
    gunichar character = (gunichar)(unsigned char)text.ptr[at];
    if (append_layout(out, text, at, mode)) {
        return;
    }
    if (terminal_text_is_control(character)) {
        append_escape(out, character);
    } else {
        g_string_append_c(out, text.ptr[at]);
    }
}

/* One character above ASCII, or one byte that begins none. Returns: how many bytes. */
static size_t append_beyond_ascii(GString *out, Slice rest, TerminalTextMode mode)
{
    gunichar character = g_utf8_get_char_validated(rest.ptr, (gssize)rest.len);
    if (character == (gunichar)-1 || character == (gunichar)-2) {
        g_string_append_printf(out, "\\x%02x", (unsigned char)*rest.ptr);
        return 1;
    }
    if (terminal_text_is_control(character) ||
        (mode == TERMINAL_TEXT_CELL && looks_like_mark(character))) {
        append_escape(out, character);
    } else {
        g_string_append_unichar(out, character);
    }
    return (size_t)g_unichar_to_utf8(character, NULL);
}

void terminal_text_append(GString *out, Slice text, TerminalTextMode mode)
{
    size_t at = 0;
    while (at < text.len) {
        if ((unsigned char)text.ptr[at] < 0x80) {
            append_ascii(out, text, at, mode);
            at++;
        } else {
            at += append_beyond_ascii(out, slice_from(text, at), mode);
        }
    }
}

char *terminal_text_line(Slice text, TerminalTextMode mode)
{
    GString *out = g_string_sized_new(text.len + 1);
    terminal_text_append(out, text, mode);
    return g_string_free(out, false);
}

size_t terminal_text_char_width(gunichar character)
{
    if (g_unichar_iszerowidth(character)) {
        return 0;
    }
    return g_unichar_iswide(character) ? 2 : 1;
}

size_t terminal_text_width(const char *safe)
{
    size_t width = 0;
    for (const char *at = safe; *at != '\0'; at = g_utf8_next_char(at)) {
        width += terminal_text_char_width(g_utf8_get_char(at));
    }
    return width;
}

void terminal_text_append_fitted(GString *out, const char *safe, size_t columns)
{
    size_t width = terminal_text_width(safe);
    bool is_cut = width > columns;
    size_t room = is_cut && columns > 0 ? columns - 1 : columns;
    size_t used = 0;
    const char *at = safe;
    while (*at != '\0') {
        size_t next = terminal_text_char_width(g_utf8_get_char(at));
        if (used + next > room) {
            break;
        }
        used += next;
        at = g_utf8_next_char(at);
    }
    g_string_append_len(out, safe, at - safe);
    if (is_cut && columns > 0) {
        g_string_append(out, "…");
        used++;
    }
    for (; used < columns; used++) {
        g_string_append_c(out, ' ');
    }
}
