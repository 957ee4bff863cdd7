/* SPDX-License-Identifier: MIT */
#include "schema/record_codec.h"

/* One description of the format serves both directions: each record_*_fields function below
 * calls the codec for every field in turn, and the codec either writes or reads it. */
typedef struct {
    char *out;      /* writing: next byte; NULL when reading */
    const char *in; /* reading: next byte */
    size_t left;
    bool trusted;
    bool failed;
} Codec;

/* Inlined, so that a number is one move and not a call of memcpy: a record has hundreds. */
static G_ALWAYS_INLINE inline void codec_bytes(Codec *codec, void *value, size_t length)
{
    if (codec->failed || codec->left < length) {
        codec->failed = true;
        return;
    }
    g_assert(codec->out != NULL || codec->in != NULL);
    if (codec->out != NULL) {
        memcpy(codec->out, value, length);
        codec->out += length;
    } else {
        memcpy(value, codec->in, length);
        codec->in += length;
    }
    codec->left -= length;
}

static void codec_u64(Codec *codec, uint64_t *value)
{
    codec_bytes(codec, value, sizeof(*value));
}

static void codec_i64(Codec *codec, int64_t *value)
{
    codec_bytes(codec, value, sizeof(*value));
}

static void codec_u32(Codec *codec, uint32_t *value)
{
    codec_bytes(codec, value, sizeof(*value));
}

static void codec_bool(Codec *codec, bool *value)
{
    uint8_t byte = *value ? 1 : 0;
    codec_bytes(codec, &byte, 1);
    *value = byte == 1;
    codec->failed |= byte > 1;
}

/* An enum whose values are 0 .. count - 1. */
static uint8_t codec_enum(Codec *codec, unsigned value, unsigned count)
{
    uint8_t byte = (uint8_t)value;
    codec_bytes(codec, &byte, 1);
    if (byte >= count) {
        codec->failed = true;
        byte = 0;
    }
    return byte;
}

/* Raw bytes with their length; reading borrows. */
static void codec_raw(Codec *codec, Slice *value)
{
    uint64_t length = value->len;
    codec_u64(codec, &length);
    if (codec->failed || codec->left < length) {
        codec->failed = true;
        return;
    }
    if (codec->out != NULL) {
        if (length > 0) {
            memcpy(codec->out, value->ptr, length);
        }
        codec->out += length;
    } else {
        *value = slice_of(codec->in, length);
        codec->in += length;
    }
    codec->left -= length;
}

static void codec_text(Codec *codec, Slice *value)
{
    codec_raw(codec, value);
    if (codec->out == NULL && !codec->trusted && !codec->failed) {
        codec->failed = !record_text_is_valid(*value);
    }
}

static void codec_address(Codec *codec, void *entry)
{
    RecordAddress *address = entry;
    address->role = codec_enum(codec, address->role, ADDRESS_ROLE_COUNT);
    codec_text(codec, &address->name);
    codec_text(codec, &address->address);
}

static void codec_attachment(Codec *codec, void *entry)
{
    RecordAttachment *attachment = entry;
    codec_text(codec, &attachment->part);
    codec_text(codec, &attachment->name);
    codec_text(codec, &attachment->declared_type);
    codec_text(codec, &attachment->sniffed_type);
    codec_text(codec, &attachment->content_id);
    codec_u64(codec, &attachment->size);
    codec_bytes(codec, attachment->sha256, sizeof(attachment->sha256));
    codec_bool(codec, &attachment->is_inline);
}

static void codec_signature_tags(Codec *codec, RecordSignature *signature)
{
    codec_u32(codec, &signature->field);
    codec_text(codec, &signature->version);
    codec_text(codec, &signature->algorithm);
    codec_text(codec, &signature->domain);
    codec_text(codec, &signature->identity);
    codec_text(codec, &signature->selector);
    codec_text(codec, &signature->canonicalization);
    codec_text(codec, &signature->signed_fields);
    codec_i64(codec, &signature->body_length);
    codec_i64(codec, &signature->signed_at);
    codec_i64(codec, &signature->expires_at);
}

static void codec_signature(Codec *codec, void *entry)
{
    RecordSignature *signature = entry;
    codec_signature_tags(codec, signature);
    codec_u64(codec, &signature->body_bytes);
    codec_raw(codec, &signature->header_digest);
    codec_raw(codec, &signature->signature);
    signature->result = codec_enum(codec, signature->result, DKIM_RESULT_COUNT);
    codec_text(codec, &signature->reason);
    signature->header_ok = codec_enum(codec, signature->header_ok, TRI_YES + 1);
    signature->body_ok = codec_enum(codec, signature->body_ok, TRI_YES + 1);
    codec_bool(codec, &signature->aligned);
    codec_u32(codec, &signature->caveats);
    codec->failed |= signature->caveats >> CAVEAT_COUNT != 0;
    codec_i64(codec, &signature->key);
    signature->repair = codec_enum(codec, signature->repair, REPAIR_COUNT);
}

static void codec_arc_signature(Codec *codec, RecordArcSignature *signature)
{
    codec_text(codec, &signature->algorithm);
    codec_text(codec, &signature->domain);
    codec_text(codec, &signature->selector);
    codec_i64(codec, &signature->signed_at);
    codec_raw(codec, &signature->digest);
    codec_raw(codec, &signature->signature);
    signature->result = codec_enum(codec, signature->result, DKIM_RESULT_COUNT);
    codec_text(codec, &signature->reason);
    codec_u32(codec, &signature->caveats);
    codec->failed |= signature->caveats >> CAVEAT_COUNT != 0;
    codec_i64(codec, &signature->key);
}

static void codec_domainkeys(Codec *codec, void *entry)
{
    RecordDomainKeys *signature = entry;
    codec_u32(codec, &signature->field);
    codec_text(codec, &signature->algorithm);
    codec_text(codec, &signature->domain);
    codec_text(codec, &signature->selector);
    codec_text(codec, &signature->sender);
    codec_text(codec, &signature->canonicalization);
    codec_text(codec, &signature->signed_fields);
    codec_raw(codec, &signature->digest);
    codec_raw(codec, &signature->listed_digest);
    codec_raw(codec, &signature->signature);
    signature->result = codec_enum(codec, signature->result, DKIM_RESULT_COUNT);
    codec_text(codec, &signature->reason);
    codec_bool(codec, &signature->aligned);
    codec_u32(codec, &signature->caveats);
    codec->failed |= signature->caveats >> CAVEAT_COUNT != 0;
    codec_i64(codec, &signature->key);
}

static void codec_arc_set(Codec *codec, void *entry)
{
    RecordArcSet *set = entry;
    codec_u32(codec, &set->instance);
    set->cv = codec_enum(codec, set->cv, ARC_CV_COUNT);
    codec_text(codec, &set->authserv_id);
    codec_text(codec, &set->results);
    codec_arc_signature(codec, &set->seal);
    codec_arc_signature(codec, &set->message);
    codec_text(codec, &set->canonicalization);
    codec_text(codec, &set->signed_fields);
    codec_i64(codec, &set->body_length);
    codec_u64(codec, &set->body_bytes);
    set->body_ok = codec_enum(codec, set->body_ok, TRI_YES + 1);
}

static void codec_claim(Codec *codec, void *entry)
{
    RecordClaim *claim = entry;
    claim->field = codec_enum(codec, claim->field, CLAIM_FIELD_COUNT);
    codec_text(codec, &claim->authserv_id);
    codec_text(codec, &claim->method);
    codec_text(codec, &claim->result);
    codec_text(codec, &claim->reason);
    codec_text(codec, &claim->properties);
}

static void codec_list(Codec *codec, GArray *list, void (*entry)(Codec *, void *))
{
    uint32_t n_entries = list->len;
    codec_u32(codec, &n_entries);
    if (codec->failed || n_entries > RECORD_LIST_MAX) {
        codec->failed = true;
        return;
    }
    size_t size = g_array_get_element_size(list);
    for (uint32_t i = 0; i < n_entries && !codec->failed; i++) {
        if (codec->out == NULL) {
            g_array_set_size(list, i + 1);
            memset(list->data + i * size, 0, size);
        }
        entry(codec, list->data + i * size);
    }
}

static void codec_arc(Codec *codec, MailRecord *record)
{
    codec_list(codec, record->arc_sets, codec_arc_set);
    for (guint i = 0; i < record->arc_sets->len; i++) {
        const RecordArcSet *sets = (const RecordArcSet *)(void *)record->arc_sets->data;
        const uint32_t least = i == 0 ? 1 : sets[i - 1].instance + 1;
        codec->failed |= sets[i].instance < least || sets[i].instance > ARC_SET_MAX;
    }
    record->arc = codec_enum(codec, record->arc, ARC_RESULT_COUNT);
    codec_text(codec, &record->arc_reason);
}

static void codec_verdict(Codec *codec, Verdict *verdict)
{
    verdict->dkim = codec_enum(codec, verdict->dkim, MESSAGE_DKIM_COUNT);
    verdict->level = codec_enum(codec, verdict->level, LEVEL_COUNT);
    codec_u32(codec, &verdict->caveats);
    codec->failed |= verdict->caveats >> CAVEAT_COUNT != 0;
    uint64_t best = verdict->best;
    codec_u64(codec, &best);
    verdict->best = best;
}

/* What is searched, and what stands before it. */
static void codec_searched(Codec *codec, MailRecord *record)
{
    codec_bytes(codec, record->sha256, sizeof(record->sha256));
    codec_u64(codec, &record->size);
    codec_bool(codec, &record->has_date);
    codec_i64(codec, &record->date);
    record->date_source = codec_enum(codec, record->date_source, DATE_SOURCE_COUNT);
    codec_bytes(codec, &record->date_offset_minutes, sizeof(record->date_offset_minutes));
    codec_bool(codec, &record->has_received_at);
    codec_i64(codec, &record->received_at);
    codec_text(codec, &record->message_id);
    codec_text(codec, &record->in_reply_to);
    codec_text(codec, &record->references);
    codec_text(codec, &record->subject);
    codec_text(codec, &record->body);
    codec_text(codec, &record->attachment_text);
    record->language = codec_enum(codec, record->language, LANGUAGE_COUNT);
    codec_list(codec, record->addresses, codec_address);
    codec_list(codec, record->attachments, codec_attachment);
}

static void codec_record(Codec *codec, MailRecord *record)
{
    codec_searched(codec, record);
    codec_list(codec, record->signatures, codec_signature);
    codec_verdict(codec, &record->verdict);
    codec_arc(codec, record);
    codec_list(codec, record->domainkeys, codec_domainkeys);
    codec_list(codec, record->claims, codec_claim);
    codec_u64(codec, &record->problems);
    codec->failed |= record->problems >> (PROBLEM_COUNT - 1) > 1;
}

size_t record_encode(const MailRecord *record, char *out, size_t capacity)
{
    MailRecord copy = *record; /* the codec reads and writes through one pointer type */
    Codec codec = {.out = out, .left = capacity};
    codec_record(&codec, &copy);
    return codec.failed ? 0 : capacity - codec.left;
}

bool record_decode(Slice flat, bool trusted, MailRecord *record)
{
    Codec codec = {.in = flat.ptr, .left = flat.len, .trusted = trusted};
    codec_record(&codec, record);
    return !codec.failed && codec.left == 0;
}

bool record_decode_searched(Slice flat, MailRecord *record)
{
    Codec codec = {.in = flat.ptr, .left = flat.len, .trusted = true};
    codec_searched(&codec, record);
    return !codec.failed;
}

/* The length of the UTF-8 sequence that begins at `at` with a byte above 127; 0 when it is none
 * (RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t sequence_length(const uint8_t *at, size_t left)
{
    if (at[0] < 0xC2 || at[0] > 0xF4) {
        return 0;
    }
    size_t length = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (left < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xF0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xED && at[1] > 0x9F;
    bool too_large = at[0] == 0xF4 && at[1] > 0x8F;
    return overlong || surrogate || too_large ? 0 : length;
}

bool record_text_is_valid(Slice text)
{
    const uint8_t *bytes = (const uint8_t *)text.ptr;
    size_t at = 0;
    while (at < text.len) {
        uint64_t word = 0;
        while (text.len - at >= sizeof(word)) {
            memcpy(&word, bytes + at, sizeof(word));
            /* Stops at a byte above 127 or (word - 1 borrows) a possible NUL. */
            if (((word | (word - UINT64_C(0x0101010101010101))) &
                 UINT64_C(0x8080808080808080)) != 0) {
                break;
            }
            at += sizeof(word);
        }
        if (at == text.len) {
            break;
        }
        if (bytes[at] == 0) {
            return false;
        }
        size_t length = bytes[at] < 0x80 ? 1 : sequence_length(bytes + at, text.len - at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}
