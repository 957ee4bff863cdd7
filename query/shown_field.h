/* shown_field.h - the header fields that a reader of a message goes by, and which of them a
 * signature covers.
 *
 * Counts field names in raw bytes, and knows no more of a header: what fields say was read when
 * the message was indexed. RFC 6376 section 5.4.2: one mention in h= covers one instance, from
 * the bottom of the header up.
 */
#pragma once

#include "query/message_view.h"
#include "schema/slice.h"

typedef enum {
    SHOWN_FROM,
    SHOWN_SENDER,
    SHOWN_REPLY_TO,
    SHOWN_TO,
    SHOWN_CC,
    SHOWN_SUBJECT,
    SHOWN_DATE,
    SHOWN_MESSAGE_ID,
    SHOWN_CONTENT_TYPE,
    SHOWN_MIME_VERSION,
    SHOWN_FIELD_COUNT
} ShownField;

/* How often each occurs; -1 when that is not known. */
typedef struct {
    int present[SHOWN_FIELD_COUNT];
} ShownFields;

/* "From", "Message-ID". Returns: (transfer none) a constant. */
const char *shown_field_name(ShownField field);

/* Counts the fields of a message's exact bytes, up to the blank line. */
ShownFields shown_fields_count(Slice bytes);

/* What the archive alone says: whether a field is there, for those that it keeps. */
ShownFields shown_fields_of_view(const MessageView *view);

/* How often h= names the field. */
int shown_field_signed(ShownField field, const char *signed_fields);
