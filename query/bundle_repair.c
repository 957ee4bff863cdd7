/* SPDX-License-Identifier: MIT */
#include "query/bundle_repair.h"

#include "schema/repair_bytes.h"

/* Where the signed message is looked for. */
typedef struct {
    const Evidence *evidence;
    guint at; /* of the signature */
    Repair repair;
    BundleInput *input;
} Search;

static Slice slice_of_bytes(GBytes *bytes)
{
    gsize size = 0;
    const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);
    return slice_of(data, size);
}

/* Returns: whether these are the bytes that were signed; else the obstacle is there. */
static bool try_bytes(const Search *search, Slice bytes, const GArray *fields)
{
    const EvidenceSignature *more =
        &g_array_index(search->evidence->signatures, EvidenceSignature, search->at);
    g_autoptr(BundleReader) reader = bundle_reader_new_repaired(bytes, fields);
    bundle_input_clear(search->input);
    bundle_reader_make_nth(reader, search->at, more->header_digest,
                           search->repair == REPAIR_FINAL_LINE_END, search->input);
    if (search->input->obstacle == NULL && !bundle_reader_body_matches(reader, search->input)) {
        bundle_input_clear(search->input);
        search->input->obstacle = "the bytes that verify are not there any more";
    }
    return search->input->obstacle == NULL;
}

static void try_unquoted(const Search *search, GByteArray *copy, Quoting quoting)
{
    const Slice quoted = slice_of_bytes(search->evidence->quoted);
    const Slice bytes = slice_of_bytes(search->evidence->bytes);
    if (quoted.len == 0 || !try_bytes(search, repair_unquote(copy, quoted, quoting), NULL)) {
        try_bytes(search, repair_unquote(copy, bytes, quoting), NULL);
    }
}

static void try_without_client_fields(const Search *search, Slice bytes)
{
    RawMessage message = {0};
    g_autoptr(GArray) fields = g_array_new(false, false, sizeof(RawField));
    raw_message_parse(&message, bytes);
    repair_leave_client_fields(&message, fields);
    try_bytes(search, bytes, fields);
    raw_message_clear(&message);
}

void bundle_repair_make(const Evidence *evidence, guint at, Repair repair,
                        BundleInput *ret_input)
{
    const Search search = {evidence, at, repair, ret_input};
    const Slice bytes = slice_of_bytes(evidence->bytes);
    g_autoptr(GByteArray) copy = g_byte_array_new();
    *ret_input = (BundleInput){0};
    switch (repair) {
    case REPAIR_QUOTING_KEPT:
        try_bytes(&search, slice_of_bytes(evidence->quoted), NULL);
        break;
    case REPAIR_MBOXO:
        try_unquoted(&search, copy, QUOTING_MBOXO);
        break;
    case REPAIR_MBOXRD:
        try_unquoted(&search, copy, QUOTING_MBOXRD);
        break;
    case REPAIR_CLIENT_FIELDS:
        try_without_client_fields(&search, bytes);
        break;
    case REPAIR_EXTRA_CR:
    case REPAIR_LONE_CR:
        try_bytes(&search, repair_change_crs(copy, bytes, repair), NULL);
        break;
    case REPAIR_NONE:
    case REPAIR_FINAL_LINE_END:
    case REPAIR_COUNT:
        try_bytes(&search, bytes, NULL);
        break;
    }
}
