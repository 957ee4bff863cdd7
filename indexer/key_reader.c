/* SPDX-License-Identifier: MIT */
#include "indexer/key_reader.h"

#include <gio/gio.h>

#include "indexer/key_file.h"
#include "indexer/key_json.h"
#include "indexer/key_zone.h"
#include "schema/byte_stream.h"

#define READ_BYTES ((size_t)1 << 16)

/* So many lines are looked at to tell a zone file from TSV. */
#define FORM_LINES_MAX 64

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static Slice skip_mark(Slice text)
{
    const Slice mark = slice_of_string(byte_order_mark);
    return slice_starts_with(text, mark) ? slice_from(text, mark.len) : text;
}

static Slice skip_white(Slice text)
{
    while (text.len > 0 && g_ascii_isspace(text.ptr[0])) {
        text = slice_from(text, 1);
    }
    return text;
}

/* Whether the line tells the form; most comments do not. */
static bool is_telling(Slice line, KeyForm *ret_form)
{
    g_autofree char *copy = g_strndup(line.ptr, MIN(line.len, READ_BYTES));
    if (key_file_is_header(copy)) {
        *ret_form = KEY_FORM_TSV;
        return true;
    }
    if (key_zone_is_line(line)) {
        *ret_form = KEY_FORM_ZONE;
        return true;
    }
    *ret_form = KEY_FORM_TSV;
    return copy[0] != '#' && strchr(copy, '\t') != NULL;
}

KeyForm key_reader_form(Slice text)
{
    text = skip_white(skip_mark(text));
    if (text.len > 0 && (text.ptr[0] == '{' || text.ptr[0] == '[')) {
        return KEY_FORM_JSON;
    }
    KeyForm form = KEY_FORM_TSV;
    for (int i = 0; i < FORM_LINES_MAX && text.len > 0; i++) {
        const char *end = memchr(text.ptr, '\n', text.len);
        const Slice line =
            slice_of(text.ptr, end == NULL ? text.len : (size_t)(end - text.ptr));
        if (is_telling(line, &form)) {
            return form;
        }
        text = slice_from(text, line.len + (end != NULL));
    }
    return form;
}

static bool read_stream(ByteStream *stream, const char *path, GString *text, GError **error)
{
    g_autofree char *piece = g_malloc(READ_BYTES);
    gssize n_read = 0;
    while ((n_read = byte_stream_read(stream, piece, READ_BYTES, error)) > 0) {
        if (text->len + (size_t)n_read > KEY_READER_BYTES_MAX) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                        "%s: more than %zu bytes of keys", path, KEY_READER_BYTES_MAX);
            return false;
        }
        g_string_append_len(text, piece, n_read);
    }
    return n_read == 0;
}

/* A pipe is taken as it is. Returns: (transfer full) NULL with `error`. */
static char *read_text(const char *path, size_t *ret_len, GError **error)
{
    g_autoptr(GError) reason = NULL;
    char *bytes = NULL;
    gsize len = 0;
    if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        if (!g_file_get_contents(path, &bytes, &len, &reason)) {
            g_set_error(error, reason->domain, reason->code, "%s: cannot read the keys: %s",
                        path, reason->message);
            return NULL;
        }
        *ret_len = len;
        return bytes;
    }
    g_autoptr(ByteStream) stream = byte_stream_open(path, error);
    g_autoptr(GString) text = g_string_new(NULL);
    if (stream == NULL || !read_stream(stream, path, text, error)) {
        return NULL;
    }
    *ret_len = text->len;
    return g_string_free(g_steal_pointer(&text), false);
}

/* TSV is cut apart as a C string, where a NUL would hide the rest of the file; as white space
 * it spoils its own line at most. */
static void parse_tsv(char *text, size_t len, const char *path, KeyStore *store,
                      KeyReport *report)
{
    for (char *nul = text; (nul = memchr(nul, '\0', len - (size_t)(nul - text))) != NULL;) {
        *nul = ' ';
    }
    key_file_parse(text, path, store, report);
}

bool key_reader_read(KeyStore *store, const char *path, KeyReport *ret_report, GError **error)
{
    size_t len = 0;
    g_autofree char *bytes = read_text(path, &len, error);
    if (bytes == NULL) {
        return false;
    }
    const Slice text = skip_mark(slice_of(bytes, len));
    KeyReport report = {.n_records = 0};
    switch (key_reader_form(text)) {
    case KEY_FORM_TSV:
        parse_tsv(bytes + (len - text.len), text.len, path, store, &report);
        break;
    case KEY_FORM_ZONE:
        key_zone_parse(text, path, store, &report);
        break;
    case KEY_FORM_JSON:
        key_json_parse(text, path, store, &report);
        break;
    }
    if (ret_report != NULL) {
        *ret_report = report;
    }
    if (!report.has_entry && report.n_faults + report.n_aliases + report.n_others > 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: no DKIM key in it", path);
        return false;
    }
    return true;
}
