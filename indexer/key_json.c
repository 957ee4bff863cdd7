/* SPDX-License-Identifier: MIT */
#include "indexer/key_json.h"

#include <jansson.h>

/* One value is decoded, and what follows it is left alone. */
#define DECODE_FLAGS (JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

typedef struct {
    Slice text;
    size_t at;
    size_t line; /* of `at` */
    const char *path;
    KeyStore *store;
    KeyReport *report;
} Reader;

static void advance(Reader *reader, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        reader->line += reader->text.ptr[reader->at + i] == '\n';
    }
    reader->at += n_bytes;
}

static bool is_white(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Returns: the next byte that is no white space, NUL at the end. */
static char peek(Reader *reader)
{
    while (reader->at < reader->text.len && is_white(reader->text.ptr[reader->at])) {
        advance(reader, 1);
    }
    if (reader->at == reader->text.len) {
        return '\0';
    }
    return reader->text.ptr[reader->at];
}

static bool take(Reader *reader, char byte)
{
    if (peek(reader) != byte || reader->at == reader->text.len) {
        return false;
    }
    advance(reader, 1);
    return true;
}

static bool broken(Reader *reader, const char *reason)
{
    key_report_entry(reader->report, reader->line, reason);
    return false;
}

/* Returns: (transfer full) the next value; NULL after a fault. */
static json_t *take_value(Reader *reader)
{
    peek(reader);
    const size_t left = reader->text.len - reader->at;
    json_error_t fault;
    json_t *value = json_loadb(reader->text.ptr + reader->at, MIN(left, KEY_JSON_ENTRY_MAX),
                               DECODE_FLAGS, &fault);
    if (value == NULL) {
        const bool is_long =
            left > KEY_JSON_ENTRY_MAX && (size_t)fault.position >= KEY_JSON_ENTRY_MAX;
        reader->line += is_long || fault.line < 1 ? 0 : (size_t)fault.line - 1;
        broken(reader, is_long ? "the entry is too long; reading ends here"
                               : "not JSON; reading ends here");
        return NULL;
    }
    advance(reader, (size_t)fault.position);
    return value;
}

/* Returns: NULL when it is no string or has a NUL inside. */
static const char *string_of(const json_t *value)
{
    const char *text = json_string_value(value);
    return text != NULL && strlen(text) == json_string_length(value) ? text : NULL;
}

/* Returns: the string of the first of two names that is there; NULL when none is. */
static const char *member_of(const json_t *entry, const char *name, const char *other)
{
    const char *text = string_of(json_object_get(entry, name));
    return text != NULL ? text : string_of(json_object_get(entry, other));
}

/* "2023-05-10T00:00:00Z" is a day to us. Returns: (transfer full) "" when it is no date. */
static char *date_of(const json_t *entry, const char *name, const char *other)
{
    const char *text = member_of(entry, name, other);
    const size_t len = text == NULL ? 0 : strspn(text, "0123456789-");
    const bool is_date = len == strlen("2023-05-10") && text[4] == '-' && text[7] == '-' &&
                         (text[len] == '\0' || text[len] == 'T' || text[len] == ' ');
    return g_strndup(is_date ? text : "", len);
}

/* Returns: NULL, or why it is no key. */
static const char *add_object(Reader *reader, const json_t *entry)
{
    const char *selector = member_of(entry, "selector", "selector");
    const char *domain = member_of(entry, "domain", "domain");
    const char *record = member_of(entry, "value", "record");
    if (selector == NULL || domain == NULL || record == NULL) {
        return "no domain, selector and value";
    }
    g_autofree char *first_seen = date_of(entry, "firstSeenAt", "first_seen");
    g_autofree char *last_seen = date_of(entry, "lastSeenAt", "last_seen");
    const char *source = member_of(entry, "source", "source");
    const char *channel = member_of(entry, "channel", "channel");
    const KeyObservation observation = {
        .source = source != NULL && *source != '\0' ? source : reader->path,
        .channel = channel != NULL && *channel != '\0' ? channel : "file",
        .first_seen = first_seen,
        .last_seen = last_seen,
        .notes = member_of(entry, "notes", "notes"),
        .dnssec = member_of(entry, "dnssec", "dnssec"),
    };
    return key_store_add(reader->store, selector, domain, record, &observation)
               ? NULL
               : key_fault_name;
}

static void add_named(Reader *reader, size_t line, const char *name, const json_t *value)
{
    const KeyObservation observation = {.source = reader->path, .channel = "file"};
    const char *record = string_of(value);
    key_report_entry(reader->report, line,
                     record == NULL
                         ? "the record is no string"
                         : key_store_add_named(reader->store, name, record, &observation));
}

/* [ object, ... ] */
static bool read_array(Reader *reader)
{
    take(reader, '[');
    if (take(reader, ']')) {
        return true;
    }
    do {
        peek(reader);
        const size_t line = reader->line;
        g_autoptr(json_t) entry = take_value(reader);
        if (entry == NULL) {
            return false;
        }
        key_report_entry(reader->report, line, add_object(reader, entry));
    } while (take(reader, ','));
    return take(reader, ']') || broken(reader, "the array is not closed");
}

/* "name": record, or "name": [ record, ... ] */
static bool read_member(Reader *reader)
{
    peek(reader);
    const size_t line = reader->line;
    g_autoptr(json_t) name = take_value(reader);
    if (name == NULL) {
        return false;
    }
    const char *text = string_of(name);
    if (!json_is_string(name) || !take(reader, ':')) {
        return broken(reader, "not JSON; reading ends here");
    }
    g_autoptr(json_t) value = take_value(reader);
    if (value == NULL) {
        return false;
    }
    if (text == NULL || !json_is_array(value)) {
        add_named(reader, line, text == NULL ? "" : text, value);
        return true;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        add_named(reader, line, text, json_array_get(value, i));
    }
    return true;
}

/* { "name": ..., ... } */
static bool read_map(Reader *reader)
{
    take(reader, '{');
    if (take(reader, '}')) {
        return true;
    }
    do {
        if (!read_member(reader)) {
            return false;
        }
    } while (take(reader, ','));
    return take(reader, '}') || broken(reader, "the object is not closed");
}

/* An object that is one key, as a line of its own. Returns: whether it was one. */
static bool read_lone_object(Reader *reader)
{
    json_error_t fault;
    const size_t left = reader->text.len - reader->at;
    g_autoptr(json_t) entry = json_loadb(reader->text.ptr + reader->at,
                                         MIN(left, KEY_JSON_ENTRY_MAX), DECODE_FLAGS, &fault);
    if (entry == NULL || json_object_get(entry, "selector") == NULL) {
        return false;
    }
    key_report_entry(reader->report, reader->line, add_object(reader, entry));
    advance(reader, (size_t)fault.position);
    return true;
}

void key_json_parse(Slice text, const char *path, KeyStore *store, KeyReport *report)
{
    Reader reader = {.text = text, .line = 1, .path = path, .store = store, .report = report};
    bool go_on = true;
    while (go_on && (peek(&reader) != '\0' || reader.at < text.len)) {
        switch (peek(&reader)) {
        case '[':
            go_on = read_array(&reader);
            break;
        case '{':
            go_on = read_lone_object(&reader) || read_map(&reader);
            break;
        default:
            go_on = broken(&reader, "not JSON; reading ends here");
        }
    }
}
