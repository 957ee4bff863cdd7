/* SPDX-License-Identifier: MIT */
#include "schema/arc_seal.h"

static void write_field(DkimCanonWriter *writer, const RawField *field)
{
    dkim_canon_field(writer, DKIM_CANON_RELAXED, field->name, field->value, field->whole);
}

size_t arc_seal_first_instance(const ArcSets *sets, size_t instance)
{
    return sets->sets[instance - 1].seal.cv == ARC_CV_FAIL ? instance : 1;
}

void arc_seal_write(DkimCanonWriter *writer, const ArcSets *sets, size_t instance)
{
    for (size_t i = arc_seal_first_instance(sets, instance); i <= instance; i++) {
        const ArcSet *set = &sets->sets[i - 1];
        const RawField *seal = set->fields[ARC_FIELD_SEAL];
        write_field(writer, set->fields[ARC_FIELD_RESULTS]);
        write_field(writer, set->fields[ARC_FIELD_MESSAGE]);
        if (i < instance) {
            write_field(writer, seal);
        } else {
            dkim_canon_signature_field(writer, DKIM_CANON_RELAXED, seal->name, seal->value,
                                       set->seal.signature.signature_hole);
        }
    }
    dkim_canon_writer_flush(writer);
}

void arc_seal_hash(DkimDigest *digest, const ArcSets *sets, size_t instance, uint8_t *out)
{
    const DkimSignature *signature = &sets->sets[instance - 1].seal.signature;
    DkimCanonWriter writer;
    dkim_canon_writer_init(&writer, dkim_digest_write, digest);
    dkim_digest_begin(digest, dkim_algorithm_hash(signature->algorithm));
    arc_seal_write(&writer, sets, instance);
    dkim_digest_end(digest, out);
}
