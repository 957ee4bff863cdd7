/* SPDX-License-Identifier: MIT */
#include "indexer/source.h"

#include "indexer/source_reader.h"
#include "schema/mbox_separator.h"

/* What is read of a file to see what it is. */
#define LOOK_BYTES ((size_t)64 << 10)

static const SourceReaderClass *const classes[] = {
    [SOURCE_KIND_MBOX] = &mbox_reader_class,
    [SOURCE_KIND_MESSAGE] = &message_reader_class,
    [SOURCE_KIND_OTHER] = &other_reader_class,
};

void source_entry_free(SourceEntry *entry)
{
    if (entry == NULL) {
        return;
    }
    g_free(entry->path);
    g_free(entry->relative);
    g_free(entry->folder);
    g_free(entry->flags);
    g_free(entry);
}

const char *source_kind_word(SourceKind kind)
{
    static const char *const words[] = {"mbox", "message", "other"};
    g_assert(kind < G_N_ELEMENTS(words));
    return words[kind];
}

const char *source_container_word(SourceContainer container)
{
    static const char *const words[] = {"file", "maildir", "mh"};
    g_assert(container < G_N_ELEMENTS(words));
    return words[container];
}

const char *mbox_dialect_word(MboxDialect dialect)
{
    static const char *const words[] = {"none", "mboxo", "mboxrd", "mboxcl", "mboxcl2"};
    g_assert(dialect < G_N_ELEMENTS(words));
    return words[dialect];
}

bool source_fill_more(SourceReader *reader, SourceFill *fill)
{
    size_t wanted = MIN(SOURCE_READ_BYTES, fill->capacity - fill->filled);
    if (reader->at_end || wanted == 0) {
        return false;
    }
    gssize n_read = byte_stream_read(reader->stream, fill->base + fill->filled, wanted,
                                     reader->trouble == NULL ? &reader->trouble : NULL);
    if (n_read <= 0) {
        reader->at_end = true;
        return false;
    }
    fill->filled += (size_t)n_read;
    return true;
}

void source_fill_to(SourceReader *reader, SourceFill *fill, size_t length)
{
    while (fill->filled < length && source_fill_more(reader, fill)) {
    }
}

/* Header fields that mail has; one of them makes text with header-like lines a message. */
static bool is_mail_field(Slice line)
{
    static const char *const names[] = {
        "from",
        "to",
        "subject",
        "date",
        "received",
        "message-id",
        "return-path",
        "delivered-to",
        "mime-version",
        "content-type",
        "sender",
        "reply-to",
        "cc",
        "envelope-to",
        "x-original-to",
        "x-mailer",
        "dkim-signature",
    };
    const char *colon = line.len == 0 ? NULL : memchr(line.ptr, ':', line.len);
    size_t length = colon == NULL ? 0 : (size_t)(colon - line.ptr);
    while (length > 0 && (line.ptr[length - 1] == ' ' || line.ptr[length - 1] == '\t')) {
        length--;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (slice_equal_nocase(slice_of(line.ptr, length), slice_of_string(names[i]))) {
            return true;
        }
    }
    return false;
}

static Slice next_line(Slice *rest)
{
    Slice line = mbox_separator_first_line(*rest);
    const char *end = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
    *rest = end == NULL ? SLICE_EMPTY : slice_from(*rest, (size_t)(end + 1 - rest->ptr));
    return line;
}

/* Whether the text before the first blank line is a mail header: it begins with a field (or a
 * From_ line, escaped perhaps), and has one that mail has. */
static bool looks_like_message(Slice text)
{
    Slice rest = mbox_separator_skip_lead(text);
    Slice line = next_line(&rest);
    if (slice_starts_with(line, SLICE_LITERAL("From ")) ||
        slice_starts_with(line, SLICE_LITERAL(">From "))) {
        line = next_line(&rest);
    }
    if (!mbox_separator_is_field_line(line)) {
        return false;
    }
    for (; line.len > 0; line = next_line(&rest)) {
        if (is_mail_field(line)) {
            return true;
        }
    }
    return false;
}

static bool looks_like_mbox(Slice text)
{
    Slice rest = mbox_separator_skip_lead(text);
    Slice line = next_line(&rest);
    Slice second = mbox_separator_first_line(rest);
    return mbox_separator_is_from_line(line) &&
           (second.len == 0 || mbox_separator_is_field_line(second) ||
            mbox_separator_is_from_line(second) ||
            slice_starts_with(second, SLICE_LITERAL(">From ")));
}

/* What was named, or lies where only mail lies, is a message when it could be text at all. */
static bool benefit_of_doubt(const SourceEntry *entry, Slice text)
{
    bool trusted = entry->container != SOURCE_CONTAINER_FILE || *entry->relative == '\0';
    return trusted && (text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL);
}

static SourceKind detect_kind(const SourceEntry *entry, Slice text)
{
    if (entry->container != SOURCE_CONTAINER_MAILDIR && looks_like_mbox(text)) {
        return SOURCE_KIND_MBOX;
    }
    if (looks_like_message(text) || benefit_of_doubt(entry, text)) {
        return SOURCE_KIND_MESSAGE;
    }
    return SOURCE_KIND_OTHER;
}

/* Reads the beginning into `pending` and looks at it. Damaged data that gives no byte at all is
 * no mail, and said at the end as for any other damage; a disk that fails is an error. */
static bool look(SourceReader *reader, const SourceEntry *entry, GError **error)
{
    g_byte_array_set_size(reader->pending, LOOK_BYTES);
    gssize n_read = byte_stream_read(reader->stream, (char *)reader->pending->data, LOOK_BYTES,
                                     &reader->trouble);
    g_byte_array_set_size(reader->pending, (guint)MAX(n_read, 0));
    if (n_read < 0) {
        reader->facts.kind = SOURCE_KIND_OTHER;
        reader->at_end = true;
        if (g_error_matches(reader->trouble, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_DAMAGED)) {
            return true;
        }
        g_propagate_error(error, g_steal_pointer(&reader->trouble));
        return false;
    }
    Slice text = slice_of((const char *)reader->pending->data, (size_t)n_read);
    reader->facts.kind = detect_kind(entry, text);
    if (reader->facts.kind == SOURCE_KIND_MBOX) {
        reader->facts.dialect = MBOX_DIALECT_MBOXRD;
    }
    return true;
}

/* Goes on where an interrupted run stopped. */
static bool resume(SourceReader *reader, uint64_t resume_at, MboxDialect dialect,
                   GError **error)
{
    if (resume_at == 0) {
        return true;
    }
    if (resume_at < reader->pending->len) {
        g_byte_array_remove_range(reader->pending, 0, (guint)resume_at);
    } else {
        g_byte_array_set_size(reader->pending, 0);
        if (!byte_stream_skip_to(reader->stream, resume_at, error)) {
            return false;
        }
    }
    reader->position = resume_at;
    reader->facts.dialect = MAX(reader->facts.dialect, dialect);
    reader->done = reader->facts.kind != SOURCE_KIND_MBOX;
    return true;
}

SourceReader *source_reader_open(const SourceEntry *entry, uint64_t resume_at,
                                 MboxDialect dialect, GError **error)
{
    g_autoptr(SourceReader) reader = g_new0(SourceReader, 1);
    reader->pending = g_byte_array_new();
    reader->stored_size = entry->stored_size;
    reader->mtime_ns = entry->mtime_ns;
    reader->path = g_strdup(entry->path);
    reader->stream = byte_stream_open(entry->path, error);
    if (reader->stream == NULL) {
        return NULL;
    }
    reader->facts.compression = byte_stream_compression(reader->stream);
    if (!look(reader, entry, error) || !resume(reader, resume_at, dialect, error)) {
        return NULL;
    }
    reader->class = classes[reader->facts.kind];
    return g_steal_pointer(&reader);
}

void source_reader_free(SourceReader *reader)
{
    if (reader == NULL) {
        return;
    }
    byte_stream_free(reader->stream);
    g_free(reader->path);
    g_clear_error(&reader->trouble);
    g_byte_array_unref(reader->pending);
    g_free(reader);
}

const SourceFacts *source_reader_facts(const SourceReader *reader)
{
    return &reader->facts;
}

uint64_t source_reader_position(const SourceReader *reader)
{
    return reader->position;
}

uint64_t source_reader_stored_position(const SourceReader *reader)
{
    return byte_stream_stored_position(reader->stream);
}

SourceRead source_reader_next(SourceReader *reader, SourceWindow *window, size_t target,
                              size_t max_spans, GArray *spans, GError **error)
{
    SourceFill fill = {
        .base = window->base + window->used,
        .at_in_window = window->used,
        .capacity = window->capacity - window->used,
        .target = target > window->used ? target - window->used : 1,
        .max_spans = MAX(max_spans, 1),
    };
    g_assert(fill.capacity >= SOURCE_MESSAGE_MAX + SOURCE_WINDOW_SLACK / 2);
    fill.filled = reader->pending->len;
    if (fill.filled > 0) {
        memcpy(fill.base, reader->pending->data, fill.filled);
        g_byte_array_set_size(reader->pending, 0);
    }
    SourceRead result = reader->class->next(reader, &fill, spans);
    if (fill.filled > fill.done) {
        g_byte_array_append(reader->pending, (const guint8 *)fill.base + fill.done,
                            (guint)(fill.filled - fill.done));
    }
    window->used += fill.done;
    if (result == SOURCE_READ_END && reader->trouble == NULL &&
        byte_stream_has_changed(reader->stream, reader->stored_size, reader->mtime_ns)) {
        g_set_error(&reader->trouble, BYTE_STREAM_ERROR, BYTE_STREAM_ERROR_CHANGED,
                    "%s: changed while it was read; the same command reads it again",
                    reader->path);
    }
    if (result == SOURCE_READ_END && reader->trouble != NULL) {
        g_propagate_error(error, g_steal_pointer(&reader->trouble));
        return SOURCE_READ_ERROR;
    }
    return result;
}
