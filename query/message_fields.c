/* SPDX-License-Identifier: MIT */
#include "query/message_fields.h"

#include "query/confined.h"
#include "query/message_part.h"
#include "schema/utf8_text.h"

static gpointer prepare(void)
{
    return message_part_reader_new();
}

static void work(gpointer prepared, gpointer input, ConfinedSink *sink)
{
    EncodedWordDecoder *words = message_part_reader_words(prepared);
    gsize size = 0;
    const char *data = g_bytes_get_data(input, &size);
    RawMessage message = {0};
    ProblemSet ignored = 0;
    g_autoptr(GString) line = g_string_new(NULL);
    raw_message_parse(&message, slice_of(data, size));
    for (size_t i = 0; i < message.n_fields; i++) {
        const RawField *field = &message.fields[i];
        g_string_truncate(line, 0);
        utf8_text_append(line, field->name);
        g_string_append(line, ": ");
        encoded_word_decoder_append(words, field->value, line, &ignored);
        g_string_append_c(line, '\n');
        confined_write(sink, line->str, line->len);
    }
    raw_message_clear(&message);
}

GBytes *message_fields_read(GBytes *message, GError **error)
{
    static const ConfinedJob job = {prepare, work};
    return confined_run(&job, message, error);
}
