/* source.h - from a path on the command line to messages: which files, what kind, where each
 * message lies.
 *
 * Kinds are told apart by looking, never by extension: mbox in its dialects (mboxo, mboxrd,
 * mboxcl, mboxcl2; RFC 4155 and qmail's mbox(5)), Maildir (cur and new, sub-folders, flags),
 * MH, single messages, gzip'd mbox or message, and folder trees of any mixture. Finds
 * boundaries only; what a sender wrote is never parsed here. Sources are opened read-only.
 *
 * Adding a kind is a SourceKind, a SourceReaderClass and a line in the table of source.c.
 *
 * Memory: entries own their strings. Message bytes are read straight into the caller's window.
 * Errors: BYTE_STREAM_ERROR or G_FILE_ERROR, prefixed with the path.
 * Limits: SOURCE_MESSAGE_MAX bytes of one message are kept in the window; the rest is hashed.
 * Threads: one reader a thread.
 */
#pragma once

#include "schema/occurrence.h"
#include "schema/problem.h"
#include "schema/record.h"

/* Largest message that is handed on whole. Mail servers refuse far smaller ones; a window must
 * hold this and SOURCE_WINDOW_SLACK. */
#define SOURCE_MESSAGE_MAX  ((size_t)256 << 20)
#define SOURCE_WINDOW_SLACK ((size_t)4 << 20)

typedef enum { SOURCE_KIND_MBOX, SOURCE_KIND_MESSAGE, SOURCE_KIND_OTHER } SourceKind;
typedef enum {
    SOURCE_CONTAINER_FILE,
    SOURCE_CONTAINER_MAILDIR,
    SOURCE_CONTAINER_MH
} SourceContainer;
typedef enum {
    MBOX_DIALECT_NONE, /* no mbox */
    MBOX_DIALECT_MBOXO,
    MBOX_DIALECT_MBOXRD,
    MBOX_DIALECT_MBOXCL,
    MBOX_DIALECT_MBOXCL2
} MboxDialect;

/* One file to read. */
typedef struct {
    char *path;     /* to open */
    char *relative; /* below the source; "" when the source is the file */
    char *folder;   /* mail folder that the file lies in (folder_name.h); may be "" */
    char *flags;    /* Maildir flags as in the file name, e.g. "RS"; may be "" */
    SourceContainer container;
    uint64_t stored_size; /* bytes on disk */
    int64_t mtime_ns;
} SourceEntry;

void source_entry_free(SourceEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SourceEntry, source_entry_free)

/* Called for each entry in turn. Takes the entry. Returns: false to stop. */
typedef bool (*SourceEntryFunc)(SourceEntry *entry, gpointer user_data);

/* Called for a file or folder below the root that cannot be read. `message` names the path. */
typedef void (*SourceTroubleFunc)(const char *path, const char *message, gpointer user_data);

/* Walks `root` (a file or a folder) and calls `entry` for each regular file, in an order that
 * depends on names only (numbers by value, as MH counts; else by bytes). Nothing is passed over
 * but symbolic links below the root: what they lead to is read where it lies. Returns: false
 * with `error` when the root cannot be read, true otherwise. */
bool source_walk(const char *root, SourceEntryFunc entry, SourceTroubleFunc trouble,
                 gpointer user_data, GError **error);

/* What the reader of a file found out about it. */
typedef struct {
    SourceKind kind; /* SOURCE_KIND_OTHER: no mail; the whole file is one damaged span */
    Compression compression;
    MboxDialect dialect; /* for mbox: of the file, as far as it was read */
} SourceFacts;

/* Where bytes are put: the caller's memory, e.g. a slot shared with a worker. */
typedef struct {
    char *base;
    size_t capacity; /* at least SOURCE_MESSAGE_MAX + SOURCE_WINDOW_SLACK */
    size_t used;     /* bytes taken so far */
} SourceWindow;

typedef enum { SPAN_MESSAGE, SPAN_DAMAGED } SpanKind;

/* One run of a file's mail bytes. Offsets count uncompressed bytes. The spans of a file, with
 * their separators, follow each other without gap or overlap from 0 to the file's size. */
typedef struct {
    SpanKind kind;
    uint64_t offset;           /* of the message's first byte, after separator_before */
    uint64_t length;           /* of the message, quoting still on */
    uint64_t separator_before; /* From_ line and its line end */
    uint64_t separator_after;  /* the blank line before the next From_ line, if there is one */
    Quoting quoting;
    ProblemSet problems; /* FROM_LINE_SUSPECT, BAD_CONTENT_LENGTH, MESSAGE_TOO_LARGE */
    const char *reason;  /* of a damaged span: constant words */

    size_t envelope_at;     /* From_ line in the window, without line end; */
    size_t envelope_length; /* 0 when there is none */
    size_t bytes_at;        /* message bytes in the window; */
    size_t bytes_length;    /* less than length only with MESSAGE_TOO_LARGE */
    bool has_sha256; /* only with MESSAGE_TOO_LARGE: hash and size of the whole message, */
    uint8_t sha256[SHA256_BYTES]; /* after undoing the quoting */
    uint64_t unquoted_length;
} SourceSpan;

typedef struct SourceReader SourceReader;

/* Opens a file, looks what it is, and goes to `resume_at` (0, or the end of a span that was
 * handed out before, separators included). `dialect` is what an earlier run found, or NONE.
 * Returns: (transfer full), NULL with `error`. */
SourceReader *source_reader_open(const SourceEntry *entry, uint64_t resume_at,
                                 MboxDialect dialect, GError **error);

/* Accepts NULL. */
void source_reader_free(SourceReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SourceReader, source_reader_free)

/* What is known so far. Returns: (transfer none). */
const SourceFacts *source_reader_facts(const SourceReader *reader);

typedef enum {
    SOURCE_READ_SPANS, /* spans were appended; there may be more */
    SOURCE_READ_END,   /* nothing left; nothing was appended */
    SOURCE_READ_ERROR  /* `error` is set; the spans handed out before are good */
} SourceRead;

/* Reads on, until `window->used` reaches `target` bytes, or `max_spans` spans were appended, or
 * the file ends, and appends whole messages to `spans` (SourceSpan). At least one span is
 * appended unless the file has ended: a message larger than `target` is read whole. What was
 * read of an unfinished message is kept by the reader for the next call. */
SourceRead source_reader_next(SourceReader *reader, SourceWindow *window, size_t target,
                              size_t max_spans, GArray *spans, GError **error);

/* Uncompressed bytes that were handed out as spans and separators. */
uint64_t source_reader_position(const SourceReader *reader);

/* Bytes on disk that were consumed, for a progress display. */
uint64_t source_reader_stored_position(const SourceReader *reader);

/* The words that the archive holds. Returns: (transfer none) a constant. */
const char *source_kind_word(SourceKind kind);                /* mbox message other */
const char *source_container_word(SourceContainer container); /* file maildir mh */
const char *mbox_dialect_word(MboxDialect dialect);
