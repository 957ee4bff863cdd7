/* SPDX-License-Identifier: MIT */
#include "indexer/dkim.h"

#include <glib.h>

#include "dkim_signer.h"

/* RFC 6376 appendix A.2, key from appendix C. */
#define RFC6376_FROM                                                                           \
    "Received: from client1.football.example.com  [192.0.2.1]\r\n"                             \
    "      by submitserver.example.com with SUBMISSION;\r\n"                                   \
    "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"                                          \
    "From: Joe SixPack <joe@football.example.com>\r\n"                                         \
    "To: Suzie Q <suzie@shopping.example.net>\r\n"                                             \
    "Subject: Is dinner ready?\r\n"                                                            \
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"                                          \
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"                         \
    "\r\n"                                                                                     \
    "Hi.\r\n"                                                                                  \
    "\r\n"

static const char rfc6376_message[] =
    "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
    "        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
    "        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
    "        4bmp/YzhwvcubU4=;\r\n" RFC6376_FROM "We lost the game. Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";

static const char rfc6376_key[] =
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/"
    "zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfV"
    "jH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

/* RFC 8463 appendix A. */
static const char rfc8463_message[] =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
    " date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game.  Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";

static const char rfc8463_ed25519_key[] =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

static const char rfc8463_rsa_key[] =
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5"
    "qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3r"
    "G4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

static MailRecord record;

/* Checks a copy of the exact size. `authors` are the From addresses, separated by a space. */
static void check(const KeyStore *keys, Slice text, const char *authors, int64_t received_at)
{
    g_autofree char *copy = g_memdup2(text.ptr, text.len);
    RawMessage message = {0};
    raw_message_parse(&message, slice_of(copy, text.len));
    mail_record_clear(&record);
    g_auto(GStrv) addresses = g_strsplit(authors, " ", -1);
    for (size_t i = 0; addresses[i] != NULL; i++) {
        const RecordAddress address = {
            .role = ADDRESS_FROM,
            .address = mail_record_keep(&record, slice_of_string(addresses[i]))};
        g_array_append_val(record.addresses, address);
    }
    record.has_received_at = received_at > 0;
    record.received_at = received_at;
    g_autoptr(DkimVerifier) verifier = dkim_verifier_new(keys);
    dkim_verifier_check(verifier, &message, &record);
    raw_message_clear(&message);
}

static const RecordSignature *signature_at(guint at)
{
    g_assert_cmpuint(at, <, record.signatures->len);
    return &g_array_index(record.signatures, RecordSignature, at);
}

static void assert_signature(guint at, DkimResult result, Tri header_ok, Tri body_ok)
{
    const RecordSignature *entry = signature_at(at);
    g_autofree char *reason = slice_dup(entry->reason);
    g_test_message("%s", reason);
    g_assert_cmpstr(dkim_result_word(entry->result), ==, dkim_result_word(result));
    g_assert_cmpint(entry->header_ok, ==, header_ok);
    g_assert_cmpint(entry->body_ok, ==, body_ok);
}

static void test_rfc6376_appendix_a(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    key_store_add(keys, "brisbane", "example.com", rfc6376_key, NULL);
    check(keys, slice_of_string(rfc6376_message), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_assert_cmpstr(level_word(record.verdict.level), ==, "verified");
    const RecordSignature *entry = signature_at(0);
    g_assert_true(slice_equal(entry->signed_fields,
                              SLICE_LITERAL("Received:From:To:Subject:Date:Message-ID")));
    g_assert_true(slice_equal(entry->canonicalization, SLICE_LITERAL("simple/simple")));
    g_assert_cmpint(entry->key, ==, 0);
    g_assert_cmpuint(entry->header_digest.len, ==, 32);
    g_assert_cmpuint(entry->signature.len, ==, 128);
    g_assert_true(entry->aligned);
}

static void test_rfc8463_appendix_a(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    key_store_add(keys, "brisbane", "football.example.com", rfc8463_ed25519_key, NULL);
    key_store_add(keys, "test", "football.example.com", rfc8463_rsa_key, NULL);
    check(keys, slice_of_string(rfc8463_message), "joe@football.example.com", 0);
    g_assert_cmpuint(record.signatures->len, ==, 2);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    assert_signature(1, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_assert_cmpstr(level_word(record.verdict.level), ==, "verified");
}

/* What a mailbox does to a message on its way. */
static void test_lf_and_missing_last_line_end_still_verify(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    key_store_add(keys, "brisbane", "example.com", rfc6376_key, NULL);
    g_auto(GStrv) lines = g_strsplit(rfc6376_message, "\r\n", -1);
    g_autofree char *lf = g_strjoinv("\n", lines);
    check(keys, slice_of_string(lf), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    check(keys, slice_of(lf, strlen(lf) - 1), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_autofree char *odd = g_strconcat("\xEF\xBB\xBF>From x\nno field\n", lf, NULL);
    check(keys, slice_of_string(odd), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
}

static void test_header_and_body_are_told_apart(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    g_autoptr(KeyStore) none = key_store_new();
    key_store_add(keys, "brisbane", "example.com", rfc6376_key, NULL);
    g_autofree char *body = g_strdup(rfc6376_message);
    *strstr(body, "hungry") = 'H';
    check(keys, slice_of_string(body), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_FAIL, TRI_YES, TRI_NO);
    check(none, slice_of_string(body), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_FAIL, TRI_UNKNOWN, TRI_NO);
    g_assert_cmpuint(signature_at(0)->header_digest.len, ==, 32);

    g_autofree char *header = g_strdup(rfc6376_message);
    *strstr(header, "dinner") = 'D';
    check(keys, slice_of_string(header), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_FAIL, TRI_NO, TRI_YES);
    check(none, slice_of_string(header), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_NOKEY, TRI_UNKNOWN, TRI_YES);
    g_assert_cmpint(signature_at(0)->key, ==, -1);
}

static void test_keys_of_the_name_are_all_tried(void)
{
    g_autoptr(DkimSigner) other = dkim_signer_new(1024);
    g_autofree char *wrong = g_strconcat("p=", dkim_signer_public_key(other), NULL);
    g_autoptr(KeyStore) keys = key_store_new();
    key_store_add(keys, "brisbane", "example.com", "p=", NULL);
    key_store_add(keys, "brisbane", "example.com", wrong, NULL);
    check(keys, slice_of_string(rfc6376_message), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_FAIL, TRI_NO, TRI_YES);
    key_store_add(keys, "brisbane", "example.com", rfc6376_key, NULL);
    check(keys, slice_of_string(rfc6376_message), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_assert_cmpint(signature_at(0)->key, ==, 2);
}

static void test_a_key_of_another_name_may_prove_and_never_disproves(void)
{
    g_autoptr(DkimSigner) other = dkim_signer_new(1024);
    g_autofree char *wrong = g_strconcat("p=", dkim_signer_public_key(other), NULL);
    g_autoptr(KeyStore) keys = key_store_new();
    key_store_add(keys, "brisbane", "wrong.example", wrong, NULL);
    check(keys, slice_of_string(rfc6376_message), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_NOKEY, TRI_UNKNOWN, TRI_YES);
    key_store_add(keys, "brisbane", "right.example", rfc6376_key, NULL);
    check(keys, slice_of_string(rfc6376_message), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_assert_cmphex(signature_at(0)->caveats, ==, CAVEAT_BIT(SHARED_KEY));
    g_assert_cmpstr(level_word(record.verdict.level), ==, "limited");
}

#define AUTHOR  "From: A <a@example.org>\r\n"
#define MESSAGE AUTHOR "To: b@example.net\r\nSubject: hi\r\nDate: x\r\n\r\nbody text\r\n"
#define TAGS    "a=rsa-sha256; d=example.org; s=s; c=relaxed/relaxed; "
#define H_ALL   "h=from:to:subject:date"

/* One message signed by a key of example.org, and what is made of it. */
typedef struct {
    const char *name;
    const char *tags;
    const char *message;
    const char *find;    /* in the signed message, */
    const char *put;     /* put in its place */
    const char *above;   /* put above the signed message */
    const char *below;   /* put below it */
    const char *record;  /* of the key, up to "p=" */
    const char *channel; /* of the key */
    const char *notes;   /* of the key */
    const char *domain;  /* of the key */
    guint n_signatures;
    int bits;
    int64_t received_at;
    const char *authors;
    const char *result;
    const char *level;
    const char *caveats;
} SignedCase;

#define DEFAULTS                                                                               \
    .tags = TAGS H_ALL, .message = MESSAGE, .find = "", .put = "", .above = "", .below = "",   \
    .record = "v=DKIM1; ", .channel = "file", .notes = "", .domain = "example.org",            \
    .n_signatures = 1, .bits = 1024, .authors = "a@example.org", .result = "pass",             \
    .level = "verified", .caveats = ""

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const SignedCase signed_cases[] = {
    {"all_is_signed", DEFAULTS},
    {"ed25519", DEFAULTS, .bits = 0, .record = "k=ed25519; ",
     .tags = "a=ed25519-sha256; d=example.org; s=s; " H_ALL},
    {"rsa_sha1_is_told", DEFAULTS, .tags = "a=rsa-sha1; d=example.org; s=s; " H_ALL,
     .caveats = "sha1"},
    {"a_subdomain_is_aligned", DEFAULTS, .authors = "a@news.example.org"},
    {"another_domain_is_not", DEFAULTS, .authors = "a@example.net", .level = "none",
     .caveats = "unaligned"},
    {"no_author_is_not", DEFAULTS, .authors = "", .level = "none", .caveats = "unaligned"},
    {"two_authors_limit", DEFAULTS, .authors = "a@example.org b@example.org",
     .level = "limited", .caveats = "multiple-from"},
    {"every_author_must_be_aligned", DEFAULTS, .authors = "a@example.org b@example.net",
     .level = "none", .caveats = "unaligned multiple-from"},
    {"a_second_from_limits", DEFAULTS, .above = "From: C <c@example.org>\r\n",
     .level = "limited", .caveats = "added-header multiple-from"},
    {"a_second_subject_limits", DEFAULTS, .above = "Subject: ho\r\n", .level = "limited",
     .caveats = "added-header"},
    {"an_oversigned_subject_cannot_be_added", DEFAULTS, .tags = TAGS H_ALL ":subject",
     .above = "Subject: ho\r\n", .result = "fail", .level = "none"},
    {"oversigned_fields_may_be_absent", DEFAULTS, .tags = TAGS H_ALL ":from:subject:cc"},
    {"another_received_is_no_added_header", DEFAULTS, .tags = TAGS H_ALL ":received",
     .message = "Received: a\r\n" MESSAGE, .above = "Received: b\r\n"},
    {"an_unsigned_subject_limits", DEFAULTS, .tags = TAGS "h=from:to:date", .level = "limited",
     .caveats = "unsigned-subject"},
    {"an_unsigned_date_limits", DEFAULTS, .tags = TAGS "h=from:to:subject", .level = "limited",
     .caveats = "unsigned-date"},
    {"an_unsigned_to_is_told", DEFAULTS, .tags = TAGS "h=from:date:subject",
     .caveats = "unsigned-to"},
    {"an_added_content_type_is_told", DEFAULTS, .above = "Content-Type: text/html\r\n",
     .caveats = "unsigned-content-type"},
    {"an_appended_body_limits", DEFAULTS, .tags = TAGS "l=11; " H_ALL, .below = "more\r\n",
     .level = "limited", .caveats = "partial-body"},
    {"a_length_of_the_whole_body_is_no_caveat", DEFAULTS, .tags = TAGS "l=11; " H_ALL},
    {"a_length_beyond_the_body_is_an_error", DEFAULTS, .tags = TAGS "l=12; " H_ALL,
     .result = "permerror", .level = "none"},
    {"an_appended_body_fails_without_a_length", DEFAULTS, .below = "more\r\n", .result = "fail",
     .level = "none"},
    {"a_length_of_zero_covers_no_body", DEFAULTS, .tags = TAGS "l=0; " H_ALL,
     .level = "limited", .caveats = "partial-body"},
    {"a_length_of_zero_allows_any_body", DEFAULTS, .tags = TAGS "l=0; " H_ALL,
     .find = "body text", .put = "forged", .level = "limited", .caveats = "partial-body"},
    {"a_change_before_the_length_fails", DEFAULTS, .tags = TAGS "l=11; " H_ALL, .find = "body",
     .put = "Body", .result = "fail", .level = "none"},
    {"a_length_counts_canonical_bytes", DEFAULTS, .tags = TAGS "l=5; " H_ALL,
     .message = AUTHOR "Subject: s\r\nDate: x\r\n\r\na  \t b \r\n"},
    {"a_body_hash_of_another_length_is_an_error", DEFAULTS, .find = "bh=", .put = "bh=AAAA",
     .result = "permerror", .level = "none"},
    {"an_empty_body_relaxed", DEFAULTS, .message = AUTHOR "Subject: s\r\nDate: x\r\n\r\n"},
    {"an_empty_body_simple", DEFAULTS, .tags = "a=rsa-sha256; d=example.org; s=s; " H_ALL,
     .message = AUTHOR "Subject: s\r\nDate: x\r\n\r\n"},
    {"a_body_of_white_space_relaxed_is_empty", DEFAULTS,
     .message = AUTHOR "Subject: s\r\nDate: x\r\n\r\n", .below = " \t\r\n\r\n \r\n"},
    {"no_blank_line_after_the_header", DEFAULTS, .message = AUTHOR "Subject: s\r\nDate: x\r\n"},
    {"white_space_before_a_colon_relaxed", DEFAULTS, .find = "Subject:", .put = "Subject \t:"},
    {"white_space_before_a_colon_simple_is_signed", DEFAULTS,
     .tags = "a=rsa-sha256; d=example.org; s=s; " H_ALL,
     .message = AUTHOR "Subject : s\r\nDate: x\r\n\r\n"},
    {"white_space_before_a_colon_simple_is_a_change", DEFAULTS,
     .tags = "a=rsa-sha256; d=example.org; s=s; " H_ALL,
     .find = "Subject:", .put = "Subject :", .result = "fail", .level = "none"},
    {"white_space_before_the_signature_s_colon", DEFAULTS,
     .find = "DKIM-Signature:", .put = "DKIM-Signature :"},
    {"white_space_around_every_tag", DEFAULTS,
     .tags = "\r\n\ta\t=\r\n rsa-sha256 ;\r\n d = example.org ; s = s ;c = relaxed/relaxed ;"
             "\r\n h = from :\r\n\tto : subject\t:date "},
    {"a_refolded_field_relaxed", DEFAULTS, .find = "Subject: hi",
     .put = "Subject:\r\n \t \r\n hi \t"},
    {"a_refolded_field_simple_is_a_change", DEFAULTS,
     .tags = "a=rsa-sha256; d=example.org; s=s; " H_ALL, .find = "Subject: hi",
     .put = "Subject:\r\n hi", .result = "fail", .level = "none"},
    {"words_that_are_run_together_are_a_change", DEFAULTS, .find = "body text",
     .put = "bodytext", .result = "fail", .level = "none"},
    {"the_case_of_a_name_relaxed", DEFAULTS, .find = "Subject:", .put = "SUBJECT:"},
    {"bytes_of_latin_1", DEFAULTS,
     .message = AUTHOR "Subject: caf\xE9\r\nDate: x\r\n\r\n\xE9t\xE9\r\n"},
    {"a_message_without_from", DEFAULTS, .message = "Subject: s\r\nDate: x\r\n\r\n",
     .authors = "", .level = "none", .caveats = "unaligned"},
    {"a_from_added_at_the_bottom_fails", DEFAULTS, .find = "\r\n\r\n",
     .put = "\r\nFrom: c@example.org\r\n\r\n", .result = "fail", .level = "none",
     .caveats = "added-header multiple-from"},
    {"a_second_date_limits", DEFAULTS, .above = "Date: y\r\n", .level = "limited",
     .caveats = "added-header"},
    {"a_second_to_limits", DEFAULTS, .above = "To: y@example.net\r\n", .level = "limited",
     .caveats = "added-header"},
    {"a_field_that_was_signed_as_absent_cannot_be_added", DEFAULTS, .tags = TAGS H_ALL ":cc",
     .above = "Cc: y@example.net\r\n", .result = "fail", .level = "none"},
    {"another_signature_below_is_no_matter", DEFAULTS,
     .message = "DKIM-Signature: v=1; a=rsa-md5\r\n" MESSAGE, .n_signatures = 2},
    {"a_weak_key_limits", DEFAULTS, .bits = 768, .level = "limited", .caveats = "weak-key"},
    {"a_key_of_512_bits_limits", DEFAULTS, .bits = 512, .level = "limited",
     .caveats = "weak-key"},
    {"a_leaked_key_limits", DEFAULTS, .notes = "private key published in 2020",
     .level = "limited", .caveats = "leaked-key"},
    {"the_domain_of_everybody_is_no_author", DEFAULTS,
     .tags = "a=rsa-sha256; d=org; s=s; c=relaxed/relaxed; " H_ALL, .domain = "org",
     .level = "none", .caveats = "unaligned"},
    {"test_mode_limits", DEFAULTS, .record = "t=y; ", .level = "limited",
     .caveats = "test-mode"},
    {"a_recovered_key_gives_no_level", DEFAULTS, .channel = "gcd", .level = "none",
     .caveats = "recovered-key"},
    {"expiry_is_judged_at_receipt", DEFAULTS, .tags = TAGS "t=100; x=200; " H_ALL,
     .received_at = 150},
    {"expiry_before_receipt_is_told", DEFAULTS, .tags = TAGS "t=100; x=200; " H_ALL,
     .received_at = 201, .caveats = "expired"},
    {"expiry_without_a_time_of_receipt_is_not", DEFAULTS, .tags = TAGS "t=100; x=200; " H_ALL},
    {"a_key_for_another_hash_is_an_error", DEFAULTS, .record = "h=sha1; ",
     .result = "permerror", .level = "none"},
    {"a_key_for_another_service_is_an_error", DEFAULTS, .record = "s=tlsrpt; ",
     .result = "permerror", .level = "none"},
    {"a_key_of_another_type_is_an_error", DEFAULTS, .bits = 0, .record = "k=ed25519; ",
     .tags = "a=ed25519-sha256; d=example.org; s=rsa; " H_ALL, .result = "permerror",
     .level = "none"},
    {"a_strict_key_allows_the_domain_itself", DEFAULTS, .record = "t=s; ",
     .tags = TAGS "i=a@EXAMPLE.org; " H_ALL},
    {"a_strict_key_forbids_identities_below", DEFAULTS, .record = "t=s; ",
     .tags = TAGS "i=a@sub.example.org; " H_ALL, .result = "permerror", .level = "none"},
};
#pragma GCC diagnostic pop

/* RSA keys cost time; one of each size is enough. */
static DkimSigner *signer_of(int bits)
{
    static DkimSigner *signers[5];
    DkimSigner **slot = &signers[bits / 256];
    if (*slot == NULL) {
        *slot = dkim_signer_new(bits);
    }
    return *slot;
}

/* Returns: (transfer full) `text` with the first `find` replaced. */
static char *replace_first(const char *text, const char *find, const char *put)
{
    const char *at = strstr(text, find);
    g_assert_nonnull(at);
    return g_strdup_printf("%.*s%s%s", (int)(at - text), text, put, at + strlen(find));
}

static void test_signed(gconstpointer data)
{
    const SignedCase *test = data;
    DkimSigner *signer = signer_of(test->bits);
    g_autoptr(KeyStore) keys = key_store_new();
    const KeyObservation observation = {.channel = test->channel, .notes = test->notes};
    g_autofree char *key =
        g_strconcat(test->record, "p=", dkim_signer_public_key(signer), NULL);
    key_store_add(keys, "s", test->domain, key, &observation);
    key_store_add(keys, "rsa", "example.org", rfc6376_key, NULL);
    g_autofree char *message = dkim_signer_sign(signer, test->tags, test->message);
    g_autofree char *altered = replace_first(message, test->find, test->put);
    g_autofree char *text = g_strconcat(test->above, altered, test->below, NULL);
    check(keys, slice_of_string(text), test->authors, test->received_at);
    g_assert_cmpuint(record.signatures->len, ==, test->n_signatures);
    g_autofree char *reason = slice_dup(signature_at(0)->reason);
    g_autofree char *caveats = caveat_set_words(record.verdict.caveats);
    g_test_message("%s", reason);
    g_assert_cmpstr(dkim_result_word(signature_at(0)->result), ==, test->result);
    g_assert_cmpstr(level_word(record.verdict.level), ==, test->level);
    g_assert_cmpstr(caveats, ==, test->caveats);
}

static void append_junk(GString *text, int n)
{
    for (int i = 0; i < n; i++) {
        g_string_append_printf(text,
                               "DKIM-Signature: v=1; a=rsa-sha256; d=x%d.example; s=junk; "
                               "h=from; bh=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=; "
                               "b=AAAA\r\n",
                               i);
    }
}

static void test_junk_signatures_hide_no_good_one(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    key_store_add(keys, "brisbane", "example.com", rfc6376_key, NULL);
    g_autoptr(GString) text = g_string_new("DKIM-Signature: nonsense\r\n");
    append_junk(text, 3 * DKIM_SIGNATURE_MAX);
    g_string_append(text, rfc6376_message);
    check(keys, slice_of(text->str, text->len), "joe@football.example.com", 0);
    g_assert_cmpuint(record.signatures->len, ==, 3 * DKIM_SIGNATURE_MAX + 2);
    assert_signature(0, DKIM_RESULT_PERMERROR, TRI_UNKNOWN, TRI_UNKNOWN);
    assert_signature(1, DKIM_RESULT_FAIL, TRI_UNKNOWN, TRI_NO);
    assert_signature(DKIM_SIGNATURE_MAX + 5, DKIM_RESULT_POLICY, TRI_UNKNOWN, TRI_UNKNOWN);
    assert_signature(3 * DKIM_SIGNATURE_MAX + 1, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_assert_true(problem_set_has(record.problems, PROBLEM_TOO_MANY_SIGNATURES));
    g_assert_cmpstr(level_word(record.verdict.level), ==, "verified");
}

static void assert_quick(double seconds)
{
    g_assert_cmpfloat(g_test_timer_elapsed(), <, seconds);
}

static void test_ten_thousand_signatures_take_no_time(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    g_autoptr(GString) text = g_string_new(NULL);
    append_junk(text, RAW_FIELD_MAX - 10);
    g_string_append(text, MESSAGE);
    g_test_timer_start();
    check(keys, slice_of(text->str, text->len), "a@example.org", 0);
    assert_quick(20);
    g_assert_cmpuint(record.signatures->len, ==, RAW_FIELD_MAX - 10);
}

static void test_a_megabyte_of_signed_names_takes_no_time(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    g_autoptr(GString) text = g_string_new("DKIM-Signature: " TAGS "b=AAAA; h=from");
    while (text->len < (size_t)1 << 20) {
        g_string_append(text, ":to:subject");
    }
    g_string_append(text, "\r\n" MESSAGE);
    g_test_timer_start();
    check(keys, slice_of(text->str, text->len), "a@example.org", 0);
    assert_quick(20);
    assert_signature(0, DKIM_RESULT_PERMERROR, TRI_UNKNOWN, TRI_UNKNOWN);
}

/* h= counts from the bottom, so fields that were not listed could be the signed ones. */
static void test_fields_beyond_the_limit_allow_no_pass(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    key_store_add(keys, "brisbane", "example.com", rfc6376_key, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < RAW_FIELD_MAX; i++) {
        g_string_append(text, "X: y\r\n");
    }
    g_string_prepend(text, "DKIM-Signature: v=1; a=rsa-sha256; d=e.org; s=s; h=from; "
                           "bh=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=; b=AAAA\r\n");
    g_string_append(text, rfc6376_message);
    check(keys, slice_of(text->str, text->len), "joe@football.example.com", 0);
    assert_signature(0, DKIM_RESULT_POLICY, TRI_UNKNOWN, TRI_UNKNOWN);
}

static void test_a_signature_may_sign_others_but_never_itself(void)
{
    DkimSigner *signer = signer_of(1024);
    g_autoptr(KeyStore) keys = key_store_new();
    g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    key_store_add(keys, "s", "example.org", key, NULL);
    g_autofree char *inner = dkim_signer_sign(signer, TAGS H_ALL ":dkim-signature", MESSAGE);
    g_autofree char *outer = dkim_signer_sign(signer, TAGS H_ALL ":dkim-signature", inner);
    check(keys, slice_of_string(outer), "a@example.org", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    /* The inner one signed the absence of another signature. */
    assert_signature(1, DKIM_RESULT_FAIL, TRI_NO, TRI_YES);
}

/* The digest and caveats of the second signature of `text`, hashed behind the first as `before`
 * or alone, are the same. */
static void assert_hashed_alike(const char *text)
{
    RawMessage message = {0};
    raw_message_parse(&message, slice_of_string(text));
    g_autoptr(DkimDigest) digest = dkim_digest_new();
    g_autoptr(DkimHeaderIndex) index = dkim_header_index_new();
    dkim_header_index_build(index, &message);
    DkimSignature signatures[2];
    uint8_t digests[3][DKIM_HASH_BYTES_MAX] = {{0}};
    for (size_t i = 0; i < 2; i++) {
        dkim_signature_parse(message.fields[i].value, &signatures[i]);
        g_assert_null(signatures[i].fault);
    }
    dkim_header_hash(digest, index, NULL, &signatures[1], &message.fields[1], digests[0]);
    const CaveatSet caveats = dkim_header_caveats(index);
    dkim_header_hash(digest, index, NULL, &signatures[0], &message.fields[0], digests[1]);
    dkim_header_hash(digest, index, &signatures[0], &signatures[1], &message.fields[1],
                     digests[2]);
    g_assert_cmpmem(digests[2], DKIM_HASH_BYTES_MAX, digests[0], DKIM_HASH_BYTES_MAX);
    g_assert_cmphex(dkim_header_caveats(index), ==, caveats);
    raw_message_clear(&message);
}

static void test_signatures_share_only_what_both_cover(void)
{
    static const char *const second[] = {
        TAGS H_ALL,
        TAGS H_ALL ":dkim-signature",
        TAGS H_ALL ":DKIM-Signature:dkim-signature",
        TAGS H_ALL ":subject",
        TAGS "h=from",
        "a=rsa-sha1; c=relaxed/relaxed; d=example.org; s=s; " H_ALL,
        "a=rsa-sha256; c=simple/relaxed; d=example.org; s=s; " H_ALL,
    };
    DkimSigner *signer = signer_of(1024);
    for (size_t i = 0; i < G_N_ELEMENTS(second); i++) {
        g_autofree char *inner = dkim_signer_sign(signer, second[i], MESSAGE);
        for (size_t j = 0; j < G_N_ELEMENTS(second); j++) {
            g_autofree char *outer = dkim_signer_sign(signer, second[j], inner);
            g_test_message("%s above %s", second[j], second[i]);
            assert_hashed_alike(outer);
        }
    }
}

/* What mailboxes and exports do to a message; all of it can be told from the message. */
static const struct {
    const char *name;
    const char *lead;
    const char *line; /* among the header fields */
    bool has_lf;
} shapes[] = {
    {"as_sent", "", "", false},
    {"lf", "", "", true},
    {"a_from_line", "From a@b.example Thu Mar  2 10:00:00 2017\r\n", "", false},
    {"an_escaped_from_line", ">From a@b.example Thu Mar  2 10:00:00 2017\r\n", "", false},
    {"a_byte_order_mark", "\xEF\xBB\xBF", "", false},
    {"blank_lines_before_the_header", "\r\n\r\n", "", false},
    {"a_line_that_is_no_field", "", "this is no field\r\n", false},
    {"all_at_once", "\xEF\xBB\xBF\r\n>From a@b Thu Mar  2 10:00:00 2017\r\n", "no field\r\n",
     true},
};

static void check_shape(const char *tags, const char *body, size_t at)
{
    DkimSigner *signer = signer_of(1024);
    g_autoptr(KeyStore) keys = key_store_new();
    g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    key_store_add(keys, "s", "example.org", key, NULL);
    g_autofree char *message =
        g_strconcat(AUTHOR "Subject: s\r\nDate: x\r\n", "\r\n", body, NULL);
    g_autofree char *complete = dkim_signer_sign(signer, tags, message);
    g_autofree char *put = g_strconcat(shapes[at].line, "Date:", NULL);
    g_autofree char *whole = replace_first(complete, "Date:", put);
    g_autofree char *text = g_strconcat(shapes[at].lead, whole, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
    g_autofree char *shaped = g_strjoinv(shapes[at].has_lf ? "\n" : "\r\n", lines);
    g_test_message("%s, %s", shapes[at].name, tags);
    /* With its last line end, and without. */
    check(keys, slice_of_string(shaped), "a@example.org", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    check(keys, slice_of(shaped, strlen(shaped) - (shapes[at].has_lf ? 1 : 2)), "a@example.org",
          0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_assert_cmpstr(level_word(record.verdict.level), ==, "verified");
}

static void test_a_message_in_a_file_verifies_in_any_shape(void)
{
    static const char *const tags[] = {TAGS "h=from:subject:date",
                                       "a=rsa-sha256; d=example.org; s=s; h=from:subject:date"};
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        for (size_t j = 0; j < G_N_ELEMENTS(tags); j++) {
            check_shape(tags[j], "body text\r\n", i);
            check_shape(tags[j], "the last line ends in a space \r\n", i);
        }
    }
}

static void test_a_field_of_200_kilobytes_verifies(void)
{
    DkimSigner *signer = signer_of(1024);
    g_autoptr(KeyStore) keys = key_store_new();
    g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    key_store_add(keys, "s", "example.org", key, NULL);
    g_autofree char *long_text = g_strnfill(200000, 'x');
    g_autofree char *message =
        g_strconcat("Subject: ", long_text, "\r\n", AUTHOR "Date: x\r\n\r\nbody\r\n", NULL);
    g_autofree char *text = dkim_signer_sign(signer, TAGS "h=from:subject:date", message);
    check(keys, slice_of_string(text), "a@example.org", 0);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
}

static void test_no_signature_is_none(void)
{
    g_autoptr(KeyStore) keys = key_store_new();
    check(keys, SLICE_LITERAL(MESSAGE), "a@example.org", 0);
    g_assert_cmpuint(record.signatures->len, ==, 0);
    g_assert_cmpstr(message_dkim_word(record.verdict.dkim), ==, "none");
    check(keys, SLICE_EMPTY, "", 0);
    g_assert_cmpstr(message_dkim_word(record.verdict.dkim), ==, "none");
}

static void check_at(const KeyStore *keys, const char *text, int64_t date)
{
    check(keys, slice_of_string(text), "a@example.org", 0);
    record.has_date = true;
    record.date = date;
    RawMessage message = {0};
    raw_message_parse(&message, slice_of_string(text));
    g_autoptr(DkimVerifier) verifier = dkim_verifier_new(keys);
    dkim_verifier_check(verifier, &message, &record);
    raw_message_clear(&message);
}

/* 2011-06-15, 2012-06-15, 2016-06-15 */
#define TIME_OF_FIRST_KEY  INT64_C(1308096000)
#define TIME_OF_SECOND_KEY INT64_C(1339718400)
#define TIME_OF_NO_KEY     INT64_C(1465948800)

/* A domain put a new key under an old name; of three only the second is in hand. */
static void test_a_key_of_another_time_contradicts_nothing(void)
{
    DkimSigner *signer = signer_of(1024);
    g_autoptr(KeyStore) keys = key_store_new();
    const KeyObservation seen = {
        .channel = "repo", .first_seen = "2012-06-01", .last_seen = "2012-06-30"};
    key_store_add(keys, "s", "example.org", rfc6376_key, &seen);
    g_autofree char *text = dkim_signer_sign(signer, TAGS H_ALL, MESSAGE);
    check_at(keys, text, TIME_OF_SECOND_KEY);
    assert_signature(0, DKIM_RESULT_FAIL, TRI_NO, TRI_YES);
    check_at(keys, text, TIME_OF_NO_KEY);
    assert_signature(0, DKIM_RESULT_NOKEY, TRI_UNKNOWN, TRI_YES);
    g_assert_cmpint(signature_at(0)->key, ==, -1);
    g_autofree char *altered = replace_first(text, "body text", "other text");
    check_at(keys, altered, TIME_OF_NO_KEY);
    assert_signature(0, DKIM_RESULT_FAIL, TRI_UNKNOWN, TRI_NO);

    g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    const KeyObservation undated = {.channel = "repo"};
    key_store_add(keys, "s", "example.org", key, &undated);
    check_at(keys, text, TIME_OF_NO_KEY);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_assert_cmphex(record.verdict.caveats & CAVEAT_BIT(OUTSIDE_KEY_WINDOW), ==, 0);
}

static void test_a_date_outside_the_life_of_its_key_is_told(void)
{
    DkimSigner *signer = signer_of(1024);
    g_autoptr(KeyStore) keys = key_store_new();
    const KeyObservation seen = {
        .channel = "repo", .first_seen = "2012-06-01", .last_seen = "2012-06-30"};
    g_autofree char *key = g_strconcat("p=", dkim_signer_public_key(signer), NULL);
    key_store_add(keys, "s", "example.org", key, &seen);
    g_autofree char *text = dkim_signer_sign(signer, TAGS H_ALL, MESSAGE);
    check_at(keys, text, TIME_OF_FIRST_KEY);
    g_assert_cmphex(record.verdict.caveats & CAVEAT_BIT(OUTSIDE_KEY_WINDOW), ==, 0);
    check_at(keys, text, TIME_OF_NO_KEY);
    assert_signature(0, DKIM_RESULT_PASS, TRI_YES, TRI_YES);
    g_assert_cmphex(record.verdict.caveats & CAVEAT_BIT(OUTSIDE_KEY_WINDOW), !=, 0);
    g_assert_cmpstr(level_word(record.verdict.level), ==, "verified");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    mail_record_init(&record);
    g_test_add_func("/dkim/rfc6376_appendix_a_passes", test_rfc6376_appendix_a);
    g_test_add_func("/dkim/rfc8463_appendix_a_passes", test_rfc8463_appendix_a);
    g_test_add_func("/dkim/lf_and_missing_last_line_end_still_verify",
                    test_lf_and_missing_last_line_end_still_verify);
    g_test_add_func("/dkim/header_and_body_are_told_apart",
                    test_header_and_body_are_told_apart);
    g_test_add_func("/dkim/keys_of_the_name_are_all_tried",
                    test_keys_of_the_name_are_all_tried);
    g_test_add_func("/dkim/a_key_of_another_name_may_prove_and_never_disproves",
                    test_a_key_of_another_name_may_prove_and_never_disproves);
    for (size_t i = 0; i < G_N_ELEMENTS(signed_cases); i++) {
        g_autofree char *path = g_strconcat("/dkim/signed/", signed_cases[i].name, NULL);
        g_test_add_data_func(path, &signed_cases[i], test_signed);
    }
    g_test_add_func("/dkim/junk_signatures_hide_no_good_one",
                    test_junk_signatures_hide_no_good_one);
    g_test_add_func("/dkim/ten_thousand_signatures_take_no_time",
                    test_ten_thousand_signatures_take_no_time);
    g_test_add_func("/dkim/a_megabyte_of_signed_names_takes_no_time",
                    test_a_megabyte_of_signed_names_takes_no_time);
    g_test_add_func("/dkim/fields_beyond_the_limit_allow_no_pass",
                    test_fields_beyond_the_limit_allow_no_pass);
    g_test_add_func("/dkim/a_signature_may_sign_others_but_never_itself",
                    test_a_signature_may_sign_others_but_never_itself);
    g_test_add_func("/dkim/signatures_share_only_what_both_cover",
                    test_signatures_share_only_what_both_cover);
    g_test_add_func("/dkim/a_message_in_a_file_verifies_in_any_shape",
                    test_a_message_in_a_file_verifies_in_any_shape);
    g_test_add_func("/dkim/a_field_of_200_kilobytes_verifies",
                    test_a_field_of_200_kilobytes_verifies);
    g_test_add_func("/dkim/a_key_of_another_time_contradicts_nothing",
                    test_a_key_of_another_time_contradicts_nothing);
    g_test_add_func("/dkim/a_date_outside_the_life_of_its_key_is_told",
                    test_a_date_outside_the_life_of_its_key_is_told);
    g_test_add_func("/dkim/no_signature_is_none", test_no_signature_is_none);
    const int status = g_test_run();
    mail_record_destroy(&record);
    return status;
}
