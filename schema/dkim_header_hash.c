/* SPDX-License-Identifier: MIT */
#include "schema/dkim_header_hash.h"

/* Fields that occur once (RFC 5322 3.6) and that a reader sees or a program reads the body by.
 * Not signed at all is the caveat here, if there is one; signed less often than present is
 * added-header. Trace fields come several times in honest mail. */
static const struct {
    const char *name;
    CaveatSet unsigned_caveat;
} shown_fields[] = {
    {"From", 0},
    {"Subject", CAVEAT_BIT(UNSIGNED_SUBJECT)},
    {"Date", CAVEAT_BIT(UNSIGNED_DATE)},
    {"To", CAVEAT_BIT(UNSIGNED_TO)},
    {"Content-Type", CAVEAT_BIT(UNSIGNED_CONTENT_TYPE)},
    {"Cc", 0},
    {"Sender", 0},
    {"Reply-To", 0},
    {"Message-ID", 0},
};

void dkim_header_write(DkimCanonWriter *writer, DkimHeaderIndex *index,
                       const DkimSignature *signature, const RawField *field)
{
    dkim_header_index_begin(index, field);
    Slice rest = signature->signed_fields;
    Slice name;
    while (dkim_list_next(&rest, &name)) {
        const RawField *signed_field = dkim_header_index_take(index, name);
        if (signed_field != NULL) {
            dkim_canon_field(writer, signature->header_canon, signed_field->name,
                             signed_field->value, signed_field->whole);
        }
    }
    dkim_canon_signature_field(writer, signature->header_canon, field->name, field->value,
                               signature->signature_hole);
    dkim_canon_writer_flush(writer);
}

static void update_digest(gpointer user_data, const char *bytes, size_t len)
{
    dkim_digest_update(user_data, bytes, len);
}

void dkim_header_hash(DkimDigest *digest, DkimHeaderIndex *index,
                      const DkimSignature *signature, const RawField *field, uint8_t *out)
{
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, update_digest, digest);
    dkim_digest_begin(digest, dkim_algorithm_hash(signature->algorithm));
    dkim_header_write(&writer, index, signature, field);
    dkim_digest_peek(digest, out);
}

CaveatSet dkim_header_caveats(const DkimHeaderIndex *index)
{
    CaveatSet caveats = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(shown_fields); i++) {
        size_t present = 0;
        size_t taken = 0;
        dkim_header_index_count(index, slice_of_string(shown_fields[i].name), &present, &taken);
        if (present > 0 && taken == 0) {
            caveats |= shown_fields[i].unsigned_caveat;
        } else if (present > taken) {
            caveats |= CAVEAT_BIT(ADDED_HEADER);
        }
        if (i == 0 && present > 1) {
            caveats |= CAVEAT_BIT(MULTIPLE_FROM);
        }
    }
    return caveats;
}
