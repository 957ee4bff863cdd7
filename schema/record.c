/* SPDX-License-Identifier: MIT */
#include "schema/record.h"

/* Most messages fit one block; a larger piece gets a block of its own size. */
#define ARENA_BLOCK_BYTES ((size_t)64 << 10)

typedef struct ArenaBlock {
    struct ArenaBlock *next;
    size_t capacity;
    size_t used;
    char bytes[];
} ArenaBlock;

/* The newest block is first. One block of the standard size survives a clear. */
typedef struct RecordArena {
    ArenaBlock *blocks;
} RecordArena;

static ArenaBlock *arena_block_new(size_t capacity, ArenaBlock *next)
{
    ArenaBlock *block = g_malloc(sizeof(ArenaBlock) + capacity);
    block->next = next;
    block->capacity = capacity;
    block->used = 0;
    return block;
}

static void arena_free_all(RecordArena *arena)
{
    while (arena->blocks != NULL) {
        ArenaBlock *next = arena->blocks->next;
        g_free(arena->blocks);
        arena->blocks = next;
    }
}

static void arena_clear(RecordArena *arena)
{
    ArenaBlock *kept = NULL;
    while (arena->blocks != NULL) {
        ArenaBlock *next = arena->blocks->next;
        if (kept == NULL && arena->blocks->capacity == ARENA_BLOCK_BYTES) {
            kept = arena->blocks;
        } else {
            g_free(arena->blocks);
        }
        arena->blocks = next;
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
    }
    arena->blocks = kept;
}

static char *arena_alloc(RecordArena *arena, size_t length)
{
    ArenaBlock *block = arena->blocks;
    if (block == NULL || block->capacity - block->used < length) {
        block = arena_block_new(MAX(length, ARENA_BLOCK_BYTES), arena->blocks);
        arena->blocks = block;
    }
    char *bytes = block->bytes + block->used;
    block->used += length;
    return bytes;
}

void mail_record_init(MailRecord *record)
{
    memset(record, 0, sizeof(*record));
    record->addresses = g_array_new(false, false, sizeof(RecordAddress));
    record->attachments = g_array_new(false, false, sizeof(RecordAttachment));
    record->signatures = g_array_new(false, false, sizeof(RecordSignature));
    record->arc_sets = g_array_new(false, false, sizeof(RecordArcSet));
    record->domainkeys = g_array_new(false, false, sizeof(RecordDomainKeys));
    record->claims = g_array_new(false, false, sizeof(RecordClaim));
    record->arena = g_new0(RecordArena, 1);
}

void mail_record_clear(MailRecord *record)
{
    MailRecord kept = {
        .addresses = record->addresses,
        .attachments = record->attachments,
        .signatures = record->signatures,
        .arc_sets = record->arc_sets,
        .domainkeys = record->domainkeys,
        .claims = record->claims,
        .arena = record->arena,
    };
    arena_clear(kept.arena);
    g_array_set_size(kept.addresses, 0);
    g_array_set_size(kept.attachments, 0);
    g_array_set_size(kept.signatures, 0);
    g_array_set_size(kept.arc_sets, 0);
    g_array_set_size(kept.domainkeys, 0);
    g_array_set_size(kept.claims, 0);
    *record = kept;
}

void mail_record_destroy(MailRecord *record)
{
    if (record->arena == NULL) {
        return;
    }
    arena_free_all(record->arena);
    g_free(record->arena);
    g_array_unref(record->addresses);
    g_array_unref(record->attachments);
    g_array_unref(record->signatures);
    g_array_unref(record->arc_sets);
    g_array_unref(record->domainkeys);
    g_array_unref(record->claims);
    memset(record, 0, sizeof(*record));
}

Slice mail_record_keep(MailRecord *record, Slice bytes)
{
    if (bytes.len == 0) {
        return SLICE_EMPTY;
    }
    char *copy = arena_alloc(record->arena, bytes.len);
    memcpy(copy, bytes.ptr, bytes.len);
    return slice_of(copy, bytes.len);
}

const char *address_role_word(AddressRole role)
{
    static const char *const words[ADDRESS_ROLE_COUNT] = {
        [ADDRESS_FROM] = "from", [ADDRESS_SENDER] = "sender", [ADDRESS_REPLY_TO] = "reply-to",
        [ADDRESS_TO] = "to",     [ADDRESS_CC] = "cc",         [ADDRESS_BCC] = "bcc",
    };
    g_assert(role < ADDRESS_ROLE_COUNT);
    return words[role];
}

const char *claim_field_word(ClaimField field)
{
    static const char *const words[CLAIM_FIELD_COUNT] = {
        [CLAIM_AUTHENTICATION_RESULTS] = "authentication-results",
        [CLAIM_RECEIVED_SPF] = "received-spf",
    };
    g_assert(field < CLAIM_FIELD_COUNT);
    return words[field];
}

const char *date_source_word(DateSource source)
{
    static const char *const words[DATE_SOURCE_COUNT] = {
        [DATE_SOURCE_NONE] = "none",
        [DATE_SOURCE_DATE] = "date",
        [DATE_SOURCE_RECEIVED] = "received",
        [DATE_SOURCE_ENVELOPE] = "envelope",
    };
    g_assert(source < DATE_SOURCE_COUNT);
    return words[source];
}
