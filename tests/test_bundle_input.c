/* SPDX-License-Identifier: MIT */
#include "query/bundle_input.h"

#include "query/bundle_repair.h"
#include "schema/dkim_signature.h"

/* b= is no signature: what is signed does not depend on it. */
#define FIELD(canon, more)                                                                     \
    "DKIM-Signature: v=1; a=rsa-sha256; c=" canon                                              \
    "; d=e.example; s=s;\n h=from:subject; " more                                              \
    "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b= AAEC \n"
#define OTHERS "From: a@e.example\nSubject:  two   words\n"
#define BODY   "\nHi  you \n\n\n"

/* The canonical form by hand (RFC 6376 3.4). */
#define RELAXED_FIELD(more)                                                                    \
    "dkim-signature:v=1; a=rsa-sha256; c=relaxed/relaxed; d=e.example; s=s; "                  \
    "h=from:subject; " more "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b="
#define RELAXED_OTHERS "from:a@e.example\r\nsubject:two words\r\n"
#define SIMPLE_FIELD                                                                           \
    "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=e.example; s=s;\r\n "               \
    "h=from:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b="
#define SIMPLE_OTHERS "From: a@e.example\r\nSubject:  two   words\r\n"

typedef struct {
    const char *name;
    const char *message;
    const char *others; /* the header before the signature's own field */
    const char *field;
    const char *body;
    bool is_short;
} Case;

static const Case cases[] = {
    {"relaxed", FIELD("relaxed/relaxed", "") OTHERS BODY, RELAXED_OTHERS, RELAXED_FIELD(""),
     "Hi you\r\n", false},
    {"simple", FIELD("simple/simple", "") OTHERS BODY, SIMPLE_OTHERS, SIMPLE_FIELD,
     "Hi  you \r\n", false},
    {"body_is_cut_at_its_signed_length", FIELD("relaxed/relaxed", "l=2; ") OTHERS BODY,
     RELAXED_OTHERS, RELAXED_FIELD("l=2; "), "Hi", false},
    {"body_shorter_than_signed_is_said", FIELD("relaxed/relaxed", "l=99; ") OTHERS BODY,
     RELAXED_OTHERS, RELAXED_FIELD("l=99; "), "Hi you\r\n", true},
};

static GBytes *digest_of(const char *others, const char *field)
{
    uint8_t digest[DKIM_HASH_BYTES_MAX];
    gsize len = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)others, -1);
    g_checksum_update(checksum, (const guchar *)field, -1);
    g_checksum_get_digest(checksum, digest, &len);
    return g_bytes_new(digest, len);
}

static void inputs_are_the_canonical_form(gconstpointer data)
{
    const Case *one = data;
    const size_t len = strlen(one->message);
    g_autofree char *exact = g_memdup2(one->message, len);
    g_autoptr(GBytes) digest = digest_of(one->others, one->field);
    g_autoptr(BundleReader) reader = bundle_reader_new(slice_of(exact, len));
    g_autofree char *header = g_strconcat(one->others, one->field, NULL);
    g_auto(BundleInput) input = {0};
    bundle_reader_make(reader, 0, digest, &input);
    g_assert_cmpstr(input.obstacle, ==, NULL);
    g_assert_cmpstr(input.header->str, ==, header);
    g_assert_cmpstr(input.header->str + input.field_at, ==, one->field);
    g_assert_cmpstr(input.body->str, ==, one->body);
    g_assert_cmpint(input.is_short, ==, one->is_short);
    g_assert_cmpmem(input.signature->str, input.signature->len, "\0\1\2", 3);
}

static void expect_obstacle(int64_t field, GBytes *digest, const char *obstacle)
{
    g_autoptr(BundleReader) reader = bundle_reader_new(slice_of_string(cases[0].message));
    g_auto(BundleInput) input = {0};
    bundle_reader_make(reader, field, digest, &input);
    g_assert_cmpstr(input.obstacle, ==, obstacle);
    g_assert_true(input.header == NULL && input.body == NULL && input.signature == NULL);
}

static void what_was_not_judged_is_not_given_out(void)
{
    g_autoptr(GBytes) none = g_bytes_new(NULL, 0);
    g_autoptr(GBytes) other = digest_of("other", "");
    expect_obstacle(0, none, "the archive has not checked it");
    expect_obstacle(0, other, "the archive has judged other bytes than these");
    expect_obstacle(1, other, "not a tag list");
    expect_obstacle(3, other, "the signature's field is not there");
    expect_obstacle(-1, other, "the signature's field is not there");
}

/* A message with an empty Status signed as absent, bent in one way. `quoted` is how it lies in
 * an mbox, "" when in none. */
typedef struct {
    const char *name;
    Repair repair;
    const char *signed_body;
    const char *head; /* in front of From */
    const char *body;
    const char *quoted;
} RepairCase;

static const RepairCase repair_cases[] = {
    {"final_line_end", REPAIR_FINAL_LINE_END, "a\r\nb", "", "a\r\nb\r\n", ""},
    {"final_line_end_of_an_empty_body", REPAIR_FINAL_LINE_END, "", "", "", ""},
    {"quoting_kept", REPAIR_QUOTING_KEPT, "a\r\n>From b\r\n", "", "a\r\nFrom b\r\n",
     "a\r\n>From b\r\n"},
    {"mboxo", REPAIR_MBOXO, "a\r\nFrom b\r\n", "", "a\r\n>From b\r\n", ""},
    {"mboxo_in_an_mbox", REPAIR_MBOXO, "a\r\nFrom b\r\n>>From c\r\n", "",
     "a\r\nFrom b\r\n>From c\r\n", "a\r\n>From b\r\n>>From c\r\n"},
    {"mboxo_with_another_place", REPAIR_MBOXO, "a\r\nFrom b\r\n", "", "a\r\n>From b\r\n",
     "a\r\n>>From b\r\n"},
    {"mboxrd", REPAIR_MBOXRD, "a\r\nFrom b\r\n>From c\r\n", "", "a\r\n>From b\r\n>>From c\r\n",
     ""},
    {"client_fields", REPAIR_CLIENT_FIELDS, "a\r\n", "Status: RO\r\n", "a\r\n", ""},
    {"extra_cr", REPAIR_EXTRA_CR, "a\r\nb\r\n", "", "a\r\r\nb\r\n", ""},
    {"lone_cr", REPAIR_LONE_CR, "a\r\nb\r\n", "", "a\rb\r\n", ""},
};

/* Canonical form and field of the simple kind. */
#define REPAIR_FIELD                                                                           \
    "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=e.example; s=s; "                   \
    "h=from:subject:status; bh=%s; b="
#define REPAIR_OTHERS "From: a@e.example\r\nSubject: x\r\n"

static char *body_hash_of(const char *body)
{
    uint8_t digest[DKIM_HASH_BYTES_MAX];
    gsize len = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)body, -1);
    g_checksum_get_digest(checksum, digest, &len);
    return g_base64_encode(digest, len);
}

/* Another signature stands above, so that they are told apart by their number. */
static GBytes *message_of(const char *field, const char *head, const char *body)
{
    char *text = g_strconcat("DKIM-Signature: x\r\n", field, "AAEC\r\n", head, REPAIR_OTHERS,
                             "\r\n", body, NULL);
    return g_bytes_new_take(text, strlen(text));
}

static void repaired_inputs_are_those_that_were_signed(gconstpointer data)
{
    const RepairCase *one = data;
    g_autofree char *hash = body_hash_of(one->signed_body);
    g_autofree char *field = g_strdup_printf(REPAIR_FIELD, hash);
    g_autofree char *header = g_strconcat(REPAIR_OTHERS, field, NULL);
    EvidenceSignature signatures[3] = {{.header_digest = digest_of("", "")},
                                       {.header_digest = digest_of(REPAIR_OTHERS, field)},
                                       {.header_digest = digest_of("other", "")}};
    g_autoptr(GArray) list = g_array_new(false, false, sizeof(EvidenceSignature));
    g_array_append_vals(list, signatures, G_N_ELEMENTS(signatures));
    g_autoptr(GBytes) bytes = message_of(field, one->head, one->body);
    g_autoptr(GBytes) quoted =
        *one->quoted == '\0' ? NULL : message_of(field, one->head, one->quoted);
    const Evidence evidence = {.signatures = list, .bytes = bytes, .quoted = quoted};
    g_auto(BundleInput) input = {0};
    bundle_repair_make(&evidence, 1, one->repair, &input);
    g_assert_cmpstr(input.obstacle, ==, NULL);
    g_assert_cmpstr(input.header->str, ==, header);
    g_assert_cmpstr(input.body->str, ==, one->signed_body);
    g_assert_cmpmem(input.signature->str, input.signature->len, "\0\1\2", 3);
    /* Another repair gives other bytes, or none. */
    bundle_input_clear(&input);
    bundle_repair_make(&evidence, 1, REPAIR_NONE, &input);
    g_assert_nonnull(input.obstacle);
    bundle_input_clear(&input);
    bundle_repair_make(&evidence, 2, one->repair, &input);
    g_assert_cmpstr(input.obstacle, ==, "the signature's field is not there");
    for (size_t i = 0; i < G_N_ELEMENTS(signatures); i++) {
        g_bytes_unref(signatures[i].header_digest);
    }
}

/* A forged archive may name sets that are not there, or not whole. */
static void sets_that_are_not_there_are_not_read(void)
{
    static const char text[] =
        "ARC-Seal: i=2; a=rsa-sha256; d=e.example; s=s; cv=pass; b=AAEC\n"
        "From: a@e.example\n\n";
    g_autoptr(GBytes) digest = digest_of("other", "");
    g_autoptr(BundleReader) reader = bundle_reader_new(slice_of_string(text));
    for (int64_t instance = -1; instance < 100; instance++) {
        g_auto(BundleInput) seal = {0};
        g_auto(BundleInput) message = {0};
        bundle_reader_make_seal(reader, instance, digest, &seal);
        bundle_reader_make_arc_message(reader, instance, digest, &message);
        g_assert_cmpstr(seal.obstacle, ==,
                        instance == 2 ? "the archive has judged other bytes than these"
                                      : "the signature's field is not there");
        g_assert_cmpstr(message.obstacle, ==, "the signature's field is not there");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/bundle_input/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], inputs_are_the_canonical_form);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(repair_cases); i++) {
        g_autofree char *path = g_strdup_printf("/bundle_repair/%s", repair_cases[i].name);
        g_test_add_data_func(path, &repair_cases[i],
                             repaired_inputs_are_those_that_were_signed);
    }
    g_test_add_func("/bundle_input/sets_that_are_not_there_are_not_read",
                    sets_that_are_not_there_are_not_read);
    g_test_add_func("/bundle_input/what_was_not_judged_is_not_given_out",
                    what_was_not_judged_is_not_given_out);
    return g_test_run();
}
