/* SPDX-License-Identifier: MIT */
#include "query/safe_name.h"

#include "schema/terminal_text.h"

/* A longer one is no extension, but text after a dot. */
#define EXTENSION_MAX 16

static const struct {
    SafeNameChange change;
    const char *words;
} explanations[] = {
    {SAFE_NAME_PATH, "path removed"},
    {SAFE_NAME_INVISIBLE, "invisible characters removed"},
    {SAFE_NAME_FORBIDDEN, "forbidden characters replaced"},
    {SAFE_NAME_EDGE, "dots, spaces or - at its ends removed"},
    {SAFE_NAME_DEVICE, "it names a device"},
    {SAFE_NAME_LONG, "too long"},
    {SAFE_NAME_EMPTY, "the mail gives no name"},
};

/* What follows the last "/" or "\". */
static Slice last_component(Slice name)
{
    size_t at = name.len;
    while (at > 0 && name.ptr[at - 1] != '/' && name.ptr[at - 1] != '\\') {
        at--;
    }
    return slice_from(name, at);
}

/* White space of every kind becomes one space, however much of it there is: an extension that
 * is pushed out of sight comes back. */
static void append_character(GString *out, gunichar character, unsigned *changes)
{
    if (g_unichar_isspace(character) && character != '\n' && character != '\r') {
        if (out->len > 0 && out->str[out->len - 1] != ' ') {
            g_string_append_c(out, ' ');
        }
    } else if (terminal_text_is_control(character) || g_unichar_iscntrl(character) ||
               (g_unichar_iszerowidth(character) && !g_unichar_ismark(character))) {
        *changes |= SAFE_NAME_INVISIBLE;
    } else if (character < 0x80 && strchr("<>:\"|?*", (int)character) != NULL) {
        g_string_append_c(out, '_');
        *changes |= SAFE_NAME_FORBIDDEN;
    } else {
        g_string_append_unichar(out, character);
    }
}

static GString *keep_visible(Slice name, unsigned *changes)
{
    GString *out = g_string_sized_new(name.len + 1);
    while (name.len > 0) {
        /* GLib takes a NUL for the end of the text. */
        const gunichar character =
            name.ptr[0] == '\0' ? 0 : g_utf8_get_char_validated(name.ptr, (gssize)name.len);
        size_t length = 1;
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append_c(out, '_');
            *changes |= SAFE_NAME_FORBIDDEN;
        } else {
            length = (size_t)g_unichar_to_utf8(character, NULL);
            append_character(out, character, changes);
        }
        name = slice_from(name, length);
    }
    return out;
}

/* A name that begins with a dot is hidden, one that begins with "-" is taken for an option, and
 * Windows drops dots and spaces at the end, so that another name comes out than was checked. */
static void trim_edges(GString *name, unsigned *changes)
{
    const size_t length = name->len;
    while (name->len > 0 && strchr(". ", name->str[name->len - 1]) != NULL) {
        g_string_truncate(name, name->len - 1);
    }
    g_string_erase(name, 0, (gssize)strspn(name->str, ".- "));
    if (name->len != length) {
        *changes |= SAFE_NAME_EDGE;
    }
}

/* Windows takes these for devices in every folder, whatever the extension. */
static bool is_device(const GString *name)
{
    static const char *const words[] = {"con",    "prn",     "aux",   "nul",
                                        "conin$", "conout$", "clock$"};
    size_t length = strcspn(name->str, ".");
    while (length > 0 && name->str[length - 1] == ' ') {
        length--;
    }
    const Slice stem = slice_of(name->str, length);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (slice_equal_nocase(stem, slice_of_string(words[i]))) {
            return true;
        }
    }
    /* COM1 to COM9 and LPT1 to LPT9, and with the superscript digits of Latin-1. */
    if (length < 4 || (g_ascii_strncasecmp(name->str, "com", 3) != 0 &&
                       g_ascii_strncasecmp(name->str, "lpt", 3) != 0)) {
        return false;
    }
    const Slice number = slice_from(stem, 3);
    return (number.len == 1 && g_ascii_isdigit(number.ptr[0])) ||
           slice_equal(number, SLICE_LITERAL("¹")) || slice_equal(number, SLICE_LITERAL("²")) ||
           slice_equal(number, SLICE_LITERAL("³"));
}

/* Where the extension begins, at its dot; the end of the name without one. */
static size_t extension_at(Slice name)
{
    size_t at = name.len;
    while (at > 0 && name.ptr[at - 1] != '.') {
        at--;
    }
    return at > 1 && name.len - at <= EXTENSION_MAX ? at - 1 : name.len;
}

/* Cuts between two characters, before the extension. */
static void cut(GString *name, size_t limit)
{
    const size_t extension = extension_at(slice_of(name->str, name->len));
    size_t keep = limit - (name->len - extension);
    while (keep > 0 && ((unsigned char)name->str[keep] & 0xC0) == 0x80) {
        keep--;
    }
    while (keep > 0 && strchr(". ", name->str[keep - 1]) != NULL) {
        keep--;
    }
    g_string_erase(name, (gssize)keep, (gssize)(extension - keep));
}

char *safe_name_make(Slice name, const char *fallback, unsigned *ret_changes)
{
    const Slice last = last_component(name);
    unsigned changes = last.len == name.len ? 0 : SAFE_NAME_PATH;
    GString *safe = keep_visible(last, &changes);
    trim_edges(safe, &changes);
    if (is_device(safe)) {
        g_string_prepend_c(safe, '_');
        changes |= SAFE_NAME_DEVICE;
    }
    if (safe->len > SAFE_NAME_MAX) {
        cut(safe, SAFE_NAME_MAX);
        changes |= SAFE_NAME_LONG;
    }
    if (safe->len == 0) {
        g_string_assign(safe, fallback);
        changes |= SAFE_NAME_EMPTY;
    }
    *ret_changes = changes;
    return g_string_free(safe, false);
}

char *safe_name_numbered(const char *safe, unsigned number)
{
    const size_t at = extension_at(slice_of_string(safe));
    return g_strdup_printf("%.*s (%u)%s", (int)at, safe, number, safe + at);
}

char *safe_name_explain(unsigned changes)
{
    GString *words = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(explanations); i++) {
        if ((changes & explanations[i].change) != 0) {
            g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "",
                                   explanations[i].words);
        }
    }
    return g_string_free(words, false);
}
