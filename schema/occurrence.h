/* occurrence.h - cuts a message out of a file again: offset, length, compression, mbox quoting.
 *
 * What both programs agree on of where a message lies; the finding of boundaries is
 * indexer/source. Opens files read-only.
 *
 * Memory: results are the caller's. Errors: G_FILE_ERROR or BYTE_STREAM_ERROR, prefixed with
 * the path.
 */
#pragma once

#include <glib.h>

#include "schema/slice.h"

typedef enum { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_COUNT } Compression;

/* How "From " lines inside a message are marked in its mbox, and so what must be undone. */
typedef enum {
    QUOTING_NONE,
    QUOTING_MBOXO,  /* a line ">From " was "From " */
    QUOTING_MBOXRD, /* one ">" was added before every ">*From " */
    QUOTING_COUNT
} Quoting;

/* Whether undoing the quoting would change anything. Linear. */
bool occurrence_is_quoted(Slice text, Quoting quoting);

/* Undoes mbox quoting in place. Returns: the new length. Linear. */
size_t occurrence_unquote(char *bytes, size_t length, Quoting quoting);

/* Reads `length` bytes from `offset` of a file (uncompressed bytes) and undoes the quoting.
 * Returns: (transfer full) NULL with `error`; a file that ends too early is an error. */
GBytes *occurrence_extract(const char *path, Compression compression, uint64_t offset,
                           uint64_t length, Quoting quoting, GError **error);

/* Keeps the file of the last call open, for occurrences in the order of their file: a
 * compressed one is then inflated once. */
typedef struct OccurrenceReader OccurrenceReader;

OccurrenceReader *occurrence_reader_new(void);
void occurrence_reader_free(OccurrenceReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OccurrenceReader, occurrence_reader_free)

/* As occurrence_extract. */
GBytes *occurrence_reader_extract(OccurrenceReader *reader, const char *path,
                                  Compression compression, uint64_t offset, uint64_t length,
                                  Quoting quoting, GError **error);

/* The words that the archive holds, "none gzip" and "none mboxo mboxrd". The parse functions
 * return false for any other word. */
const char *compression_word(Compression compression);
const char *quoting_word(Quoting quoting);
bool compression_parse(const char *word, Compression *ret_compression);
bool quoting_parse(const char *word, Quoting *ret_quoting);
