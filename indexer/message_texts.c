/* SPDX-License-Identifier: MIT */
#include "indexer/message_texts.h"

#include "schema/fold.h"

void message_texts_init(MessageTexts *texts)
{
    *texts = (MessageTexts){
        .sender = g_string_new(NULL),
        .recipients = g_string_new(NULL),
        .attachment_names = g_string_new(NULL),
    };
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        texts->folded[i] = g_string_new(NULL);
    }
}

static void free_string(GString *string)
{
    if (string != NULL) {
        g_string_free(string, true);
    }
}

void message_texts_clear(MessageTexts *texts)
{
    free_string(texts->sender);
    free_string(texts->recipients);
    free_string(texts->attachment_names);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        free_string(texts->folded[i]);
    }
    *texts = (MessageTexts){0};
}

static void append_line(GString *text, Slice first, Slice second)
{
    g_string_append_len(text, first.ptr, (gssize)first.len);
    if (first.len > 0 && second.len > 0) {
        g_string_append_c(text, ' ');
    }
    g_string_append_len(text, second.ptr, (gssize)second.len);
    g_string_append_c(text, '\n');
}

static Slice string_slice(const GString *string)
{
    return slice_of(string->str, string->len);
}

void message_texts_collect(MessageTexts *texts, const MailRecord *record)
{
    g_string_truncate(texts->sender, 0);
    g_string_truncate(texts->recipients, 0);
    g_string_truncate(texts->attachment_names, 0);
    for (guint i = 0; i < record->addresses->len; i++) {
        const RecordAddress *entry = &g_array_index(record->addresses, RecordAddress, i);
        bool sends = entry->role == ADDRESS_FROM || entry->role == ADDRESS_SENDER;
        append_line(sends ? texts->sender : texts->recipients, entry->name, entry->address);
    }
    for (guint i = 0; i < record->attachments->len; i++) {
        const RecordAttachment *entry =
            &g_array_index(record->attachments, RecordAttachment, i);
        if (entry->name.len > 0) {
            append_line(texts->attachment_names, entry->name, SLICE_EMPTY);
        }
    }
    texts->texts[TEXT_SUBJECT] = record->subject;
    texts->texts[TEXT_SENDER] = string_slice(texts->sender);
    texts->texts[TEXT_RECIPIENTS] = string_slice(texts->recipients);
    texts->texts[TEXT_ATTACHMENT_NAMES] = string_slice(texts->attachment_names);
    texts->texts[TEXT_BODY] = record->body;
    texts->texts[TEXT_ATTACHMENT_TEXT] = record->attachment_text;
}

void message_texts_fold(MessageTexts *texts)
{
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        if (fold_needed(texts->texts[i])) {
            g_string_truncate(texts->folded[i], 0);
            fold_append(texts->folded[i], texts->texts[i]);
            texts->texts[i] = string_slice(texts->folded[i]);
        }
    }
}
