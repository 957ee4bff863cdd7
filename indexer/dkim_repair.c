/* SPDX-License-Identifier: MIT */
#include "indexer/dkim_repair.h"

#include "schema/dkim_tag.h"
#include "schema/repair_bytes.h"

struct DkimRepairer {
    DkimVerifier *verifier;
    GByteArray *bytes;  /* of a repaired message */
    RawMessage parsed;  /* of those bytes */
    GArray *fields;     /* RawField, those that are left of a message's */
    GArray *signatures; /* RecordSignature, of a try */
};

/* One message whose signatures are tried again. */
typedef struct {
    DkimRepairer *repairer;
    const RawMessage *message;
    const RepairQuoting *quoting;
    MailRecord *record;
} Trial;

/* Which signatures a repair may help. */
typedef bool (*SignatureTest)(const RecordSignature *entry);

DkimRepairer *dkim_repairer_new(DkimVerifier *verifier)
{
    DkimRepairer *repairer = g_new0(DkimRepairer, 1);
    repairer->verifier = verifier;
    repairer->bytes = g_byte_array_new();
    repairer->fields = g_array_new(false, false, sizeof(RawField));
    repairer->signatures = g_array_new(false, false, sizeof(RecordSignature));
    return repairer;
}

void dkim_repairer_free(DkimRepairer *repairer)
{
    if (repairer == NULL) {
        return;
    }
    g_byte_array_unref(repairer->bytes);
    raw_message_clear(&repairer->parsed);
    g_array_unref(repairer->fields);
    g_array_unref(repairer->signatures);
    g_free(repairer);
}

/* Fails, or cannot be read: a CR in the wrong place may have broken its tags. */
static bool is_broken(const RecordSignature *entry)
{
    return entry->result == DKIM_RESULT_FAIL || entry->result == DKIM_RESULT_PERMERROR;
}

static bool lacks_body(const RecordSignature *entry)
{
    return is_broken(entry) && entry->body_ok == TRI_NO && entry->header_ok != TRI_NO;
}

/* Without a verdict, too: a recovered key that does not verify gives none, and may verify then.
 */
static bool lacks_header_with_client_field(const RecordSignature *entry)
{
    const bool is_open = entry->result == DKIM_RESULT_NOKEY;
    const bool is_bad = is_broken(entry) && entry->header_ok == TRI_NO;
    if (entry->body_ok != TRI_YES || (!is_bad && !is_open)) {
        return false;
    }
    Slice rest = entry->signed_fields;
    Slice name;
    while (dkim_list_next(&rest, &name)) {
        if (repair_is_client_field(name)) {
            return true;
        }
    }
    return false;
}

static bool any_signature(const MailRecord *record, SignatureTest test)
{
    for (guint i = 0; i < record->signatures->len; i++) {
        if (test(&g_array_index(record->signatures, RecordSignature, i))) {
            return true;
        }
    }
    return false;
}

/* Gives a signature what was found of it on the repaired message. What was to say against it
 * before is still to say against what is shown. */
static void mend(RecordSignature *entry, const RecordSignature *tried, Repair repair)
{
    const uint32_t field = entry->field;
    const CaveatSet caveats = entry->caveats | tried->caveats | CAVEAT_BIT(REPAIRED);
    *entry = *tried;
    entry->field = field;
    entry->caveats = caveats;
    entry->repair = repair;
    if (entry->result == DKIM_RESULT_PASS) {
        entry->reason = slice_of_string(repair_sentence(repair));
    }
}

static bool is_helped(const RecordSignature *entry, const RecordSignature *found)
{
    return is_broken(entry)
               ? found->result == DKIM_RESULT_PASS || found->result == DKIM_RESULT_NOKEY
               : entry->result == DKIM_RESULT_NOKEY && found->result == DKIM_RESULT_PASS;
}

/* Checks the repaired message, and mends those signatures that it helps. */
static void check_repaired(const Trial *trial, Repair repair, const RawMessage *repaired,
                           DkimBodyEnd body_end)
{
    MailRecord *record = trial->record;
    GArray *signatures = record->signatures;
    GArray *tried = trial->repairer->signatures;
    record->signatures = tried;
    dkim_verifier_check_end(trial->repairer->verifier, repaired, body_end, record);
    record->signatures = signatures;
    for (guint i = 0; tried->len == signatures->len && i < tried->len; i++) {
        RecordSignature *entry = &g_array_index(signatures, RecordSignature, i);
        const RecordSignature *found = &g_array_index(tried, RecordSignature, i);
        if (is_helped(entry, found)) {
            mend(entry, found, repair);
        }
    }
}

static void check_bytes(const Trial *trial, Repair repair, Slice bytes)
{
    raw_message_parse(&trial->repairer->parsed, bytes);
    check_repaired(trial, repair, &trial->repairer->parsed, DKIM_BODY_END_CANONICAL);
}

static void try_final_line_end(const Trial *trial)
{
    if (dkim_verifier_fits_other_end(trial->repairer->verifier)) {
        check_repaired(trial, REPAIR_FINAL_LINE_END, trial->message, DKIM_BODY_END_OTHER);
    }
}

/* The message came as it is: was it quoted on an earlier way? Quoting only takes bytes away, so
 * that what has the same length is the same. */
static void try_leftover_quoting(const Trial *trial)
{
    const Slice body = trial->message->body;
    if (memmem(body.ptr, body.len, ">From ", strlen(">From ")) == NULL) {
        return;
    }
    GByteArray *copy = trial->repairer->bytes;
    const Slice bytes = trial->message->bytes;
    const Slice as_mboxo = repair_unquote(copy, bytes, QUOTING_MBOXO);
    if (as_mboxo.len < bytes.len) {
        check_bytes(trial, REPAIR_MBOXO, as_mboxo);
    }
    const Slice as_mboxrd = repair_unquote(copy, bytes, QUOTING_MBOXRD);
    if (as_mboxrd.len < as_mboxo.len && any_signature(trial->record, lacks_body)) {
        check_bytes(trial, REPAIR_MBOXRD, as_mboxrd);
    }
}

static void try_quoting(const Trial *trial)
{
    const Slice quoted = trial->quoting->quoted;
    if (quoted.len == 0) {
        if (!trial->quoting->is_plain) {
            try_leftover_quoting(trial);
        }
        return;
    }
    check_bytes(trial, REPAIR_QUOTING_KEPT, quoted);
    const Slice as_mboxo = repair_unquote(trial->repairer->bytes, quoted, QUOTING_MBOXO);
    if (as_mboxo.len < quoted.len && as_mboxo.len > trial->message->bytes.len &&
        any_signature(trial->record, lacks_body)) {
        check_bytes(trial, REPAIR_MBOXO, as_mboxo);
    }
}

static void try_client_fields(const Trial *trial)
{
    const RawMessage *message = trial->message;
    GArray *fields = trial->repairer->fields;
    repair_leave_client_fields(message, fields);
    if (fields->len < message->n_fields) {
        RawMessage repaired = *message;
        repaired.fields = (RawField *)(void *)fields->data;
        repaired.n_fields = fields->len;
        check_repaired(trial, REPAIR_CLIENT_FIELDS, &repaired, DKIM_BODY_END_CANONICAL);
    }
}

static void try_crs(const Trial *trial, Repair repair)
{
    const Slice repaired =
        repair_change_crs(trial->repairer->bytes, trial->message->bytes, repair);
    if (repaired.len != trial->message->bytes.len) {
        check_bytes(trial, repair, repaired);
    }
}

static void try_repairs(const Trial *trial)
{
    const MailRecord *record = trial->record;
    if (any_signature(record, lacks_body)) {
        try_final_line_end(trial);
    }
    if (any_signature(record, lacks_body)) {
        try_quoting(trial);
    }
    if (any_signature(record, lacks_header_with_client_field)) {
        try_client_fields(trial);
    }
    const bool has_crs = problem_set_has(trial->message->problems, PROBLEM_BARE_CR);
    for (Repair repair = REPAIR_EXTRA_CR; has_crs && repair <= REPAIR_LONE_CR; repair++) {
        if (any_signature(record, is_broken)) {
            try_crs(trial, repair);
        }
    }
}

void dkim_repairer_run(DkimRepairer *repairer, const RawMessage *message,
                       const RepairQuoting *quoting, MailRecord *record)
{
    const Trial trial = {repairer, message, quoting, record};
    if (record->signatures->len > DKIM_REPAIR_SIGNATURE_MAX ||
        MAX(message->bytes.len, quoting->quoted.len) > DKIM_REPAIR_BYTES_MAX ||
        !(any_signature(record, is_broken) ||
          any_signature(record, lacks_header_with_client_field))) {
        return;
    }
    try_repairs(&trial);
    dkim_verifier_combine(repairer->verifier, record);
}
