/* message_texts.h - the text columns of one message, as message_text stores and message_fts
 * indexes them.
 *
 * Memory: the slices borrow from the record and from the MessageTexts, until the next call.
 * Threads: one object a thread.
 */
#pragma once

#include "schema/record.h"

/* In the order of the columns of message_text. */
typedef enum {
    TEXT_SUBJECT,
    TEXT_SENDER,
    TEXT_RECIPIENTS,
    TEXT_ATTACHMENT_NAMES,
    TEXT_BODY,
    TEXT_ATTACHMENT_TEXT,
    TEXT_COUNT
} TextColumn;

typedef struct {
    GString *sender;
    GString *recipients;
    GString *attachment_names;
    GString *folded[TEXT_COUNT];
    Slice texts[TEXT_COUNT]; /* what the last call found */
} MessageTexts;

void message_texts_init(MessageTexts *texts);

/* Accepts a zeroed object. */
void message_texts_clear(MessageTexts *texts);

/* Fills `texts->texts` with the columns of `record`: names and addresses one a line. */
void message_texts_collect(MessageTexts *texts, const MailRecord *record);

/* Folds what the tokenizer keeps (schema/fold.h) in `texts->texts`. */
void message_texts_fold(MessageTexts *texts);
