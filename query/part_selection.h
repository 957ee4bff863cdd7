/* part_selection.h - which parts of a message a person means, and their bytes.
 *
 * "2.1" is an IMAP part number, "@3" the third attachment as show lists them: a uuencoded file
 * has the number of the text that it is in, so the number alone may name several.
 *
 * Memory: a SelectedPart borrows from the MessageView and the MessageFiles.
 */
#pragma once

#include "query/message_file.h"
#include "query/message_view.h"

typedef struct {
    const ViewAttachment *attachment; /* NULL when the part is none: text of the message */
    guint position;                   /* of the attachment, from 1; 0 without */
    const char *number;
    bool is_found; /* its bytes are there, and are those that the archive knows */
    Slice bytes;
} SelectedPart;

/* Adds what `word` names to `parts` (SelectedPart), once. Returns: false when it is neither a
 * part number nor the place of an attachment. */
bool part_selection_add(const MessageView *view, const char *word, GArray *parts);

/* Adds all attachments. */
void part_selection_add_all(const MessageView *view, GArray *parts);

/* Reads the bytes of all `parts` from `message`. Those of attachments must have the archive's
 * SHA-256. Returns: (transfer full) what the bytes borrow from; NULL with `error`. */
MessageFiles *part_selection_read(GBytes *message, GArray *parts, GError **error);
