/* SPDX-License-Identifier: MIT */
#include "indexer/attachment.h"

#include <openssl/evp.h>

#include "schema/sniff.h"
#include "schema/utf8_text.h"

/* uuencoded files inside text are no parts, and must not be without number either. */
#define ATTACHMENT_MAX PART_COUNT_MAX

/* One block fits the second-level cache and makes the cost of each call vanish. */
#define BLOCK_BYTES ((size_t)64 << 10)

struct AttachmentReader {
    EVP_MD_CTX *digest;
    EVP_MD *sha256;
    char block[BLOCK_BYTES];
};

AttachmentReader *attachment_reader_new(void)
{
    AttachmentReader *reader = g_new0(AttachmentReader, 1);
    reader->digest = EVP_MD_CTX_new();
    reader->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    g_assert(reader->digest != NULL && reader->sha256 != NULL);
    return reader;
}

void attachment_reader_free(AttachmentReader *reader)
{
    if (reader == NULL) {
        return;
    }
    EVP_MD_CTX_free(reader->digest);
    EVP_MD_free(reader->sha256);
    g_free(reader);
}

/* Decodes, hashes and sniffs. Size, hash and sniffed type of `entry` are set. */
static void read_bytes(AttachmentReader *reader, TransferEncoding encoding, Slice bytes,
                       RecordAttachment *entry, MailRecord *record)
{
    TransferDecoder decoder;
    const char *type = NULL;
    bool is_sniffed = false;
    transfer_decoder_init(&decoder, encoding);
    int ok = EVP_DigestInit_ex2(reader->digest, reader->sha256, NULL);
    while (bytes.len > 0) {
        const size_t length =
            transfer_decoder_run(&decoder, &bytes, reader->block, BLOCK_BYTES);
        if (!is_sniffed && length > 0) {
            const Slice begin = slice_of(reader->block, MIN(length, SNIFF_BYTES));
            type = sniff_type(begin, bytes.len == 0 && length <= SNIFF_BYTES);
            is_sniffed = true;
        }
        ok &= EVP_DigestUpdate(reader->digest, reader->block, length);
        entry->size += length;
    }
    transfer_decoder_finish(&decoder);
    ok &= EVP_DigestFinal_ex(reader->digest, entry->sha256, NULL);
    /* SHA-256 fails only when OpenSSL itself is broken. */
    g_assert(ok == 1);
    if (decoder.is_damaged) {
        problem_set_add(&record->problems, PROBLEM_BAD_TRANSFER_ENCODING);
    }
    entry->sniffed_type = slice_of_string(type);
}

static bool has_room(MailRecord *record)
{
    if (record->attachments->len < ATTACHMENT_MAX) {
        return true;
    }
    problem_set_add(&record->problems, PROBLEM_TOO_MANY_PARTS);
    return false;
}

static Slice keep_string(MailRecord *record, const GString *string)
{
    return mail_record_keep(record, slice_of(string->str, string->len));
}

static Slice keep_type(MailRecord *record, const ContentHeader *content)
{
    char type[256];
    if (content->type->len == 0) {
        return SLICE_EMPTY;
    }
    const int length =
        g_snprintf(type, sizeof type, "%s/%s", content->type->str, content->subtype->str);
    return mail_record_keep(record, slice_of(type, MIN((size_t)length, sizeof type - 1)));
}

/* Shown in the text: said so, or fetched by the HTML beside it (RFC 2387, RFC 2392). */
static bool is_inline(const Part *part)
{
    const ContentHeader *content = &part->content;
    return content->disposition == DISPOSITION_INLINE ||
           (content->disposition == DISPOSITION_NONE && part->in_related &&
            content->id->len > 0);
}

void attachment_reader_add(AttachmentReader *reader, const Part *part, MailRecord *record)
{
    const ContentHeader *content = &part->content;
    if (!has_room(record)) {
        return;
    }
    RecordAttachment entry = {
        .part = mail_record_keep(record, slice_of_string(part->number)),
        .name = keep_string(record, content->name),
        .declared_type = keep_type(record, content),
        .content_id = keep_string(record, content->id),
        .is_inline = is_inline(part),
    };
    Slice bytes = part->bytes;
    if (content->encoding == TRANSFER_UUENCODE) {
        bytes = transfer_skip_uu_begin(bytes);
    }
    read_bytes(reader, content->encoding, bytes, &entry, record);
    g_array_append_val(record->attachments, entry);
}

void attachment_reader_add_uuencoded(AttachmentReader *reader, const Part *part, Slice name,
                                     Slice lines, MailRecord *record)
{
    if (!has_room(record)) {
        return;
    }
    RecordAttachment entry = {
        .part = mail_record_keep(record, slice_of_string(part->number)),
        .name = mail_record_keep(record, name),
    };
    read_bytes(reader, TRANSFER_UUENCODE, lines, &entry, record);
    g_array_append_val(record->attachments, entry);
}
