/* SPDX-License-Identifier: MIT */
#include "indexer/claims.h"

#include "indexer/received_spf.h"
#include "schema/auth_results.h"
#include "schema/utf8_text.h"

/* One walk over a header. */
typedef struct {
    MailRecord *record;
    ClaimField field;
    GString *line;
} Walk;

static const struct {
    ClaimField field;
    void (*read)(Slice value, Claim *claim, ClaimFunc *func, gpointer user_data);
} readers[] = {
    {CLAIM_AUTHENTICATION_RESULTS, auth_results_read},
    {CLAIM_RECEIVED_SPF, received_spf_read},
};

/* One line of valid UTF-8 in the record's memory. */
static Slice keep_line(Walk *walk, const GString *text, size_t max)
{
    g_string_truncate(walk->line, 0);
    utf8_text_append(walk->line, slice_of(text->str, MIN(text->len, max)));
    utf8_text_make_line(walk->line, 0);
    return mail_record_keep(walk->record,
                            utf8_text_cut(slice_of(walk->line->str, walk->line->len), max));
}

static void add_claim(gpointer user_data, const Claim *claim)
{
    Walk *walk = user_data;
    MailRecord *record = walk->record;
    if (record->claims->len == CLAIMS_MAX) {
        problem_set_add(&record->problems, PROBLEM_TOO_MANY_CLAIMS);
        return;
    }
    const RecordClaim entry = {
        .field = walk->field,
        .authserv_id = keep_line(walk, claim->authserv_id, CLAIM_WORD_MAX),
        .method = keep_line(walk, claim->method, CLAIM_WORD_MAX),
        .result = keep_line(walk, claim->result, CLAIM_WORD_MAX),
        .reason = keep_line(walk, claim->reason, CLAIM_TEXT_MAX),
        .properties = keep_line(walk, claim->properties, CLAIM_TEXT_MAX),
    };
    g_array_append_val(record->claims, entry);
}

static void read_field(const RawField *field, size_t reader, MailRecord *record)
{
    Claim claim;
    g_autoptr(GString) line = g_string_new(NULL);
    Walk walk = {.record = record, .field = readers[reader].field, .line = line};
    Slice value = field->value;
    if (value.len > CLAIM_FIELD_BYTES_MAX) {
        problem_set_add(&record->problems, PROBLEM_HEADER_TOO_LARGE);
        value.len = CLAIM_FIELD_BYTES_MAX;
    }
    claim_init(&claim);
    readers[reader].read(value, &claim, add_claim, &walk);
    claim_clear(&claim);
}

void claims_read(const RawMessage *message, MailRecord *record)
{
    size_t n_fields = 0;
    Slice names[G_N_ELEMENTS(readers)];
    for (size_t reader = 0; reader < G_N_ELEMENTS(readers); reader++) {
        names[reader] = slice_of_string(claim_field_word(readers[reader].field));
    }
    g_array_set_size(record->claims, 0);
    for (size_t i = 0; i < message->n_fields; i++) {
        for (size_t reader = 0; reader < G_N_ELEMENTS(readers); reader++) {
            if (!slice_equal_nocase(message->fields[i].name, names[reader])) {
                continue;
            }
            if (++n_fields > CLAIM_FIELDS_MAX) {
                problem_set_add(&record->problems, PROBLEM_TOO_MANY_CLAIMS);
                return;
            }
            read_field(&message->fields[i], reader, record);
        }
    }
}
