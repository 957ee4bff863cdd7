/* message_file.h - the decoded bytes of a message's parts, read by a confined child.
 *
 * Memory: a MessageFiles owns all bytes. Errors: CONFINED_ERROR.
 */
#pragma once

#include "query/message_part.h"

typedef struct {
    MessagePartKind kind;
    char number[64]; /* IMAP part number */
    Slice bytes;     /* decoded */
} MessageFile;

typedef struct {
    GBytes *output; /* what `bytes` borrows from */
    GArray *files;  /* MessageFile, in the order of the mail */
} MessageFiles;

/* Reads the parts whose numbers are in the set `numbers` (char *). Returns: (transfer full)
 * NULL with `error`; parts that are not there are left out. */
MessageFiles *message_files_read(GBytes *message, GHashTable *numbers, GError **error);

/* Accepts NULL. */
void message_files_free(MessageFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageFiles, message_files_free)
