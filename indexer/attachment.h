/* attachment.h - one attachment: name, types, size and SHA-256 of its decoded bytes.
 *
 * Decoded in blocks: no attachment is ever held in memory.
 *
 * Memory: a reader keeps its block between messages; results are kept in the record's arena.
 * Errors: none; bad-transfer-encoding and too-many-parts are added to the record.
 * Limits: as many attachments as there may be parts.
 */
#pragma once

#include "schema/part_walker.h"
#include "schema/record.h"

typedef struct AttachmentReader AttachmentReader;

/* Returns: (transfer full). */
AttachmentReader *attachment_reader_new(void);

/* Accepts NULL. */
void attachment_reader_free(AttachmentReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AttachmentReader, attachment_reader_free)

/* Appends a leaf, or a message that has ended, to record->attachments. */
void attachment_reader_add(AttachmentReader *reader, const Part *part, MailRecord *record);

/* Appends a uuencoded file that was found inside a text part: `lines` begin after its "begin"
 * line. */
void attachment_reader_add_uuencoded(AttachmentReader *reader, const Part *part, Slice name,
                                     Slice lines, MailRecord *record);
