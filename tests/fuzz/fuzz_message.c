/* SPDX-License-Identifier: MIT */
#include "indexer/mail_processor.h"
#include "schema/record_codec.h"
#include "tests/fuzz/mime_mutator.h"
#include "tests/fuzz/rfc_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return seed % 3 == 0 ? LLVMFuzzerMutate(data, size, max_size)
                         : mime_mutator_run(data, size, max_size, seed);
}

/* Far more than a record of the largest input takes. */
#define RECORD_BYTES_MAX ((size_t)32 << 20)

/* Returns: the record as it goes to the writer, in `room`. */
static Slice read_mail(MailProcessor *processor, Slice bytes, Care care, char *room)
{
    static const char envelope[] = "a@b.example Thu Mar  2 10:00:00 2017";
    MailRecord record;
    mail_record_init(&record);
    mail_processor_keep_quoted(processor, bytes);
    mail_processor_run(processor, bytes, SLICE_LITERAL(envelope), care, &record);
    g_assert(record.size == bytes.len);
    const size_t length = record_encode(&record, room, RECORD_BYTES_MAX);
    g_assert(length > 0);
    mail_record_destroy(&record);
    return slice_of(room, length);
}

/* The whole of what a worker does: any bytes give a record that its reader takes, and the same
 * record again, whatever mail was read before. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static MailProcessor *processor;
    static char first_room[RECORD_BYTES_MAX];
    static char room[RECORD_BYTES_MAX];
    if (processor == NULL) {
        processor = mail_processor_new(rfc_keys_new());
    }
    const Slice bytes = slice_of((const char *)data, size);
    const Slice first = read_mail(processor, bytes, CARE_FULL, first_room);
    MailRecord record;
    mail_record_init(&record);
    g_assert(record_decode(first, false, &record));
    mail_record_destroy(&record);
    read_mail(processor, bytes, CARE_HEADER_ONLY, room);
    const Slice again = read_mail(processor, bytes, CARE_FULL, room);
    g_assert(slice_equal(first, again));
    return 0;
}
