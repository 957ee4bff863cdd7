/* SPDX-License-Identifier: MIT */
/* Signed messages, bent in one of the known ways, in another, or in two at once. */
#include "indexer/dkim_repair.h"

#include <glib.h>

#include "dkim_signer.h"
#include "schema/occurrence.h"

#define HEADER  "From: a@example.org\r\nSubject: hi\r\nDate: x\r\n\r\n"
#define RELAXED "a=rsa-sha256; d=example.org; s=s; c=relaxed/relaxed; "
#define SIMPLE  "a=rsa-sha256; d=example.org; s=s; c=simple/simple; "
#define NAMES   "h=from:subject:date"

/* A message is signed, then `find` is replaced by `put` wherever it occurs, and `find_also`. */
typedef struct {
    const char *name;
    const char *tags;
    const char *message;
    const char *find;
    const char *put;
    const char *repair; /* the word; "" when nothing needs one, "-" when nothing helps */
    const char *find_also;
    const char *put_also;
    bool is_mbox; /* it lies so in an mbox that is read as mboxrd */
    bool has_no_key;
} BentCase;

static const BentCase cases[] = {
    {"a_message_that_verifies_is_left_alone", RELAXED NAMES, HEADER ">From x\r\n", "", "",
     .repair = ""},
    {"mboxo_quoting_is_undone", RELAXED NAMES, HEADER "a\r\nFrom here\r\n", "\nFrom h",
     "\n>From h", .repair = "mboxo"},
    {"mboxo_quoting_leaves_lines_that_were_quoted", RELAXED NAMES,
     HEADER "a\r\nFrom here\r\n>>From there\r\n", "\nFrom h", "\n>From h", .repair = "mboxo"},
    {"mboxrd_quoting_is_undone", RELAXED NAMES, HEADER "a\r\nFrom here\r\n>From there\r\n",
     "From t", ">From t", .repair = "mboxrd", .find_also = "\nFrom h", .put_also = "\n>From h"},
    {"quoting_that_was_signed_is_kept", RELAXED NAMES, HEADER "a\r\n>From here\r\n", "", "",
     .repair = "quoting-kept", .is_mbox = true},
    {"an_mboxo_file_is_read_as_mboxrd", RELAXED NAMES,
     HEADER "a\r\nFrom here\r\n>>From there\r\n", "\nFrom h", "\n>From h", .repair = "mboxo",
     .is_mbox = true},
    {"an_mboxrd_file_needs_no_repair", RELAXED NAMES, HEADER "a\r\nFrom here\r\n", "\nFrom h",
     "\n>From h", .repair = "", .is_mbox = true},
    {"two_lines_that_differ_in_quoting_are_not", RELAXED NAMES,
     HEADER "a\r\nFrom here\r\n>From there\r\n", "\nFrom h", "\n>From h", .repair = "-"},
    {"without_a_key_the_body_is_repaired", RELAXED NAMES, HEADER "a\r\nFrom here\r\n",
     "\nFrom h", "\n>From h", .repair = "mboxo", .has_no_key = true},
    {"a_changed_body_with_a_quoted_line_fails", RELAXED NAMES, HEADER "a\r\nFrom here\r\n",
     "From here", ">From Here", .repair = "-"},
    {"quoting_and_a_changed_header_fail", RELAXED NAMES, HEADER "a\r\nFrom here\r\n",
     "\nFrom h", "\n>From h", .repair = "-", .find_also = "Subject: hi",
     .put_also = "Subject: ho"},
    {"quoting_and_a_client_s_field_are_two_repairs", RELAXED NAMES ":status",
     HEADER "a\r\nFrom here\r\n", "\nFrom h", "\n>From h", .repair = "-",
     .find_also = "Subject:", .put_also = "Status: RO\r\nSubject:"},
    {"a_field_that_was_signed_as_absent", RELAXED NAMES ":Status", HEADER "a\r\n",
     "Subject:", "Status: RO\r\nSubject:", .repair = "client-fields"},
    {"labels_that_were_signed_as_absent", RELAXED NAMES ":x-gmail-labels:x-gm-thrid",
     HEADER "a\r\n", "DKIM-Sig", "X-GM-THRID: 1\r\nX-Gmail-Labels: a\r\nDKIM-Sig",
     .repair = "client-fields"},
    {"a_client_s_field_that_is_not_signed_is_none", RELAXED NAMES, HEADER "a\r\n",
     "Subject:", "Status: RO\r\nSubject:", .repair = ""},
    {"a_client_s_field_and_a_changed_subject_fail", RELAXED NAMES ":status", HEADER "a\r\n",
     "Subject: hi", "Status: RO\r\nSubject: ho", .repair = "-"},
    {"a_field_of_nobody_s_client_fails", RELAXED NAMES ":cc", HEADER "a\r\n",
     "Subject:", "Cc: x@example.org\r\nSubject:", .repair = "-"},
    {"doubled_crs", RELAXED NAMES, HEADER "a\r\nb\r\n", "\r\n", "\r\r\n", .repair = "extra-cr"},
    {"doubled_crs_simple", SIMPLE NAMES, HEADER "a\r\nb\r\n", "\r\n", "\r\r\n",
     .repair = "extra-cr"},
    {"doubled_crs_in_the_body", SIMPLE NAMES, HEADER "a\r\nb\r\n", "a\r\n", "a\r\r\r\n",
     .repair = "extra-cr"},
    {"doubled_crs_and_a_change_fail", RELAXED NAMES, HEADER "a\r\nb\r\n", "\r\n", "\r\r\n",
     .repair = "-", .find_also = "Subject: hi", .put_also = "Subject: ho"},
    {"lone_crs_in_the_body", RELAXED NAMES, HEADER "a\r\nb\r\nc\r\n", "a\r\nb\r\n", "a\rb\r",
     .repair = "lone-cr"},
    {"a_lone_cr_in_the_header", RELAXED NAMES, HEADER "a\r\n", "hi\r\n", "hi\r",
     .repair = "lone-cr"},
    {"lone_crs_and_doubled_ones_are_two_repairs", RELAXED NAMES, HEADER "a\r\nb\r\nc\r\n",
     "a\r\n", "a\r", .repair = "-", .find_also = "b\r\n", .put_also = "b\r\r\n"},
    {"a_lone_cr_that_was_signed_is_left_alone", RELAXED NAMES, HEADER "a\rb\r\n", "", "",
     .repair = ""},
    {"blank_lines_at_the_end_are_no_matter", SIMPLE NAMES, HEADER "a\r\nb\r\n", "b\r\n",
     "b\r\n\r\n\r\n", .repair = ""},
    {"white_space_at_the_end_is_a_change", SIMPLE NAMES, HEADER "a\r\nb\r\n", "b\r\n",
     "b\r\n \r\n", .repair = "-"},
};

static DkimSigner *signer;
static MailRecord record;

static char *replace_all(const char *text, const char *find, const char *put)
{
    if (find == NULL || *find == '\0') {
        return g_strdup(text);
    }
    g_auto(GStrv) parts = g_strsplit(text, find, -1);
    g_assert_cmpuint(g_strv_length(parts), >, 1);
    return g_strjoinv(put, parts);
}

static KeyStore *keys_new(bool has_no_key)
{
    KeyStore *keys = key_store_new();
    if (!has_no_key) {
        g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
        key_store_add(keys, "s", "example.org", key, NULL);
    }
    return keys;
}

/* Checks exact copies, as a worker does, and tries repairs when `is_on`. */
static void check(const KeyStore *keys, const char *text, bool is_mbox, bool is_on)
{
    const size_t len = strlen(text);
    g_autofree char *quoted = g_memdup2(text, len);
    g_autofree char *unquoted = g_memdup2(text, len);
    const size_t unquoted_len =
        occurrence_unquote(unquoted, len, is_mbox ? QUOTING_MBOXRD : QUOTING_NONE);
    g_autofree char *exact = g_memdup2(unquoted, unquoted_len);
    g_autofree char *before = g_memdup2(unquoted, unquoted_len);
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(exact, unquoted_len));
    mail_record_clear(&record);
    const RecordAddress author = {.role = ADDRESS_FROM,
                                  .address = SLICE_LITERAL("a@example.org")};
    g_array_append_val(record.addresses, author);
    g_autoptr(DkimVerifier) verifier = dkim_verifier_new(keys);
    g_autoptr(DkimRepairer) repairer = dkim_repairer_new(verifier);
    dkim_verifier_check(verifier, &message, &record);
    if (is_on) {
        const bool is_plain = is_mbox && unquoted_len == len;
        const RepairQuoting quoting = {slice_of(quoted, unquoted_len < len ? len : 0),
                                       is_plain};
        dkim_repairer_run(repairer, &message, &quoting, &record);
    }
    g_assert_cmpmem(exact, unquoted_len, before, unquoted_len);
    raw_message_clear(&message);
}

static const RecordSignature *first_signature(void)
{
    g_assert_cmpuint(record.signatures->len, >, 0);
    return &g_array_index(record.signatures, RecordSignature, 0);
}

static char *bend(const BentCase *test)
{
    g_autofree char *message = dkim_signer_sign(signer, test->tags, test->message);
    g_autofree char *bent = replace_all(message, test->find, test->put);
    return replace_all(bent, test->find_also, test->put_also);
}

static void assert_repaired(const BentCase *test)
{
    const RecordSignature *entry = first_signature();
    g_assert_cmpstr(repair_word(entry->repair), ==, test->repair);
    g_assert_cmpstr(dkim_result_word(entry->result), ==, test->has_no_key ? "nokey" : "pass");
    g_assert_cmpint(entry->body_ok, ==, TRI_YES);
    g_assert_cmpint(entry->header_ok, ==, test->has_no_key ? TRI_UNKNOWN : TRI_YES);
    const bool is_repaired = entry->repair != REPAIR_NONE;
    g_assert_cmpint((entry->caveats & CAVEAT_BIT(REPAIRED)) != 0, ==, is_repaired);
    g_assert_cmpint((record.verdict.caveats & CAVEAT_BIT(REPAIRED)) != 0, ==, is_repaired);
    const char *level = is_repaired ? "limited" : "verified";
    g_assert_cmpstr(level_word(record.verdict.level), ==, test->has_no_key ? "none" : level);
    if (is_repaired && !test->has_no_key) {
        g_autofree char *reason = slice_dup(entry->reason);
        g_assert_cmpstr(reason, ==, repair_sentence(entry->repair));
    }
}

static void assert_broken(void)
{
    const RecordSignature *entry = first_signature();
    g_assert_cmpint(entry->result, !=, DKIM_RESULT_PASS);
    g_assert_cmpint(entry->result, !=, DKIM_RESULT_NOKEY);
    g_assert_cmpint(entry->repair, ==, REPAIR_NONE);
    g_assert_cmpint(entry->caveats & CAVEAT_BIT(REPAIRED), ==, 0);
}

static void test_bent(gconstpointer data)
{
    const BentCase *test = data;
    g_autoptr(KeyStore) keys = keys_new(test->has_no_key);
    g_autofree char *text = bend(test);
    check(keys, text, test->is_mbox, true);
    g_autofree char *reason = slice_dup(first_signature()->reason);
    g_test_message("%s: %s", repair_word(first_signature()->repair), reason);
    if (g_str_equal(test->repair, "-")) {
        assert_broken();
        return;
    }
    assert_repaired(test);
    /* Each case needs its repair: without, what is to be mended is broken. */
    if (*test->repair != '\0') {
        check(keys, text, test->is_mbox, false);
        assert_broken();
    }
}

/* A recovered key that does not verify decides nothing, and may verify with the repair; without
 * any key, nothing tells that one is needed. */
static void test_header_without_a_verdict(void)
{
    static const BentCase bent = {
        "",         RELAXED NAMES ":status",  HEADER "a\r\n",
        "Subject:", "Status: RO\r\nSubject:", .repair = "client-fields"};
    const KeyObservation computed = {.source = "test", .channel = "gcd", .notes = ""};
    g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    g_autofree char *text = bend(&bent);
    g_autoptr(KeyStore) none = keys_new(true);
    g_autoptr(KeyStore) keys = keys_new(true);
    key_store_add(keys, "s", "example.org", key, &computed);
    check(keys, text, false, false);
    g_assert_cmpint(first_signature()->result, ==, DKIM_RESULT_NOKEY);
    check(keys, text, false, true);
    g_assert_cmpint(first_signature()->result, ==, DKIM_RESULT_PASS);
    g_assert_cmpint(first_signature()->repair, ==, REPAIR_CLIENT_FIELDS);
    check(none, text, false, true);
    g_assert_cmpint(first_signature()->result, ==, DKIM_RESULT_NOKEY);
    g_assert_cmpint(first_signature()->repair, ==, REPAIR_NONE);
}

/* Makes the signature of a signer that hashed another end of the body. */
static char *sign_with_body(const char *tags, const char *signed_as, const char *message)
{
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, signed_as, -1);
    uint8_t bytes[DKIM_HASH_BYTES_MAX];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(g_ascii_xdigit_value(hash[2 * i]) * 16 +
                             g_ascii_xdigit_value(hash[2 * i + 1]));
    }
    g_autofree char *body_hash = g_base64_encode(bytes, sizeof bytes);
    g_autofree char *draft = g_strdup_printf("DKIM-Signature: v=1; %s; bh=%s; b=AAAA\r\n%s",
                                             tags, body_hash, message);
    RawMessage raw = {0};
    DkimSignature signature;
    g_autoptr(DkimDigest) digest = dkim_digest_new();
    raw_message_parse(&raw, slice_of_string(draft));
    dkim_signature_parse(raw.fields[0].value, &signature);
    g_autoptr(DkimHeaderIndex) index = dkim_header_index_new();
    dkim_header_index_build(index, &raw);
    dkim_header_hash(digest, index, NULL, &signature, &raw.fields[0], bytes);
    raw_message_clear(&raw);
    g_autofree char *text = dkim_signer_sign_digest(signer, signature.algorithm, bytes);
    return g_strdup_printf("DKIM-Signature: v=1; %s; bh=%s; b=%s\r\n%s", tags, body_hash, text,
                           message);
}

typedef struct {
    const char *name;
    const char *tags;
    const char *signed_as; /* what was hashed of the body */
    const char *message;
    bool is_mended;
} EndCase;

static const EndCase end_cases[] = {
    {"a_line_end_was_added", RELAXED NAMES, "a\r\nb", HEADER "a\r\nb\r\n", true},
    {"a_line_end_was_added_simple", SIMPLE NAMES, "a\r\nb", HEADER "a\r\nb\r\n", true},
    {"an_empty_body_had_a_line_end", RELAXED NAMES, "\r\n", HEADER, true},
    {"an_empty_body_had_no_line_end", SIMPLE NAMES, "", HEADER, true},
    {"a_body_of_one_byte", RELAXED NAMES, "a", HEADER "a\r\n", true},
    {"the_line_end_before_it_is_no_end", RELAXED NAMES, "a\r\n", HEADER "a\r\nb\r\n", false},
    {"half_a_line_end_is_no_end", RELAXED NAMES, "a\r\nb\r", HEADER "a\r\nb\r\n", false},
    {"another_byte_at_the_end_is_a_change", RELAXED NAMES, "a\r\nc", HEADER "a\r\nb\r\n",
     false},
    {"a_length_says_where_the_end_is", RELAXED "l=6; " NAMES, "a\r\nb", HEADER "a\r\nb\r\n",
     false},
};

static void test_end(gconstpointer data)
{
    const EndCase *test = data;
    g_autoptr(KeyStore) keys = keys_new(false);
    g_autofree char *text = sign_with_body(test->tags, test->signed_as, test->message);
    check(keys, text, false, false);
    assert_broken();
    check(keys, text, false, true);
    if (test->is_mended) {
        assert_repaired(&(BentCase){.repair = "final-line-end"});
    } else {
        assert_broken();
    }
}

/* The end of a large body is found across the pieces in which it is hashed. */
static void test_ends_of_large_bodies(void)
{
    g_autoptr(KeyStore) keys = keys_new(false);
    for (size_t len = 8180; len < 8200; len++) {
        g_autofree char *body = g_strnfill(len, 'x');
        g_autofree char *message = g_strconcat(HEADER, body, "\r\n", NULL);
        g_autofree char *text = sign_with_body(RELAXED NAMES, body, message);
        check(keys, text, false, true);
        assert_repaired(&(BentCase){.repair = "final-line-end"});
    }
}

/* One signature is mended and the other, which holds, stays as it is. */
static void test_each_signature_is_its_own(void)
{
    g_autoptr(KeyStore) keys = keys_new(false);
    g_autofree char *inner =
        dkim_signer_sign(signer, RELAXED "l=3; " NAMES, HEADER "a\r\nFrom here\r\n");
    g_autofree char *message = dkim_signer_sign(signer, RELAXED NAMES, inner);
    g_autofree char *bent = replace_all(message, "\nFrom h", "\n>From h");
    check(keys, bent, false, true);
    assert_repaired(&(BentCase){.repair = "mboxo"});
    const RecordSignature *second = &g_array_index(record.signatures, RecordSignature, 1);
    g_assert_cmpint(second->result, ==, DKIM_RESULT_PASS);
    g_assert_cmpint(second->repair, ==, REPAIR_NONE);
    g_assert_cmpuint(second->caveats, ==, CAVEAT_BIT(PARTIAL_BODY));
}

/* What is against the message as it is shown stays said. */
static void test_caveats_of_the_message_as_it_is_stay(void)
{
    g_autoptr(KeyStore) keys = keys_new(false);
    g_autofree char *message =
        dkim_signer_sign(signer, RELAXED NAMES, HEADER "a\r\nFrom here\r\n");
    g_autofree char *bent = replace_all(message, "\nFrom h", "\n>From h");
    g_autofree char *added = g_strconcat("Subject: other\r\n", bent, NULL);
    check(keys, added, false, true);
    g_assert_cmpint(first_signature()->result, ==, DKIM_RESULT_PASS);
    g_assert_cmpuint(first_signature()->caveats, ==,
                     CAVEAT_BIT(REPAIRED) | CAVEAT_BIT(ADDED_HEADER));
}

static void test_many_signatures_are_left_alone(void)
{
    g_autoptr(KeyStore) keys = keys_new(false);
    g_autofree char *message =
        dkim_signer_sign(signer, RELAXED NAMES, HEADER "a\r\nFrom here\r\n");
    g_autofree char *bent = replace_all(message, "\nFrom h", "\n>From h");
    g_autoptr(GString) text = g_string_new(bent);
    for (size_t i = 1; i < DKIM_REPAIR_SIGNATURE_MAX; i++) {
        g_string_insert(text, (gssize)(strstr(text->str, "\r\n\r\n") - text->str),
                        "\r\nDKIM-Signature: v=1; a=x");
    }
    check(keys, text->str, false, true);
    assert_repaired(&(BentCase){.repair = "mboxo"});
    g_string_insert(text, (gssize)(strstr(text->str, "\r\n\r\n") - text->str),
                    "\r\nDKIM-Signature: v=1; a=x");
    check(keys, text->str, false, true);
    assert_broken();
}

static void test_large_messages_are_left_alone(void)
{
    g_autoptr(KeyStore) keys = keys_new(false);
    for (size_t beyond = 0; beyond < 2; beyond++) {
        g_autofree char *filler = g_strnfill(DKIM_REPAIR_BYTES_MAX - 4096, 'x');
        g_autofree char *body = g_strconcat(HEADER "From here\r\n", filler, "\r\n", NULL);
        g_autofree char *message = dkim_signer_sign(signer, RELAXED NAMES, body);
        g_autofree char *bent = replace_all(message, "\nFrom h", "\n>From h");
        g_autofree char *above =
            g_strnfill(DKIM_REPAIR_BYTES_MAX - strlen(bent) - strlen("X: \r\n") + beyond, 'x');
        g_autofree char *text = g_strconcat("X: ", above, "\r\n", bent, NULL);
        check(keys, text, false, true);
        if (beyond == 0) {
            assert_repaired(&(BentCase){.repair = "mboxo"});
        } else {
            assert_broken();
        }
    }
}

static void test_words(void)
{
    g_assert_cmpstr(repair_sentence(REPAIR_NONE), ==, "");
    g_assert_cmpstr(repair_done_of_word(""), ==, "");
    g_assert_cmpstr(repair_done_of_word("nonsense"), ==, "");
    for (Repair repair = REPAIR_NONE + 1; repair < REPAIR_COUNT; repair++) {
        g_autofree char *sentence =
            g_strconcat("verifies after ", repair_done_of_word(repair_word(repair)), NULL);
        g_assert_cmpstr(repair_sentence(repair), ==, sentence);
        g_assert_cmpint(repair_of_word(repair_word(repair)), ==, repair);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signer = dkim_signer_new(1024);
    mail_record_init(&record);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/dkim_repair/bent/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_bent);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(end_cases); i++) {
        g_autofree char *path = g_strconcat("/dkim_repair/end/", end_cases[i].name, NULL);
        g_test_add_data_func(path, &end_cases[i], test_end);
    }
    g_test_add_func("/dkim_repair/end/of_large_bodies", test_ends_of_large_bodies);
    g_test_add_func("/dkim_repair/a_header_without_a_verdict", test_header_without_a_verdict);
    g_test_add_func("/dkim_repair/each_signature_is_its_own", test_each_signature_is_its_own);
    g_test_add_func("/dkim_repair/caveats_of_the_message_as_it_is_stay",
                    test_caveats_of_the_message_as_it_is_stay);
    g_test_add_func("/dkim_repair/many_signatures_are_left_alone",
                    test_many_signatures_are_left_alone);
    g_test_add_func("/dkim_repair/large_messages_are_left_alone",
                    test_large_messages_are_left_alone);
    g_test_add_func("/dkim_repair/words", test_words);
    const int status = g_test_run();
    mail_record_destroy(&record);
    dkim_signer_free(signer);
    return status;
}
