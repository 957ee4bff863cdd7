/* SPDX-License-Identifier: MIT */
#include "schema/dkim_header_hash.h"

/* Fields that occur once (RFC 5322 3.6) and that a reader sees or a program reads the body by.
 * Not signed at all is the caveat here, if there is one; signed less often than present is
 * added-header. Trace fields come several times in honest mail. */
static const struct {
    Slice name;
    CaveatSet unsigned_caveat;
} shown_fields[] = {
    {{"From", 4}, 0},
    {{"Subject", 7}, CAVEAT_BIT(UNSIGNED_SUBJECT)},
    {{"Date", 4}, CAVEAT_BIT(UNSIGNED_DATE)},
    {{"To", 2}, CAVEAT_BIT(UNSIGNED_TO)},
    {{"Content-Type", 12}, CAVEAT_BIT(UNSIGNED_CONTENT_TYPE)},
    {{"Cc", 2}, 0},
    {{"Sender", 6}, 0},
    {{"Reply-To", 8}, 0},
    {{"Message-ID", 10}, 0},
};

static void write_signed_fields(DkimCanonWriter *writer, DkimHeaderIndex *index,
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
    dkim_canon_writer_flush(writer);
}

static void write_own_field(DkimCanonWriter *writer, const DkimSignature *signature,
                            const RawField *field)
{
    dkim_canon_signature_field(writer, signature->header_canon, field->name, field->value,
                               signature->signature_hole);
    dkim_canon_writer_flush(writer);
}

void dkim_header_write(DkimCanonWriter *writer, DkimHeaderIndex *index,
                       const DkimSignature *signature, const RawField *field)
{
    write_signed_fields(writer, index, signature, field);
    write_own_field(writer, signature, field);
}

/* Whether the fields of h= are the same bytes for both. Which instances h= takes depends on the
 * signature's own field only where that name is in h=; then one of the other fields of the name
 * was taken. */
static bool covers_the_same(const DkimHeaderIndex *index, const DkimSignature *before,
                            const DkimSignature *signature, const RawField *field)
{
    if (before == NULL || before->header_canon != signature->header_canon ||
        dkim_algorithm_hash(before->algorithm) != dkim_algorithm_hash(signature->algorithm) ||
        !slice_equal(before->signed_fields, signature->signed_fields)) {
        return false;
    }
    size_t present = 0;
    size_t taken = 0;
    dkim_header_index_count(index, field->name, &present, &taken);
    return taken == 0;
}

void dkim_header_hash(DkimDigest *digest, DkimHeaderIndex *index, const DkimSignature *before,
                      const DkimSignature *signature, const RawField *field, uint8_t *out)
{
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, dkim_digest_write, digest);
    if (covers_the_same(index, before, signature, field)) {
        dkim_digest_resume(digest);
    } else {
        dkim_digest_begin(digest, dkim_algorithm_hash(signature->algorithm));
        write_signed_fields(&writer, index, signature, field);
        dkim_digest_keep(digest);
    }
    write_own_field(&writer, signature, field);
    dkim_digest_end(digest, out);
}

CaveatSet dkim_header_caveats(const DkimHeaderIndex *index)
{
    CaveatSet caveats = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(shown_fields); i++) {
        size_t present = 0;
        size_t taken = 0;
        dkim_header_index_count(index, shown_fields[i].name, &present, &taken);
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
